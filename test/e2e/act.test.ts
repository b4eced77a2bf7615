import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { git } from '../lab/git/run-git.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../tools/prometheus-server.ts';
import { checkOut } from './checkout.ts';
import { playExample } from './example-past.ts';
import { type MetricsGateway, openGateway } from './metrics-gateway.ts';
import { findBundle } from './root.ts';
import { type ActRun, findAct, runAct } from './run-act.ts';

/**
 * The example repository's own workflows, run as a whole by nektos/act on this machine: triggers, permissions, expressions and steps
 * are read by somebody else's program. What act does otherwise than GitHub (it passes INPUT_* on) the other tests here do not.
 */

const MANIFEST = 'releases/fraud-scorer.yaml';
/** In the healthy story 25 % has been held for two hours then. */
const DUE_AT = 270;
const TOKEN = 'prom-5ecr3t';

const act = findAct();
const present = hasPrometheus() && act !== undefined;
const litter: string[] = [];
let lab: Lab;
let gateway: MetricsGateway;
let prometheus: PrometheusServer;
let repository: RepositoryHandle;

async function run(
  workflow: 'belay-advance.yml' | 'belay-validate.yml',
  edit: (directory: string) => Promise<void> = async () => undefined,
): Promise<ActRun> {
  const token = lab.tokens.actions;
  const directory = await checkOut({ serverUrl: lab.serverUrl, repository: repository.fullName, token });
  litter.push(dirname(directory));
  await edit(directory);
  const isPull = workflow === 'belay-validate.yml';
  const about = { full_name: repository.fullName, default_branch: 'main' };
  const branch = { head: { ref: 'fraud-scorer-3.5.0' }, base: { ref: 'main' } };
  return runAct(act ?? '', {
    directory,
    workflow,
    event: isPull ? 'pull_request' : 'schedule',
    payload: { repository: about, ...(isPull ? { number: 7, pull_request: { number: 7, ...branch } } : {}) },
    secrets: isPull ? {} : { GITHUB_TOKEN: token, PROMETHEUS_TOKEN: TOKEN },
    env: {
      GITHUB_API_URL: lab.apiUrl,
      GITHUB_GRAPHQL_URL: lab.graphqlUrl,
      GITHUB_SERVER_URL: lab.serverUrl,
      GITHUB_REPOSITORY: repository.fullName,
    },
  });
}

describe.skipIf(!present)("the example's workflows, run by act", () => {
  beforeAll(async () => {
    findBundle();
    lab = await startLab({ clock: { now: () => Date.now() } });
    gateway = await openGateway({ token: TOKEN });
    const past = await playExample({ now: Date.now(), url: gateway.url, dueAt: DUE_AT });
    litter.push(past.directory);
    prometheus = await startPrometheus({ openMetrics: past.history });
    gateway.target = prometheus.url;
    repository = await lab.createRepository({
      name: 'fraud-scorer',
      fromBareGit: join(past.directory, '.git'),
      settings: { private: true },
    });
  }, 180_000);

  afterAll(async () => {
    await prometheus?.stop();
    await gateway?.close();
    await lab?.close();
    for (const path of litter) await rm(path, { recursive: true, force: true });
  });

  it('validate a pull request: a good one passes, a broken one fails on its line', async () => {
    const good = await run('belay-validate.yml');
    // one warning: the Prometheus of this test takes its token over plain http
    expect([good.exitCode, good.outputs]).toEqual([0, { valid: 'true', errors: '0', warnings: '1' }]);
    const broken = await run('belay-validate.yml', async (directory) => {
      await writeFile(join(directory, MANIFEST), 'apiVersion: belay.dev/v1\nkind: Relase\n');
      await git({
        dir: directory,
        args: ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qam', 'x'],
      });
    });
    expect(broken.exitCode).toBe(1);
    expect(broken.outputs.valid).toBe('false');
    expect(broken.log).toContain(`${MANIFEST}:2:7`);
    expect(lab.takeViolations()).toEqual([]);
  });

  it('advance the rollout, and do nothing the second time', async () => {
    const first = await run('belay-advance.yml');
    expect(first.outputs, first.log).toMatchObject({
      decision: 'advance',
      release: 'fraud-scorer',
      changed: 'true',
    });
    expect(first.exitCode).toBe(0);
    const [commit] = await repository.log();
    expect(commit?.oid).toBe(first.outputs.commit);
    expect(commit?.message).toMatch(/^release\(fraud-scorer\): canary 25% → 100% /);
    expect(parse((await repository.read(MANIFEST)) ?? '').spec.rollout.weight).toBe(100);
    const second = await run('belay-advance.yml');
    expect(second.outputs).toMatchObject({ decision: 'hold', changed: 'false', requests: '0' });
    for (const { log } of [first, second])
      for (const secret of [lab.tokens.actions, TOKEN]) expect(log).not.toContain(secret);
    expect(lab.takeViolations()).toEqual([]);
  });
});

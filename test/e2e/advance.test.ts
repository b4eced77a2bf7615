import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { readChain, recordPath } from '../../src/core/record/record-file.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { MANIFEST, SERVING } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { roundTrips } from '../lab/request-log.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { findLeaks } from './leaks.ts';
import { sceneConfig } from './scenes.ts';
import { openStage, PROMETHEUS_TOKEN, type Stage } from './stage.ts';

/**
 * The committed bundle through the committed action.yml, as a job of the example's workflow runs it: checked out over HTTP from a
 * GitHub on localhost, asking a real Prometheus with a day of history, at the time it is now.
 */

const present = hasPrometheus();
let stage: Stage;

function open(scene: Parameters<typeof openStage>[0]): void {
  beforeAll(async () => {
    stage = await openStage(scene);
  });
  afterEach(() => {
    stage.gateway.mood = 'open';
    expect(stage.lab.takeViolations()).toEqual([]);
  });
  afterAll(() => stage?.close());
}

/** Runs the job and gives what GitHub was asked after the checkout. */
async function advance(
  repository: RepositoryHandle,
  options: Parameters<Stage['runJob']>[2] = {},
): Promise<ActionRun & { readonly asked: readonly string[]; readonly trips: number }> {
  const { lab } = stage;
  const run = await stage.runJob('advance', repository, {
    ...options,
    beforeAction: async (workspace) => {
      await options.beforeAction?.(workspace);
      lab.clearRequests();
    },
  });
  expect(findLeaks(run, [options.token ?? lab.tokens.actions, PROMETHEUS_TOKEN])).toEqual([]);
  expect(run.otherCommands).toEqual([]);
  const asked = lab.requests.map((request) => (request.api === 'git' ? 'git' : request.fields.join('+')));
  return { ...run, asked, trips: roundTrips(lab.requests) };
}

/** What is on the default branch: the chain of records must hold. */
async function readRepository(repository: RepositoryHandle) {
  const manifest = (await repository.read(MANIFEST)) ?? '';
  const serving = (await repository.read(SERVING)) ?? '';
  const texts = new Map<string, string>();
  for (let sequence = 1; ; sequence += 1) {
    const path = recordPath('scorer', sequence);
    const text = await repository.read(path);
    if (text === undefined) break;
    texts.set(path, text);
  }
  const chain = readChain('scorer', texts, sha256);
  if (chain.kind === 'broken') throw new Error(chain.problems[0]?.message);
  const newest = [...texts.values()].at(-1) ?? '{}';
  return {
    manifest,
    serving,
    weight: parse(manifest).spec.rollout.weight,
    record: RecordSchema.parse(JSON.parse(newest)),
  };
}

const errorsOf = (run: ActionRun) => run.annotations.filter(({ level }) => level === 'error');

describe.skipIf(!present)('a settled release', () => {
  open('settled');

  it('costs a tick no request, no query and no write', async () => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 0,
      asked: [],
      outputs: {
        decision: 'nothing',
        'reason-code': 'SETTLED',
        release: 'scorer',
        changed: 'false',
        requests: '0',
      },
    });
    expect(run.outputs).toMatchObject({ commit: '', 'pull-request': '' });
    expect(run.summary).toContain('API requests: 0 (0 in sequence)');
    expect(stage.gateway.requests).toEqual([]);
    expect(await repository.head()).toBe(head);
  });
});

describe.skipIf(!present)('a step that is due', () => {
  open('advancing');

  it('is one commit on the default branch by one request, and the next tick holds', async () => {
    const repository = await stage.createRepository();
    const before = await readRepository(repository);
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 0,
      asked: ['createCommitOnBranch'],
      outputs: { decision: 'advance', 'reason-code': 'CHECKS_PASS', changed: 'true', requests: '1' },
    });
    const [commit] = await repository.log();
    expect(commit).toMatchObject({
      oid: run.outputs.commit,
      author: { name: 'github-actions[bot]' },
      committer: { name: 'GitHub', email: 'noreply@github.com' },
      message: expect.stringMatching(
        /^release\(scorer\): canary 25% → 100% .*record 0004\)\n[\s\S]*\nBelay-Op: [0-9a-f]{64}\n?$/,
      ),
    });
    const after = await readRepository(repository);
    expect(after.manifest).toBe(before.manifest.replace('    weight: 25\n', '    weight: 100\n'));
    expect(after.serving).toBe(
      before.serving.replace('weight: 75\n', 'weight: 0\n').replace('weight: 25\n', 'weight: 100\n'),
    );
    expect(after.record).toMatchObject({
      decision: { kind: 'advance', from: 25, to: 100 },
      trigger: { kind: 'schedule' },
      base: commit?.parents[0],
      via: 'commit',
    });
    expect(await advance(repository)).toMatchObject({
      exitCode: 0,
      asked: [],
      outputs: { decision: 'hold', changed: 'false', requests: '0' },
    });
  });

  it('is decided again on what somebody pushed meanwhile', async () => {
    const repository = await stage.createRepository();
    let pushed = '';
    stage.gateway.beforeNext = async () => {
      pushed = await repository.commit({ files: { 'README.md': 'pushed while Belay decided\n' } });
    };
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { decision: 'advance', changed: 'true', requests: '2' },
    });
    expect(run.asked.filter((name) => name !== 'git')).toEqual([
      'createCommitOnBranch',
      'createCommitOnBranch',
    ]);
    expect(run.asked).toContain('git');
    expect((await repository.log())[0]?.parents).toEqual([pushed]);
    expect((await readRepository(repository)).record.base).toBe(pushed);
  });

  it('is refused by a protected branch: one message, nothing written', async () => {
    const repository = await stage.createRepository({ rules: { pullRequest: true } });
    const head = await repository.head();
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 1,
      outputs: { decision: 'advance', changed: 'false', commit: '' },
    });
    expect(errorsOf(run)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('advance: {mode: pull-request}') }),
    ]);
    expect(errorsOf(run)[0]?.properties).toMatchObject({ title: 'RULE_VIOLATION', file: MANIFEST });
    expect(await repository.head()).toBe(head);
    expect(await repository.branches()).toEqual(['main']);
  });

  describe('where main takes pull requests only', () => {
    const mode = (): string => sceneConfig(stage.gateway.url, 'advance: {mode: pull-request}\n');

    it('is a pull request that Belay merges', async () => {
      const repository = await stage.createRepository({ rules: { pullRequest: true } });
      await repository.commit({ files: { '.belay/config.yaml': mode() } });
      const run = await advance(repository);
      expect(run).toMatchObject({
        exitCode: 0,
        outputs: { decision: 'advance', changed: 'true', 'pull-request': '1' },
      });
      expect(repository.pulls).toMatchObject([{ state: 'MERGED' }]);
      expect((await readRepository(repository)).weight).toBe(100);
      expect((await repository.log())[0]?.oid).toBe(run.outputs.commit);
    });

    it('waits for a required check, and is merged by the next tick that decides it again', async () => {
      const repository = await stage.createRepository({
        autoMergeAllowed: true,
        rules: { pullRequest: true, checks: ['ci'] },
      });
      await repository.commit({ files: { '.belay/config.yaml': mode() } });
      const run = await advance(repository);
      expect(run).toMatchObject({
        exitCode: 0,
        outputs: { decision: 'advance', changed: 'true', commit: '' },
      });
      expect((await readRepository(repository)).weight).toBe(25);
      const again = await advance(repository);
      expect(again).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1' } });
      expect(repository.pulls).toHaveLength(1);
      await repository.check(repository.pulls[0]?.headOid ?? '', 'ci', 'success');
      expect(repository.pulls).toMatchObject([{ state: 'OPEN' }]);
      expect(await advance(repository)).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
      expect(repository.pulls).toMatchObject([{ state: 'MERGED' }]);
      expect((await readRepository(repository)).weight).toBe(100);
    });
  });

  it('holds, and writes nothing, while the metrics server is down', async () => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    stage.gateway.mood = 'down';
    const run = await advance(repository);
    expect(run).toMatchObject({ exitCode: 0, asked: [], outputs: { decision: 'hold', changed: 'false' } });
    expect(run.summary).toContain('provider');
    expect(await repository.head()).toBe(head);
  });

  it('shows no secret when the metrics server tells what it was sent', async () => {
    stage.gateway.mood = 'indiscreet';
    const run = await advance(await stage.createRepository(), { debug: true });
    expect(run).toMatchObject({ exitCode: 0, outputs: { decision: 'hold' } });
    expect(run.summary).toContain('401');
  });

  it('is refused on any other branch than the default one', async () => {
    const repository = await stage.createRepository();
    await repository.commit({ branch: 'feature', files: { 'README.md': 'x\n' } });
    const run = await advance(repository, {
      ref: 'refs/heads/feature',
      event: { name: 'workflow_dispatch' },
    });
    expect(run).toMatchObject({ exitCode: 1, asked: [], outputs: { decision: '' } });
    expect(errorsOf(run)).toMatchObject([
      {
        message: expect.stringContaining(
          'refused[SEC-03] advance, rollback, command and drill run only on the default branch "main", got "refs/heads/feature"',
        ),
      },
    ]);
  });

  it('fails with one message when the token has expired', async () => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    const run = await advance(repository, { token: stage.lab.tokens.expired });
    expect(run.exitCode).toBe(3);
    expect(errorsOf(run)).toMatchObject([
      { message: expect.stringContaining('the token was rejected (401)') },
    ]);
    expect(await repository.head()).toBe(head);
  });

  it('needs the secret of its provider, and says which', async () => {
    const repository = await stage.createRepository();
    const run = await stage.runJob('advance', repository, { env: {} });
    expect(run.exitCode).toBe(1);
    expect(errorsOf(run)).toMatchObject([
      { message: expect.stringContaining('environment variable PROMETHEUS_TOKEN') },
    ]);
  });
});

describe.skipIf(!present)('a bake that is over', () => {
  open('baked');

  it('ends in a promotion: candidate becomes stable and keeps its backend', async () => {
    const repository = await stage.createRepository();
    const before = await readRepository(repository);
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 0,
      asked: ['createCommitOnBranch'],
      outputs: { decision: 'promote', requests: '1' },
    });
    const after = await readRepository(repository);
    const spec = parse(after.manifest).spec;
    expect(spec.stable).toMatchObject({ version: '3.5.0', backend: 'scorer-b' });
    expect(spec.candidate).toBeUndefined();
    expect(after.weight).toBe(0);
    expect(after.serving).toBe(before.serving);
    expect(after.record.decision.kind).toBe('promote');
    expect(await advance(repository)).toMatchObject({ asked: [], outputs: { decision: 'nothing' } });
  });

  it('tells a person when nothing was seen of it for longer than the deadline', async () => {
    const repository = await stage.createRepository();
    stage.gateway.mood = 'down';
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 2,
      outputs: { decision: 'pause', 'reason-code': 'EVIDENCE_MISSING' },
    });
    expect((await readRepository(repository)).weight).toBe(100);
  });
});

describe.skipIf(!present)('a candidate that fails', () => {
  open('failing');

  it('is rolled back by a merged pull request in three requests, one after the other', async () => {
    const repository = await stage.createRepository();
    const settled = await repository.log();
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 0,
      asked: [
        'repository+viewer',
        'createRef+createCommitOnBranch+createPullRequest',
        'mergePullRequest+enablePullRequestAutoMerge',
      ],
      trips: 3,
      outputs: {
        decision: 'rollback',
        'reason-code': 'HARM_PROVEN',
        changed: 'true',
        requests: '3',
        'pull-request': '1',
      },
    });
    expect(repository.pulls).toMatchObject([
      { state: 'MERGED', title: expect.stringContaining('roll back 3.5.0 to 3.4.1') },
    ]);
    const after = await readRepository(repository);
    expect(after.manifest).toBe(await repository.read(MANIFEST, settled.at(-1)?.oid));
    expect(after.serving).toBe(await repository.read(SERVING, settled.at(-1)?.oid));
    expect(after.record).toMatchObject({ decision: { kind: 'rollback' }, quarantine: { version: '3.5.0' } });
    expect(run.annotations).toMatchObject([
      { level: 'warning', properties: { title: 'TOKEN_IN_CLEAR' } },
      { properties: { title: 'HARM_PROVEN', file: MANIFEST } },
    ]);
    expect(await advance(repository)).toMatchObject({
      exitCode: 0,
      asked: [],
      outputs: { decision: 'nothing' },
    });
  });

  it('leaves its branch for a person where Actions may not open pull requests', async () => {
    const repository = await stage.createRepository({ actionsMayCreatePulls: false });
    const head = await repository.head();
    const run = await advance(repository);
    expect(run).toMatchObject({
      exitCode: 1,
      outputs: { decision: 'rollback', changed: 'false', 'pull-request': '' },
    });
    const [error] = errorsOf(run);
    expect(error?.properties.title).toBe('PULL_REQUESTS_NOT_ALLOWED');
    expect(error?.message).toContain('Allow GitHub Actions to create and approve pull requests');
    expect(await repository.head()).toBe(head);
    const [branch] = (await repository.branches()).filter((name) => name !== 'main');
    expect(error?.message).toContain(`/compare/main...${branch}?expand=1`);
  });

  it('finds the way back in a shallow checkout, too', async () => {
    const repository = await stage.createRepository();
    const run = await advance(repository, { fetchDepth: 1 });
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { decision: 'rollback', changed: 'true', requests: '3' },
    });
  });
});

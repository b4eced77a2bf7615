import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DecisionKind } from '../../src/core/decision/decision.ts';
import { formatInstant, type Instant, instant } from '../../src/core/units.ts';
import { MANIFEST } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { writeOpenMetrics } from '../tools/open-metrics-writer.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../tools/prometheus-server.ts';
import { checkOut } from './checkout.ts';
import { type MetricsGateway, openGateway } from './metrics-gateway.ts';
import { type Past, playPast } from './past.ts';
import { findBundle, ROOT } from './root.ts';
import { planScene, sceneConfig } from './scenes.ts';

/**
 * Six hours of a bad metrics server, in the middle of a rollout: the committed bundle on new checkouts, a GitHub on localhost, and a real
 * Prometheus behind a gateway. Nothing goes up or back, one person is told once, and afterwards the rollout goes on by itself.
 */

/** When the metrics go bad: the step of 25 % is over, and what is to be decided depends on them alone. */
const OUTAGE = instant(Date.UTC(2026, 10, 21, 12));
const HOURS = 6;
const MINUTE = 60_000;
const TOKEN = 'prom-5ecr3t/+value';

interface Badness {
  /** Minutes from one tick to the next. Default 60. */
  readonly every?: number;
  begin(): void;
  end(): void;
  /** In what a person reads when told. */
  readonly says: RegExp;
  /** Which clock the runs have: a moment that is named, or one that goes on and is compared with the server's. */
  readonly clock?: 'named' | 'going';
}

const present = hasPrometheus();
const litter: string[] = [];
const pasts = new Map<'advancing' | 'sick', Past>();
const servers = new Map<'advancing' | 'sick' | 'empty' | 'other', PrometheusServer>();
let lab: Lab;
let gateway: MetricsGateway;
let now: Instant = OUTAGE;
let count = 0;

beforeAll(async () => {
  if (!present) return;
  findBundle();
  lab = await startLab({ clock: { now: () => now } });
  gateway = await openGateway({ token: TOKEN });
  for (const story of ['advancing', 'sick'] as const) {
    const past = await playPast(planPast(story));
    expect(past.decisions).toEqual(['adopt', 'start', 'advance']);
    litter.push(past.directory);
    pasts.set(story, past);
    servers.set(story, await startPrometheus({ openMetrics: past.history }));
  }
  servers.set('empty', await startPrometheus({ openMetrics: '# EOF\n' }));
  servers.set('other', await startPrometheus({ openMetrics: otherTenant() }));
}, 300_000);

afterAll(async () => {
  for (const server of servers.values()) await server.stop();
  await gateway?.close();
  await lab?.close();
  await Promise.all(litter.map((path) => rm(path, { recursive: true, force: true })));
});

function planPast(story: 'advancing' | 'sick') {
  const plan = planScene('advancing', { now: OUTAGE, url: gateway.url });
  const sick = (at: Instant): number => (at > OUTAGE ? 0.2 : 0.005);
  return {
    ...plan,
    rates: story === 'sick' ? { ...plan.rates, '3.5.0': sick } : plan.rates,
    config: sceneConfig(gateway.url).replace('kind: prometheus,', 'kind: prometheus, timeout: 3s,'),
    afterwards: (HOURS + 1) * 60,
  };
}

/** Somebody else's metrics under the same names: they have a stable version called like ours, which fails, and no candidate of ours. */
function otherTenant(): string {
  const points = (perMinute: number) =>
    Array.from({ length: (HOURS + 3) * 60 }, (_, index) => {
      return [instant(OUTAGE + (index - 120) * MINUTE), index * perMinute] as const;
    });
  const series = (version: string, perMinute: number) => ({ labels: { version }, points: points(perMinute) });
  return writeOpenMetrics([
    { name: 'predict', type: 'counter', series: [series('3.4.1', 1000), series('7.0.0', 1000)] },
    { name: 'predict_errors', type: 'counter', series: [series('3.4.1', 600), series('7.0.0', 600)] },
  ]);
}

const use = (server: 'advancing' | 'sick' | 'empty' | 'other'): void => {
  gateway.target = servers.get(server)?.url;
};
const mood = (bad: MetricsGateway['mood']): Pick<Badness, 'begin' | 'end'> => ({
  begin: () => Object.assign(gateway, { mood: bad }),
  end: () => Object.assign(gateway, { mood: 'open' }),
});
const elsewhere = (server: 'empty' | 'other'): Pick<Badness, 'begin' | 'end'> => ({
  begin: () => use(server),
  end: () => use('advancing'),
});

const BADNESS: Readonly<Record<string, Badness>> = {
  'is down': { ...mood('down'), says: /unreachable/ },
  'answers nobody in time': { ...mood('slow'), every: 120, says: /timeout/ },
  'refuses the token': { ...mood('indiscreet'), says: /401/ },
  'has lost all series': { ...elsewhere('empty'), says: /no series|no data|empty/ },
  "answers with another tenant's series": { ...elsewhere('other'), says: /no usable evidence/ },
  'answers about six hours ago': { ...mood('of-the-past'), says: /not on the asked grid/ },
  'has a clock that is twenty minutes ahead': {
    clock: 'going',
    begin: () => {
      gateway.date = () => instant(now + 20 * MINUTE);
    },
    end: () => {
      gateway.date = () => now;
    },
    says: /clock is .* ahead of ours/,
  },
};

interface Tick {
  readonly code: number | null;
  readonly decision: { readonly kind: DecisionKind; readonly reasons: readonly { readonly code: string }[] };
  readonly stderr: string;
  readonly stdout: string;
}

/** One job at a virtual moment: a checkout, and the command line in it. */
async function tick(
  repository: RepositoryHandle,
  at: Instant,
  clock: NonNullable<Badness['clock']> = 'named',
): Promise<Tick> {
  now = at;
  const workspace = await checkOut({
    serverUrl: lab.serverUrl,
    repository: repository.fullName,
    token: lab.tokens.actions,
  });
  litter.push(join(workspace, '..'));
  const named = clock === 'named' ? ['--now', formatInstant(at)] : [];
  const args = [
    findBundle(),
    'advance',
    '--forge',
    'github',
    '--branch',
    'main',
    '--format',
    'json',
    ...named,
  ];
  const going = {
    BELAY_BEGINS: String(at),
    NODE_OPTIONS: `--require ${join(ROOT, 'test/e2e/virtual-clock.cjs')}`,
  };
  const child = spawn(process.execPath, args, {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: workspace,
      BELAY_TOKEN: lab.tokens.actions,
      PROMETHEUS_TOKEN: TOKEN,
      GITHUB_REPOSITORY: repository.fullName,
      GITHUB_API_URL: lab.apiUrl,
      GITHUB_GRAPHQL_URL: lab.graphqlUrl,
      GITHUB_SERVER_URL: lab.serverUrl,
      ...(clock === 'going' ? going : {}),
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await rm(join(workspace, '..'), { recursive: true, force: true });
  const [release] = JSON.parse(stdout || '{}').releases ?? [];
  return { code, decision: release?.decision, stderr, stdout };
}

async function openRepository(story: 'advancing' | 'sick'): Promise<RepositoryHandle> {
  count += 1;
  return lab.createRepository({
    name: `blind-${count}`,
    fromBareGit: join(pasts.get(story)?.directory ?? '', '.git'),
    settings: { private: true, actionsMayCreatePulls: true },
  });
}

async function weightOf(repository: RepositoryHandle): Promise<unknown> {
  return parse((await repository.read(MANIFEST)) ?? '').spec.rollout.weight;
}

/** Ticks through the six hours. Gives what a person was told. */
async function sitThrough(
  repository: RepositoryHandle,
  { every = 60, clock }: Badness,
): Promise<readonly Tick[]> {
  const head = await repository.head();
  const told: Tick[] = [];
  for (let minute = 0; minute <= HOURS * 60; minute += every) {
    const seen = await tick(repository, instant(OUTAGE + minute * MINUTE), clock);
    expect(['hold', 'pause'], seen.stderr).toContain(seen.decision?.kind);
    if (seen.code === 0) continue;
    expect(seen, seen.stderr).toMatchObject({ code: 2, decision: { kind: 'pause' } });
    told.push(seen);
  }
  expect(await weightOf(repository)).toBe(25);
  expect(repository.pulls).toEqual([]);
  const [notice, ...earlier] = await repository.log();
  expect(earlier[0]?.oid).toBe(head);
  expect(notice?.message).toMatch(/^release\(scorer\): pause/);
  return told;
}

describe.skipIf(!present)('six hours in which the metrics server', () => {
  it.each(Object.entries(BADNESS))(
    '%s: nothing moves, a person is told once, and then the rollout goes on',
    async (_, bad) => {
      const repository = await openRepository('advancing');
      use('advancing');
      gateway.date = bad.clock === 'going' ? () => now : undefined;
      bad.begin();
      const told = await sitThrough(repository, bad);
      expect(told).toHaveLength(1);
      expect(told[0]?.decision.reasons[0]?.code).toBe('EVIDENCE_MISSING');
      expect(told[0]?.stdout).toMatch(bad.says);
      expect(told[0]?.stdout + (told[0]?.stderr ?? '')).not.toContain(TOKEN);
      bad.end();
      const back = await tick(repository, instant(OUTAGE + (HOURS * 60 + 5) * MINUTE), bad.clock);
      expect(back, back.stderr).toMatchObject({ code: 0, decision: { kind: 'advance', from: 25, to: 100 } });
      expect(await weightOf(repository)).toBe(100);
      const after = await tick(repository, instant(OUTAGE + (HOURS * 60 + 10) * MINUTE), bad.clock);
      expect(after, after.stderr).toMatchObject({ code: 0, decision: { kind: 'hold' } });
      expect(lab.takeViolations()).toEqual([]);
    },
    600_000,
  );

  it('is down, and the candidate fails unseen: the first tick that sees rolls it back', async () => {
    const repository = await openRepository('sick');
    use('sick');
    gateway.date = undefined;
    gateway.mood = 'down';
    expect(await sitThrough(repository, BADNESS['is down'] as Badness)).toHaveLength(1);
    gateway.mood = 'open';
    const back = await tick(repository, instant(OUTAGE + (HOURS * 60 + 5) * MINUTE));
    expect(back, back.stderr).toMatchObject({ code: 0, decision: { kind: 'rollback' } });
    expect(repository.pulls).toMatchObject([{ state: 'MERGED' }]);
    expect(parse((await repository.read(MANIFEST)) ?? '').spec.candidate).toBeUndefined();
  }, 600_000);
});

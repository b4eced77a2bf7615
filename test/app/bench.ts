import { afterEach } from 'vitest';
import { stringify } from 'yaml';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { type AdvanceOptions, advance } from '../../src/app/advance.ts';
import { type RollbackOptions, rollback } from '../../src/app/rollback.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import type { ReleaseReport, RunReport } from '../../src/report/run-report.ts';
import { CANDIDATE, minute, type ReleaseInput, STABLE, writeRelease } from '../builders/release.ts';
import {
  CONFIG,
  createTestWorld,
  MANIFEST,
  moveTo,
  SERVING,
  type TestWorld,
  writeRoute,
} from '../builders/world.ts';
import { type RecordedPoint, writeOpenMetrics } from '../tools/open-metrics-writer.ts';
import { checkLaws } from './laws.ts';

/** Quick steps, each long enough to be proven by the traffic below. */
export const STEPS = [
  { weight: 5, hold: '30m' },
  { weight: 25, hold: '30m' },
  { weight: 100, hold: '30m' },
];

export const CHECKS = [
  {
    name: 'errors',
    kind: 'proportion',
    provider: 'prod',
    bad: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
    total: 'sum(increase(predict_total{version="{{version}}"}[{{window}}]))',
    tolerate: { relative: '25%', absolute: '0.5%' },
    safe: { relative: '25%', absolute: '1%' },
    limit: '2%',
  },
];

/** Minutes at which a healthy rollout with one tick each has adopted, started, reached 25 %, 100 % and been promoted. */
export const WALK = [0, 1, 32, 64, 96] as const;

/** Share of failing requests by the minute; undefined: there are no requests. */
export type Health = (at: number) => number | undefined;
export const healthy: Health = () => 0.005;
export const sick: Health = () => 0.05;

/** So many minutes of traffic before a test begins: enough for the checks to see stable. */
const BEFORE = 20;

/** Counters of versions that each get 2,000 requests a minute, from before the test begins and for as long as it lasts. */
export function record(
  health: Readonly<Record<string, Health>>,
  { minutes = 400, before = BEFORE }: { readonly minutes?: number; readonly before?: number } = {},
): string {
  const points = (share: Health): RecordedPoint[] => {
    let sum = 0;
    return Array.from({ length: before + minutes }, (_, index) => {
      const at = index - before;
      sum += 2_000 * (share(at) ?? 0);
      return [minute(at), Math.floor(sum)];
    });
  };
  const family = (name: string, share: (version: string) => Health) => ({
    name,
    type: 'counter' as const,
    series: Object.keys(health).map((version) => ({
      labels: { version },
      points: points(share(version)),
    })),
  });
  return writeOpenMetrics([
    family('predict', (version) => (at) => (health[version]?.(at) === undefined ? 0 : 1)),
    family('predict_errors', (version) => health[version] ?? healthy),
  ]);
}

const WELL = { [STABLE.version]: healthy, [CANDIDATE.version]: healthy };
const recordings = new Map<string, MetricsProvider>();
const numbers = new Map<Health, number>();

/** A provider over the recording of some health, written and read once for all tests of a file. Default: all are healthy. */
export function readRecording(
  health: Readonly<Record<string, Health>> = WELL,
  before: number = BEFORE,
): MetricsProvider {
  const key = JSON.stringify([
    before,
    ...Object.entries(health).map(([version, share]) => {
      numbers.set(share, numbers.get(share) ?? numbers.size);
      return [version, numbers.get(share)];
    }),
  ]);
  const known =
    recordings.get(key) ??
    createOpenMetricsProvider({
      name: 'prod',
      text: record(health, { before }),
      clock: createFixedClock(minute(0)),
    });
  recordings.set(key, known);
  return known;
}

/** What is written in a manifest, on top of `ReleaseInput`. */
export interface Setup extends ReleaseInput {
  readonly name?: string;
  readonly targets?: readonly unknown[];
}

/** A manifest as it is written; its serving file is `serving/<name>.yaml`. */
export function writeManifest({ name = 'scorer', targets, ...input }: Setup = {}): string {
  const release = writeRelease({ steps: STEPS, checks: CHECKS, deadline: '24h', ...input }) as {
    metadata: { name: string };
    spec: { targets: readonly unknown[] };
  };
  release.metadata.name = name;
  release.spec.targets = targets ?? [{ kind: 'gateway-api', file: `serving/${name}.yaml`, route: 'scorer' }];
  return stringify(release);
}

/** Manifest and serving file of a release. */
export function writeFiles(setup: Setup = {}, weights: Readonly<Record<string, number>> = {}) {
  const name = setup.name ?? 'scorer';
  return {
    [`releases/${name}.yaml`]: writeManifest(setup),
    [`serving/${name}.yaml`]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0, ...weights }),
  };
}

export interface Bench extends TestWorld {
  /** Lets time pass, makes a new checkout, and advances. */
  tick(at: number, options?: Partial<AdvanceOptions>): Promise<RunReport>;
  /** Lets time pass, makes a new checkout, and rolls back. */
  rollBack(at: number, options?: Partial<RollbackOptions>): Promise<RunReport>;
}

export interface BenchInput {
  readonly files?: Readonly<Record<string, string>>;
  readonly config?: string;
  /** By version. Default: both versions of the builders are healthy. */
  readonly health?: Readonly<Record<string, Health>>;
  /** Minutes of traffic before the test begins. Default 20. */
  readonly before?: number;
  /** Instead of a recording. */
  readonly provider?: (clock: Clock) => MetricsProvider;
}

/** A repository with a settled release, and hands to run Belay in it. */
export function openBench(input: BenchInput = {}): Bench {
  const recorded = readRecording(input.health, input.before);
  const provider = (clock: Clock): MetricsProvider => ({
    ...recorded,
    query: async (request) => ({ ...(await recorded.query(request)), fetchedAt: clock.now() }),
  });
  const test = createTestWorld({
    files: { '.belay/config.yaml': input.config ?? CONFIG, ...(input.files ?? writeFiles()) },
    provider: input.provider ?? provider,
  });
  opened.push(test);
  const after = async (at: number): Promise<void> => {
    await moveTo(test.clock, minute(at));
    test.forge.checkout();
  };
  return {
    ...test,
    tick: async (at, options = {}) => {
      await after(at);
      return advance(test.world, { only: [], dryRun: false, ...options });
    },
    rollBack: async (at, options = {}) => {
      await after(at);
      return rollback(test.world, {
        release: 'scorer',
        reason: 'it is slow',
        from: undefined,
        onlyIfFailing: false,
        dryRun: false,
        ...options,
      });
    },
  };
}

/** A bench in which the candidate has been ticked through the first `moves` of WALK (1: adopted, 2: at 5 %, 3: at 25 % …). */
export async function openInFlight(
  moves: 1 | 2 | 3 | 4 | 5,
  input: BenchInput = {},
  setup: Setup = {},
): Promise<Bench> {
  const bench = openBench(input);
  await bench.tick(WALK[0]);
  bringCandidate(bench, setup);
  for (const at of WALK.slice(1, moves)) await bench.tick(at);
  return bench;
}

/** A pull request with the candidate is merged. */
export function bringCandidate(bench: TestWorld, setup: Setup = {}): void {
  bench.forge.push(
    { [MANIFEST]: writeManifest({ candidate: CANDIDATE, ...setup }) },
    { message: 'Bring the candidate' },
  );
}

/** What a run decided about a release and what became of it. */
export function only(report: RunReport, name = 'scorer'): ReleaseReport {
  const found = report.releases.filter((release) => release.name === name);
  if (found.length !== 1)
    throw new Error(`${found.length} reports of ${name} among ${report.releases.map((one) => one.name)}`);
  return found[0]!;
}

/** Kind of the decision, its first reason and what became of it. */
export function told(
  report: RunReport,
  name = 'scorer',
): readonly [kind: string, code: string, receipt: string] {
  const { decision, receipt } = only(report, name);
  return [decision.kind, decision.reasons[0].code, receipt.kind];
}

/** `spec.rollout.weight` on the default branch; 0 when settled. */
export function weightOf({ forge }: TestWorld, path: string = MANIFEST): number {
  return Number(/^ {4}weight: (\S+)$/m.exec(forge.textAt(path) ?? '')?.[1]);
}

/** Weights in a serving file, in its order. */
export function splitOf({ forge }: TestWorld, path: string = SERVING): readonly number[] {
  return [...(forge.textAt(path) ?? '').matchAll(/^ +weight: (\d+)$/gm)].map((match) => Number(match[1]));
}

const opened: TestWorld[] = [];

/** Holds every repository of the tests of a file to the laws, after each test. */
export function holdToLaws(): void {
  afterEach(() => {
    for (const { forge } of opened.splice(0)) checkLaws(forge);
  });
}

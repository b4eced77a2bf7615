import { stringify } from 'yaml';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import type { World } from '../../src/app/world.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { elapsed, type Instant, instant } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { type SeededRandom, seededRandom } from '../core/stats/seeded-random.ts';
import { createFakeForge, type FakeForge } from '../fakes/forge.ts';
import { type MetricFamily, type RecordedPoint, writeOpenMetrics } from '../tools/open-metrics-writer.ts';
import { minute, type ReleaseInput, START, writeRelease } from './release.ts';

export const MANIFEST = 'releases/scorer.yaml';
export const SERVING = 'serving/scorer.yaml';

/** A route over two backends, with a comment that must survive. */
export function writeRoute(weights: Readonly<Record<string, number>>): string {
  const refs = Object.entries(weights).map(
    ([name, weight]) =>
      `        - name: ${name} # port of the sidecar\n          port: 8080\n          weight: ${weight}`,
  );
  return [
    'apiVersion: gateway.networking.k8s.io/v1',
    'kind: HTTPRoute',
    'metadata:',
    '  name: scorer',
    'spec:',
    '  rules:',
    '    - backendRefs:',
    ...refs,
    '',
  ].join('\n');
}

export const CONFIG =
  'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: openmetrics, file: metrics.om}\n';

/** Files of a repository with one release. */
export function repositoryFiles(
  release: ReleaseInput,
  weights: Readonly<Record<string, number>> = { 'scorer-a': 100, 'scorer-b': 0 },
): Record<string, string> {
  return {
    '.belay/config.yaml': CONFIG,
    [MANIFEST]: stringify(writeRelease(release)),
    [SERVING]: writeRoute(weights),
    'docs/runbooks/scorer.md': '# When scorer goes wrong\n',
  };
}

/** How often a version fails, by the moment. */
export type ErrorRates = Readonly<Record<string, (at: Instant) => number>>;

/**
 * Traffic that follows the manifest on the default branch, minute by minute, as counters that a provider can be asked for:
 * what Belay decides changes what it sees next.
 */
export class Traffic {
  readonly #forge: Pick<FakeForge, 'textAt'>;
  readonly #rates: ErrorRates;
  readonly #perMinute: number;
  readonly #random: SeededRandom;
  readonly #total = new Map<string, RecordedPoint[]>();
  readonly #errors = new Map<string, RecordedPoint[]>();

  constructor(options: {
    readonly forge: Pick<FakeForge, 'textAt'>;
    readonly rates: ErrorRates;
    readonly perMinute: number;
    readonly seed: number;
  }) {
    this.#forge = options.forge;
    this.#rates = options.rates;
    this.#perMinute = options.perMinute;
    this.#random = seededRandom(options.seed);
  }

  /** One minute of requests, then a scrape. */
  flow(at: Instant): void {
    const text = this.#forge.textAt(MANIFEST) ?? '';
    const reading = parseRelease(MANIFEST, text);
    if (reading.kind === 'bad') throw new TypeError(reading.problems[0]!.message);
    const { stable, candidate, rollout } = reading.value.release.spec;
    const share = candidate ? rollout.weight / 100 : 0;
    const tried = this.#random.binomial(this.#perMinute, share);
    const served = new Map([
      [stable.version, this.#perMinute - tried],
      ...(candidate ? [[candidate.version, tried] as const] : []),
    ]);
    for (const version of Object.keys(this.#rates)) {
      const requests = served.get(version) ?? 0;
      const errors = this.#random.binomial(requests, this.#rates[version]!(at));
      this.#add(this.#total, version, at, requests);
      this.#add(this.#errors, version, at, errors);
    }
  }

  #add(counters: Map<string, RecordedPoint[]>, version: string, at: Instant, count: number): void {
    const points = counters.get(version) ?? [];
    points.push([at, (points.at(-1)?.[1] ?? 0) + count]);
    counters.set(version, points);
  }

  /** All that was scraped until now. */
  openMetrics(): string {
    const family = (name: string, counters: Map<string, RecordedPoint[]>): MetricFamily => ({
      name,
      type: 'counter',
      series: [...counters].map(([version, points]) => ({ labels: { version }, points })),
    });
    return writeOpenMetrics([family('predict', this.#total), family('predict_errors', this.#errors)]);
  }
}

export interface TestWorld {
  readonly forge: FakeForge;
  readonly world: World;
  readonly clock: Clock;
  readonly log: string[];
}

/** A world in memory; `provider` answers for every provider of the config. */
export function createTestWorld(options: {
  readonly files: Record<string, string>;
  readonly provider: (clock: Clock) => MetricsProvider;
  readonly start?: Instant;
}): TestWorld {
  const clock = createFixedClock(options.start ?? START);
  const forge = createFakeForge({ files: options.files, clock });
  const log: string[] = [];
  const write = (line: string) => void log.push(line);
  const world: World = {
    forge,
    openProvider: async () => options.provider(clock),
    clock,
    log: { info: write, warn: write, debug: () => undefined },
    sha256,
    tool: 'belay test',
    trigger: { kind: 'schedule', actor: null },
  };
  return { forge, world, clock, log };
}

/** A provider over what has been scraped until now. */
export function recordedProvider(text: () => string): (clock: Clock) => MetricsProvider {
  return (clock) => createOpenMetricsProvider({ name: 'prod', text: text(), clock });
}

/** A provider that cannot be reached. */
export function brokenProvider(clock: Clock): MetricsProvider {
  return {
    name: 'prod',
    query: async (request) => ({
      provider: 'prod',
      request,
      fetchedAt: clock.now(),
      outcome: { kind: 'absent', reason: 'unreachable', detail: 'connection refused' },
    }),
  };
}

/** Moves a virtual clock to a moment. */
export async function moveTo(clock: Clock, at: Instant): Promise<void> {
  await clock.sleep(elapsed(clock.now(), at));
}

export { instant, minute };

import type { BucketTick, CumulativeBuckets } from '../../../src/core/stats/buckets.ts';
import { asOneOf } from '../../../src/core/stats/combine.ts';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { logMean } from '../../../src/core/stats/log-space.ts';
import { shiftPairs } from '../../../src/core/stats/shifted-buckets.ts';
import { tailTicks } from '../../../src/core/stats/tail.ts';
import { mergedTwinCurve } from '../../../src/core/stats/twin.ts';
import { kayenta } from './kayenta.ts';
import { argo, flagger, normalMixture, zTest } from './peers.ts';
import { type Draws, drawsFrom, seedOf } from './random.ts';
import { DEFAULT, firstAtLeast, GOAL, NO_MARGIN, REFERENCE } from './rules.ts';
import { type Section, tryMade } from './section.ts';
import { DAY_TICKS, TICK_MINUTES } from './world.ts';

const BOUNDS = [
  0.025,
  0.04,
  0.06,
  0.08,
  0.1,
  0.13,
  0.16,
  0.2,
  0.25,
  0.3,
  0.4,
  0.5,
  0.65,
  0.8,
  1.2,
  Number.POSITIVE_INFINITY,
];
/** 99 % of a standard normal lie below. */
const Z99 = 2.326348;
/** Seconds, lognormal: median 0.1, p99 0.404. */
const MEDIAN = 0.1;
const P99 = 0.404;
const SLOW = 0.4;
const CELLS = [
  { rpm: 500, share: 0.05 },
  { rpm: 5_000, share: 0.05 },
  { rpm: 5_000, share: 0.25 },
];
const SLOWER = [1, 1.1, 1.25, 1.5];

interface Latencies {
  readonly rpm: number;
  readonly share: number;
  /** The candidate's p99 as a factor of stable's; the median is the same. */
  readonly slower: number;
}

/** A day of histograms; load that both arms share moves all times by 10 %. */
function latencies({ rpm, share, slower }: Latencies, seed: number): readonly BucketTick[] {
  const draws = drawsFrom(seedOf(seed, 'latencies'));
  const sigma = (factor: number): number => Math.log((P99 * factor) / MEDIAN) / Z99;
  let load = draws.normal();
  return Array.from({ length: DAY_TICKS }, (_, index) => {
    load = 0.95 * load + Math.sqrt(1 - 0.95 ** 2) * draws.normal();
    const requests = rpm * TICK_MINUTES * (1 + 0.6 * Math.sin((2 * Math.PI * index) / DAY_TICKS));
    const median = MEDIAN * Math.exp(0.1 * load);
    return {
      candidate: histogram(draws.poisson(requests * share), { median, sigma: sigma(slower) }, draws),
      stable: histogram(draws.poisson(requests * (1 - share)), { median, sigma: sigma(1) }, draws),
    };
  });
}

interface Spread {
  readonly median: number;
  readonly sigma: number;
}

/** Bucket by bucket, each binomial among what is left. */
function histogram(requests: number, { median, sigma }: Spread, draws: Draws): CumulativeBuckets {
  let [within, below] = [0, 0];
  const counts = BOUNDS.map((bound) => {
    const upTo = Number.isFinite(bound) ? normalShare(Math.log(bound / median) / sigma) : 1;
    const chance = Math.min(1, (upTo - below) / (1 - below));
    within += chance >= 1 ? requests - within : draws.binomial(requests - within, chance);
    below = upTo;
    return within;
  });
  return { bounds: BOUNDS, counts };
}

/** Share of a standard normal below z: Abramowitz and Stegun 26.2.17, off by at most 7.5e-8. */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? 1 - above : above;
}

const above = (bound: number) => (ticks: readonly BucketTick[]) => tailTicks(ticks, bound);

/** p99 of every tick as a number, interpolated within its bucket as `histogram_quantile` does. */
function p99s(ticks: readonly BucketTick[]): readonly Tick[] {
  const one = ({ bounds, counts }: CumulativeBuckets) => {
    const rank = 0.99 * (counts.at(-1) ?? 0);
    const at = counts.findIndex((count) => count >= rank);
    const [low, before] = [bounds[at - 1] ?? 0, counts[at - 1] ?? 0];
    const high = Math.min(bounds[at] ?? low, bounds.at(-2) ?? low);
    const events = low + ((high - low) * (rank - before)) / Math.max(1, (counts[at] ?? 0) - before);
    return { events, exposure: 1 };
  };
  return ticks.map(({ candidate, stable }) => ({ candidate: one(candidate), stable: one(stable) }));
}

/** "At most 1.25 times stable at every quantile" by shifted buckets. */
function shifted(ticks: readonly BucketTick[]): number | undefined {
  const pairs = shiftPairs(BOUNDS.slice(0, -1), 1.25);
  const curves = pairs.map((pair) => {
    const [ours, theirs] = [tailTicks(ticks, pair.candidate), tailTicks(ticks, pair.stable)];
    const tails = ours.map(({ candidate }, index) => ({ candidate, stable: theirs[index]!.stable }));
    return mergedTwinCurve(tails, {
      ...asOneOf(pairs.length, { goal: GOAL }),
      side: 'harm',
      margin: NO_MARGIN,
    });
  });
  return firstAtLeast(
    ticks.map((_, index) => logMean(curves.map((curve) => curve[index]!))),
    GOAL,
  );
}

/** Argo's and Flagger's rules fire at 1 % of failures, and p99 is above 0.5 s when 1 % take longer. */
const RULES = [
  {
    name: 'tail > 0.4 s, reference mixture',
    firesAt: (t: readonly BucketTick[]) => REFERENCE.firesAt(above(SLOW)(t)),
  },
  {
    name: 'tail > 0.4 s, default plan',
    firesAt: (t: readonly BucketTick[]) => DEFAULT.firesAt(above(SLOW)(t)),
  },
  { name: 'p99 within ×1.25, default plan', firesAt: shifted },
  {
    name: 'Argo p99 < 0.5 s, failureLimit 3',
    firesAt: (t: readonly BucketTick[]) => argo(3).firesAt(above(0.5)(t)),
  },
  {
    name: 'Flagger p99 < 0.5 s, threshold 5',
    firesAt: (t: readonly BucketTick[]) => flagger(5).firesAt(above(0.5)(t)),
  },
  {
    name: 'z-test of the tail, peeked',
    firesAt: (t: readonly BucketTick[]) => zTest('', 1.644854).firesAt(above(SLOW)(t)),
  },
  {
    name: 'normal mixture of the tail',
    firesAt: (t: readonly BucketTick[]) => normalMixture.firesAt(above(SLOW)(t)),
  },
];
const SLOW_RULES = [
  { name: 'Kayenta Mann–Whitney of p99', firesAt: (t: readonly BucketTick[]) => kayenta.firesAt(p99s(t)) },
];

/** How soon slow answers are found, and how often healthy candidates are taken for slow. */
export const LATENCY: Section = {
  kind: 'trials',
  name: 'latency',
  title:
    'Latency, lognormal with p99 0.4 s in 16 buckets, 24 h: false rollbacks (A/A) and p99 slower by 10, 25, 50 %',
  rows: (run) =>
    CELLS.flatMap((cell) =>
      SLOWER.flatMap((slower) => {
        const size = slower === 1 ? 'A/A' : `p99 ×${slower}`;
        const made = {
          section: 'latency',
          cell: `${cell.rpm} rpm ${100 * cell.share} % ${size}`,
          make: (seed: number) => latencies({ ...cell, slower }, seed),
        };
        return [
          ...tryMade({ ...made, rules: RULES, part: 3 }, run),
          ...tryMade({ ...made, rules: SLOW_RULES, part: 10 }, run),
        ];
      }),
    ),
};

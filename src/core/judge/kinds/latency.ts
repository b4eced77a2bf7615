import { type BucketTick, type CumulativeBuckets, countsAbove } from '../../stats/buckets.ts';
import { combineTests } from '../../stats/combine.ts';
import { mergeTicks, type Tick } from '../../stats/counts.ts';
import { quantileInterval, quantileSafeLogE } from '../../stats/quantile-interval.ts';
import { recentDoubt } from '../../stats/recent-doubt.ts';
import { shiftedLogE, shiftPairs } from '../../stats/shifted-buckets.ts';
import { type ChosenBound, chooseBound } from '../../stats/tail.ts';
import type { Stretch } from '../divide.ts';
import type { Counts, LatencyCheck, ProportionCheck } from '../evidence.ts';
import { type Course, INTERVAL_ALPHA, INTERVAL_LEVEL, type Method, type ShownInterval } from '../method.ts';
import { tailStretches, wholeBuckets } from '../whole-buckets.ts';
import { changesIn } from '../whole-ticks.ts';
import { latencyWords } from '../words/latency.ts';
import { proportion } from './proportion.ts';

type Buckets = Stretch<CumulativeBuckets>;

/**
 * Measurements in buckets: the share above a bound as a proportion (`tail`, and `limit` with it), and a quantile by shifted
 * buckets for harm and by quantile intervals for safety (`quantile`). Asked for both, either may prove harm and both must be
 * safe. At 100 % the limit alone judges.
 */
export const latency: Method<LatencyCheck, CumulativeBuckets> = {
  looking: ({ limit }) => ({
    exposure: ({ counts }) => counts.at(-1) ?? 0,
    alone: limit !== undefined,
    oneArm: false,
  }),
  members: ({ bound, quantile, limit }) => [
    ...(bound === undefined ? [] : ['tail']),
    ...(quantile === undefined ? [] : ['quantile']),
    ...(limit === undefined ? [] : ['limit']),
  ],
  harm: (check, stretches, member, course) => {
    if (member === 'quantile') return quantileHarm(check, stretches, course);
    const tail = tailOf(check, stretches);
    const name = member === 'tail' ? 'comparison' : 'limit';
    return tail ? proportion.harm(tail.check, tail.stretches, name, course) : 0;
  },
  safe: (check, now) => {
    const tail = tailOf(check, [now]);
    const tailSafe = tail?.stretches[0] && proportion.safe(tail.check, tail.stretches[0]);
    if (now.period.whole) return check.limit === undefined ? undefined : (tailSafe ?? 0);
    return combineTests('safe', [
      ...(check.bound === undefined ? [] : [tailSafe ?? 0]),
      ...(check.quantile === undefined ? [] : [quantileSafe(check, now, check.quantile)]),
    ]);
  },
  doubt: (check, now) => {
    if (now.period.whole) return 0;
    const tail = tailOf(check, [now]);
    const ofTail = tail?.stretches[0] && proportion.doubt?.(tail.check, tail.stretches[0]);
    return Math.max(ofTail ?? 0, check.quantile === undefined ? 0 : quantileDoubt(check, now));
  },
  caution: (check, stretches) => {
    const tail = tailOf(check, stretches);
    return tail && proportion.caution?.(tail.check, tail.stretches);
  },
  bounds: ({ bound, limit, ticks }) => {
    const seen = ticks.find(({ stable }) => stable.kind === 'seen')?.stable;
    const chosen =
      bound !== undefined && seen?.kind === 'seen' ? chooseBound(seen.value.bounds, bound) : undefined;
    if (limit === undefined || !chosen) return { members: {} };
    return { members: { limit: { max: limit, counts: (arm) => countsAbove(arm, chosen.used) } } };
  },
  // a quantile is no count: nobody can say when it is proven
  tests: ({ bound, quantile, ...check }, whole) =>
    bound === undefined || quantile !== undefined
      ? undefined
      : proportion.tests?.({ ...check, kind: 'proportion', ticks: [] }, whole),
  totals: (check, stretches) => {
    const tail = tailOf(check, stretches);
    return tail && proportion.totals(tail.check, tail.stretches);
  },
  interval: (check, stretches, side) => {
    const tail = tailOf(check, stretches);
    return tail
      ? proportion.interval(tail.check, tail.stretches, side)
      : quantileOf(check, stretches, 'candidate');
  },
  words: (check, stretches, interval) => {
    const tail = tailOf(check, stretches);
    return latencyWords(check, stretches, {
      tail: tail && {
        bound: tail.bound,
        words: proportion.words(tail.check, tail.stretches, interval),
      },
      candidate: quantileOf(check, stretches, 'candidate'),
      stable: quantileOf(check, stretches, 'stable'),
    });
  },
};

/** What is above the bound of a check, as a proportion. */
interface Tail {
  readonly bound: ChosenBound;
  readonly check: ProportionCheck;
  readonly stretches: readonly Stretch<Counts>[];
}

/** Undefined without a bound to look at, or before any bucket was seen. */
function tailOf({ bound, ...check }: LatencyCheck, stretches: readonly Buckets[]): Tail | undefined {
  if (bound === undefined) return undefined;
  const chosen = chooseBound(boundsOf(stretches), bound);
  if (!chosen) return undefined;
  return {
    bound: chosen,
    check: { ...check, kind: 'proportion', ticks: [] },
    stretches: tailStretches(stretches, chosen.used),
  };
}

/** The bounds of all histograms: they are settled. */
function boundsOf(stretches: readonly Buckets[]): readonly number[] {
  const first = stretches.find(({ alone }) => alone.length > 0);
  return first?.alone[0]?.bounds ?? [];
}

function quantileHarm(
  { harm, dispersion, trim }: LatencyCheck,
  stretches: readonly Buckets[],
  course: Course,
): number {
  const parts = stretches.map((stretch) => wholeBuckets([stretch], 'harm'));
  const changes = changesIn(parts.map(mergedLength));
  const test = { ...course, factor: harm.ratio, dispersion, trim, changes };
  return shiftedLogE(parts.flat(), test).logE;
}

/** How many ticks there are when those without traffic on an arm have gone into the next. */
function mergedLength(ticks: readonly BucketTick[]): number {
  const all = ({ candidate, stable }: BucketTick): Tick => ({
    candidate: countsAbove(candidate, Number.POSITIVE_INFINITY),
    stable: countsAbove(stable, Number.POSITIVE_INFINITY),
  });
  return mergeTicks(ticks.map(all)).ticks.length;
}

function quantileSafe({ safe, dispersion, trim }: LatencyCheck, now: Buckets, quantile: number): number {
  return quantileSafeLogE(wholeBuckets([now], 'safe'), { quantile, factor: safe.ratio, dispersion, trim });
}

function quantileDoubt({ harm, dispersion }: LatencyCheck, now: Buckets): number {
  const ticks = wholeBuckets([now], 'harm');
  const pairs = shiftPairs(boundsOf([now]), harm.ratio);
  return combineTests(
    'harm',
    pairs.map((pair) => {
      const tails = ticks.map(
        (tick): Tick => ({
          candidate: countsAbove(tick.candidate, pair.candidate),
          stable: countsAbove(tick.stable, pair.stable),
        }),
      );
      return recentDoubt(tails, { margin: { ratio: 1, difference: 0 }, dispersion });
    }),
  );
}

/** Where an arm's quantile lies, rollout-long; undefined when none is asked for, or nothing is known. */
function quantileOf(
  { quantile, dispersion, trim }: LatencyCheck,
  stretches: readonly Buckets[],
  arm: 'candidate' | 'stable',
): ShownInterval | undefined {
  if (quantile === undefined) return undefined;
  const histograms = stretches.flatMap(({ pairs }) => pairs.map((pair) => pair[arm]));
  const { low, high } = quantileInterval(histograms, { alpha: INTERVAL_ALPHA, quantile, dispersion, trim });
  if (!Number.isFinite(low) || (low === 0 && !Number.isFinite(high))) return undefined;
  return { of: 'value', low, high: Number.isFinite(high) ? high : undefined, level: INTERVAL_LEVEL };
}

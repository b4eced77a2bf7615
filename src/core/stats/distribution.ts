import type { BetOptions, Side } from './bets.ts';
import { lastWhere } from './bisection.ts';
import { asOneOf, combineTests } from './combine.ts';
import { type Counts, mergeTicks, type Tick } from './counts.ts';
import { FINE_PLAN, withFinePlan, withPlainBets } from './fine-plan.ts';
import type { Interval, IntervalOptions } from './interval.ts';
import { logMean } from './log-space.ts';
import { oneSampleLogE } from './one-sample.ts';
import { mergedTwinLogE } from './twin.ts';

/** Both arms' counts per bin in one tick; not cumulative, the same bins in the same order on both. */
export interface BinTick {
  readonly candidate: readonly number[];
  readonly stable: readonly number[];
}

/** One side of the comparison of two distributions. */
export interface DistributionTest extends BetOptions {
  /**
   * ε, 0 to 1: how far apart the cumulative shares may be at any cut between bins (Kolmogorov–Smirnov distance). A shift of
   * the mean by 0.1, 0.25 or 0.5 standard deviations of a normal distribution is 0.04, 0.10 or 0.20.
   */
  readonly tolerance: number;
}

/** At a cut between two bins, whether the candidate has too much `below` it or too much `above` it. */
export type Direction = 'below' | 'above';

/** A cut and direction with its counts: events are what lies on that side. Cut j is after bin j, from 1 to K − 1. */
export interface Cut {
  readonly cut: number;
  readonly direction: Direction;
}

const DIRECTIONS = ['below', 'above'] as const;
const NARROWING_STEPS = 24;

/**
 * Natural log of the evidence that candidate and stable draw from distributions further apart than ε (`harm`), or less
 * far at every cut (`safe`). What moves both arms alike, such as the hour of the day, cancels.
 *
 * Harm: per cut and direction `twinLogE` at ratio 1 and difference ε on the share on that side; the mean of the 2(K − 1).
 * Safe: the least of them, with nothing to pay for their number (`combineTests`). Per cut and direction it is the mean of
 * two forms of one claim: "share below F_C < F_B + ε" and "share above 1 − F_C > 1 − F_B − ε". The bound 1 + u ≤ e^u
 * behind a twin costs 1/(1 − share) in time, and the least is as slow as its slowest part, so that a cut at nine tenths
 * would take ten times as long in the first form alone. The second is a twin with the bets of the other side and a
 * negative difference, valid by the same line of proof.
 * Bets are those of `FINE_PLAN` where none are given.
 *
 * @param ticks  in any order; a tick with an empty arm is merged into the next
 * @returns unitless; 0 without data and with fewer than two bins
 */
export function distributionLogE(ticks: readonly BinTick[], test: DistributionTest): number {
  return logEOf(cutsOf(ticks), test);
}

/**
 * How far apart the two distributions are (Kolmogorov–Smirnov distance over the bins), at every moment of looking at once:
 * the tolerances that neither side rejects at ln(1/α).
 * @returns ends between 0 and 1, to 1e-7; [0, 1] without data
 */
export function distanceInterval(
  ticks: readonly BinTick[],
  options: Pick<IntervalOptions, 'alpha' | 'dispersion' | 'trim'>,
): Interval {
  const cuts = cutsOf(ticks);
  const { alpha, dispersion = 1, trim = 0 } = options;
  const reaches = (side: Side, tolerance: number): boolean =>
    logEOf(cuts, withPlainBets({ side, tolerance, dispersion, trim })) >= -Math.log(alpha);
  const range = { from: 0, to: 1, steps: NARROWING_STEPS };
  const low = reaches('harm', 0) ? lastWhere((at) => reaches('harm', at), range) : 0;
  const high = reaches('safe', 1) ? lastWhere((at) => !reaches('safe', at), range) : 1;
  // Ticks that contradict each other, for a distance that moves, may put the ends the wrong way round.
  return { low: Math.min(low, high), high: Math.max(low, high) };
}

/** The largest difference of cumulative shares that was observed, and where; undefined while an arm is empty. */
export function observedDistance(
  ticks: readonly BinTick[],
): (Cut & { readonly distance: number }) | undefined {
  const candidate = runningSums(sumBins(ticks.map((tick) => tick.candidate)));
  const stable = runningSums(sumBins(ticks.map((tick) => tick.stable)));
  let widest: (Cut & { readonly distance: number }) | undefined;
  for (let cut = 1; cut < Math.max(candidate.length, stable.length); cut += 1) {
    const [a, b] = [sideOf(candidate, cut, 'below'), sideOf(stable, cut, 'below')];
    if (!(a.exposure > 0 && b.exposure > 0)) return undefined;
    const more = a.events / a.exposure - b.events / b.exposure;
    if (widest === undefined || Math.abs(more) > widest.distance)
      widest = { cut, direction: more > 0 ? 'below' : 'above', distance: Math.abs(more) };
  }
  return widest;
}

/** The test of one arm against a distribution that is fixed. */
export interface ReferenceTest extends DistributionTest {
  /** Share of each bin in the reference, in the order of the bins; scaled to sum to 1. */
  readonly reference: readonly number[];
}

/** A cut of one arm with the share that the reference allows on that side of it. */
export interface ReferenceCut extends Cut {
  /** Counts per tick: events are what lies on that side. */
  readonly ticks: readonly Counts[];
  /** Reference share on that side plus ε, above 0 and below 1. */
  readonly limit: number;
}

/**
 * Natural log of the evidence that one arm's distribution is further than ε from a fixed one (`harm`), or less far at every
 * cut (`safe`): `oneSampleLogE` per cut and direction, mean or least as in `distributionLogE`.
 * A reference that is a day old is rejected by the time of day alone: fit to tell a person, not to roll back.
 * @param ticks  counts per bin, not cumulative
 */
export function referenceLogE(ticks: readonly (readonly number[])[], test: ReferenceTest): number {
  const cuts = referenceCuts(ticks, test);
  const part = withFinePlan(asOneOf(cuts.length, test));
  return combineTests(
    test.side,
    cuts.map((cut) => oneSampleLogE(cut.ticks, { ...part, limit: cut.limit })),
  );
}

/** The one-sample tests that `referenceLogE` is made of, without those whose limit is 1 or more and so always kept. */
export function referenceCuts(
  ticks: readonly (readonly number[])[],
  test: Pick<ReferenceTest, 'reference' | 'tolerance'>,
): readonly ReferenceCut[] {
  const reference = runningSums(test.reference);
  const running = ticks.map(runningSums);
  return cutList(reference.length).flatMap(({ cut, direction }) => {
    const { events, exposure } = sideOf(reference, cut, direction);
    const limit = events / exposure + test.tolerance;
    if (!(limit > 0 && limit < 1)) return [];
    return [{ cut, direction, limit, ticks: running.map((bins) => sideOf(bins, cut, direction)) }];
  });
}

interface TwinCut extends Cut {
  readonly ticks: readonly Tick[];
}

function logEOf(cuts: readonly TwinCut[], test: DistributionTest): number {
  const { side } = test;
  const part = asOneOf(cuts.length, test);
  return combineTests(
    side,
    cuts.map(({ ticks }) => (side === 'harm' ? plainLogE(ticks, part) : safeLogE(ticks, part))),
  );
}

function plainLogE(ticks: readonly Tick[], { tolerance, ...bets }: DistributionTest): number {
  return mergedTwinLogE(ticks, { ...withFinePlan(bets), margin: { ratio: 1, difference: tolerance } });
}

function safeLogE(ticks: readonly Tick[], test: DistributionTest): number {
  // Bets given for this side do not fit the other.
  const { tolerance, mixture, plan: _, ...bets } = test;
  const other = { ...bets, side: 'harm' } as const;
  const opposite = mergedTwinLogE(ticks.map(complementTick), {
    ...(mixture ? withPlainBets(other) : { ...other, plan: { opening: FINE_PLAN.harm.opening } }),
    margin: { ratio: 1, difference: -tolerance },
  });
  return logMean([plainLogE(ticks, test), opposite]);
}

function complementTick({ candidate, stable }: Tick): Tick {
  return { candidate: complement(candidate), stable: complement(stable) };
}

function complement({ events, exposure }: Counts): Counts {
  return { events: Math.max(0, exposure - events), exposure };
}

/** Merging looks at totals alone, so that it is the same for every cut. */
function cutsOf(ticks: readonly BinTick[]): readonly TwinCut[] {
  const bins = ticks.reduce((most, tick) => Math.max(most, tick.candidate.length, tick.stable.length), 0);
  const running = ticks.map(({ candidate, stable }) => ({
    candidate: runningSums(candidate),
    stable: runningSums(stable),
  }));
  return cutList(bins).map(({ cut, direction }) => ({
    cut,
    direction,
    ticks: mergeTicks(
      running.map(({ candidate, stable }) => ({
        candidate: sideOf(candidate, cut, direction),
        stable: sideOf(stable, cut, direction),
      })),
    ).ticks,
  }));
}

function cutList(bins: number): readonly Cut[] {
  return Array.from({ length: Math.max(0, bins - 1) }, (_, index) => index + 1).flatMap((cut) =>
    DIRECTIONS.map((direction) => ({ cut, direction })),
  );
}

function runningSums(bins: readonly number[]): readonly number[] {
  let sum = 0;
  return bins.map((count) => {
    sum += count;
    return sum;
  });
}

/** @param running  running sums of the bins; bins that are missing at the end are empty */
function sideOf(running: readonly number[], cut: number, direction: Direction): Counts {
  const exposure = running.at(-1) ?? 0;
  const below = running[cut - 1] ?? exposure;
  return { events: direction === 'below' ? below : exposure - below, exposure };
}

function sumBins(ticks: readonly (readonly number[])[]): readonly number[] {
  const sums: number[] = [];
  for (const bins of ticks)
    for (const [index, count] of bins.entries()) sums[index] = (sums[index] ?? 0) + count;
  return sums;
}

import type { BetOptions, Side } from './bets.ts';
import { type BucketTick, boundFrom, type CumulativeBuckets, countsAbove, sharedBounds } from './buckets.ts';
import { withPlainBets } from './fine-plan.ts';
import type { Interval, IntervalOptions } from './interval.ts';
import { oneSampleLogE } from './one-sample.ts';

/** Which quantile, and how sure. */
export interface QuantileOptions extends Pick<IntervalOptions, 'alpha' | 'dispersion' | 'trim'> {
  /** q, above 0 and below 1: 0.99 for p99. */
  readonly quantile: number;
}

/**
 * Where a quantile lies, as bucket bounds, at every moment of looking at once: above `low` and at most `high`.
 *
 * The q-quantile is above b exactly when more than 1 − q of the measurements are. So low is the largest bound at which
 * the one-sample evidence that the share above b exceeds 1 − q reaches 1/α, and high the smallest at which the evidence
 * that it is below 1 − q does. The claims at all bounds are nested and only one bound on each side can be wrong first, so
 * nothing is paid for their number (Howard and Ramdas 2022, "Sequential estimation of quantiles", Bernoulli 28). When
 * the distribution moves, low is below the quantile's highest and high above its lowest value.
 *
 * @param ticks  one arm's histograms; counts above bounds that all of them have
 * @returns measurement's unit. Nothing below: 0 when all bounds are positive, as histogram_quantile of Prometheus takes
 *   it, else −Infinity. Nothing above: Infinity
 */
export function quantileInterval(ticks: readonly CumulativeBuckets[], options: QuantileOptions): Interval {
  const { alpha, quantile, dispersion = 1, trim = 0 } = options;
  const needed = -Math.log(alpha);
  const bounds = sharedBounds(ticks);
  const reaches = (side: Side, bound: number): boolean =>
    shareAboveLogE(ticks, bound, { quantile, dispersion, trim, side }) >= needed;
  const floor = (bounds[0] ?? 1) > 0 ? 0 : Number.NEGATIVE_INFINITY;
  return {
    low: bounds.findLast((bound) => reaches('harm', bound)) ?? floor,
    high: bounds.find((bound) => reaches('safe', bound)) ?? Number.POSITIVE_INFINITY,
  };
}

/** The proof that the candidate's quantile is at most `factor` times stable's. */
export interface QuantileTest extends Pick<BetOptions, 'dispersion' | 'trim'> {
  readonly quantile: number;
  /** m > 0. */
  readonly factor: number;
}

/**
 * Natural log of the evidence that the candidate's quantile is at most m times stable's: ln ½ max min(E_C(b), E_B(b′))
 * over bounds with b ≤ m·b′, where E_C is the evidence that the candidate's quantile is at most b and E_B that stable's
 * is above b′. If the claim is false, then for every pair b is below the candidate's quantile or b′ not below stable's;
 * both kinds of evidence are monotone in the bound, so the maximum is at most E_C + E_B at the two bounds next to the
 * quantiles, which are two e-values: their half sum is one. Reaching 1/α says the same as U(C) ≤ m·L(B) at α/2 each.
 * Holds for quantiles that stand still.
 * @returns at most a little, never a proof, without data: ln ½
 */
export function quantileSafeLogE(ticks: readonly BucketTick[], test: QuantileTest): number {
  const { factor, ...options } = test;
  const bounds = sharedBounds(ticks.flatMap(({ candidate, stable }) => [candidate, stable]));
  const [candidate, stable] = [ticks.map((tick) => tick.candidate), ticks.map((tick) => tick.stable)];
  const below = bounds.map((bound) => shareAboveLogE(candidate, bound, { ...options, side: 'safe' }));
  const above = bounds.map((bound) => shareAboveLogE(stable, bound, { ...options, side: 'harm' }));
  let best = 0;
  for (const [index, bound] of bounds.entries())
    for (const [other, against] of bounds.entries())
      if (boundFrom([factor * against], bound) !== undefined)
        best = Math.max(best, Math.min(below[index] ?? 0, above[other] ?? 0));
  return best - Math.LN2;
}

/** Evidence on the share above a bound against 1 − q; bets are plain, since the proofs here need what is monotone. */
function shareAboveLogE(
  ticks: readonly CumulativeBuckets[],
  bound: number,
  options: BetOptions & { readonly quantile: number },
): number {
  const { quantile, ...bets } = options;
  return oneSampleLogE(
    ticks.map((tick) => countsAbove(tick, bound)),
    { ...withPlainBets(bets), limit: 1 - quantile },
  );
}

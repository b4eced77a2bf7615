import type { Side } from './bets.ts';
import { lastWhere } from './bisection.ts';
import type { Counts } from './counts.ts';
import type { Interval, IntervalOptions } from './interval.ts';
import { logBeta, logBetaBelow } from './log-gamma.ts';

/** Jeffreys' prior for a proportion is Beta(½, ½). */
const JEFFREYS = 0.5;

/** One side of the test of a proportion against a fixed one, with a continuous mixture instead of a grid of bets. */
export interface BetaBinomialTest {
  readonly side: Side;
  /** θ0, 0 to 1. */
  readonly limit: number;
  /** φ ≥ 1; every bet's log is divided by it, which for this mixture is the same as counting x/φ of n/φ. Default 1. */
  readonly dispersion?: number;
}

/**
 * Natural log of the evidence that a proportion is above `limit` (`harm`) or below it (`safe`): the likelihood ratio of
 * independent trials, averaged over Jeffreys' prior cut to the alternative's side,
 *   E = ∫ θ^x (1−θ)^(n−x) π(θ) dθ / (θ0^x (1−θ0)^(n−x)),  π = Beta(½,½) on θ > θ0 (harm) or θ < θ0 (safe).
 * Each ratio in the average is valid for every rate on the null's side, as in `oneSampleLogE`, so their average is.
 * Against that grid: slower close to the limit (25 of 1000 against 1 %: 4.4 nats, grid 6.1), but its intervals go on
 * shrinking for ever, which is why intervals use it and tests use the grid.
 *
 * @param counts  totals of the arm; the order in which they came does not matter
 * @returns unitless; 0 without data and when no proportion lies on the alternative's side
 */
export function betaBinomialLogE(counts: Counts, test: BetaBinomialTest): number {
  const { side, limit, dispersion = 1 } = test;
  const events = counts.events / dispersion;
  const others = (counts.exposure - counts.events) / dispersion;
  if (counts.exposure <= 0 || (side === 'harm' ? limit >= 1 : limit <= 0)) return 0;
  if (limit <= 0 && events > 0) return Number.POSITIVE_INFINITY;
  if (limit >= 1 && others > 0) return Number.POSITIVE_INFINITY;
  const tail = (a: number, b: number): number =>
    side === 'harm' ? logBetaBelow(1 - limit, b, a) : logBetaBelow(limit, a, b);
  const likelihood =
    (events > 0 ? events * Math.log(limit) : 0) + (others > 0 ? others * Math.log1p(-limit) : 0);
  const a = events + JEFFREYS;
  const b = others + JEFFREYS;
  return logBeta(a, b) - logBeta(JEFFREYS, JEFFREYS) - likelihood + tail(a, b) - tail(JEFFREYS, JEFFREYS);
}

/**
 * Where a proportion lies, at every moment of looking at once: the limits that `betaBinomialLogE` does not reject at
 * ln(1/α). When the proportion moves, `low` is below its highest and `high` above its lowest value.
 * @returns ends between 0 and 1; [0, 1] without data
 */
export function proportionInterval(
  counts: Counts,
  options: Pick<IntervalOptions, 'alpha' | 'dispersion'>,
): Interval {
  if (!(counts.exposure > 0)) return { low: 0, high: 1 };
  const needed = -Math.log(options.alpha);
  const { dispersion = 1 } = options;
  const rejects = (side: Side, limit: number): boolean =>
    betaBinomialLogE(counts, { side, limit, dispersion }) >= needed;
  const observed = Math.min(1, Math.max(0, counts.events / counts.exposure));
  // Neither side can be rejected at what was observed by more than rounding, so each end is on its side of it.
  return {
    low: rejects('harm', 0) ? lastWhere((at) => rejects('harm', at), { from: 0, to: observed }) : 0,
    high: rejects('safe', 1) ? lastWhere((at) => !rejects('safe', at), { from: observed, to: 1 }) : 1,
  };
}

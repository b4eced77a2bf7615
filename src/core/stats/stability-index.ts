import { proportionInterval } from './beta-binomial.ts';
import type { Interval } from './interval.ts';

/** How sure, and what the bins are compared with. */
export interface StabilityOptions {
  /** Share of each bin in the reference, all above 0; scaled to sum to 1. */
  readonly reference: readonly number[];
  /** Error of the whole interval, both ends together (unlike IntervalOptions, for one interval per bin is behind it). */
  readonly alpha: number;
  readonly dispersion?: number;
}

/**
 * The population stability index Σ (p − q)·ln(p/q) of bin shares p against a reference q, observed and as an interval
 * that holds at every moment of looking at once; for display, since it is slow (at 500 requests a minute hours, where the
 * cuts of `distributionLogE` take minutes).
 *
 * Each bin's share has a confidence interval [l, u] at α/(2K) per end. A bin's term is convex in p with its minimum 0
 * at q, so low is the sum of the terms' least and high of their largest values over [l, u].
 *
 * @param bins  counts per bin, totals over all ticks
 * @returns `observed` and `high` Infinity while a bin may be empty; [0, Infinity] without data, observed then undefined
 */
export function stabilityIndex(
  bins: readonly number[],
  options: StabilityOptions,
): { readonly observed: number | undefined; readonly interval: Interval } {
  const { reference, alpha, ...reading } = options;
  const exposure = bins.reduce((sum, count) => sum + count, 0);
  if (!(exposure > 0)) return { observed: undefined, interval: { low: 0, high: Number.POSITIVE_INFINITY } };
  const whole = reference.reduce((sum, share) => sum + share, 0);
  let observed = 0;
  let low = 0;
  let high = 0;
  for (const [index, share] of reference.entries()) {
    const expected = share / whole;
    const events = bins[index] ?? 0;
    const ends = proportionInterval(
      { events, exposure },
      { ...reading, alpha: alpha / (2 * reference.length) },
    );
    const [atLow, atHigh] = [term(ends.low, expected), term(ends.high, expected)];
    observed += term(events / exposure, expected);
    low += ends.low <= expected && expected <= ends.high ? 0 : Math.min(atLow, atHigh);
    high += Math.max(atLow, atHigh);
  }
  return { observed, interval: { low, high } };
}

function term(share: number, expected: number): number {
  if (share === expected) return 0;
  return share > 0 && expected > 0
    ? (share - expected) * Math.log(share / expected)
    : Number.POSITIVE_INFINITY;
}

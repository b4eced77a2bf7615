import type { Side } from './bets.ts';
import { mergeTicks, type Tick } from './counts.ts';
import { type Margin, mergedTwinLogE } from './twin.ts';

/** Both ends of a confidence interval; an end that the data do not bound is the end of the scale. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How sure, and how the evidence is read. */
export interface IntervalOptions {
  /** Error of each end, 0 to 1: 0.025 gives a two-sided 95 % interval. Holds at every moment of looking at once. */
  readonly alpha: number;
  /** As in the tests; see BetOptions. */
  readonly dispersion?: number;
  readonly trim?: number;
}

const BISECTIONS = 80;
/** Stands for an infinite ratio: ρ/(1 + ρ) is 1 to the last bit. */
const HUGE_RATIO = 2 ** 200;

/**
 * How many times as often as stable the candidate has bad events: low = sup{R: harm(R) ≥ 1/α},
 * high = inf{R: safe(R) ≥ 1/α}. Evidence of harm falls and evidence of safety rises with the margin, hence bisection.
 * @returns low ≥ 0, 0 when nothing bounds it from below; high may be Infinity; [0, Infinity] without data
 */
export function ratioInterval(ticks: readonly Tick[], options: IntervalOptions): Interval {
  const reaches = evidenceOver(ticks, options);
  const isHarm = (ratio: number): boolean => reaches('harm', { ratio, difference: 0 });
  const isSafe = (ratio: number): boolean => reaches('safe', { ratio, difference: 0 });
  return {
    low: isHarm(0) ? lastRatio(isHarm) : 0,
    high: isSafe(HUGE_RATIO) ? lastRatio((ratio) => !isSafe(ratio)) : Number.POSITIVE_INFINITY,
  };
}

/**
 * How much more often than stable the candidate has bad events, as a difference of rates; the ends as in
 * `ratioInterval` with d in the place of R. Exact when stable's rate stands still.
 * @returns ends between −1 and 1; [−1, 1] without data
 */
export function differenceInterval(ticks: readonly Tick[], options: IntervalOptions): Interval {
  const reaches = evidenceOver(ticks, options);
  const isHarm = (difference: number): boolean => reaches('harm', { ratio: 1, difference });
  const isSafe = (difference: number): boolean => reaches('safe', { ratio: 1, difference });
  return {
    low: isHarm(-1) ? lastWhere(isHarm, { from: -1, to: 1 }) : -1,
    high: isSafe(1) ? lastWhere((difference) => !isSafe(difference), { from: -1, to: 1 }) : 1,
  };
}

function evidenceOver(ticks: readonly Tick[], options: IntervalOptions) {
  const merged = mergeTicks(ticks).ticks;
  const { alpha, ...reading } = options;
  const needed = -Math.log(alpha);
  return (side: Side, margin: Margin): boolean =>
    mergedTwinLogE(merged, { ...reading, side, margin }) >= needed;
}

/** The largest ratio at which a claim still holds that is true at 0 and false at a huge one. */
function lastRatio(holds: (ratio: number) => boolean): number {
  let from = 1;
  let to = 1;
  while (!holds(from) && from > 0) from /= 2;
  while (holds(to) && to < HUGE_RATIO) to *= 2;
  // On the log scale, so that the relative error is the same for tiny and huge ratios.
  return 2 ** lastWhere((exponent) => holds(2 ** exponent), { from: Math.log2(from), to: Math.log2(to) });
}

function lastWhere(
  holds: (at: number) => boolean,
  range: { readonly from: number; readonly to: number },
): number {
  let { from, to } = range;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (from + to) / 2;
    if (middle === from || middle === to) break;
    if (holds(middle)) from = middle;
    else to = middle;
  }
  return from;
}

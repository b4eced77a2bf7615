import { type Mixture, REFERENCE_MIXTURE, type Side } from './bets.ts';
import { mergeTicks, sumCounts, type Tick } from './counts.ts';
import { type Bracket, signChange } from './sign-change.ts';
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
  /**
   * Instead of the reference mixture. Bets are placed at the first tick: only then evidence of harm falls and evidence of safety
   * rises with the margin, and a fault that began late would have no one ratio to report.
   */
  readonly mixtures?: Readonly<Record<Side, Mixture>>;
}

/** Stands for an infinite ratio, as an exponent of 2: ρ/(1 + ρ) is 1 to the last bit. */
const HUGE = 200;
/** Stands for a ratio of 0. */
const TINY = -1075;

/**
 * How many times as often as stable the candidate has bad events: low = sup{R: harm(R) ≥ 1/α},
 * high = inf{R: safe(R) ≥ 1/α}. Evidence of harm falls and evidence of safety rises with the margin.
 * @returns low ≥ 0, 0 when nothing bounds it from below; high may be Infinity; [0, Infinity] without data
 */
export function ratioInterval(ticks: readonly Tick[], options: IntervalOptions): Interval {
  // On the log scale, so that the relative error is the same for tiny and huge ratios.
  const at = (exponent: number): Margin => ({ ratio: 2 ** exponent, difference: 0 });
  const { low, high } = bothEnds(ticks, options, { at, limits: { from: TINY, to: HUGE } });
  return { low: low === TINY ? 0 : 2 ** low, high: high === HUGE ? Number.POSITIVE_INFINITY : 2 ** high };
}

/**
 * How much more often than stable the candidate has bad events, as a difference of rates; the ends as in
 * `ratioInterval` with d in the place of R. Exact when stable's rate stands still.
 * @returns ends between −1 and 1; [−1, 1] without data
 */
export function differenceInterval(ticks: readonly Tick[], options: IntervalOptions): Interval {
  const at = (difference: number): Margin => ({ ratio: 1, difference });
  return bothEnds(ticks, options, { at, limits: { from: -1, to: 1 } });
}

/** A scale of margins: tolerance rises with the place on it. */
interface Scale {
  readonly at: (place: number) => Margin;
  readonly limits: Bracket;
}

function bothEnds(ticks: readonly Tick[], options: IntervalOptions, scale: Scale): Interval {
  const merged = mergeTicks(ticks).ticks;
  const pooled = {
    candidate: sumCounts(merged.map((tick) => tick.candidate)),
    stable: sumCounts(merged.map((tick) => tick.stable)),
  };
  const end = (side: Side): number => {
    const over = (counted: readonly Tick[], reading: IntervalOptions) =>
      decreasing(counted, reading, { side, scale });
    const exact = over(merged, options);
    if (merged.length < 2) return signChange(exact, scale.limits, scale.limits);
    // All ticks as one have nearly the same answer and cost next to nothing; of one tick none can be forgiven.
    const pooledOver = over([pooled], { ...options, trim: 0 });
    const guess = signChange(pooledOver, scale.limits, scale.limits);
    // Nearby they are off by nearly the same everywhere: each correction puts the guess right by a digit or two.
    const correct = (place: number): number => {
      const off = exact(place) - pooledOver(place);
      return signChange((at) => pooledOver(at) + off, around(place, 2 ** -6, scale), scale.limits);
    };
    const better = correct(guess);
    const best = correct(better);
    const near = around(best, Math.abs(best - better) / 8, scale);
    return signChange(exact, near, scale.limits);
  };
  return { low: end('harm'), high: end('safe') };
}

/** Both sides of a place, by `reach` of the scale's unit or of the place, whichever is more. */
function around(place: number, reach: number, { limits }: Scale): Bracket {
  const width = Math.max(reach, Math.abs(place) * 2 ** -20, 2 ** -20);
  return { from: Math.max(limits.from, place - width), to: Math.min(limits.to, place + width) };
}

/** ln E − ln(1/α) along the scale: ≥ 0 where harm is proven; the other way round for safety, so that it decreases, too. */
function decreasing(
  merged: readonly Tick[],
  { alpha, mixtures = REFERENCE_MIXTURE, ...reading }: IntervalOptions,
  { side, scale }: { readonly side: Side; readonly scale: Scale },
): (place: number) => number {
  const needed = -Math.log(alpha);
  const mixture = mixtures[side];
  return (place) => {
    const over = mergedTwinLogE(merged, { ...reading, side, mixture, margin: scale.at(place) }) - needed;
    // An end that nothing bounds is not proven at the limit either.
    return side === 'harm' ? over : over === 0 ? -1 : -over;
  };
}

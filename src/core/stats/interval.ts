import { type Mixture, REFERENCE_MIXTURE, type Side } from './bets.ts';
import { mergeTicks, sumCounts, type Tick } from './counts.ts';
import { alongDifference, alongRatio, type EvidenceAlong, type PlainReading } from './evidence-along.ts';
import { type Bracket, type Descent, descend, signChange } from './sign-change.ts';

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
  const { low, high } = bothEnds(ticks, options, { along: alongRatio, limits: { from: TINY, to: HUGE } });
  return { low: low === TINY ? 0 : 2 ** low, high: high === HUGE ? Number.POSITIVE_INFINITY : 2 ** high };
}

/**
 * How much more often than stable the candidate has bad events, as a difference of rates; the ends as in
 * `ratioInterval` with d in the place of R. Exact when stable's rate stands still.
 * @returns ends between −1 and 1; [−1, 1] without data
 */
export function differenceInterval(ticks: readonly Tick[], options: IntervalOptions): Interval {
  return bothEnds(ticks, options, { along: alongDifference, limits: { from: -1, to: 1 } });
}

/** A scale of margins: tolerance rises with the place on it. */
interface Scale {
  readonly along: (ticks: readonly Tick[], reading: PlainReading) => EvidenceAlong;
  readonly limits: Bracket;
}

function bothEnds(ticks: readonly Tick[], options: IntervalOptions, { along, limits }: Scale): Interval {
  const { alpha, mixtures = REFERENCE_MIXTURE, dispersion = 1, trim = 0 } = options;
  const merged = mergeTicks(ticks).ticks;
  const pooled = {
    candidate: sumCounts(merged.map((tick) => tick.candidate)),
    stable: sumCounts(merged.map((tick) => tick.stable)),
  };
  const end = (side: Side): number => {
    const reading = { side, mixture: mixtures[side], dispersion };
    const over = decreasing(along(merged, { ...reading, trim }), { side, alpha });
    if (merged.length < 2) return signChange((at) => over(at).value, limits, limits);
    // All ticks as one have nearly the same answer and cost next to nothing; of one tick none can be forgiven.
    const pooledOver = decreasing(along([pooled], { ...reading, trim: 0 }), { side, alpha });
    return descend(over, { beside: (at) => pooledOver(at).value, limits });
  };
  return { low: end('harm'), high: end('safe') };
}

/** ln E − ln(1/α) along the scale: ≥ 0 where harm is proven; the other way round for safety, so that it decreases, too. */
function decreasing(
  along: EvidenceAlong,
  { side, alpha }: { readonly side: Side; readonly alpha: number },
): (place: number) => Descent {
  const needed = -Math.log(alpha);
  return (place) => {
    const { logE, slope } = along(place);
    const over = logE - needed;
    if (side === 'harm') return { value: over, slope };
    // An end that nothing bounds is not proven at the limit either.
    return { value: over === 0 ? -1 : -over, slope: -slope };
  };
}

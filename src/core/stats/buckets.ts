import { type Counts, NO_COUNTS } from './counts.ts';

/**
 * One arm's measurements of one tick as a cumulative histogram: `counts[i]` of them were at most `bounds[i]`. This is
 * what Prometheus' label `le` counts, as increments over the tick. No bounds at all stand for no measurements.
 */
export interface CumulativeBuckets {
  /** Upper bounds in the measurement's unit, rising; the last is Infinity. */
  readonly bounds: readonly number[];
  /** One count per bound, ≥ 0, never falling; the last is the number of measurements. Fractions allowed. */
  readonly counts: readonly number[];
}

/** Both arms' histograms of the same stretch of time. */
export interface BucketTick {
  readonly candidate: CumulativeBuckets;
  readonly stable: CumulativeBuckets;
}

/** Relative rounding that is no fault: increments of fractional counters, 3 × 0.1 for 0.3. */
const ROUNDING = 1e-9;

/**
 * Whether the numbers are a cumulative histogram: as many counts as bounds, bounds rising to Infinity, counts finite,
 * not negative and not falling. What is not (a counter reset within one bucket) is to be dropped with its tick.
 */
export function isHistogram({ bounds, counts }: CumulativeBuckets): boolean {
  if (bounds.length !== counts.length) return false;
  if (bounds.length > 0 && bounds.at(-1) !== Number.POSITIVE_INFINITY) return false;
  return bounds.every((bound, index) => {
    const count = counts[index] ?? Number.NaN;
    const [lower, fewer] =
      index === 0 ? [Number.NEGATIVE_INFINITY, 0] : [bounds[index - 1], counts[index - 1]];
    return (
      bound > (lower ?? Number.NaN) &&
      Number.isFinite(count) &&
      count >= (fewer ?? Number.NaN) * (1 - ROUNDING)
    );
  });
}

/**
 * The finite bounds that every histogram has, rising: cuts at which all can be compared. Two versions may be built with
 * different buckets, and buckets may change within a rollout. A histogram without bounds, which is no traffic, has no say.
 */
export function sharedBounds(histograms: readonly CumulativeBuckets[]): readonly number[] {
  let shared: ReadonlySet<number> | undefined;
  let last: readonly number[] | undefined;
  for (const { bounds } of histograms) {
    // The same array over and over is the usual case, and 100,000 ticks are many.
    if (bounds.length === 0 || bounds === last) continue;
    last = bounds;
    const kept = shared;
    shared = new Set(kept === undefined ? bounds : bounds.filter((bound) => kept.has(bound)));
  }
  return [...(shared ?? [])].filter(Number.isFinite).sort((a, b) => a - b);
}

/**
 * How many measurements were above a bound, of all.
 * @returns 0 of 0 without buckets
 * @throws RangeError when the histogram has no such bound: nobody knows how many were above it
 */
export function countsAbove({ bounds, counts }: CumulativeBuckets, bound: number): Counts {
  const exposure = counts.at(-1);
  if (exposure === undefined) return NO_COUNTS;
  const within = counts[findBound(bounds, bound)];
  if (within === undefined)
    throw new RangeError(`buckets: expected a bound ${bound}, got ${bounds.join(', ')}`);
  return { events: Math.min(exposure, Math.max(0, exposure - within)), exposure };
}

/** The least of rising bounds that is not below `value` by more than rounding; undefined when there is none. */
export function boundFrom(bounds: readonly number[], value: number): number | undefined {
  const floor = value - Math.abs(value) * ROUNDING;
  return bounds.find((bound) => bound >= floor);
}

/** Whether two bounds are the same but for rounding. */
export function isSameBound(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

function findBound(bounds: readonly number[], bound: number): number {
  let from = 0;
  let to = bounds.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((bounds[middle] ?? Number.POSITIVE_INFINITY) < bound) from = middle + 1;
    else to = middle;
  }
  return bounds[from] === bound ? from : -1;
}

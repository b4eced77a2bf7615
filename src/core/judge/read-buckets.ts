import { type CumulativeBuckets, isHistogram } from '../stats/buckets.ts';
import { compareBounds, formatBound } from './bucket-bound.ts';

/** How many measurements were at most `bound`. */
export interface Bucket {
  /** In the measurement's unit; Infinity for all of them. */
  readonly bound: number;
  readonly count: number;
}

/**
 * The buckets of one arm in one tick as a histogram, or why they are none. No buckets at all are no measurements.
 * @param buckets cumulative, in any order
 */
export function readBuckets(buckets: readonly Bucket[]): CumulativeBuckets | string {
  const sorted = buckets.toSorted((a, b) => compareBounds(a.bound, b.bound));
  const histogram = { bounds: sorted.map(({ bound }) => bound), counts: sorted.map(({ count }) => count) };
  return isHistogram(histogram) ? histogram : describeFault(sorted);
}

function describeFault(sorted: readonly Bucket[]): string {
  if (sorted.at(-1)?.bound !== Number.POSITIVE_INFINITY) return 'no bucket up to +Inf, which has them all';
  for (const [index, { bound, count }] of sorted.entries()) {
    const below = sorted[index - 1];
    if (below?.bound === bound) return `two buckets up to ${formatBound(bound)}`;
    if (count < (below?.count ?? 0))
      return `${count} up to ${formatBound(bound)} after ${below?.count ?? 0}, as after a counter reset`;
  }
  return 'the buckets are no histogram';
}

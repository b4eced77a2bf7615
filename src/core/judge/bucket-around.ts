import type { CumulativeBuckets } from '../stats/buckets.ts';
import { formatBound } from './bucket-bound.ts';
import { writeFactor, writeValue } from './write-numbers.ts';

/** A bucket: above `low`, at most `high`. */
export interface BucketRange {
  /** 0 for the first of positive bounds. */
  readonly low: number;
  /** Infinity for the last. */
  readonly high: number;
}

/**
 * The bucket in which a quantile of all measurements together lies; for words alone, no interval. Undefined without any.
 * @param histograms settled: all with the same bounds
 */
export function bucketAround(
  histograms: readonly CumulativeBuckets[],
  quantile: number,
): BucketRange | undefined {
  const bounds = histograms.find((histogram) => histogram.bounds.length > 0)?.bounds ?? [];
  const counts = bounds.map((_, index) => histograms.reduce((sum, one) => sum + (one.counts[index] ?? 0), 0));
  const all = counts.at(-1) ?? 0;
  if (!(all > 0)) return undefined;
  const index = counts.findIndex((count) => count >= quantile * all);
  return { low: Math.max(0, bounds[index - 1] ?? 0), high: bounds[index] ?? Number.POSITIVE_INFINITY };
}

/** `p99`, `p99.9`. */
export function quantileName(quantile: number): string {
  return `p${Number((100 * quantile).toPrecision(6))}`;
}

/**
 * Why a quantile in this bucket cannot be proven to be within a factor: the bucket is wider than that. Undefined: it is not.
 * @param of how the quantile is called: "p99"
 */
export function describeCoarse({ low, high }: BucketRange, factor: number, of: string): string | undefined {
  const unprovable = `within ${writeValue(factor)} times can hardly be proven`;
  if (!Number.isFinite(high))
    return `stable's ${of} is above the highest bucket bound, ${formatBound(low)}, so that ${unprovable}; add bounds above it`;
  if (!(low > 0))
    return `stable's ${of} is below the lowest bucket bound, ${formatBound(high)}, so that ${unprovable}; add bounds below it`;
  if (high <= factor * low * (1 + 1e-9)) return undefined;
  return `the bucket bounds around stable's ${of}, ${formatBound(low)} and ${formatBound(high)}, are ${writeFactor(high / low)} times apart, so that ${unprovable}; add bounds between them`;
}

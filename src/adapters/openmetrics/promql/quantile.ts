/**
 * The q-quantile of samples, interpolated between the two nearest ranks; NaN counts as smaller than all numbers.
 * @returns NaN for no samples or q = NaN, -Infinity for q < 0, Infinity for q > 1
 */
export function quantileOf(q: number, values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  const outside = outsideQuantile(q);
  if (outside !== undefined) return outside;
  // Sorting a typed array puts NaN last.
  const sorted = Float64Array.from(values).sort();
  let numbers = sorted.length;
  while (numbers > 0 && Number.isNaN(sorted[numbers - 1])) numbers -= 1;
  const absent = sorted.length - numbers;
  const ranked = (rank: number): number => sorted[rank - absent] ?? Number.NaN;
  const rank = q * (sorted.length - 1);
  const lower = Math.floor(rank);
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - lower;
  return ranked(lower) * (1 - weight) + ranked(upper) * weight;
}

function outsideQuantile(q: number): number | undefined {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  return q > 1 ? Number.POSITIVE_INFINITY : undefined;
}

/** A bucket of a classic histogram: how many observations were at most `bound`. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The q-quantile of a classic histogram, as Prometheus' histogram_quantile has it: observations are spread evenly
 * within a bucket; the lowest bucket begins at 0 if its bound is positive; in the bucket up to +Inf the answer is the
 * highest finite bound. Buckets of the same bound are added; counts that fall with rising bounds are lifted to the
 * largest count below them.
 * @param buckets cumulative, in rising order of bounds
 * @returns NaN without observations, with fewer than two buckets, without the bucket +Inf, and for q = NaN
 * Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function histogramQuantile(q: number, buckets: readonly Bucket[]): number {
  const outside = outsideQuantile(q);
  if (outside !== undefined) return outside;
  if (buckets.at(-1)?.bound !== Number.POSITIVE_INFINITY) return Number.NaN;
  const rising = lifted(joined(buckets));
  const observations = rising.at(-1)?.count ?? 0;
  if (rising.length < 2 || observations === 0) return Number.NaN;
  const rank = q * observations;
  const index = firstAtLeast(rising, rank);
  const bucket = rising[index];
  const below = rising[index - 1];
  if (bucket === undefined || index === rising.length - 1) return rising.at(-2)?.bound ?? Number.NaN;
  if (below === undefined) return bucket.bound <= 0 ? bucket.bound : bucket.bound * (rank / bucket.count);
  const share = (rank - below.count) / (bucket.count - below.count);
  return below.bound + (bucket.bound - below.bound) * share;
}

function joined(buckets: readonly Bucket[]): readonly Bucket[] {
  const result: Bucket[] = [];
  for (const bucket of buckets) {
    const last = result.at(-1);
    if (last?.bound === bucket.bound)
      result[result.length - 1] = { bound: last.bound, count: last.count + bucket.count };
    else result.push(bucket);
  }
  return result;
}

function lifted(buckets: readonly Bucket[]): readonly Bucket[] {
  let most = buckets[0]?.count ?? 0;
  return buckets.map((bucket) => {
    if (bucket.count < most) return { bound: bucket.bound, count: most };
    if (bucket.count > most) most = bucket.count;
    return bucket;
  });
}

/** Index of the first bucket but the last that holds the rank; that of the last when none does. */
function firstAtLeast(buckets: readonly Bucket[], rank: number): number {
  let low = 0;
  let high = buckets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.count ?? 0) >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

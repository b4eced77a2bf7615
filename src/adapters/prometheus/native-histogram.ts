import type { LabelledLine } from '../../core/analysis/arrange-groups.ts';
import { MAX_GROUPS } from '../../core/analysis/arrange-groups.ts';
import type { PointAbsence } from '../../core/analysis/observation.ts';
import { BUCKET_BOUND, compareBounds, formatBound, parseBound } from '../../core/judge/bucket-bound.ts';
import type { Instant } from '../../core/units.ts';
import { parseStamped } from './align-to-grid.ts';
import type { Labels } from './describe-series.ts';
import { isObject } from './parse-envelope.ts';
import { parseSampleValue } from './parse-sample-value.ts';

/**
 * A native histogram at one moment, as the HTTP API writes it: `{"count": "60", "sum": "33.4", "buckets": [[rule, "left",
 * "right", "count"], …]}`, buckets without observations left out, and the list with them when all are.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms
 */
export interface NativeHistogram {
  /** All observations, those that are NaN and in no bucket too. */
  readonly count: number;
  /** From the lowest right end to the highest. */
  readonly buckets: readonly NativeBucket[];
}

/**
 * Observations between two bounds. Which of them belong to it (the rule: 0 open left, 1 open right, 2 open both, 3 closed
 * both) says the sign: a positive bucket has its right end, a negative one its left end, and the one of 0 has both.
 */
interface NativeBucket {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** `[1700000000.123, {…}]`; undefined when it is anything else. A count that is no number leaves nothing to be read. */
export function parseHistogramPoint(
  pair: unknown,
): { readonly at: Instant; readonly value: NativeHistogram | Exclude<PointAbsence, 'missing'> } | undefined {
  const stamped = parseStamped(pair);
  if (!isObject(stamped?.content) || typeof stamped.content.count !== 'string') return undefined;
  const count = parseSampleValue(stamped.content.count);
  const listed = stamped.content.buckets ?? [];
  if (count === undefined || !Array.isArray(listed)) return undefined;
  const buckets: NativeBucket[] = [];
  let spoilt = typeof count === 'number' ? undefined : count;
  for (const item of listed as readonly unknown[]) {
    const bucket = parseBucket(item);
    if (bucket === undefined) return undefined;
    if (typeof bucket.count === 'number') buckets.push({ ...bucket, count: bucket.count });
    else spoilt ??= bucket.count;
  }
  if (spoilt !== undefined || typeof count !== 'number')
    return { at: stamped.at, value: spoilt ?? 'not-a-number' };
  buckets.sort((a, b) => compareBounds(a.right, b.right));
  return { at: stamped.at, value: { count, buckets } };
}

function parseBucket(
  item: unknown,
): (Omit<NativeBucket, 'count'> & { readonly count: ReturnType<typeof parseSampleValue> }) | undefined {
  if (!Array.isArray(item) || item.length !== 4) return undefined;
  const [rule, ...texts] = item as readonly unknown[];
  const [left, right, count] = texts.map((text) => (typeof text === 'string' ? text : ''));
  if (rule !== 0 && rule !== 1 && rule !== 2 && rule !== 3) return undefined;
  const ends = { left: parseBound(left ?? ''), right: parseBound(right ?? '') };
  const counted = parseSampleValue(count ?? '');
  if (ends.left === undefined || ends.right === undefined || counted === undefined) return undefined;
  return ends.left <= ends.right ? { left: ends.left, right: ends.right, count: counted } : undefined;
}

/**
 * A native histogram as the buckets of a classic one: at every bound of a bucket at any moment, how many observations are not
 * above it. Exact, or `missing` where a wider bucket lies across the bound (the server lowers the
 * resolution when buckets become too many). A negative bound is not in its own bucket but in the next one, at every moment
 * alike. `+Inf` has all observations.
 */
export function toBuckets(
  labels: Labels,
  values: readonly (NativeHistogram | PointAbsence)[],
): readonly LabelledLine[] {
  const bounds = chooseBounds(values);
  const columns = values.map((value) => (typeof value === 'string' ? value : countUpTo(value, bounds)));
  return [...bounds, Number.POSITIVE_INFINITY].map((bound, row) => ({
    labels: { ...labels, [BUCKET_BOUND]: formatBound(bound) },
    values: columns.map((column) => (typeof column === 'string' ? column : (column[row] ?? 'missing'))),
  }));
}

/** Cumulative counts at rising bounds, and of everything at the end. */
function countUpTo(
  { count, buckets }: NativeHistogram,
  bounds: readonly number[],
): readonly (number | 'missing')[] {
  const reach = lowestLeftFrom(buckets);
  let next = 0;
  let sum = 0;
  const counts = bounds.map((bound) => {
    for (; next < buckets.length && (buckets[next]?.right ?? 0) <= bound; next += 1)
      sum += buckets[next]?.count ?? 0;
    return (reach[next] ?? Number.POSITIVE_INFINITY) < bound ? 'missing' : sum;
  });
  return [...counts, count];
}

/** For each bucket the lowest left end of it and all after it. */
function lowestLeftFrom(buckets: readonly NativeBucket[]): readonly number[] {
  const lowest: number[] = [];
  for (let index = buckets.length - 1; index >= 0; index -= 1)
    lowest[index] = Math.min(buckets[index]?.left ?? 0, lowest[index + 1] ?? Number.POSITIVE_INFINITY);
  return lowest;
}

/** The highest and the lowest resolution of native histograms: 2^8 buckets to a power of 2, and 2^4 powers to a bucket. */
const FINEST = 8;
const COARSEST = -4;
/** So many powers of 2 beyond the lowest and the highest bucket are bounds, too. */
const MARGIN = 10;

/**
 * All finite ends of buckets, rising, and powers of 2 around them: two histograms can be compared at bounds that both have,
 * and buckets without observations are not told, so that a fast and a slow service might have none in common. Where they are
 * more than groups may be, those of the finest resolution that fits: its bounds are bounds of every finer one, so that all
 * histograms agree on them. This is how a server lowers the resolution, too.
 */
function chooseBounds(values: readonly (NativeHistogram | PointAbsence)[]): readonly number[] {
  const histograms = values.filter((value) => typeof value !== 'string');
  const all = new Set(powersAround(histograms));
  for (const { buckets } of histograms)
    for (const { left, right } of buckets) {
      all.add(right);
      // the bucket of 0 begins where no positive or negative one ends
      if (left >= 0 || right <= 0) all.add(left);
    }
  let bounds = [...all].filter(Number.isFinite).sort(compareBounds);
  for (let schema = FINEST; schema >= COARSEST && bounds.length >= MAX_GROUPS; schema -= 1)
    bounds = bounds.filter((bound) => isBoundOf(bound, schema));
  return bounds;
}

/** Powers of 2 around the positive buckets, without those that a wider bucket lies across at any moment. */
function powersAround(histograms: readonly NativeHistogram[]): readonly number[] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const { buckets } of histograms)
    for (const { left, right } of buckets) {
      if (left <= 0 || !Number.isFinite(right)) continue;
      lowest = Math.min(lowest, left);
      highest = Math.max(highest, right);
    }
  if (highest === 0) return [];
  const first = Math.floor(Math.log2(lowest)) - MARGIN;
  const last = Math.ceil(Math.log2(highest)) + MARGIN;
  const powers = Array.from({ length: last - first + 1 }, (_, index) => 2 ** (first + index));
  const straddled = new Set<number>();
  for (const histogram of histograms)
    for (const [index, count] of countUpTo(histogram, powers).entries())
      if (count === 'missing') straddled.add(index);
  return powers.filter((_, index) => !straddled.has(index));
}

/** Whether a power of 2^(2^-schema) is the bound, positive or negative; 0 is in every resolution. */
function isBoundOf(bound: number, schema: number): boolean {
  if (bound === 0) return true;
  const exponent = Math.log2(Math.abs(bound)) * 2 ** schema;
  return Math.abs(exponent - Math.round(exponent)) < 1e-6;
}

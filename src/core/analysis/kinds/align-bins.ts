import { compareBounds, formatBound, parseBound } from '../../judge/bucket-bound.ts';
import type { Binned, EvidenceTick, Seen } from '../../judge/evidence.ts';
import { unusable } from './collector.ts';

/** What one arm gave in one tick, by value of the label; of a histogram cumulative. */
export type GroupCounts = readonly { readonly value: string; readonly count: number }[];

/** Ticks with the same bins in both arms. */
export interface AlignedBins {
  /** Names of the bins: upper bounds, or values of the label. */
  readonly labels: readonly string[];
  readonly ticks: readonly EvidenceTick<Binned>[];
}

export interface AlignOptions {
  readonly isHistogram: boolean;
  /** Values of the label in the manifest's order. */
  readonly order: readonly string[] | undefined;
  /** So many bins has the reference. */
  readonly expected: number | undefined;
}

const ALL = formatBound(Number.POSITIVE_INFINITY);
/** What is in none of the declared bins. */
const OTHER = 'any other';
/** Buckets of one histogram are read at one moment, yet `increase()` extrapolates each on its own; see kinds/counts.ts. */
const EXTRAPOLATION_SLACK = 0.1;

/** The bins of both arms side by side. Linear in ticks and bins. */
export function alignBins(ticks: readonly EvidenceTick<GroupCounts>[], options: AlignOptions): AlignedBins {
  return options.isHistogram ? alignBuckets(ticks, options) : alignCategories(ticks, options);
}

/**
 * Buckets at the bounds that every arm has: two versions may have other buckets, or a native histogram of another resolution, and
 * a count at a bound that one of them lacks would be a guess.
 */
function alignBuckets(ticks: readonly EvidenceTick<GroupCounts>[], { expected }: AlignOptions): AlignedBins {
  const arms = [
    usualBounds(ticks.map((tick) => tick.candidate)),
    usualBounds(ticks.map((tick) => tick.stable)),
  ];
  const known = arms.filter((bounds) => bounds !== undefined);
  const labels = [...(known[0] ?? [])]
    .filter((bound) => known.every((bounds) => bounds.has(bound)))
    .sort((a, b) => compareBounds(parseBound(a) ?? Number.NaN, parseBound(b) ?? Number.NaN));
  const wrong = whyUnfit(labels, expected);
  return mapTicks(labels, ticks, (counts) => (wrong === undefined ? readBuckets(counts, labels) : wrong));
}

/** Bounds that an arm has in more than half of its ticks; undefined when it has none at all. */
function usualBounds(arms: readonly Seen<GroupCounts>[]): ReadonlySet<string> | undefined {
  const times = new Map<string, number>();
  const seen = arms.filter((arm) => arm.kind === 'seen');
  for (const arm of seen) for (const { value } of arm.value) times.set(value, (times.get(value) ?? 0) + 1);
  if (seen.length === 0) return undefined;
  return new Set([...times].flatMap(([bound, found]) => (2 * found > seen.length ? [bound] : [])));
}

function whyUnfit(labels: readonly string[], expected: number | undefined): string | undefined {
  if (labels.at(-1) !== ALL) return `no bucket le="${ALL}", which says how many there are in all`;
  if (expected !== undefined && labels.length !== expected)
    return `${labels.length} buckets, where the reference has ${expected}`;
  return labels.length < 2 ? 'no bound of a bucket that both versions have' : undefined;
}

function readBuckets(counts: GroupCounts, labels: readonly string[]): readonly number[] | string {
  const cumulative = new Map(counts.map(({ value, count }) => [value, count]));
  const total = cumulative.get(ALL) ?? 0;
  const bins: number[] = [];
  let before = 0;
  for (const bound of labels) {
    const upTo = cumulative.get(bound);
    if (upTo === undefined) return `no sample for le="${bound}"`;
    if (upTo < before - EXTRAPOLATION_SLACK * total)
      return `${upTo} up to le="${bound}" after ${before} below it, as after a counter reset`;
    bins.push(Math.max(0, upTo - before));
    before = Math.max(before, upTo);
  }
  return bins;
}

/** Values in the manifest's order with one bin for all others, or every value that came, by code unit. */
function alignCategories(ticks: readonly EvidenceTick<GroupCounts>[], { order }: AlignOptions): AlignedBins {
  const found = new Set<string>();
  for (const { candidate, stable } of ticks)
    for (const arm of [candidate, stable])
      if (arm.kind === 'seen') for (const { value } of arm.value) found.add(value);
  const known = new Set(order);
  const hasOthers = order !== undefined && [...found].some((value) => !known.has(value));
  const labels = order ? [...order, ...(hasOthers ? [OTHER] : [])] : [...found].sort();
  const places = new Map(labels.map((label, index) => [label, index]));
  return mapTicks(labels, ticks, (counts) => {
    const bins = labels.map(() => 0);
    for (const { value, count } of counts) {
      const place = known.has(value) || !order ? places.get(value) : labels.length - 1;
      if (place !== undefined) bins[place] = (bins[place] ?? 0) + count;
    }
    return bins;
  });
}

function mapTicks(
  labels: readonly string[],
  ticks: readonly EvidenceTick<GroupCounts>[],
  read: (counts: GroupCounts) => readonly number[] | string,
): AlignedBins {
  const arm = (name: string, seen: Seen<GroupCounts>): Seen<Binned> => {
    if (seen.kind === 'unusable') return seen;
    const bins = read(seen.value);
    return typeof bins === 'string' ? unusable(`${name} bins: ${bins}`) : { kind: 'seen', value: { bins } };
  };
  return {
    labels,
    ticks: ticks.map(({ period, candidate, stable }) => ({
      period,
      candidate: arm('candidate', candidate),
      stable: arm('stable', stable),
    })),
  };
}

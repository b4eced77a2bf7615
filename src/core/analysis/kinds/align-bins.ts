import { formatBound, parseBound } from '../../judge/bucket-bound.ts';
import type { Binned, CumulativeBuckets, EvidenceTick, Seen } from '../../judge/evidence.ts';
import { type Bucket, readBuckets } from '../../judge/read-buckets.ts';
import { settleBuckets } from '../../judge/settle-buckets.ts';
import { type Arm, unusable } from './collector.ts';

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

/** What is in none of the declared bins. */
const OTHER = 'any other';
/** Buckets of one histogram are read at one moment, yet `increase()` extrapolates each on its own; see kinds/counts.ts. */
const EXTRAPOLATION_SLACK = 0.1;

/** The bins of both arms side by side. Linear in ticks and bins. */
export function alignBins(ticks: readonly EvidenceTick<GroupCounts>[], options: AlignOptions): AlignedBins {
  return options.isHistogram ? alignBuckets(ticks, options) : alignCategories(ticks, options);
}

/** Buckets as those of `latency` are settled, read as bins. */
function alignBuckets(ticks: readonly EvidenceTick<GroupCounts>[], { expected }: AlignOptions): AlignedBins {
  const settled = settleBuckets(
    mapArms(ticks, (counts, arm) => prefixed(arm, readHistogram(counts))),
    undefined,
  );
  const arms = settled.flatMap(({ candidate, stable }) => [candidate, stable]);
  const first = arms.find((arm) => arm.kind === 'seen');
  const labels = first?.kind === 'seen' ? first.value.bounds.map(formatBound) : [];
  const isUnfit = expected !== undefined && labels.length > 0 && labels.length !== expected;
  const unfit = `${labels.length} buckets, where the reference has ${expected}`;
  return {
    labels,
    ticks: mapArms(settled, ({ counts }, arm) =>
      isUnfit
        ? unusable(`${arm} bins: ${unfit}`)
        : { kind: 'seen', value: { bins: counts.map((count, at) => count - (counts[at - 1] ?? 0)) } },
    ),
  };
}

/** The histogram of one arm in one tick, evened out where extrapolation alone left a higher bound with fewer; or why it is none. */
function readHistogram(counts: GroupCounts): CumulativeBuckets | string {
  const slack = EXTRAPOLATION_SLACK * (counts.at(-1)?.count ?? 0);
  const buckets: Bucket[] = [];
  for (const { value, count } of counts) {
    const bound = parseBound(value);
    if (bound === undefined) return `a bound that is no number: ${JSON.stringify(value)}`;
    const below = buckets.at(-1)?.count ?? 0;
    buckets.push({ bound, count: count < below && count >= below - slack ? below : count });
  }
  return readBuckets(buckets);
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
  const count = (counts: GroupCounts): Binned => {
    const bins = labels.map(() => 0);
    for (const { value, count } of counts) {
      const place = known.has(value) || !order ? places.get(value) : labels.length - 1;
      if (place !== undefined) bins[place] = (bins[place] ?? 0) + count;
    }
    return { bins };
  };
  return { labels, ticks: mapArms(ticks, (counts) => ({ kind: 'seen', value: count(counts) })) };
}

function mapArms<A, B>(
  ticks: readonly EvidenceTick<A>[],
  map: (value: A, arm: Arm) => Seen<B>,
): readonly EvidenceTick<B>[] {
  const one = (arm: Arm, seen: Seen<A>): Seen<B> => (seen.kind === 'unusable' ? seen : map(seen.value, arm));
  return ticks.map(({ period, candidate, stable }) => ({
    period,
    candidate: one('candidate', candidate),
    stable: one('stable', stable),
  }));
}

function prefixed<A extends object>(arm: Arm, read: A | string): Seen<A> {
  return typeof read === 'string' ? unusable(`${arm} bins: ${read}`) : { kind: 'seen', value: read };
}

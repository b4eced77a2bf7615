import { type CumulativeBuckets, sharedBounds } from '../stats/buckets.ts';
import { chooseBound } from '../stats/tail.ts';
import { compareBounds, formatBound } from './bucket-bound.ts';
import type { EvidenceTick, Seen } from './evidence.ts';

/** A bound that is missing in so many ticks at most, or in this share of them, is missing by accident. */
const ACCIDENTS = 3;
const ACCIDENT_SHARE = 0.1;

type Arm = 'candidate' | 'stable';
type BucketsTick = EvidenceTick<CumulativeBuckets>;

/**
 * Ticks of which every histogram has the same bounds: those that both arms have. Two versions may be built with different
 * buckets, and buckets may change within a rollout. Where a bound that an arm usually has is missing, that tick cannot be used
 * and says so; a bound that is missing more often than by accident is not compared at all. Which bounds those are depends on
 * what there is, never on what was counted, so that nobody chooses them after looking.
 * @param asked  the bound whose tail is asked for: without one at or above it no tick can be used
 */
export function settleBuckets(
  ticks: readonly BucketsTick[],
  asked: number | undefined,
): readonly BucketsTick[] {
  const own = (['candidate', 'stable'] as const).map((arm) => usualBounds(histogramsOf(ticks, arm)));
  const shared = sharedBounds(own.map((bounds) => ({ bounds, counts: [] })));
  const blind = whyBlind(shared, asked, own);
  const bounds = [...shared, Number.POSITIVE_INFINITY];
  const settle = (arm: Arm, seen: Seen<CumulativeBuckets>): Seen<CumulativeBuckets> => {
    if (seen.kind === 'unusable') return seen;
    if (blind !== undefined) return { kind: 'unusable', reason: blind };
    const counts = pickCounts(seen.value, bounds);
    return typeof counts === 'number'
      ? { kind: 'unusable', reason: `${arm}: no bucket up to ${formatBound(counts)} in this tick` }
      : { kind: 'seen', value: { bounds, counts } };
  };
  return ticks.map(({ period, candidate, stable }) => ({
    period,
    candidate: settle('candidate', candidate),
    stable: settle('stable', stable),
  }));
}

function histogramsOf(ticks: readonly BucketsTick[], arm: Arm): readonly CumulativeBuckets[] {
  return ticks.flatMap(({ [arm]: seen }) =>
    seen.kind === 'seen' && seen.value.bounds.length > 0 ? [seen.value] : [],
  );
}

/** The bounds that an arm has in all ticks but a few; none without histograms. */
function usualBounds(histograms: readonly CumulativeBuckets[]): readonly number[] {
  const found = new Map<number, number>();
  for (const { bounds } of histograms)
    for (const bound of bounds) found.set(bound, (found.get(bound) ?? 0) + 1);
  const few = Math.max(ACCIDENTS, ACCIDENT_SHARE * histograms.length);
  const most = histograms.length - few;
  // Fewer ticks than may be accidents tell nothing: then a bound must be in the better half of them.
  const needed = Math.max(most, histograms.length / 2);
  return [...found].flatMap(([bound, times]) => (times >= needed ? [bound] : [])).sort(compareBounds);
}

function whyBlind(
  shared: readonly number[],
  asked: number | undefined,
  own: readonly (readonly number[])[],
): string | undefined {
  if (own.every((bounds) => bounds.length === 0)) return undefined;
  const highest = shared.at(-1);
  if (highest === undefined) return 'candidate and stable have no bucket bound in common';
  if (asked === undefined || chooseBound(shared, asked)) return undefined;
  return `no bucket bound at or above ${formatBound(asked)}; the highest is ${formatBound(highest)}`;
}

/** The counts at these bounds, or the first bound that is missing. A histogram without bounds is of no measurements. */
function pickCounts(
  { bounds, counts }: CumulativeBuckets,
  wanted: readonly number[],
): readonly number[] | number {
  if (bounds.length === 0) return wanted.map(() => 0);
  const picked: number[] = [];
  let index = 0;
  for (const bound of wanted) {
    while ((bounds[index] ?? Number.POSITIVE_INFINITY) < bound) index += 1;
    const count = bounds[index] === bound ? counts[index] : undefined;
    if (count === undefined) return bound;
    picked.push(count);
  }
  return picked;
}

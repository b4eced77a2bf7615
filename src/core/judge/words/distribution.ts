import { observedDistance } from '../../stats/distribution.ts';
import type { DistributionCheck } from '../evidence.ts';
import { totalOf } from '../merged-bins.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeCount, writeFactor, writeShare } from '../write-numbers.ts';

/** What the words of a distribution are about. */
export interface DistributionStory {
  /** Counts per bin. */
  readonly candidate: readonly number[];
  /** Counts or shares per bin of what it is compared with. */
  readonly against: readonly number[];
  readonly interval: ShownInterval | undefined;
}

/** A comparison of distributions in words. */
export function distributionWords(check: DistributionCheck, story: DistributionStory): Words {
  const { candidate, against, interval } = story;
  const counts = `${writeCount(totalOf(candidate))} values against ${
    check.reference === undefined ? writeCount(totalOf(against)) : 'the reference'
  }`;
  const seen = [counts, describeFurthest(check, story), interval && describeInterval(interval)]
    .filter((part) => part !== undefined)
    .join('; ');
  const harm = `further apart than the ${writeShare(check.tolerance)} allowed`;
  const safe = `nowhere further apart than the ${writeShare(check.safe.tolerance)} that count as safe`;
  return {
    seen,
    harm: { distance: `${seen}; ${harm}` },
    safe: `${seen}; ${safe}`,
    doubt: `${seen}; neither harm nor safety is proven`,
    margins: { harm, safe },
  };
}

/** `furthest apart at 0.5: 61% up to there against 52%`. */
function describeFurthest(
  { ordered, labels }: DistributionCheck,
  { candidate, against }: DistributionStory,
): string | undefined {
  const bins = Math.max(candidate.length, against.length);
  if (ordered) {
    const widest = observedDistance([{ candidate, stable: against }]);
    if (!widest) return undefined;
    const upTo = (counts: readonly number[]): string =>
      writeShare(totalOf(counts.slice(0, widest.cut)) / totalOf(counts));
    const place = labels?.[widest.cut - 1] ?? `bin ${widest.cut}`;
    return `furthest apart at ${place}: ${upTo(candidate)} up to there against ${upTo(against)}`;
  }
  const shareIn = (counts: readonly number[], bin: number): number => (counts[bin] ?? 0) / totalOf(counts);
  const apart = Array.from({ length: bins }, (_, bin) =>
    Math.abs(shareIn(candidate, bin) - shareIn(against, bin)),
  );
  const widest = apart.indexOf(Math.max(...apart));
  if (widest < 0) return undefined;
  const place = labels?.[widest] ?? `bin ${widest + 1}`;
  return `furthest apart in ${place}: ${writeShare(shareIn(candidate, widest))} against ${writeShare(shareIn(against, widest))}`;
}

function describeInterval({ of, low, high }: ShownInterval): string {
  if (of === 'stability-index')
    return high === undefined
      ? `stability index (PSI) at least ${writeFactor(low)}`
      : `stability index (PSI) between ${writeFactor(low)} and ${writeFactor(high)}`;
  return `between ${writeShare(low)} and ${writeShare(high ?? 1)} apart`;
}

import type { CalibrationCheck, Counts } from '../evidence.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeCount, writePoints, writeShare } from '../write-numbers.ts';

/** What was counted of one bin. */
export interface BinTotals {
  readonly name: string;
  readonly candidate: Counts;
  /** Mean of what was claimed. */
  readonly claimed: number;
  readonly stable: Counts;
}

/** What the words of a calibration check rest on. */
export interface CalibrationSeen {
  /** Of the calibration error over all bins. */
  readonly interval: ShownInterval | undefined;
  readonly error: number | undefined;
  /** The bin with the most evidence of harm, and that with the least of safety. */
  readonly worst: BinTotals | undefined;
  readonly leastSure: BinTotals | undefined;
}

/** Calibration in words: the bin that decides, and the error over all bins. */
export function calibrationWords(
  { tolerance, safe, against }: CalibrationCheck,
  { interval, error, worst, leastSure }: CalibrationSeen,
): Words {
  const isCompared = against === 'stable';
  const bounds =
    interval?.high === undefined
      ? ''
      : ` (between ${writeShare(interval.low)} and ${writeShare(interval.high)})`;
  const overall = error === undefined ? '' : `; calibration error ${writeShare(error)}${bounds}`;
  const at = (bin: BinTotals | undefined): string =>
    bin === undefined ? 'no labelled predictions' : `bin ${bin.name}: ${describeBin(bin, isCompared)}`;
  const further = isCompared ? ' and from stable' : '';
  const beyond = `further from the claim${further} than the ${writePoints(tolerance)} allowed`;
  const of = isCompared ? ' of the claim, or of what stable is off,' : '';
  const within = `within the ${writePoints(safe.tolerance)}${of} that count as safe`;
  return {
    seen: `${at(worst)}${overall}`,
    harm: { bin: `${at(worst)}${overall}; ${beyond}` },
    safe: `the least certain is ${at(leastSure)}${overall}; ${within}`,
    margins: { harm: beyond, safe: within },
    doubt: `the furthest off is ${at(worst)}${overall}; neither harm nor safety is proven`,
  };
}

/** `600 of 1,000 came true (60%) where 85% is claimed; with stable 82%`. */
function describeBin({ candidate, claimed, stable }: BinTotals, isCompared: boolean): string {
  const own = `${writeCount(candidate.events)} of ${writeCount(candidate.exposure)} came true (${writeShare(candidate.events / candidate.exposure)}) where ${writeShare(claimed)} is claimed`;
  return isCompared && stable.exposure > 0
    ? `${own}; with stable ${writeShare(stable.events / stable.exposure)}`
    : own;
}

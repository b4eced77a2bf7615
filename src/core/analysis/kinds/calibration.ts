import type { ClaimedBins, ClaimedCounts, Seen } from '../../judge/evidence.ts';
import { HEALTH_DEFAULTS } from '../../manifest/defaults.ts';
import type { CalibrationSpec } from '../../manifest/release-schema.ts';
import {
  type Arm,
  baseOf,
  type Collector,
  type Readings,
  type Role,
  readingOf,
  unusable,
} from './collector.ts';
import { toCounts } from './counts.ts';
import { readGroups } from './groups.ts';

/** Labelled predictions of both arms and those that came true, bin by bin. */
export const calibration: Collector<CalibrationSpec, ClaimedBins> = {
  roles: ({ positives, total, claims, by }) => [
    { name: 'positives', query: positives, by },
    { name: 'total', query: total, by },
    ...(claims === undefined ? [] : [{ name: 'claims', query: claims, by } satisfies Role]),
  ],
  compares: ({ against = 'stable' }) => against === 'stable',
  read: readBins,
  check: (spec, ticks) => {
    const tolerance = spec.tolerance ?? HEALTH_DEFAULTS.calibration.tolerance;
    return {
      ...baseOf(spec),
      ...readingOf({ ...spec, trim: spec.trim ?? 0 }),
      kind: 'calibration',
      bins: spec.bins,
      tolerance,
      safe: { tolerance: spec.safe ?? Math.max(tolerance, HEALTH_DEFAULTS.calibration.safe) },
      against: spec.against ?? 'stable',
      minShare: spec.minShare ?? HEALTH_DEFAULTS.minShare,
      ticks,
    };
  },
};

/** A bin without a series of `total` had no labels. */
function readBins(spec: CalibrationSpec, readings: Readings, arm: Arm): Seen<ClaimedBins> {
  const { bins, absentIsZero = false } = spec;
  const options = { arm, matches: isSameBin };
  const totals = readGroups(readings, 'total', { ...options, missing: 'none' });
  if (totals.kind === 'unusable') return totals;
  if (typeof readings.groups('total') === 'string') return unusable(`${arm} total: no series`);
  const positives = readGroups(readings, 'positives', {
    ...options,
    missing: absentIsZero ? 'none' : 'unknown',
  });
  const claims =
    spec.claims === undefined
      ? undefined
      : readGroups(readings, 'claims', { ...options, missing: 'unknown' });
  const counted: ClaimedCounts[] = [];
  for (const name of bins) {
    const total = totals.value.of(name);
    if (typeof total !== 'number') return unusable(total);
    if (total === 0) {
      counted.push({ events: 0, exposure: 0, claimed: claimOf(spec, name) });
      continue;
    }
    if (positives.kind === 'unusable') return positives;
    const came = positives.value.of(name);
    if (typeof came !== 'number') return unusable(came);
    const counts = toCounts(came, total, { arm: `${arm} "${name}"`, noun: 'positives', complement: false });
    if (counts.kind === 'unusable') return counts;
    if (claims?.kind === 'unusable') return claims;
    const sum = claims?.value.of(name);
    if (typeof sum === 'string') return unusable(sum);
    const claimed = sum === undefined ? claimOf(spec, name) : sum / total;
    if (!(claimed >= 0 && claimed <= 1 + SLACK))
      return unusable(`${arm} claims of "${name}": ${sum} over ${total} predictions is no probability`);
    counted.push({ ...counts.value, claimed: Math.min(1, claimed) });
  }
  return { kind: 'seen', value: { bins: counted } };
}

/** Two extrapolated increments of the same predictions may differ by so much. */
const SLACK = 0.1;

/** What a bin claims by the manifest: as written, or its name. */
function claimOf({ claimed }: CalibrationSpec, name: string): number {
  const written = claimed && Object.hasOwn(claimed, name) ? claimed[name] : undefined;
  if (written !== undefined) return written;
  const number = Number(name);
  return Number.isFinite(number) ? Math.min(1, Math.max(0, number)) : 0;
}

/** Bins that are numbers are told apart as numbers: `0.5` and `0.50` are one. */
function isSameBin(series: string, bin: string): boolean {
  return series === bin || (series.trim() !== '' && bin.trim() !== '' && Number(series) === Number(bin));
}

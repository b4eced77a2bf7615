import type { Counts, GroupedCounts, Seen } from '../../judge/evidence.ts';
import { HEALTH_DEFAULTS } from '../../manifest/defaults.ts';
import type { FairnessSpec } from '../../manifest/release-schema.ts';
import { type Arm, baseOf, type Collector, type Readings, readingOf, unusable } from './collector.ts';
import { marginsOf, toCounts } from './counts.ts';
import { readGroups } from './groups.ts';

/** Bad and all events of both arms, group by group. */
export const fairness: Collector<FairnessSpec, GroupedCounts> = {
  roles: ({ bad, total, by }) => [
    { name: 'bad', query: bad, by },
    { name: 'total', query: total, by },
  ],
  compares: () => true,
  read: readGroupCounts,
  check: (spec, ticks, evaluation) => ({
    ...baseOf(spec),
    ...readingOf(spec),
    ...marginsOf(spec, evaluation),
    kind: 'fairness',
    groups: spec.groups,
    disparity: spec.disparity && {
      ratio: 1 + (spec.disparity.relative ?? 0),
      difference: spec.disparity.absolute ?? 0,
    },
    minShare: spec.minShare ?? HEALTH_DEFAULTS.minShare,
    ticks,
  }),
};

/** A group without a series of `total` had no traffic; one with traffic and without a series of `bad` is as `absentIsZero` says. */
function readGroupCounts(
  { groups, absentIsZero = false }: FairnessSpec,
  readings: Readings,
  arm: Arm,
): Seen<GroupedCounts> {
  const totals = readGroups(readings, 'total', { arm, missing: 'unknown' });
  if (totals.kind === 'unusable') return totals;
  const present = groups.filter((name) => isThere(readings, name));
  const bads = readGroups(readings, 'bad', { arm, missing: absentIsZero ? 'none' : 'unknown' });
  if (bads.kind === 'unusable') return present.length === 0 ? { kind: 'seen', value: { groups: {} } } : bads;
  const counted: [string, Counts][] = [];
  for (const name of present) {
    const total = totals.value.of(name);
    if (typeof total !== 'number') return unusable(total);
    const bad = total === 0 ? 0 : bads.value.of(name);
    if (typeof bad !== 'number') return unusable(bad);
    const counts = toCounts(bad, total, { arm: `${arm} "${name}"`, noun: 'bad', complement: false });
    if (counts.kind === 'unusable') return counts;
    counted.push([name, counts.value]);
  }
  return { kind: 'seen', value: { groups: Object.fromEntries(counted) } };
}

/** The group has a series with a sample at this moment. */
function isThere(readings: Readings, name: string): boolean {
  const groups = readings.groups('total');
  return (
    typeof groups !== 'string' && groups.some(({ value, reading }) => value === name && reading !== 'missing')
  );
}

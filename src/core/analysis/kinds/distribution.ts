import { BUCKET_BOUND } from '../../judge/bucket-bound.ts';
import type { Seen } from '../../judge/evidence.ts';
import { distributionTolerances, isAgainstReference } from '../../manifest/defaults.ts';
import type { DistributionSpec } from '../../manifest/release-schema.ts';
import { describeGap } from '../reading.ts';
import { alignBins, type GroupCounts } from './align-bins.ts';
import {
  type Arm,
  baseOf,
  type Collector,
  type GroupReading,
  type Readings,
  readingOf,
  unusable,
} from './collector.ts';

/** Counts per bucket or per value of a label: of both arms, or of the candidate alone where the reference is fixed. */
export const distribution: Collector<DistributionSpec, GroupCounts> = {
  roles: (spec) => [{ name: 'bins', query: spec.bins, by: labelOf(spec) }],
  compares: (spec) => !isAgainstReference(spec),
  read: readGroups,
  check: (spec, ticks) => {
    const isHistogram = labelOf(spec) === BUCKET_BOUND;
    const aligned = alignBins(ticks, { isHistogram, order: spec.order, expected: spec.reference?.length });
    const isFixed = isAgainstReference(spec);
    return {
      ...baseOf(spec),
      ...readingOf(spec),
      ...distributionTolerances(spec),
      // A reference that is a day old is rejected by the time of day: it tells people, and nothing waits for it.
      ...(isFixed && { action: 'notify', required: false }),
      kind: 'distribution',
      ordered: isHistogram || spec.order !== undefined,
      reference: isFixed ? padded(spec.reference ?? [], aligned.labels.length) : undefined,
      labels: aligned.labels,
      ticks: aligned.ticks,
    };
  },
};

function labelOf({ by = BUCKET_BOUND }: DistributionSpec): string {
  return by;
}

/** Nothing of the reference is in a bin that it does not know. */
function padded(reference: readonly number[], bins: number): readonly number[] {
  return [...reference, ...Array.from({ length: Math.max(0, bins - reference.length) }, () => 0)];
}

function readGroups(spec: DistributionSpec, readings: Readings, arm: Arm): Seen<GroupCounts> {
  const groups = readings.groups('bins');
  if (typeof groups === 'string') return unusable(`${arm} bins: ${describeGap(groups)}`);
  const seen = groups.filter(({ reading }) => reading !== 'missing');
  if (seen.length === 0) return unusable(`${arm} bins: ${describeGap('missing')}`);
  const counts: { readonly value: string; readonly count: number }[] = [];
  for (const { value, reading } of seen) {
    const wrong = whyUncountable(reading);
    if (typeof reading !== 'number' || wrong !== undefined)
      return unusable(`${arm} bins: ${labelOf(spec)}=${JSON.stringify(value)}: ${wrong ?? 'no number'}`);
    counts.push({ value, count: reading });
  }
  return { kind: 'seen', value: counts };
}

function whyUncountable(reading: GroupReading['reading']): string | undefined {
  if (typeof reading !== 'number') return describeGap(reading);
  if (reading < 0) return `${reading}, as after a counter reset`;
  return reading > Number.MAX_SAFE_INTEGER ? `${reading} is more than can be counted` : undefined;
}

import type { EvidenceTick, Seen, Traffic } from '../../judge/evidence.ts';
import { splitSettle, splitTolerance } from '../../manifest/defaults.ts';
import type { SplitSpec } from '../../manifest/release-schema.ts';
import { formatDuration } from '../../units.ts';
import type { Evaluation } from '../assessment.ts';
import { gridPoint, tickGrid } from '../query-grid.ts';
import { describeGap } from '../reading.ts';
import { type Arm, baseOf, type Collector, type Readings, readingOf, unusable } from './collector.ts';

/** How much traffic both arms get. */
export const split: Collector<SplitSpec, Traffic> = {
  roles: ({ total }) => [{ name: 'total', query: total }],
  compares: () => true,
  read: readTraffic,
  check: (spec, ticks, evaluation) => ({
    ...baseOf(spec),
    ...readingOf(spec),
    kind: 'split',
    // An uneven split says nothing of the candidate.
    action: 'hold',
    share: undefined,
    tolerance: splitTolerance(spec),
    ticks: withoutSettling(ticks, spec, evaluation),
  }),
};

function readTraffic(_: SplitSpec, readings: Readings, arm: Arm): Seen<Traffic> {
  const total = readings.one('total');
  if (typeof total !== 'number') return unusable(`${arm} total: ${describeGap(total)}`);
  if (total > Number.MAX_SAFE_INTEGER) return unusable(`${arm}: ${total} in all is more than can be counted`);
  if (total < 0) return unusable(`${arm}: ${total} in all, as after a counter reset`);
  return { kind: 'seen', value: { exposure: total } };
}

/**
 * A weight is written in Git; the serving system follows minutes later, and until then the share is that of the weight before.
 * Ticks that begin before `settle` has passed are no evidence.
 */
function withoutSettling(
  ticks: readonly EvidenceTick<Traffic>[],
  spec: SplitSpec,
  evaluation: Evaluation,
): readonly EvidenceTick<Traffic>[] {
  const grid = tickGrid(evaluation);
  const settle = splitSettle(spec);
  const { transitions } = evaluation.rollout;
  const settling = unusable(`traffic has ${formatDuration(settle)} to follow a new weight`);
  return ticks.map((tick, index) => {
    const written = tick.period === undefined ? undefined : transitions[tick.period]?.at;
    if (!grid || written === undefined || gridPoint(grid, index) - grid.step >= written + settle) return tick;
    return { ...tick, candidate: settling, stable: settling };
  });
}

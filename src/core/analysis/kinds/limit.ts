import type { Counts } from '../../judge/evidence.ts';
import { alertsOf, limitOf } from '../../manifest/defaults.ts';
import type { Phrasing } from '../../manifest/expand-check.ts';
import type { LimitSpec } from '../../manifest/release-schema.ts';
import { baseOf, type Collector, readingOf } from './collector.ts';
import { countRoles, readCounts } from './counts.ts';

/** Bad and all events of the candidate; of stable only where its share says what is too many. */
export const limit: Collector<LimitSpec & Phrasing, Counts> = {
  roles: countRoles,
  compares: ({ maxExcess }) => maxExcess !== undefined,
  read: readCounts,
  check: (spec, ticks) => ({
    ...baseOf(spec),
    ...readingOf(spec),
    kind: 'limit',
    max: limitOf(spec),
    maxExcess: spec.maxExcess,
    alerts: alertsOf(spec),
    ticks,
  }),
};

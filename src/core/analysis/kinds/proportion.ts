import type { Counts } from '../../judge/evidence.ts';
import type { Phrasing } from '../../manifest/expand-check.ts';
import type { ProportionSpec } from '../../manifest/release-schema.ts';
import { baseOf, type Collector, readingOf } from './collector.ts';
import { countRoles, marginsOf, readCounts } from './counts.ts';

/** Bad and all events of both arms. */
export const proportion: Collector<ProportionSpec & Phrasing, Counts> = {
  roles: countRoles,
  compares: () => true,
  read: readCounts,
  check: (spec, ticks, evaluation) => ({
    ...baseOf(spec),
    ...readingOf(spec),
    ...marginsOf(spec, evaluation),
    kind: 'proportion',
    worse: spec.worse,
    limit: spec.limit,
    ticks,
  }),
};

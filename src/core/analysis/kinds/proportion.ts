import type { Counts } from '../../judge/evidence.ts';
import type { ProportionSpec } from '../../manifest/release-schema.ts';
import { baseOf, type Collector, readingOf } from './collector.ts';
import { marginsOf, readCounts } from './counts.ts';

/** Bad and all events of both arms. */
export const proportion: Collector<ProportionSpec, Counts> = {
  roles: ({ bad, total }) => [
    { name: 'bad', query: bad },
    { name: 'total', query: total },
  ],
  compares: () => true,
  read: readCounts,
  check: (spec, ticks, evaluation) => ({
    ...baseOf(spec),
    ...readingOf(spec),
    ...marginsOf(spec, evaluation),
    kind: 'proportion',
    limit: spec.limit,
    ticks,
  }),
};

import { assertNever } from '../../errors.ts';
import type { EvidenceSpec } from '../../manifest/release-schema.ts';
import type { Collector } from './collector.ts';
import { distribution } from './distribution.ts';
import { gauge } from './gauge.ts';
import { latency } from './latency.ts';
import { limit } from './limit.ts';
import { proportion } from './proportion.ts';
import { rate } from './rate.ts';
import { split } from './split.ts';

/** Calls `use` with the collector of a check's kind. */
export function withCollector<R>(
  spec: EvidenceSpec,
  use: <S extends EvidenceSpec, A>(spec: S, collector: Collector<S, A>) => R,
): R {
  switch (spec.kind) {
    case 'proportion':
      return use(spec, proportion);
    case 'limit':
      return use(spec, limit);
    case 'gauge':
      return use(spec, gauge);
    case 'distribution':
      return use(spec, distribution);
    case 'split':
      return use(spec, split);
    case 'latency':
      return use(spec, latency);
    case 'rate':
      return use(spec, rate);
    default:
      return assertNever(spec);
  }
}

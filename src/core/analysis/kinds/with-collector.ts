import { assertNever } from '../../errors.ts';
import type { AskedSpec } from '../../manifest/expand-check.ts';
import { calibration } from './calibration.ts';
import type { Collector } from './collector.ts';
import { fairness } from './fairness.ts';
import { latency } from './latency.ts';
import { limit } from './limit.ts';
import { proportion } from './proportion.ts';
import { rate } from './rate.ts';

/** Calls `use` with the collector of a check's kind. */
export function withCollector<R>(
  spec: AskedSpec,
  use: <S extends AskedSpec, A>(spec: S, collector: Collector<S, A>) => R,
): R {
  switch (spec.kind) {
    case 'proportion':
      return use(spec, proportion);
    case 'limit':
      return use(spec, limit);
    case 'fairness':
      return use(spec, fairness);
    case 'calibration':
      return use(spec, calibration);
    case 'latency':
      return use(spec, latency);
    case 'rate':
      return use(spec, rate);
    default:
      return assertNever(spec);
  }
}

import type { Absence } from '../../core/analysis/observation.ts';
import { absent } from '../http/absent.ts';

/** The query selected nothing: neither 0 nor healthy. */
export const NO_SERIES: Absence = absent(
  'empty',
  'gave no series, expected 1; check the metric name and the labels',
);

/** A histogram where a number was asked for. */
export const NATIVE_HISTOGRAM: Absence = absent(
  'bad-response',
  'gave a native histogram, expected a number; wrap the query in histogram_quantile(), histogram_count() or the like',
);

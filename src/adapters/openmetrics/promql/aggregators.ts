import { quantileOf } from './quantile.ts';

/**
 * One number from the values of a group at one step.
 * @param values at least one, in the order of the series
 * @param parameter that of `quantile`
 */
export type Aggregator = (values: readonly number[], parameter: number) => number;

/** The aggregations this evaluator knows; they round as those of Prometheus do. */
export const AGGREGATORS: ReadonlyMap<string, Aggregator> = new Map<string, Aggregator>([
  ['sum', (values) => values.reduce((sum, value) => sum + value, 0)],
  ['avg', average],
  [
    'min',
    (values) => values.reduce((least, value) => (least > value || Number.isNaN(least) ? value : least)),
  ],
  ['max', (values) => values.reduce((most, value) => (most < value || Number.isNaN(most) ? value : most))],
  ['count', (values) => values.length],
  ['group', () => 1],
  ['stdvar', variance],
  ['stddev', (values) => Math.sqrt(variance(values))],
  ['quantile', (values, q) => quantileOf(q, values)],
]);

function average(values: readonly number[]): number {
  let mean = values[0] ?? Number.NaN;
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    // An infinite mean stays what it is, unless its opposite or NaN joins.
    if (isInfinite(mean) && (value === mean || Number.isFinite(value))) continue;
    mean += value / (index + 1) - mean / (index + 1);
  }
  return mean;
}

/** Welford's method. */
function variance(values: readonly number[]): number {
  let mean = values[0] ?? Number.NaN;
  let squares = 0;
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  }
  return squares / values.length;
}

/** Whether a value is +Inf or -Inf. */
export function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

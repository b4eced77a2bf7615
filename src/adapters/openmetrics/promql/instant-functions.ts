import { METRIC_NAME, withoutLabels } from '../labels.ts';
import { hasValues, joinRows, type Row } from './rows.ts';

/** The functions that take a vector and give each of its numbers another one. */
export const NUMBER_FUNCTIONS: ReadonlyMap<string, (value: number) => number> = new Map([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['exp', Math.exp],
  ['sqrt', Math.sqrt],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sgn', (value: number) => (value < 0 ? -1 : value > 0 ? 1 : value)],
]);

/** The functions that do so with numbers besides, which may differ from step to step. */
export const PARAMETER_FUNCTIONS: ReadonlyMap<
  string,
  (value: number, first: number, second: number) => number | undefined
> = new Map([
  ['clamp', (value: number, least: number, most: number) => clamp(value, least, most)],
  ['clamp_min', (value: number, least: number) => larger(least, value)],
  ['clamp_max', (value: number, most: number) => smaller(most, value)],
  ['round', (value: number, nearest: number) => round(value, nearest)],
]);

/** Nothing is left of a vector whose bounds cross. */
function clamp(value: number, least: number, most: number): number | undefined {
  return most < least ? undefined : larger(least, smaller(most, value));
}

/** The smaller of two, as Go has it: -Inf beats NaN. */
function smaller(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return Math.min(a, b);
}

/** The larger of two, as Go has it: +Inf beats NaN. */
function larger(a: number, b: number): number {
  if (a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return Math.max(a, b);
}

/** To the nearest multiple, halves up; multiplied by the inverse as Prometheus does, so that 0.1 rounds alike. */
function round(value: number, nearest: number): number {
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

/**
 * A vector with each value replaced, or left out where `change` gives undefined; without the metric name.
 * @param at where the function stands in the query
 */
export function mapRows(
  rows: readonly Row[],
  at: number,
  change: (value: number, step: number) => number | undefined,
): readonly Row[] {
  const mapped = rows.map((row) => {
    const values = new Float64Array(row.values.length);
    const present = new Uint8Array(row.present.length);
    for (let step = 0; step < values.length; step += 1) {
      const value = row.present[step] === 1 ? change(row.values[step] ?? 0, step) : undefined;
      if (value === undefined) continue;
      values[step] = value;
      present[step] = 1;
    }
    return { labels: withoutLabels(row.labels, [METRIC_NAME]), values, present };
  });
  return joinRows(mapped.filter(hasValues), at);
}

import type { Absence, Grid, PointAbsence } from '../../core/analysis/observation.ts';
import { formatInstant, type Instant, instant } from '../../core/units.ts';
import { countPoints } from './build-request.ts';
import { badResponse } from './parse-envelope.ts';
import { parseSampleValue } from './parse-sample-value.ts';

/** A sample of a series. */
export interface Point {
  readonly at: Instant;
  readonly value: number | Exclude<PointAbsence, 'missing'>;
}

/** `[1700000000.123, "0.5"]`; undefined when it is anything else. */
export function parsePoint(pair: unknown): Point | undefined {
  const stamped = parseStamped(pair);
  if (typeof stamped?.content !== 'string') return undefined;
  const value = parseSampleValue(stamped.content);
  return value === undefined ? undefined : { at: stamped.at, value };
}

/** `[1700000000.123, …]`, whatever stands beside the moment; undefined when it is anything else. */
export function parseStamped(pair: unknown): { readonly at: Instant; readonly content: unknown } | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [seconds, content] = pair as readonly unknown[];
  if (typeof seconds !== 'number') return undefined;
  const at = Math.round(seconds * 1000);
  return Number.isSafeInteger(at) ? { at: instant(at), content } : undefined;
}

/**
 * The samples of a series, one entry per point of the grid, `missing` where none came.
 * @param parse undefined for what is no sample
 */
export function alignToGrid<Value>(
  points: unknown,
  grid: Grid,
  parse: (pair: unknown) => { readonly at: Instant; readonly value: Value } | undefined,
): readonly (Value | 'missing')[] | Absence {
  if (!Array.isArray(points)) return badResponse('a series without "values"');
  const values = new Array<Value | 'missing'>(countPoints(grid)).fill('missing');
  let previous = -1;
  for (const pair of points as readonly unknown[]) {
    const point = parse(pair);
    if (point === undefined) return badResponse('a value that is not [seconds, "number"]');
    const index = (point.at - grid.first) / grid.step;
    if (!Number.isInteger(index) || index < 0 || index >= values.length)
      return badResponse(
        `a sample of ${formatMoment(point.at)}, which is not on the asked grid; a proxy may align queries to their step`,
      );
    if (index <= previous) return badResponse('samples that are not in the order of time');
    previous = index;
    values[index] = point.value;
  }
  return values;
}

/** As ISO 8601; a moment outside the calendar as seconds. */
export function formatMoment(moment: Instant): string {
  return Math.abs(moment) <= 8.64e15 ? formatInstant(moment) : `${moment / 1000} s`;
}

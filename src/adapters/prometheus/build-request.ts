import type { Grid } from '../../core/analysis/observation.ts';
import { ToolError } from '../../core/errors.ts';
import type { PrometheusSpec } from '../../core/manifest/config-schema.ts';
import { after, type Instant, type Millis, millis } from '../../core/units.ts';

/**
 * Most points of one range query. The server refuses more than 11,000 steps per series (web/api/v1/api.go, "exceeded
 * maximum resolution of 11,000 points per timeseries").
 */
export const MAX_POINTS = 11_000;
/** A grid with more points than this is a mistake of the caller, not a question. */
const MAX_GRID = 1_000_000;

/** A form for the HTTP API: where it goes below the base URL, and its body. */
export interface FormRequest {
  readonly path: '/api/v1/query' | '/api/v1/query_range';
  /** application/x-www-form-urlencoded. */
  readonly body: string;
}

/** Asks for the value of a query at one moment. */
export function instantRequest(given: {
  readonly query: string;
  readonly at: Instant;
  readonly spec: Pick<PrometheusSpec, 'maxStaleness'>;
}): FormRequest {
  const form = { query: given.query, time: decimalSeconds(given.at), ...lookback(given.spec) };
  return { path: '/api/v1/query', body: encode(form) };
}

/** Asks for the value of a query at every point of a grid of at most `MAX_POINTS`, see `splitGrid`. */
export function rangeRequest(given: {
  readonly query: string;
  readonly grid: Grid;
  readonly spec: Pick<PrometheusSpec, 'maxStaleness'>;
}): FormRequest {
  const { first, last, step } = given.grid;
  const form = {
    query: given.query,
    start: decimalSeconds(first),
    end: decimalSeconds(last),
    step: decimalSeconds(step),
    ...lookback(given.spec),
  };
  return { path: '/api/v1/query_range', body: encode(form) };
}

/**
 * Number of points of a grid: first, first + step, … up to last.
 * @throws ToolError BUG for a grid without points, finer than a millisecond, or of more than a million points
 */
export function countPoints(grid: Grid): number {
  const { first, last, step } = grid;
  const count = Math.floor((last - first) / step) + 1;
  const whole = Number.isInteger(first) && Number.isInteger(step);
  if (!(whole && step >= 1 && count >= 1 && count <= MAX_GRID))
    throw new ToolError({
      code: 'BUG',
      message: `prometheus: grid from ${first} to ${last} by ${step} ms, expected 1 to ${MAX_GRID} points of whole milliseconds`,
    });
  return count;
}

/**
 * The same points in the same order, as grids that one range query may ask for.
 * @param most points of a grid, up to `MAX_POINTS`
 */
export function splitGrid(grid: Grid, most = MAX_POINTS): readonly Grid[] {
  const count = countPoints(grid);
  const parts: Grid[] = [];
  for (let from = 0; from < count; from += most) {
    const to = Math.min(from + most, count) - 1;
    parts.push({ ...grid, first: point(grid, from), last: point(grid, to) });
  }
  return parts;
}

function point(grid: Grid, index: number): Instant {
  return after(grid.first, millis(index * grid.step));
}

/** `1700000000123` → `1700000000.123`, `30000` → `30`: exact, never in exponent form, at a millisecond's resolution. */
function decimalSeconds(value: Instant | Millis): string {
  return (Math.round(value) / 1000).toFixed(3).replace(/\.?0+$/, '');
}

/**
 * A configured limit of staleness also becomes the server's lookback period: the server answers with the moment that was
 * asked, not with the sample's, so that only it can tell. A server that does not know the parameter ignores it. The unit is
 * written out because some parsers want one. Source: prometheus/prometheus#12088, #17242.
 */
function lookback(spec: Pick<PrometheusSpec, 'maxStaleness'>): { readonly lookback_delta?: string } {
  if (spec.maxStaleness === undefined || spec.maxStaleness === 0) return {};
  return { lookback_delta: `${decimalSeconds(spec.maxStaleness)}s` };
}

function encode(form: Readonly<Record<string, string>>): string {
  return new URLSearchParams(form).toString();
}

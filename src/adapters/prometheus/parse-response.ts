import type { Absence, Grid, PointAbsence, Sample } from '../../core/analysis/observation.ts';
import {
  elapsed,
  formatDuration,
  formatInstant,
  type Instant,
  instant,
  type Millis,
} from '../../core/units.ts';
import { absent, NO_SERIES } from './absent.ts';
import { countPoints } from './build-request.ts';
import { describeSeries, type Labels } from './describe-series.ts';
import { parseSampleValue } from './parse-sample-value.ts';
import { type Mask, quote } from './quote.ts';

/** The one series of a range answer, one entry per grid point. */
export interface Line {
  readonly kind: 'line';
  readonly labels: Labels;
  readonly values: readonly (number | PointAbsence)[];
}

/**
 * Reads the body of an answer to an instant query: a scalar or a vector of one series. Total: any text gives a finite
 * number or an absence.
 */
export function parseInstantAnswer(
  body: string,
  asked: { readonly at: Instant; readonly maxStaleness: Millis; readonly mask: Mask },
): Sample | Absence {
  const answer = parseEnvelope(body, asked.mask);
  if (answer.kind === 'absent') return answer;
  if (answer.resultType === 'scalar') return readSample(parsePoint(answer.result), asked);
  if (answer.resultType !== 'vector') return unexpectedType(answer.resultType, asked.mask);
  const series = parseSeries(answer.result, 'histogram');
  if ('kind' in series) return series;
  const [only] = series;
  if (only === undefined) return NO_SERIES;
  if (series.length > 1) return manySeries(series, asked.mask);
  return readSample(parsePoint(only.entry.value), asked);
}

/**
 * Reads the body of an answer to a range query: a matrix of one series. Total: any text gives one entry per point of the
 * asked grid, or an absence.
 */
export function parseRangeAnswer(
  body: string,
  asked: { readonly grid: Grid; readonly mask: Mask },
): Line | Absence {
  const answer = parseEnvelope(body, asked.mask);
  if (answer.kind === 'absent') return answer;
  if (answer.resultType !== 'matrix') return unexpectedType(answer.resultType, asked.mask);
  const series = parseSeries(answer.result, 'histograms');
  if ('kind' in series) return series;
  const [only] = series;
  if (only === undefined) return NO_SERIES;
  if (series.length > 1) return manySeries(series, asked.mask);
  const values = alignToGrid(only.entry.values, asked.grid);
  if ('kind' in values) return values;
  return values.every((value) => value === 'missing')
    ? NO_SERIES
    : { kind: 'line', labels: only.labels, values };
}

/** `bad_data: parse error …`: what an error answer says, masked and cut; undefined when the body is no such answer. */
export function parseErrorAnswer(body: string, mask: Mask): string | undefined {
  const answer = parseJson(body);
  if (!isObject(answer) || typeof answer.error !== 'string') return undefined;
  const type = typeof answer.errorType === 'string' ? `${quote(answer.errorType, mask)}: ` : '';
  return type + quote(answer.error, mask);
}

/** From 2.48 to 2.53 the API put info annotations among the warnings. Source: prometheus/prometheus#14135, #14327. */
const INFO = /^PromQL info: /;

type Data = { readonly kind: 'data'; readonly resultType: string; readonly result: unknown };

function parseEnvelope(body: string, mask: Mask): Data | Absence {
  const answer = parseJson(body);
  if (!isObject(answer)) return badResponse(`a body of ${body.length} characters that is no JSON object`);
  if (answer.status === 'error') {
    const said = parseErrorAnswer(body, mask) ?? 'no reason given';
    return absent('refused', `refused the query: ${said}`);
  }
  if (answer.status !== 'success') return badResponse('a JSON object without "status": "success"');
  const warnings = answer.warnings ?? [];
  if (!Array.isArray(warnings) || !warnings.every((warning) => typeof warning === 'string'))
    return badResponse('"warnings" that are no list of texts');
  const grave = warnings.filter((warning) => !INFO.test(warning));
  if (grave.length > 0) return warned(grave, mask);
  const data = answer.data;
  if (!isObject(data) || typeof data.resultType !== 'string') return badResponse('no "data.resultType"');
  return { kind: 'data', resultType: data.resultType, result: data.result };
}

function warned(warnings: readonly string[], mask: Mask): Absence {
  const rest = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : '';
  return absent(
    'warnings',
    `answered with a warning, so the result may be partial: ${quote(warnings[0] ?? '', mask)}${rest}`,
  );
}

function unexpectedType(resultType: string, mask: Mask): Absence {
  switch (resultType) {
    case 'string':
      return absent(
        'bad-response',
        'gave a text, expected a number; the query must give a scalar or one series',
      );
    case 'matrix':
      return absent(
        'bad-response',
        'gave all samples of a window, expected 1 number; wrap the window in rate(), increase() or the like',
      );
    default:
      return badResponse(`a result of type "${quote(resultType, mask)}"`);
  }
}

interface Entry {
  readonly labels: Labels;
  readonly entry: Readonly<Record<string, unknown>>;
}

function parseSeries(result: unknown, histogram: 'histogram' | 'histograms'): readonly Entry[] | Absence {
  if (!Array.isArray(result)) return badResponse('a "data.result" that is no list');
  const series: Entry[] = [];
  for (const entry of result as readonly unknown[]) {
    if (!isObject(entry) || !isLabels(entry.metric)) return badResponse('a series without "metric" labels');
    if (entry[histogram] !== undefined && entry[histogram] !== null)
      return absent(
        'bad-response',
        'gave a native histogram, expected a number; wrap the query in histogram_quantile(), histogram_count() or the like',
      );
    series.push({ labels: entry.metric, entry });
  }
  return series;
}

function manySeries(series: readonly Entry[], mask: Mask): Absence {
  return absent(
    'many-series',
    describeSeries(
      series.map(({ labels }) => labels),
      mask,
    ),
  );
}

interface Point {
  readonly at: Instant;
  readonly value: number | Exclude<PointAbsence, 'missing'>;
}

/** `[1700000000.123, "0.5"]`; undefined when it is anything else. */
function parsePoint(pair: unknown): Point | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [seconds, text] = pair as readonly unknown[];
  if (typeof seconds !== 'number' || typeof text !== 'string') return undefined;
  const at = Math.round(seconds * 1000);
  const value = parseSampleValue(text);
  return value === undefined || !Number.isSafeInteger(at) ? undefined : { at: instant(at), value };
}

function readSample(
  point: Point | undefined,
  asked: { readonly at: Instant; readonly maxStaleness: Millis },
): Sample | Absence {
  if (point === undefined) return badResponse('a value that is not [seconds, "number"]');
  const at = Math.round(asked.at);
  if (point.at > at)
    return badResponse(`a sample of ${format(point.at)}, which is after the asked ${format(asked.at)}`);
  const age = elapsed(point.at, asked.at);
  if (age > asked.maxStaleness)
    return absent(
      'stale',
      `newest sample is ${formatDuration(age)} old (limit ${formatDuration(asked.maxStaleness)})`,
    );
  switch (point.value) {
    case 'not-a-number':
      return absent('not-a-number', 'gave NaN, expected a number; 0/0 and quantiles of nothing give NaN');
    case 'infinite':
      return absent('infinite', 'gave an infinite number; a division by 0 gives one');
    default:
      return { kind: 'sample', value: point.value };
  }
}

function alignToGrid(points: unknown, grid: Grid): readonly (number | PointAbsence)[] | Absence {
  if (!Array.isArray(points)) return badResponse('a series without "values"');
  const values = new Array<number | PointAbsence>(countPoints(grid)).fill('missing');
  let previous = -1;
  for (const pair of points as readonly unknown[]) {
    const point = parsePoint(pair);
    if (point === undefined) return badResponse('a value that is not [seconds, "number"]');
    const index = (point.at - grid.first) / grid.step;
    if (!Number.isInteger(index) || index < 0 || index >= values.length)
      return badResponse(
        `a sample of ${format(point.at)}, which is not on the asked grid; a proxy may align queries to their step`,
      );
    if (index <= previous) return badResponse('samples that are not in the order of time');
    previous = index;
    values[index] = point.value;
  }
  return values;
}

/** As ISO 8601; a moment outside the calendar as seconds. */
function format(moment: Instant): string {
  return Math.abs(moment) <= 8.64e15 ? formatInstant(moment) : `${moment / 1000} s`;
}

function badResponse(got: string): Absence {
  return absent(
    'bad-response',
    `answered against the protocol of the Prometheus HTTP API: ${got}; check the provider's url`,
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((label) => typeof label === 'string');
}

import type { Absence, Grid, PointAbsence, Sample } from '../../core/analysis/observation.ts';
import { elapsed, formatDuration, type Instant, type Millis } from '../../core/units.ts';
import { absent } from '../http/absent.ts';
import { type Mask, quote } from '../http/quote.ts';
import { NATIVE_HISTOGRAM, NO_SERIES } from './absent.ts';
import { alignToGrid, formatMoment, type Point, parsePoint } from './align-to-grid.ts';
import { describeSeries, type Labels } from './describe-series.ts';
import { badResponse, type Entry, parseEntries, parseEnvelope } from './parse-envelope.ts';

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
  const series = parseNumbers(answer.result, 'histogram');
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
  const series = parseNumbers(answer.result, 'histograms');
  if ('kind' in series) return series;
  const [only] = series;
  if (only === undefined) return NO_SERIES;
  if (series.length > 1) return manySeries(series, asked.mask);
  const values = alignToGrid(only.entry.values, asked.grid, parsePoint);
  if ('kind' in values) return values;
  return values.every((value) => value === 'missing')
    ? NO_SERIES
    : { kind: 'line', labels: only.labels, values };
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

function parseNumbers(result: unknown, histogram: 'histogram' | 'histograms'): readonly Entry[] | Absence {
  const series = parseEntries(result);
  if ('kind' in series) return series;
  const isHistogram = series.some(({ entry }) => entry[histogram] !== undefined && entry[histogram] !== null);
  return isHistogram ? NATIVE_HISTOGRAM : series;
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

function readSample(
  point: Point | undefined,
  asked: { readonly at: Instant; readonly maxStaleness: Millis },
): Sample | Absence {
  if (point === undefined) return badResponse('a value that is not [seconds, "number"]');
  const at = Math.round(asked.at);
  if (point.at > at)
    return badResponse(
      `a sample of ${formatMoment(point.at)}, which is after the asked ${formatMoment(asked.at)}`,
    );
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

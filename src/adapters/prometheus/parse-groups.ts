import type { Absence, Grid, PointAbsence } from '../../core/analysis/observation.ts';
import { BUCKET_BOUND } from '../../core/judge/bucket-bound.ts';
import { absent } from '../http/absent.ts';
import { type Mask, quote } from '../http/quote.ts';
import { NATIVE_HISTOGRAM } from './absent.ts';
import { alignToGrid, parsePoint } from './align-to-grid.ts';
import { countPoints } from './build-request.ts';
import type { Labels } from './describe-series.ts';
import { type NativeHistogram, parseHistogramPoint } from './native-histogram.ts';
import { badResponse, type Entry, parseEntries, parseEnvelope } from './parse-envelope.ts';

/** One of the series of an answer, one entry per grid point: numbers, or native histograms. */
export type GroupLine =
  | {
      readonly kind: 'numbers';
      readonly labels: Labels;
      readonly values: readonly (number | PointAbsence)[];
    }
  | {
      readonly kind: 'histograms';
      readonly labels: Labels;
      readonly values: readonly (NativeHistogram | PointAbsence)[];
    };

/** The series of a part of a grid. */
export interface GroupPart {
  readonly kind: 'part';
  readonly points: number;
  readonly lines: readonly GroupLine[];
}

/**
 * Reads the body of an answer to a range query whose series are groups. Total: any text gives series with one entry per point
 * of the asked grid, or an absence. Which series there may be is not looked at yet, see `joinGroups`.
 */
export function parseGroupedAnswer(
  body: string,
  asked: { readonly grid: Grid; readonly by: string; readonly mask: Mask },
): GroupPart | Absence {
  const answer = parseEnvelope(body, asked.mask);
  if (answer.kind === 'absent') return answer;
  if (answer.resultType !== 'matrix')
    return badResponse(`a result of type "${quote(answer.resultType, asked.mask)}"`);
  const entries = parseEntries(answer.result);
  if ('kind' in entries) return entries;
  const lines: GroupLine[] = [];
  for (const entry of entries) {
    const line = parseLine(entry, asked);
    if (line.kind === 'absent') return line;
    lines.push(line);
  }
  return { kind: 'part', points: countPoints(asked.grid), lines };
}

function parseLine(
  { labels, entry }: Entry,
  { grid, by }: { readonly grid: Grid; readonly by: string },
): GroupLine | Absence {
  const histograms = entry.histograms ?? undefined;
  if (histograms === undefined) {
    const values = alignToGrid(entry.values, grid, parsePoint);
    return 'kind' in values ? values : { kind: 'numbers', labels, values };
  }
  if (by !== BUCKET_BOUND) return NATIVE_HISTOGRAM;
  if (Array.isArray(entry.values) && entry.values.length > 0) return MIXED;
  const values = alignToGrid(histograms, grid, parseHistogramPoint);
  return 'kind' in values ? values : { kind: 'histograms', labels, values };
}

/** Numbers and histograms side by side; both count the same events, so that neither may be added to the other. */
export const MIXED: Absence = absent(
  'bad-response',
  'gave numbers and native histograms, expected one or the other; ask for the buckets or for the native histogram alone',
);

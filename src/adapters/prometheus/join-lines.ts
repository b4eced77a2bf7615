import type { Absence, PointAbsence, Series } from '../../core/analysis/observation.ts';
import { absent } from '../http/absent.ts';
import type { Mask } from '../http/quote.ts';
import { NO_SERIES } from './absent.ts';
import { describeSeries, labelKey } from './describe-series.ts';
import type { Line } from './parse-response.ts';

/** The part of a grid where no series was found. */
export interface Gap {
  readonly kind: 'gap';
  readonly points: number;
}

/**
 * One series from the answers to consecutive parts of a grid. Empty when no part has a series. Parts that hold one
 * series each, but not the same one, are as many series as one answer for the whole grid would have had.
 */
export function joinLines(parts: readonly (Line | Gap)[], mask: Mask): Series | Absence {
  const lines = parts.filter((part) => part.kind === 'line');
  if (lines.length === 0) return NO_SERIES;
  const distinct = new Map(lines.map(({ labels }) => [labelKey(labels), labels]));
  if (distinct.size > 1) return absent('many-series', describeSeries([...distinct.values()], mask));
  const values = parts.flatMap((part): readonly (number | PointAbsence)[] =>
    part.kind === 'line' ? part.values : new Array<PointAbsence>(part.points).fill('missing'),
  );
  return { kind: 'series', values };
}

import { type Labels, METRIC_NAME, makeLabels, NO_LABELS, withoutLabels } from '../labels.ts';
import type { LabelMatcher, StoredSeries } from '../series-store.ts';
import type { FunctionCall, RangeSelector, Subquery } from './expression.ts';
import { distinctRows, emptyRow, hasValues, momentOf, type Row } from './rows.ts';
import { firstAfter, lookedAt, type Scope } from './scope.ts';
import { visibleTimes, type WindowSource } from './select.ts';
import type { SampleWindow } from './window.ts';
import type { WindowFunction } from './window-functions.ts';

/**
 * A function of windows over all series of its argument. A window holds the samples of [t - range, t], both ends in.
 * (Prometheus up to 2.x; version 3 leaves the start out: there a window whose start falls on a sample has one sample
 * less.)
 * @param parameter the function's other number, one per step; undefined when it has none
 */
export function evaluateWindows(
  given: {
    readonly call: FunctionCall;
    readonly source: WindowSource;
    readonly apply: WindowFunction;
    readonly parameter: Float64Array | undefined;
  },
  scope: Scope,
): readonly Row[] {
  const rows: Row[] = [];
  const keepsName = given.call.name === 'last_over_time';
  for (const series of given.source.series) {
    const labels = keepsName ? series.labels : withoutLabels(series.labels, [METRIC_NAME]);
    const row = emptyRow(labels, scope.steps);
    scope.work.addValues(scope.steps.count);
    walk({ series, source: given.source, scope }, (window, step) => {
      const value = given.apply(window, given.parameter?.[step] ?? Number.NaN);
      if (value === undefined) return;
      row.values[step] = value;
      row.present[step] = 1;
    });
    if (hasValues(row)) rows.push(row);
  }
  return distinctRows(rows, given.call.at);
}

/** `absent_over_time`: 1 at each step at which no series has a sample in its window. */
export function absentOverTime(
  argument: RangeSelector | Subquery,
  source: WindowSource,
  scope: Scope,
): readonly Row[] {
  const row = emptyRow(
    argument.kind === 'range' ? labelsOfNothing(argument.selector.matchers) : NO_LABELS,
    scope.steps,
  );
  row.values.fill(1);
  row.present.fill(1);
  for (const series of source.series)
    walk({ series, source, scope }, (_, step) => {
      row.present[step] = 0;
    });
  return hasValues(row) ? [row] : [];
}

/**
 * The labels that a series would have if it were there: those that `=` asks for. A label with another matcher after its
 * `=` is left out, as Prometheus has it.
 */
export function labelsOfNothing(matchers: readonly LabelMatcher[]): Labels {
  const wanted = new Map<string, string>();
  const asked = new Set<string>();
  for (const { label, equals } of matchers) {
    if (label === METRIC_NAME) continue;
    if (equals === undefined || asked.has(label)) wanted.delete(label);
    else {
      wanted.set(label, equals);
      asked.add(label);
    }
  }
  return makeLabels(wanted);
}

/** Slides the window along a series and visits it at each step at which it holds a sample. */
function walk(
  given: { readonly series: StoredSeries; readonly source: WindowSource; readonly scope: Scope },
  visit: (window: SampleWindow, step: number) => void,
): void {
  const { series, source, scope } = given;
  const { values } = series;
  const times = visibleTimes(series, source.horizon);
  let to = firstAfter(times, lookedAt(scope, source.shift, 0));
  let from = firstAfter(times, lookedAt(scope, source.shift, 0) - source.length - 1);
  for (let step = 0; step < scope.steps.count; step += 1) {
    const end = lookedAt(scope, source.shift, step);
    const start = end - source.length;
    while (to < times.length && (times[to] ?? 0) <= end) to += 1;
    while (from < to && (times[from] ?? 0) < start) from += 1;
    if (from === to) continue;
    scope.work.addVisits(to - from);
    visit({ times, values, from, to, start, end, at: momentOf(scope.steps, step) }, step);
  }
}

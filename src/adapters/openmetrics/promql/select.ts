import type { StoredSeries } from '../series-store.ts';
import type { InstantSelector, RangeSelector, Shift } from './expression.ts';
import { emptyRow, hasValues, type Row } from './rows.ts';
import { firstAfter, lookedAt, type Scope } from './scope.ts';

/**
 * The newest sample of each selected series at each step, if it is not older than the lookback; one exactly that old
 * counts. (Prometheus up to 2.x; version 3 leaves that one out.) Series without any are left out.
 * @param gives the value of the sample, or its time in seconds
 */
export function selectInstant(
  selector: InstantSelector,
  scope: Scope,
  gives: 'values' | 'times' = 'values',
): readonly Row[] {
  const rows: Row[] = [];
  for (const series of scope.store.select(selector.matchers)) {
    scope.work.addValues(scope.steps.count);
    const times = visibleTimes(series, scope.horizon);
    const row = emptyRow(series.labels, scope.steps);
    let next = firstAfter(times, lookedAt(scope, selector, 0));
    for (let step = 0; step < scope.steps.count; step += 1) {
      const moment = lookedAt(scope, selector, step);
      while (next < times.length && (times[next] ?? 0) <= moment) next += 1;
      const time = times[next - 1];
      if (time === undefined || time < moment - scope.lookback) continue;
      row.values[step] = gives === 'values' ? (series.values[next - 1] ?? 0) : time / 1000;
      row.present[step] = 1;
    }
    if (hasValues(row)) rows.push(row);
  }
  return rows;
}

/** The samples a range function walks over, and where its window ends. */
export interface WindowSource {
  readonly series: readonly StoredSeries[];
  /** Length of the window (ms). */
  readonly length: number;
  readonly shift: Shift;
  /** Samples after this moment are not seen. */
  readonly horizon: number;
}

/** The series of a range selector. */
export function selectRange(range: RangeSelector, scope: Scope): WindowSource {
  const { selector, length } = range;
  return { series: scope.store.select(selector.matchers), length, shift: selector, horizon: scope.horizon };
}

/** The times up to the horizon, itself included; the values are as many or more. */
export function visibleTimes(series: StoredSeries, horizon: number): Float64Array {
  return series.times.subarray(0, firstAfter(series.times, horizon));
}

import type { SeriesStore } from '../series-store.ts';
import type { Shift } from './expression.ts';
import { momentOf, type Steps } from './rows.ts';
import type { Workload } from './workload.ts';

/** What an expression is evaluated over. All moments and lengths in ms. */
export interface Scope {
  readonly store: SeriesStore;
  readonly steps: Steps;
  /** First and last moment of the whole query: what `@ start()` and `@ end()` mean, also inside a subquery. */
  readonly start: number;
  readonly end: number;
  /** Samples after this moment have not happened yet. */
  readonly horizon: number;
  /** How old the sample of an instant selector may be. */
  readonly lookback: number;
  readonly work: Workload;
}

/** The moment a selector looks at, when the query is asked at a step: pinned or not, minus the offset. */
export function lookedAt(scope: Scope, shift: Shift, step: number): number {
  return pinned(scope, shift) ?? momentOf(scope.steps, step) - shift.offset;
}

/** The moment a selector with `@` always looks at; undefined without. */
export function pinned(scope: Scope, shift: Shift): number | undefined {
  const { pin, offset } = shift;
  if (pin === undefined) return undefined;
  const moment = pin.kind === 'moment' ? pin.moment : pin.kind === 'start' ? scope.start : scope.end;
  return moment - offset;
}

/** Index of the first time after `moment`; times rise. */
export function firstAfter(times: Float64Array, moment: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}

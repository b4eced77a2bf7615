import type { Grid } from '../../core/analysis/observation.ts';
import { ToolError } from '../../core/errors.ts';
import { checkQuery } from './promql/check-query.ts';
import { evaluate } from './promql/evaluate.ts';
import { parsePromql } from './promql/parse-promql.ts';
import { formatPlace, QueryRefusal } from './promql/refusal.ts';
import type { Result, Steps } from './promql/rows.ts';
import type { ValueType } from './promql/signatures.ts';
import { Workload } from './promql/workload.ts';
import type { SeriesStore } from './series-store.ts';

/** A query, the moments it is asked at, and how old a sample may be (ms). */
export interface QueryRun {
  readonly query: string;
  readonly steps: Steps;
  readonly lookback: number;
}

/** What a query gives, or why it cannot be answered; a refusal names line and column of the query. */
export type QueryAnswer =
  | Result
  | { readonly kind: 'other'; readonly type: Exclude<ValueType, 'scalar' | 'vector'> }
  | { readonly kind: 'refused'; readonly message: string };

/** Evaluates a PromQL query over recorded history. Samples after the last step are not seen. */
export function runQuery(store: SeriesStore, run: QueryRun): QueryAnswer {
  const { query, steps, lookback } = run;
  const end = steps.first + (steps.count - 1) * steps.interval;
  try {
    const expression = parsePromql(query);
    const type = checkQuery(expression);
    if (type === 'range' || type === 'text') return { kind: 'other', type };
    const work = new Workload();
    return evaluate(expression, { store, steps, start: steps.first, end, horizon: end, lookback, work });
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    return { kind: 'refused', message: `${formatPlace(query, error.at)}: ${error.message}` };
  }
}

/** A grid with more points than this is a mistake of the caller, not a question. */
const MAX_POINTS = 1_000_000;

/**
 * The points of a grid as steps.
 * @throws ToolError BUG for a grid without points, finer than a millisecond, or of more than a million points
 */
export function stepsOf(grid: Grid): Steps {
  const { first, last, step } = grid;
  const count = Math.floor((last - first) / step) + 1;
  const whole = Number.isInteger(first) && Number.isInteger(step);
  if (!(whole && step >= 1 && count >= 1 && count <= MAX_POINTS))
    throw new ToolError({
      code: 'BUG',
      message: `openmetrics: grid from ${first} to ${last} by ${step} ms, expected 1 to ${MAX_POINTS} points of whole milliseconds`,
    });
  return { first, interval: step, count };
}

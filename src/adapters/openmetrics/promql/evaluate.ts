import { assertNever } from '../../../core/errors.ts';
import { METRIC_NAME, NO_LABELS, onlyLabels, withoutLabels } from '../labels.ts';
import type { StoredSeries } from '../series-store.ts';
import { AGGREGATORS } from './aggregators.ts';
import { evaluateBinary } from './evaluate-binary.ts';
import { absentOverTime, evaluateWindows, labelsOfNothing } from './evaluate-windows.ts';
import type { Aggregation, Expression, FunctionCall, RangeSelector, Subquery, Unary } from './expression.ts';
import { quantileRows } from './histogram-function.ts';
import { mapRows, NUMBER_FUNCTIONS, PARAMETER_FUNCTIONS } from './instant-functions.ts';
import { joinLabels, replaceLabel } from './label-functions.ts';
import { QueryRefusal } from './refusal.ts';
import { distinctRows, emptyRow, hasValues, joinRows, momentOf, type Result, type Row } from './rows.ts';
import { pinned, type Scope } from './scope.ts';
import { selectInstant, selectRange, type WindowSource } from './select.ts';
import { WINDOW_FUNCTIONS } from './window-functions.ts';

/**
 * Evaluates a query that `checkQuery` has found a scalar or an instant vector, at all steps at once.
 * @throws QueryRefusal when Prometheus, too, would fail on this data, or when it is too much work
 */
export function evaluate(expression: Expression, scope: Scope): Result {
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(scope.steps.count).fill(expression.value) };
    case 'instant':
      return { kind: 'vector', rows: selectInstant(expression, scope) };
    case 'call':
      return evaluateCall(expression, scope);
    case 'aggregation':
      return { kind: 'vector', rows: aggregate(expression, scope) };
    case 'unary':
      return evaluateUnary(expression, scope);
    case 'binary': {
      const left = evaluate(expression.left, scope);
      const right = evaluate(expression.right, scope);
      return evaluateBinary({ binary: expression, left, right }, scope);
    }
    case 'string':
    case 'range':
    case 'subquery':
      throw new QueryRefusal(expression.at, 'expected a number or an instant vector');
    default:
      return assertNever(expression);
  }
}

function evaluateUnary(unary: Unary, scope: Scope): Result {
  const inner = evaluate(unary.inner, scope);
  if (unary.sign === '+') return inner;
  if (inner.kind === 'scalar') return { kind: 'scalar', values: inner.values.map((value) => -value) };
  const rows = inner.rows.map(({ labels, values, present }) => ({
    labels: withoutLabels(labels, [METRIC_NAME]),
    values: values.map((value) => -value),
    present,
  }));
  return { kind: 'vector', rows: distinctRows(rows, unary.at) };
}

function aggregate(aggregation: Aggregation, scope: Scope): readonly Row[] {
  const { grouping, operator, parameter } = aggregation;
  const apply = AGGREGATORS.get(operator);
  const parameters = parameter === undefined ? undefined : scalar(parameter, scope);
  const groups = new Map<string, { readonly result: Row; readonly members: Row[] }>();
  for (const row of vector(aggregation.inner, scope)) {
    const labels =
      grouping.kind === 'by'
        ? onlyLabels(row.labels, grouping.labels)
        : withoutLabels(row.labels, [...grouping.labels, METRIC_NAME]);
    const group = groups.get(labels.key) ?? { result: emptyRow(labels, scope.steps), members: [] };
    groups.set(labels.key, group);
    group.members.push(row);
  }
  for (const { result, members } of groups.values())
    for (let step = 0; step < scope.steps.count; step += 1) {
      const present = members.filter((row) => row.present[step] === 1);
      if (present.length === 0 || apply === undefined) continue;
      const values = present.map((row) => row.values[step] ?? 0);
      result.values[step] = apply(values, parameters?.[step] ?? Number.NaN);
      result.present[step] = 1;
    }
  return [...groups.values()].map(({ result }) => result);
}

function evaluateCall(call: FunctionCall, scope: Scope): Result {
  const { count } = scope.steps;
  switch (call.name) {
    case 'pi':
      return { kind: 'scalar', values: new Float64Array(count).fill(Math.PI) };
    case 'time': {
      const values = Float64Array.from({ length: count }, (_, step) => momentOf(scope.steps, step) / 1000);
      return { kind: 'scalar', values };
    }
    case 'scalar':
      return { kind: 'scalar', values: onlyValues(vector(argument(call, 0), scope), count) };
    default:
      return { kind: 'vector', rows: evaluateVectorCall(call, scope) };
  }
}

/** At each step the value of the only row that has one; NaN when none has, or several. */
function onlyValues(rows: readonly Row[], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, step) => {
    const present = rows.filter((row) => row.present[step] === 1);
    return present.length === 1 ? (present[0]?.values[step] ?? Number.NaN) : Number.NaN;
  });
}

function evaluateVectorCall(call: FunctionCall, scope: Scope): readonly Row[] {
  const change = NUMBER_FUNCTIONS.get(call.name);
  if (change !== undefined) return mapRows(vector(argument(call, 0), scope), call.at, change);
  const window = call.args.find((arg) => arg.kind === 'range' || arg.kind === 'subquery');
  if (window !== undefined) return evaluateWindowCall(call, window, scope);
  switch (call.name) {
    case 'vector':
      return [{ labels: NO_LABELS, values: scalar(argument(call, 0), scope), present: allPresent(scope) }];
    case 'absent':
      return absent(call, scope);
    case 'timestamp':
      return timestamps(call, scope);
    case 'sort':
    case 'sort_desc':
      // The order of series is no part of one number.
      return vector(argument(call, 0), scope);
    case 'histogram_quantile': {
      const q = scalar(argument(call, 0), scope);
      const buckets = vector(argument(call, 1), scope);
      return quantileRows({ q, buckets, steps: scope.steps }, call.at);
    }
    case 'label_replace':
      return replaceLabel(call, vector(argument(call, 0), scope));
    case 'label_join':
      return joinLabels(call, vector(argument(call, 0), scope));
    default:
      return evaluateParameterCall(call, scope);
  }
}

/** `clamp`, `clamp_min`, `clamp_max`, `round`. */
function evaluateParameterCall(call: FunctionCall, scope: Scope): readonly Row[] {
  const change = PARAMETER_FUNCTIONS.get(call.name);
  if (change === undefined) throw new QueryRefusal(call.at, `function "${call.name}" cannot be evaluated`);
  const rows = vector(argument(call, 0), scope);
  const [first, second] = call.args.slice(1).map((arg) => scalar(arg, scope));
  return mapRows(rows, call.at, (value, step) => change(value, first?.[step] ?? 1, second?.[step] ?? 1));
}

function absent(call: FunctionCall, scope: Scope): readonly Row[] {
  const inner = argument(call, 0);
  const rows = vector(inner, scope);
  const labels = inner.kind === 'instant' ? labelsOfNothing(inner.matchers) : NO_LABELS;
  const row = emptyRow(labels, scope.steps);
  for (let step = 0; step < scope.steps.count; step += 1) {
    if (rows.some(({ present }) => present[step] === 1)) continue;
    row.values[step] = 1;
    row.present[step] = 1;
  }
  return hasValues(row) ? [row] : [];
}

/** The time of the sample for a selector; the asked moment for anything computed. */
function timestamps(call: FunctionCall, scope: Scope): readonly Row[] {
  const inner = argument(call, 0);
  if (inner.kind !== 'instant')
    return mapRows(vector(inner, scope), call.at, (_, step) => momentOf(scope.steps, step) / 1000);
  const rows = selectInstant(inner, scope, 'times').map((row) => ({
    ...row,
    labels: withoutLabels(row.labels, [METRIC_NAME]),
  }));
  return joinRows(rows, call.at);
}

function evaluateWindowCall(
  call: FunctionCall,
  window: RangeSelector | Subquery,
  scope: Scope,
): readonly Row[] {
  const source = window.kind === 'range' ? selectRange(window, scope) : evaluateSubquery(window, scope);
  if (call.name === 'absent_over_time') return absentOverTime(window, source, scope);
  const apply = WINDOW_FUNCTIONS.get(call.name);
  if (apply === undefined) throw new QueryRefusal(call.at, `function "${call.name}" cannot be evaluated`);
  const other = call.args.find((arg) => arg !== window);
  const parameter = other === undefined ? undefined : scalar(other, scope);
  return evaluateWindows({ call, source, apply, parameter }, scope);
}

/**
 * The values of a subquery as if they were samples: at the multiples of its step inside [first - range, last], as
 * Prometheus aligns them, so that they do not move with the asked moment.
 */
function evaluateSubquery(subquery: Subquery, scope: Scope): WindowSource {
  const { length, step: interval, inner } = subquery;
  const fixed = pinned(scope, subquery);
  const lastStep = momentOf(scope.steps, scope.steps.count - 1);
  const start = (fixed ?? scope.steps.first - subquery.offset) - length;
  const end = fixed ?? lastStep - subquery.offset;
  const first = interval * Math.ceil(start / interval);
  const count = Math.max(0, Math.floor((end - first) / interval) + 1);
  scope.work.addValues(count);
  const rows = count === 0 ? [] : vector(inner, { ...scope, steps: { first, interval, count } });
  const series = rows.map((row) => samplesOf(row, { first, interval }));
  // Every one of these is a moment that was computed, none a sample that is yet to come.
  return { series, length, shift: subquery, horizon: Number.POSITIVE_INFINITY };
}

function samplesOf(row: Row, grid: { readonly first: number; readonly interval: number }): StoredSeries {
  const steps = [...row.present.keys()].filter((step) => row.present[step] === 1);
  return {
    labels: row.labels,
    times: Float64Array.from(steps, (step) => grid.first + step * grid.interval),
    values: Float64Array.from(steps, (step) => row.values[step] ?? 0),
  };
}

function vector(expression: Expression, scope: Scope): readonly Row[] {
  const result = evaluate(expression, scope);
  if (result.kind === 'vector') return result.rows;
  throw new QueryRefusal(expression.at, 'expected an instant vector');
}

function scalar(expression: Expression, scope: Scope): Float64Array {
  const result = evaluate(expression, scope);
  if (result.kind === 'scalar') return result.values;
  throw new QueryRefusal(expression.at, 'expected a number (scalar)');
}

function argument(call: FunctionCall, index: number): Expression {
  const found = call.args[index];
  if (found === undefined) throw new QueryRefusal(call.at, `"${call.name}" lacks an argument`);
  return found;
}

function allPresent(scope: Scope): Uint8Array {
  return new Uint8Array(scope.steps.count).fill(1);
}

import { assertNever } from '../../../core/errors.ts';
import type { Aggregation, Binary, Expression, FunctionCall } from './expression.ts';

/** Functions whose answer has no series of its argument, or one without its labels. */
const WITHOUT_LABELS: ReadonlySet<string> = new Set([
  'scalar',
  'vector',
  'time',
  'pi',
  'start',
  'end',
  'step',
]);
/** Functions that take buckets and give one number for all of them. */
const WITHOUT_BUCKETS: ReadonlySet<string> = new Set(['histogram_quantile', 'histogram_fraction']);
/** Functions whose answer has labels that its arguments need not have: the second argument names the new one. */
const WRITES_LABEL: ReadonlySet<string> = new Set(['label_replace', 'label_join']);
/** Functions that keep the labels of the series that they are given; what is not here may do anything with them. */
const KEEPS_LABELS: ReadonlySet<string> = new Set(
  `abs ceil floor exp sqrt ln log2 log10 sgn round clamp clamp_min clamp_max sort sort_desc timestamp
  rate irate increase delta idelta deriv predict_linear resets changes avg_over_time sum_over_time min_over_time
  max_over_time count_over_time last_over_time present_over_time first_over_time stddev_over_time stdvar_over_time
  quantile_over_time mad_over_time histogram_count histogram_sum histogram_avg histogram_stddev histogram_stdvar`.split(
    /\s+/,
  ),
);
/** Functions and aggregations that give plain numbers, whatever they are given. */
const GIVES_NUMBERS =
  /^(?:count|group|count_values|quantile|stddev|stdvar|histogram_\w+|(?:count|present|min|max|quantile|stddev|stdvar|mad)_over_time|resets|changes|deriv|predict_linear|timestamp|absent|absent_over_time|vector|scalar|time|pi)$/;
/** Aggregations that choose among series and keep theirs as they are. */
const CHOOSES: ReadonlySet<string> = new Set(['topk', 'bottomk']);
const BUCKET_BOUND = 'le';

/** The part of a query that drops a label. */
export type Dropper =
  | Aggregation
  | FunctionCall
  | Binary
  | Extract<Expression, { kind: 'number' | 'string' }>;

/**
 * Which parts of a query drop a label that its answer must have, the outermost first; empty: the answer may have it, for nobody
 * but the server knows the labels of its series. Native histograms have their buckets in them and need no `le`.
 */
export function findDroppers(expression: Expression, label: string): readonly Dropper[] {
  if (label === BUCKET_BOUND && mayBeHistogram(expression)) return [];
  return droppersIn(expression, label);
}

function droppersIn(expression: Expression, label: string): readonly Dropper[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return [expression];
    case 'instant':
    case 'range':
      return [];
    case 'subquery':
    case 'unary':
      return droppersIn(expression.inner, label);
    case 'call':
      return droppersInCall(expression, label);
    case 'aggregation':
      return droppersInAggregation(expression, label);
    case 'binary':
      return droppersInBinary(expression, label);
    default:
      return assertNever(expression);
  }
}

function droppersInCall(call: FunctionCall, label: string): readonly Dropper[] {
  const name = call.name.toLowerCase();
  if (WITHOUT_LABELS.has(name) || (label === BUCKET_BOUND && WITHOUT_BUCKETS.has(name))) return [call];
  const [first, target] = call.args;
  if (WRITES_LABEL.has(name) && first)
    return target?.kind === 'string' && target.value !== label ? droppersIn(first, label) : [];
  if (!KEEPS_LABELS.has(name)) return [];
  const series = call.args.find(({ kind }) => kind !== 'number' && kind !== 'string');
  return series ? droppersIn(series, label) : [];
}

function droppersInAggregation(aggregation: Aggregation, label: string): readonly Dropper[] {
  const { operator, grouping, inner, parameter } = aggregation;
  if (CHOOSES.has(operator)) return droppersIn(inner, label);
  if (operator === 'count_values' && (parameter?.kind !== 'string' || parameter.value === label)) return [];
  const isNamed = grouping.labels.includes(label);
  const further = droppersIn(inner, label);
  return (grouping.kind === 'by') === isNamed ? further : [aggregation, ...further];
}

/** Source: Prometheus, promql/engine.go, resultMetric: what a pair of series leaves of the labels of both. */
function droppersInBinary(binary: Binary, label: string): readonly Dropper[] {
  const { left, right, matching, operator } = binary;
  if (isNumber(left) || isNumber(right)) {
    const series = isNumber(left) ? right : left;
    return droppersIn(series, label);
  }
  const ofLeft = droppersIn(left, label);
  // the series of both sides are in the answer
  if (operator === 'or') return [...ofLeft, ...droppersIn(right, label)];
  if (operator === 'and' || operator === 'unless') return ofLeft;
  if (matching.many === 'none')
    return (matching.kind === 'on') === matching.labels.includes(label) ? ofLeft : [binary, ...ofLeft];
  const [many, one] = matching.many === 'left' ? [left, right] : [right, left];
  return droppersIn(matching.include.includes(label) ? one : many, label);
}

function isNumber(expression: Expression): boolean {
  if (expression.kind === 'unary') return isNumber(expression.inner);
  if (expression.kind === 'binary') return isNumber(expression.left) && isNumber(expression.right);
  return (
    expression.kind === 'number' ||
    (expression.kind === 'call' && /^(?:scalar|time|pi)$/.test(expression.name.toLowerCase()))
  );
}

/** Whether the answer may be a native histogram: these are not named `…_bucket`. */
function mayBeHistogram(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return false;
    case 'instant':
      return !expression.matchers.some(
        ({ label, equals = '' }) => label === '__name__' && equals.endsWith('_bucket'),
      );
    case 'range':
      return mayBeHistogram(expression.selector);
    case 'subquery':
    case 'unary':
      return mayBeHistogram(expression.inner);
    case 'call':
      return !GIVES_NUMBERS.test(expression.name.toLowerCase()) && expression.args.some(mayBeHistogram);
    case 'aggregation':
      return !GIVES_NUMBERS.test(expression.operator) && mayBeHistogram(expression.inner);
    case 'binary':
      return mayBeHistogram(expression.left) || mayBeHistogram(expression.right);
    default:
      return assertNever(expression);
  }
}

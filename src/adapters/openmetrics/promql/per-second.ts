import { assertNever } from '../../../core/errors.ts';
import type { Binary, Expression, FunctionCall } from './expression.ts';

/** What turns a counter into a number of events per second; `increase()` gives the number itself. */
const RATES: ReadonlySet<string> = new Set(['rate', 'irate']);
/** Functions that leave the unit of what they are given as it is. */
const KEEPS_UNIT =
  /^(?:abs|ceil|floor|round|clamp|clamp_min|clamp_max|sort|sort_desc|label_replace|label_join|(?:avg|min|max|last|quantile)_over_time)$/;
const AGGREGATES = /^(?:sum|avg|min|max|topk|bottomk|quantile)$/;

/**
 * The calls that make the answer of a query a rate per second; empty when it is none, or may be none. What is multiplied or divided may
 * have any unit: `rate(x[5m]) * 300` counts.
 */
export function findRates(expression: Expression): readonly FunctionCall[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'instant':
    case 'range':
      return [];
    case 'subquery':
    case 'unary':
      return findRates(expression.inner);
    case 'aggregation':
      return AGGREGATES.test(expression.operator) ? findRates(expression.inner) : [];
    case 'call': {
      const name = expression.name.toLowerCase();
      if (RATES.has(name)) return [expression];
      const series = expression.args.find(({ kind }) => kind !== 'number' && kind !== 'string');
      return series && KEEPS_UNIT.test(name) ? findRates(series) : [];
    }
    case 'binary':
      return findRatesOfBoth(expression);
    default:
      return assertNever(expression);
  }
}

function findRatesOfBoth({ operator, left, right, returnBool }: Binary): readonly FunctionCall[] {
  if (returnBool) return [];
  switch (operator) {
    case 'or':
    case '+':
    case '-': {
      const ofLeft = findRates(left);
      const ofRight = findRates(right);
      if (isZero(right)) return ofLeft;
      if (isZero(left)) return ofRight;
      return ofLeft.length > 0 && ofRight.length > 0 ? [...ofLeft, ...ofRight] : [];
    }
    case '*':
    case '/':
    case '%':
    case '^':
      return [];
    default:
      // what filters gives the left side as it is
      return findRates(left);
  }
}

/** 0 of any unit, as in `… or vector(0)`. */
function isZero(expression: Expression): boolean {
  if (expression.kind === 'number') return expression.value === 0;
  const [first] =
    expression.kind === 'call' && expression.name.toLowerCase() === 'vector' ? expression.args : [];
  return first !== undefined && isZero(first);
}

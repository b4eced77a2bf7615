import { assertNever } from '../../../core/errors.ts';
import type { Expression } from './expression.ts';

/** What these give depends on the asked moment, whatever their arguments do. */
const MOVING: ReadonlySet<string> = new Set(['time', 'timestamp', 'predict_linear']);

/** Whether an expression gives the same at every asked moment, by the rule of Prometheus' engine. */
export function isPinned(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return true;
    case 'instant':
    case 'subquery':
      return expression.pin !== undefined;
    case 'range':
      return expression.selector.pin !== undefined;
    case 'call':
      return !MOVING.has(expression.name) && expression.args.every(isPinned);
    case 'aggregation':
    case 'unary':
      return isPinned(expression.inner);
    case 'binary':
      return isPinned(expression.left) && isPinned(expression.right);
    default:
      return assertNever(expression);
  }
}

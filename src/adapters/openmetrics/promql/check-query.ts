import { assertNever } from '../../../core/errors.ts';
import { AGGREGATORS } from './aggregators.ts';
import type { Aggregation, Binary, Expression, FunctionCall } from './expression.ts';
import { isPinned } from './is-pinned.ts';
import { QueryRefusal } from './refusal.ts';
import { SIGNATURES, type Signature, type ValueType } from './signatures.ts';

/**
 * Type of a query; everything in it fits together and is supported.
 * @throws QueryRefusal for what Prometheus refuses, too, and for functions and operators that this evaluator lacks
 */
export function checkQuery(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'text';
    case 'instant':
      return 'vector';
    case 'range':
      return 'range';
    case 'subquery':
      expectType(expression.inner, 'vector', 'a subquery');
      return 'range';
    case 'call':
      return checkCall(expression);
    case 'aggregation':
      return checkAggregation(expression);
    case 'unary':
      return checkOperand(expression.inner, 'a sign');
    case 'binary':
      return checkBinary(expression);
    default:
      return assertNever(expression);
  }
}

function expectType(expression: Expression, expected: ValueType, where: string): void {
  const got = checkQuery(expression);
  if (got !== expected)
    throw new QueryRefusal(expression.at, `${where} needs ${describe(expected)}, got ${describe(got)}`);
}

function checkOperand(expression: Expression, where: string): 'scalar' | 'vector' {
  const got = checkQuery(expression);
  if (got === 'scalar' || got === 'vector') return got;
  throw new QueryRefusal(
    expression.at,
    `${where} needs ${describe('scalar')} or ${describe('vector')}, got ${describe(got)}`,
  );
}

function describe(type: ValueType): string {
  switch (type) {
    case 'scalar':
      return 'a number (scalar)';
    case 'vector':
      return 'an instant vector';
    case 'range':
      return 'a range vector such as x[5m]';
    case 'text':
      return 'a text';
    default:
      return assertNever(type);
  }
}

function checkCall(call: FunctionCall): ValueType {
  const signature = SIGNATURES.get(call.name);
  if (signature === undefined)
    throw new QueryRefusal(call.at, `function "${call.name}" is not one that a recording can be asked with`);
  checkArgumentCount(call, signature);
  for (const [index, argument] of call.args.entries()) {
    const expected = signature.takes[Math.min(index, signature.takes.length - 1)];
    if (expected !== undefined) expectType(argument, expected, `"${call.name}"`);
  }
  checkPins(call);
  return signature.gives;
}

/**
 * Two uses of `@` that Prometheus 2.42 gets wrong, so that neither its number nor the meant one would do. The window of
 * `predict_linear(x[1h] @ 1763683200, 60)` should stand still, but slides along a grid, and so it does wherever something
 * else in the call moves. And `timestamp(x @ 1763683200 offset 5m)` forgets the offset.
 */
function checkPins(call: FunctionCall): void {
  const window = call.args.find((arg) => arg.kind === 'range' || arg.kind === 'subquery');
  if (window !== undefined && isPinned(window) && !isPinned(call))
    throw new QueryRefusal(call.at, `"${call.name}" cannot have a window with "@" here; use "offset"`);
  const [first] = call.args;
  if (call.name === 'timestamp' && first?.kind === 'instant' && isPinned(first) && first.offset !== 0)
    throw new QueryRefusal(call.at, '"timestamp" cannot have both "@" and "offset"');
}

function checkArgumentCount(call: FunctionCall, signature: Signature): void {
  const most = signature.repeatsLast ? Number.POSITIVE_INFINITY : signature.takes.length;
  const least = signature.takes.length - signature.optional;
  if (call.args.length >= least && call.args.length <= most) return;
  const expected =
    least === most
      ? `${least}`
      : most === Number.POSITIVE_INFINITY
        ? `${least} or more`
        : `${least} to ${most}`;
  throw new QueryRefusal(call.at, `"${call.name}" takes ${expected} argument(s), got ${call.args.length}`);
}

function checkAggregation(aggregation: Aggregation): ValueType {
  const { operator, parameter } = aggregation;
  if (!AGGREGATORS.has(operator))
    throw new QueryRefusal(
      aggregation.at,
      `aggregation "${operator}" is not one that a recording can be asked with`,
    );
  if (parameter !== undefined) expectType(parameter, 'scalar', `the parameter of "${operator}"`);
  expectType(aggregation.inner, 'vector', `"${operator}"`);
  // Prometheus takes such an aggregation for pinned as a whole and evaluates the parameter once only.
  if (parameter !== undefined && isPinned(aggregation.inner) && !isPinned(parameter))
    throw new QueryRefusal(
      aggregation.at,
      `the parameter of "${operator}" must stand still if the vector does`,
    );
  return 'vector';
}

/** The operators that give true or false. */
export const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** The operators that work on whole series. */
export const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

function checkBinary(binary: Binary): ValueType {
  const { operator, matching, returnBool, at } = binary;
  const left = checkOperand(binary.left, `"${operator}"`);
  const right = checkOperand(binary.right, `"${operator}"`);
  const bothVectors = left === 'vector' && right === 'vector';
  const isComparison = COMPARISONS.has(operator);
  if (returnBool && !isComparison) throw new QueryRefusal(at, '"bool" may only follow a comparison');
  if (isComparison && !returnBool && left === 'scalar' && right === 'scalar')
    throw new QueryRefusal(at, 'a comparison of two numbers needs "bool"');
  if (!bothVectors && matching.labels.length > 0)
    throw new QueryRefusal(at, '"on" and "ignoring" need an instant vector on both sides');
  if (SET_OPERATORS.has(operator) && !bothVectors)
    throw new QueryRefusal(at, `"${operator}" needs an instant vector on both sides`);
  if (SET_OPERATORS.has(operator) && matching.many !== 'none')
    throw new QueryRefusal(at, `"${operator}" cannot be grouped`);
  const twice = matching.labels.find((label) => matching.include.includes(label));
  if (matching.kind === 'on' && twice !== undefined)
    throw new QueryRefusal(at, `label "${twice}" must not be in "on" and "group_${matching.many}" at once`);
  return left === 'vector' || right === 'vector' ? 'vector' : 'scalar';
}

import type { BinaryOperator } from './expression.ts';

/** What an operator makes of two numbers: a number, or whether a comparison holds. */
export type Operation =
  | { readonly kind: 'arithmetic'; readonly apply: (left: number, right: number) => number }
  | { readonly kind: 'comparison'; readonly holds: (left: number, right: number) => boolean };

/** The operators on numbers. */
export const OPERATIONS: Readonly<Record<Exclude<BinaryOperator, 'and' | 'or' | 'unless'>, Operation>> = {
  '+': { kind: 'arithmetic', apply: (left, right) => left + right },
  '-': { kind: 'arithmetic', apply: (left, right) => left - right },
  '*': { kind: 'arithmetic', apply: (left, right) => left * right },
  '/': { kind: 'arithmetic', apply: (left, right) => left / right },
  '%': { kind: 'arithmetic', apply: (left, right) => left % right },
  '^': { kind: 'arithmetic', apply: power },
  '==': { kind: 'comparison', holds: (left, right) => left === right },
  '!=': { kind: 'comparison', holds: (left, right) => left !== right },
  '<': { kind: 'comparison', holds: (left, right) => left < right },
  '<=': { kind: 'comparison', holds: (left, right) => left <= right },
  '>': { kind: 'comparison', holds: (left, right) => left > right },
  '>=': { kind: 'comparison', holds: (left, right) => left >= right },
};

/** Unlike JavaScript's, 1 to any power and -1 to an infinite one are 1 (IEEE 754, as in Go). */
function power(base: number, exponent: number): number {
  const isInfinite = Math.abs(exponent) === Number.POSITIVE_INFINITY;
  return base === 1 || (base === -1 && isInfinite) ? 1 : base ** exponent;
}

import type { Binary } from './expression.ts';
import { mapRows } from './instant-functions.ts';
import { matchVectors } from './match-vectors.ts';
import { OPERATIONS } from './operators.ts';
import { hasValues, type Result, type Row } from './rows.ts';
import type { Scope } from './scope.ts';

/**
 * An operator between two results.
 * @throws QueryRefusal when series cannot be told apart, see `matchVectors`
 */
export function evaluateBinary(
  given: { readonly binary: Binary; readonly left: Result; readonly right: Result },
  scope: Scope,
): Result {
  const { binary, left, right } = given;
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const { operator } = binary;
    return {
      kind: 'scalar',
      values: left.values.map((value, step) => numbers(operator, value, right.values[step])),
    };
  }
  return { kind: 'vector', rows: rowsOf(given, scope) };
}

function rowsOf(
  { binary, left, right }: { readonly binary: Binary; readonly left: Result; readonly right: Result },
  scope: Scope,
): readonly Row[] {
  if (left.kind === 'vector' && right.kind === 'vector')
    return matchVectors({ binary, left: left.rows, right: right.rows, steps: scope.steps });
  if (left.kind === 'vector' && right.kind === 'scalar')
    return withScalar(binary, left.rows, (value, step) => [value, right.values[step] ?? 0]);
  if (left.kind === 'scalar' && right.kind === 'vector')
    return withScalar(binary, right.rows, (value, step) => [left.values[step] ?? 0, value]);
  return [];
}

function numbers(operator: Binary['operator'], left: number, right: number | undefined): number {
  if (operator === 'and' || operator === 'or' || operator === 'unless') return Number.NaN;
  const operation = OPERATIONS[operator];
  if (operation.kind === 'arithmetic') return operation.apply(left, right ?? 0);
  return operation.holds(left, right ?? 0) ? 1 : 0;
}

/** A filter keeps the series with its name and value, on whichever side of the comparison it stands. */
function withScalar(
  binary: Binary,
  rows: readonly Row[],
  sides: (value: number, step: number) => readonly [left: number, right: number],
): readonly Row[] {
  const { operator, returnBool, at } = binary;
  if (operator === 'and' || operator === 'or' || operator === 'unless') return [];
  const operation = OPERATIONS[operator];
  if (operation.kind === 'arithmetic')
    return mapRows(rows, at, (value, step) => operation.apply(...sides(value, step)));
  const holds = (value: number, step: number): boolean => operation.holds(...sides(value, step));
  if (returnBool) return mapRows(rows, at, (value, step) => (holds(value, step) ? 1 : 0));
  return rows
    .map((row) => ({
      ...row,
      present: row.present.map((is, step) => (is === 1 && holds(row.values[step] ?? 0, step) ? 1 : 0)),
    }))
    .filter(hasValues);
}

import { type Dropper, findDroppers } from '../adapters/openmetrics/promql/dropped-label.ts';
import type { Expression } from '../adapters/openmetrics/promql/expression.ts';
import { parsePromql } from '../adapters/openmetrics/promql/parse-promql.ts';
import { findRates } from '../adapters/openmetrics/promql/per-second.ts';
import {
  applyEdits,
  type QueryEdit,
  type QueryFinding,
  type QueryPurpose,
} from '../core/manifest/query-check.ts';

/** What a query that can be read answers, when that is certainly not what it is asked for. */
export function checkPurpose(
  query: string,
  expression: Expression,
  { key = 'the query', by, counts = false }: QueryPurpose,
): readonly QueryFinding[] {
  return [
    ...(by === undefined ? [] : checkLabel(query, expression, { key, by })),
    ...(counts ? checkUnit(expression, key) : []),
  ];
}

function checkLabel(
  query: string,
  expression: Expression,
  { key, by }: { readonly key: string; readonly by: string },
): readonly QueryFinding[] {
  const droppers = findDroppers(expression, by);
  const [outermost] = droppers;
  if (!outermost) return [];
  const edits = droppers.flatMap((dropper) => keepLabel(query, dropper, by));
  const isMended = findDroppers(parsePromql(applyEdits(query, edits)), by).length === 0;
  const found = `"${key}" needs one series per value of ${by}, but ${describe(query, outermost)} drops that label`;
  const hint = isMended ? '' : howToKeep(outermost, by);
  return [
    {
      code: 'QUERY_DROPS_LABEL',
      at: outermost.at,
      message: `${found}${hint}`,
      edits: isMended ? edits : [],
    },
  ];
}

function howToKeep(dropper: Dropper, by: string): string {
  return dropper.kind === 'call' && dropper.name.toLowerCase() === 'vector'
    ? '; leave it out'
    : `; keep it, e.g. with sum by (${by}) (…)`;
}

function describe(query: string, dropper: Dropper): string {
  switch (dropper.kind) {
    case 'aggregation':
      return `"${dropper.operator}"`;
    case 'call':
      return `"${dropper.name}"`;
    case 'binary':
      return `"${dropper.operator}" with on or ignoring`;
    default:
      return `the plain value ${query.slice(dropper.at, dropper.at + 20).trim()}`;
  }
}

/** `sum (…)`, `sum by (a) (…)` and `sum without (a) (…)`; a clause behind the brackets is left to people. */
const CLAUSE = /^(\w+)(\s*)(?:(by|without)\s*\(([^)]*)\)\s*)?\(/i;

function keepLabel(query: string, dropper: Dropper, label: string): readonly QueryEdit[] {
  if (dropper.kind !== 'aggregation') return [];
  const [whole, operator = '', , kind, names = ''] = CLAUSE.exec(query.slice(dropper.at)) ?? [];
  if (whole === undefined || (kind === undefined && dropper.grouping.labels.length > 0)) return [];
  const written = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const kept =
    kind?.toLowerCase() === 'without' ? written.filter((name) => name !== label) : [...written, label];
  const clause = `${operator} ${kind?.toLowerCase() ?? 'by'} (${kept.join(', ')}) (`;
  return [{ at: dropper.at, length: whole.length, text: clause }];
}

function checkUnit(expression: Expression, key: string): readonly QueryFinding[] {
  const rates = findRates(expression);
  const [first] = rates;
  if (!first) return [];
  return [
    {
      code: 'QUERY_PER_SECOND',
      at: first.at,
      message: `"${key}" counts the events of a window, but "${first.name}" gives events per second, which would be as many times too few as the window has seconds; use "increase"`,
      edits: rates.map(({ at, name }) => ({ at, length: name.length, text: 'increase' })),
    },
  ];
}

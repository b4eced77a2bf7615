import { type Labels, labelValue, METRIC_NAME, onlyLabels, withLabel, withoutLabels } from '../labels.ts';
import type { Binary, Matching } from './expression.ts';
import { OPERATIONS, type Operation } from './operators.ts';
import { QueryRefusal } from './refusal.ts';
import { type Row, RowCollector, type Steps } from './rows.ts';

/** Two vectors and the operator between them. */
export interface VectorPair {
  readonly binary: Binary;
  readonly left: readonly Row[];
  readonly right: readonly Row[];
  readonly steps: Steps;
}

/**
 * An operator between two vectors: each series meets the one on the other side with equal labels, as `on` and `ignoring`
 * say; series without counterpart are left out.
 * @throws QueryRefusal when a series has two counterparts that no `group_left` or `group_right` allows
 */
export function matchVectors(pair: VectorPair): readonly Row[] {
  const { operator, matching } = pair.binary;
  if (operator === 'and' || operator === 'or' || operator === 'unless') return combineSets(pair);
  const operation = OPERATIONS[operator];
  // The side that may hold only one series per signature.
  const swapped = matching.many === 'right';
  const one = sign(swapped ? pair.left : pair.right, matching);
  const many = sign(swapped ? pair.right : pair.left, matching);
  const collector = new RowCollector(pair.steps, pair.binary.at);
  const resultLabels = labelsOnce(pair.binary, operation);
  for (let step = 0; step < pair.steps.count; step += 1) {
    if (!one.some(({ row }) => row.present[step] === 1) || !many.some(({ row }) => row.present[step] === 1))
      continue;
    const partners = partnersAt(step, one, pair.binary);
    const matched = new Set<string>();
    for (const { row, signature } of many) {
      const partner = row.present[step] === 1 ? partners.get(signature) : undefined;
      if (partner === undefined) continue;
      const [left, right] = swapped ? [partner, row] : [row, partner];
      const value = combine(pair.binary, left.values[step] ?? 0, right.values[step] ?? 0);
      if (value === undefined) continue;
      if (matching.many === 'none' && matched.has(signature))
        throw new QueryRefusal(
          pair.binary.at,
          `several series on the left match ${showSignature(row, matching)} on the right; aggregate them or use group_left`,
        );
      matched.add(signature);
      collector.put(resultLabels(row.labels, partner.labels), step, value);
    }
  }
  return collector.rows();
}

/** What the operator gives for two numbers; undefined where a comparison filters the series out. */
function combine(binary: Binary, left: number, right: number): number | undefined {
  const { operator, returnBool } = binary;
  if (operator === 'and' || operator === 'or' || operator === 'unless') return undefined;
  const operation = OPERATIONS[operator];
  if (operation.kind === 'arithmetic') return operation.apply(left, right);
  const holds = operation.holds(left, right);
  if (returnBool) return holds ? 1 : 0;
  return holds ? left : undefined;
}

interface Signed {
  readonly row: Row;
  /** Equal for series that belong together. */
  readonly signature: string;
}

function sign(rows: readonly Row[], matching: Matching): readonly Signed[] {
  return rows.map((row) => ({ row, signature: compared(row.labels, matching).key }));
}

function compared(labels: Labels, matching: Matching): Labels {
  return matching.kind === 'on'
    ? onlyLabels(labels, matching.labels)
    : withoutLabels(labels, [...matching.labels, METRIC_NAME]);
}

function partnersAt(step: number, one: readonly Signed[], binary: Binary): ReadonlyMap<string, Row> {
  const partners = new Map<string, Row>();
  for (const { row, signature } of one) {
    if (row.present[step] !== 1) continue;
    if (partners.has(signature)) {
      const side = binary.matching.many === 'right' ? 'left' : 'right';
      throw new QueryRefusal(
        binary.at,
        `several series on the ${side} have ${showSignature(row, binary.matching)}; aggregate them or match on more labels`,
      );
    }
    partners.set(signature, row);
  }
  return partners;
}

function showSignature(row: Row, matching: Matching): string {
  const pairs = compared(row.labels, matching).pairs.map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return `{${pairs.join(', ')}}`;
}

/** The labels of a result, computed once per pair of series. */
function labelsOnce(binary: Binary, operation: Operation): (many: Labels, one: Labels) => Labels {
  const known = new Map<Labels, Map<Labels, Labels>>();
  return (many, one) => {
    const ofMany = known.get(many) ?? new Map<Labels, Labels>();
    known.set(many, ofMany);
    const labels = ofMany.get(one) ?? resultLabels({ binary, operation, many, one });
    ofMany.set(one, labels);
    return labels;
  };
}

function resultLabels(given: {
  readonly binary: Binary;
  readonly operation: Operation;
  readonly many: Labels;
  readonly one: Labels;
}): Labels {
  const { matching, returnBool } = given.binary;
  // A filter keeps the name, for it keeps the series.
  const dropsName = given.operation.kind === 'arithmetic' || returnBool;
  let labels = dropsName ? withoutLabels(given.many, [METRIC_NAME]) : given.many;
  if (matching.many === 'none')
    labels =
      matching.kind === 'on' ? onlyLabels(labels, matching.labels) : withoutLabels(labels, matching.labels);
  for (const name of matching.include) labels = withLabel(labels, name, labelValue(given.one, name));
  return returnBool ? withoutLabels(labels, [METRIC_NAME]) : labels;
}

function combineSets(pair: VectorPair): readonly Row[] {
  const { operator, matching, at } = pair.binary;
  const left = sign(pair.left, matching);
  const right = sign(pair.right, matching);
  const collector = new RowCollector(pair.steps, at);
  for (let step = 0; step < pair.steps.count; step += 1) {
    const inLeft = signaturesAt(step, left);
    const inRight = signaturesAt(step, right);
    for (const { row, signature } of left)
      if (row.present[step] === 1 && (operator === 'or' || inRight.has(signature) === (operator === 'and')))
        collector.put(row.labels, step, row.values[step] ?? 0);
    if (operator !== 'or') continue;
    for (const { row, signature } of right)
      if (row.present[step] === 1 && !inLeft.has(signature))
        collector.put(row.labels, step, row.values[step] ?? 0);
  }
  return collector.rows();
}

function signaturesAt(step: number, signed: readonly Signed[]): ReadonlySet<string> {
  const present = new Set<string>();
  for (const { row, signature } of signed) if (row.present[step] === 1) present.add(signature);
  return present;
}

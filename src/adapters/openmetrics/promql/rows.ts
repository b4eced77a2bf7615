import { formatLabels, type Labels } from '../labels.ts';
import { QueryRefusal } from './refusal.ts';

/** The moments a query is evaluated at: first, first + interval, … (ms), `count` of them. */
export interface Steps {
  readonly first: number;
  readonly interval: number;
  readonly count: number;
}

/** The moment of a step (ms). */
export function momentOf(steps: Steps, step: number): number {
  return steps.first + step * steps.interval;
}

/** One series of a result: at each step a value, or none. NaN is a value. */
export interface Row {
  readonly labels: Labels;
  readonly values: Float64Array;
  /** 1 where there is a value. */
  readonly present: Uint8Array;
}

/** What an expression gives over all steps; a scalar has a value at every step. */
export type Result =
  | { readonly kind: 'scalar'; readonly values: Float64Array }
  | { readonly kind: 'vector'; readonly rows: readonly Row[] };

/** A row without any value yet. */
export function emptyRow(labels: Labels, steps: Steps): Row {
  return { labels, values: new Float64Array(steps.count), present: new Uint8Array(steps.count) };
}

/** Whether a row has a value at any step. */
export function hasValues(row: Row): boolean {
  return row.present.includes(1);
}

/**
 * A vector computed step by step: rows whose labels have become equal are one row, unless both have a value at the same
 * step.
 * @throws QueryRefusal then, as Prometheus fails: "vector cannot contain metrics with the same labelset"
 */
export function joinRows(rows: readonly Row[], at: number): readonly Row[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const first = byKey.get(row.labels.key);
    if (first === undefined) byKey.set(row.labels.key, row);
    else byKey.set(row.labels.key, bothIn(first, row, at));
  }
  return byKey.size === rows.length ? rows : [...byKey.values()];
}

function bothIn(first: Row, second: Row, at: number): Row {
  const values = first.values.slice();
  const present = first.present.slice();
  for (let step = 0; step < present.length; step += 1) {
    if (second.present[step] !== 1) continue;
    if (present[step] === 1) throw sameLabels(first.labels, at);
    values[step] = second.values[step] ?? 0;
    present[step] = 1;
  }
  return { labels: first.labels, values, present };
}

/**
 * A vector computed series by series (functions of windows, a minus sign): no two may have equal labels, even if they
 * have their values at different steps.
 * @throws QueryRefusal then, as Prometheus fails
 */
export function distinctRows(rows: readonly Row[], at: number): readonly Row[] {
  const seen = new Set<string>();
  for (const { labels } of rows) {
    if (seen.has(labels.key)) throw sameLabels(labels, at);
    seen.add(labels.key);
  }
  return rows;
}

function sameLabels(labels: Labels, at: number): QueryRefusal {
  return new QueryRefusal(at, `the result has two series with the labels ${formatLabels(labels)}`);
}

/** Collects a vector value by value. */
export class RowCollector {
  readonly #rows = new Map<string, Row>();
  readonly #steps: Steps;
  readonly #at: number;

  /** @param at where the expression stands in the query, for refusals */
  constructor(steps: Steps, at: number) {
    this.#steps = steps;
    this.#at = at;
  }

  /** @throws QueryRefusal when these labels have a value at this step already */
  put(labels: Labels, step: number, value: number): void {
    let row = this.#rows.get(labels.key);
    if (row === undefined) {
      row = emptyRow(labels, this.#steps);
      this.#rows.set(labels.key, row);
    }
    if (row.present[step] === 1) throw sameLabels(labels, this.#at);
    row.values[step] = value;
    row.present[step] = 1;
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }
}

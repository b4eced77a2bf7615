import { QueryRefusal } from './refusal.ts';

/** Most values (series × steps) that all parts of a query may have together. */
const MOST_VALUES = 20_000_000;
/** Most samples that windows may look at, each as often as a window holds it: a second or two of work. */
const MOST_VISITS = 1_000_000_000;

/** Counts the work of one query, so that no query can hang or fill a run. */
export class Workload {
  #values = 0;
  #visits = 0;

  /** @throws QueryRefusal when the query has had its share */
  addValues(count: number): void {
    this.#values += count;
    if (this.#values > MOST_VALUES) throw tooMuch(`more than ${MOST_VALUES} values`);
  }

  /** @throws QueryRefusal when the query has had its share */
  addVisits(count: number): void {
    this.#visits += count;
    if (this.#visits > MOST_VISITS) throw tooMuch(`to look at more than ${MOST_VISITS} samples`);
  }
}

function tooMuch(what: string): QueryRefusal {
  return new QueryRefusal(
    0,
    `the query needs ${what}. Ask for fewer series, a shorter window or a wider step.`,
  );
}

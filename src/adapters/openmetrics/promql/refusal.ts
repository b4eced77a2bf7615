/**
 * The query cannot be answered: it is not PromQL, uses what this evaluator does not know, or fails the way it fails in
 * Prometheus (two series where one must be). Never leaves the adapter: the provider makes it the absence `refused`.
 */
export class QueryRefusal extends Error {
  /** Index into the query, in UTF-16 units from 0. */
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.name = 'QueryRefusal';
    this.at = at;
  }
}

/** `1:12`: line and column from 1 of an index into the query. */
export function formatPlace(query: string, at: number): string {
  const before = query.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return `${before.split('\n').length}:${at - lineStart + 1}`;
}

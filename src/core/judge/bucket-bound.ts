/** The label that holds the upper bound of a histogram bucket. */
export const BUCKET_BOUND = 'le';

/**
 * The upper bound of a bucket as its label `le` has it: `0.1`, `1`, `1.0`, `1e-1`, `+Inf`. Client libraries and servers spell
 * the same bound differently, so that bounds are compared as numbers. Undefined for text that is no bound.
 */
export function parseBound(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return sign * Number.POSITIVE_INFINITY;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const bound = Number(text);
  // -0 is 0: one bound, one spelling
  return Number.isFinite(bound) ? bound + 0 : undefined;
}

/** A bound in its one spelling, which `parseBound` reads back: the shortest decimal, `+Inf`, `-Inf`. */
export function formatBound(bound: number): string {
  if (Number.isFinite(bound)) return String(bound + 0);
  return bound > 0 ? '+Inf' : '-Inf';
}

/** Order of bounds, for sorting; a difference would not do, since Inf - Inf is no order. */
export function compareBounds(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

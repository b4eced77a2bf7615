/** Replacement of the half-open range [start, end) of UTF-16 code units. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices applied; ranges refer to the input and must not overlap. Everything else stays, to the byte. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => b.start - a.start);
  let result = text;
  let upper = text.length;
  for (const splice of ordered) {
    if (splice.start > splice.end || splice.end > upper)
      throw new RangeError('splices overlap or are out of range');
    result = result.slice(0, splice.start) + splice.text + result.slice(splice.end);
    upper = splice.start;
  }
  return result;
}

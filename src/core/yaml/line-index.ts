import type { Position } from '../errors.ts';

/**
 * Lines and columns of a text. The lines are looked up on the first question, so that a file without problems costs
 * nothing. A byte order mark is no part of the first line.
 */
export class LineIndex {
  readonly #file: string;
  readonly #text: string;
  #starts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** Line and column, both from 1, of an offset in UTF-16 code units; the end of the text for an offset beyond it. */
  positionAt(offset: number): Position {
    const place = Math.max(0, Math.min(offset, this.#text.length));
    this.#starts ??= lineStarts(this.#text);
    const index = lastAtMost(this.#starts, place);
    const start = this.#starts[index] ?? 0;
    return { file: this.#file, line: index + 1, column: Math.max(place - start, 0) + 1 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', feed + 1)) starts.push(feed + 1);
  return starts;
}

/** Index of the last entry that is at most `limit`, by halving; 0 when there is none. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

import { type Instant, parseInstant } from '../units.ts';

/** When a runbook says that it was reviewed. */
export interface Review {
  /** As written. */
  readonly written: string;
  /** Midnight (UTC) at the begin of that day; undefined when it is no day. */
  readonly at: Instant | undefined;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/** The first line `reviewed: 2026-11-30` of a runbook, in its front matter or anywhere else; undefined when there is none. Linear in the text. */
export function findReview(text: string): Review | undefined {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const key = /^reviewed:[ \t]*/i.exec(line)?.[0];
    if (key === undefined) continue;
    // a pattern that ends in blanks would look for the end of the line at each of them
    const written = line.slice(key.length).trimEnd();
    return { written, at: parseInstant(`${written}T00:00:00Z`), line: index + 1, column: key.length + 1 };
  }
  return undefined;
}

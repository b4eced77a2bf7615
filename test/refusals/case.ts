/** One hostile file: what is in it, where it comes from, and what is to be said about it. */
export interface RefusalCase {
  /** Id in the threat model, which is also the folder. */
  readonly source: string;
  /** Names the file. */
  readonly name: string;
  /**
   * What the file is given as; `tiered`: a manifest beside a config with a tier; `rollout`: the manifest of a rollout under way, changed
   * by a pull request; `contract`: the schema that a sound manifest names. Default release.
   */
  readonly as?: 'release' | 'tiered' | 'config' | 'action' | 'rollout' | 'contract';
  /** Path in the repository, where that is the attack. */
  readonly path?: string;
  /** How it stands in the repository. */
  readonly mode?: 'symlink' | 'submodule';
  /** The file; `⟦` marks where a problem is expected and is not part of it. */
  readonly content: string | Uint8Array;
  /** Codes in the order of the marks; none: the file is let through, and must do no harm. For an action, what is found. */
  readonly expect: readonly string[];
  /** Where, for bytes that cannot be marked. */
  readonly at?: readonly (readonly [line: number, column: number])[];
}

/** One entry of `<case>.expected.json`. */
export interface ExpectedProblem {
  readonly code: string;
  readonly line: number;
  readonly column: number;
}

const MARK = '⟦';

/** The bytes of a case and the places that were marked in it. Lines and columns count from 1, columns in UTF-16 code units. */
export function settleCase({ name, as, content, expect, at = [] }: RefusalCase): {
  readonly bytes: Uint8Array;
  readonly problems: readonly ExpectedProblem[];
} {
  if (typeof content !== 'string')
    return { bytes: content, problems: expect.map((code, index) => place(code, at[index])) };
  const places: (readonly [number, number])[] = [...at];
  let text = '';
  for (const [index, part] of content.split(MARK).entries()) {
    if (index > 0) places.push(placeAfter(text));
    text += part;
  }
  // what the lint of an action finds has no place
  if (as !== 'action' && expect.length > places.length)
    throw new Error(`${name}: a problem is expected at no place`);
  return {
    bytes: new TextEncoder().encode(text),
    problems: expect.map((code, index) => place(code, places[index])),
  };
}

function placeAfter(text: string): readonly [number, number] {
  const lines = text.split('\n');
  return [lines.length, (lines.at(-1) ?? '').length + 1];
}

function place(code: string, at: readonly [number, number] = [1, 1]): ExpectedProblem {
  return { code, line: at[0], column: at[1] };
}

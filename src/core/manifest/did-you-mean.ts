/** Longer words are not compared; nobody mistypes a sentence. */
const LONGEST = 40;

/**
 * The one of `words` that somebody may have meant: at most a third of the letters off (a swap of neighbours counts as
 * one), upper case, dashes and underscores aside. Undefined when none is near.
 */
export function didYouMean(typed: string, words: readonly string[]): string | undefined {
  if (typed.length > LONGEST) return undefined;
  const plain = simplify(typed);
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of words) {
    const wanted = simplify(word);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, plain.length) / 3));
    const limit = Math.min(allowed, wanted.length - 1, (best?.distance ?? Infinity) - 1);
    if (Math.abs(wanted.length - plain.length) > limit) continue;
    const distance = editDistance(plain, wanted);
    if (distance <= limit) best = { word, distance };
  }
  return best?.word;
}

/** `; did you mean "x"?`, or nothing. */
export function suggest(word: string | undefined): string {
  return word === undefined ? '' : `; did you mean ${JSON.stringify(word)}?`;
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let twoAbove: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (twoAbove[column - 2] ?? 0) + 1 : Infinity,
      );
      current.push(cost);
    }
    twoAbove = above;
    above = current;
  }
  return above[b.length] ?? 0;
}

/**
 * Characters that hide text, turn it around or move a cursor: control characters but line feed and tab, and the invisible ones
 * of refusal SEC-12. The joiner of emoji (U+200D) is not among them.
 */
const INVISIBLE = /(?![\n\t]|\r\n)[\p{Cc}\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Text from outside with every character in sight: the ones that cannot be seen are written as `\u{…}`. */
export function showInvisible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** Text from outside on one line of a terminal or a log. */
export function plainLine(text: string): string {
  return showInvisible(text.replace(/\s+/g, ' '));
}

/** A regular expression as a tree. Characters are Unicode code points. */
export type Pattern =
  | { readonly kind: 'characters'; readonly ranges: CharacterRanges }
  | { readonly kind: 'assertion'; readonly what: Assertion }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'capture'; readonly index: number; readonly inner: Pattern }
  | {
      readonly kind: 'repeat';
      readonly inner: Pattern;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    };

/** Begin of text, end of text, word boundary, no word boundary (ASCII words). */
export type Assertion = 'begin' | 'end' | 'boundary' | 'no-boundary';

/** First and last code point of each range, in turn; sorted, not touching. */
export type CharacterRanges = readonly number[];

/** The last code point. */
const LAST = 0x10ffff;

/** The union of ranges given in any order. */
export function uniteRanges(ranges: readonly number[]): CharacterRanges {
  const pairs: [number, number][] = [];
  for (let index = 0; index < ranges.length; index += 2)
    pairs.push([ranges[index] ?? 0, ranges[index + 1] ?? 0]);
  pairs.sort((a, b) => a[0] - b[0]);
  const united: number[] = [];
  for (const [from, to] of pairs) {
    const last = united.length - 1;
    if (last > 0 && from <= (united[last] ?? 0) + 1) united[last] = Math.max(united[last] ?? 0, to);
    else united.push(from, to);
  }
  return united;
}

/** All characters that are in none of the ranges. */
export function invertRanges(ranges: CharacterRanges): CharacterRanges {
  const inverted: number[] = [];
  let next = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    const from = ranges[index] ?? 0;
    if (from > next) inverted.push(next, from - 1);
    next = (ranges[index + 1] ?? 0) + 1;
  }
  if (next <= LAST) inverted.push(next, LAST);
  return inverted;
}

/** Whether a code point is in the ranges. */
export function inRanges(ranges: CharacterRanges, point: number): boolean {
  for (let index = 0; index < ranges.length; index += 2)
    if (point >= (ranges[index] ?? 0)) {
      if (point <= (ranges[index + 1] ?? 0)) return true;
    } else return false;
  return false;
}

const DIGITS = [48, 57];
const WORD = [48, 57, 65, 90, 95, 95, 97, 122];
const SPACES = [9, 10, 12, 13, 32, 32];

/** `\d`, `\w`, `\s` and their opposites, ASCII only as in RE2. */
export const PERL_CLASSES: Readonly<Record<string, CharacterRanges>> = {
  d: DIGITS,
  w: WORD,
  s: SPACES,
  D: invertRanges(DIGITS),
  W: invertRanges(WORD),
  S: invertRanges(SPACES),
};

/** `[:alpha:]` and its like, ASCII only as in RE2. */
export const POSIX_CLASSES: Readonly<Record<string, CharacterRanges>> = {
  alnum: [48, 57, 65, 90, 97, 122],
  alpha: [65, 90, 97, 122],
  ascii: [0, 127],
  blank: [9, 9, 32, 32],
  cntrl: [0, 31, 127, 127],
  digit: DIGITS,
  graph: [33, 126],
  lower: [97, 122],
  print: [32, 126],
  punct: [33, 47, 58, 64, 91, 96, 123, 126],
  space: [9, 13, 32, 32],
  upper: [65, 90],
  word: WORD,
  xdigit: [48, 57, 65, 70, 97, 102],
};

/** `.`: anything but a line feed. */
export const NOT_LINE_FEED: CharacterRanges = [0, 9, 11, LAST];
/** `.` under `(?s)`. */
export const ANYTHING: CharacterRanges = [0, LAST];

/** A character that people cannot see, or see elsewhere than the parser reads it. */
export interface ForbiddenCharacter {
  /** In UTF-16 code units. */
  readonly offset: number;
  /** `U+202E`. */
  readonly name: string;
  readonly sort:
    | 'control'
    | 'bidirectional control'
    | 'zero width'
    | 'line separator'
    | 'invisible'
    | 'broken';
}

type Range = readonly [first: number, last: number, sort: ForbiddenCharacter['sort']];

/** Beyond ASCII, by code unit; the tag characters U+E0000 to U+E007F are told by their first half below. */
const RANGES: readonly Range[] = [
  [0x0080, 0x009f, 'control'],
  [0x00ad, 0x00ad, 'invisible'],
  [0x061c, 0x061c, 'bidirectional control'],
  [0x180e, 0x180e, 'zero width'],
  [0x200b, 0x200d, 'zero width'],
  [0x200e, 0x200f, 'bidirectional control'],
  [0x2028, 0x2029, 'line separator'],
  [0x202a, 0x202e, 'bidirectional control'],
  [0x2060, 0x2065, 'zero width'],
  [0x2066, 0x2069, 'bidirectional control'],
  [0xfeff, 0xfeff, 'zero width'],
  [0xfff9, 0xfffb, 'invisible'],
  [0xfffe, 0xffff, 'broken'],
];

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;
/** First half of U+E0000 to U+E03FF: tags and further variation selectors, all invisible. */
const TAG_HALF = 0xdb40;

/**
 * All of them in reading order: C0 and C1 controls other than tab and line end, bidirectional controls, zero-width and
 * other invisible characters, line separators that only editors honour, halves of characters. Tab and both line ends are
 * fine, a carriage return alone is not; a byte order mark is fine at the very start. One pass.
 * Source of the list: UAX #9 (bidirectional controls), UAX #44 (Default_Ignorable_Code_Point), YAML 1.2.2 §5.1.
 */
export function findForbiddenCharacters(text: string): readonly ForbiddenCharacter[] {
  const found: ForbiddenCharacter[] = [];
  for (let offset = 0; offset < text.length; offset++) {
    const unit = text.charCodeAt(offset);
    if ((unit >= 0x20 && unit < 0x7f) || unit === LINE_FEED || unit === TAB) continue;
    const sort = sortOf(text, offset, unit);
    if (sort) found.push({ offset, name: nameOf(text, offset), sort });
    if (isPair(text, offset)) offset++;
  }
  return found;
}

function sortOf(text: string, offset: number, unit: number): ForbiddenCharacter['sort'] | undefined {
  if (unit === CARRIAGE_RETURN) return text.charCodeAt(offset + 1) === LINE_FEED ? undefined : 'control';
  if (unit < 0x80) return 'control';
  if (unit === 0xfeff && offset === 0) return undefined;
  if (unit >= 0xd800 && unit <= 0xdfff) {
    if (!isPair(text, offset)) return 'broken';
    return unit === TAG_HALF ? 'invisible' : undefined;
  }
  return RANGES.find(([first, last]) => unit >= first && unit <= last)?.[2];
}

function isPair(text: string, offset: number): boolean {
  const first = text.charCodeAt(offset);
  const second = text.charCodeAt(offset + 1);
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
}

function nameOf(text: string, offset: number): string {
  return `U+${(text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

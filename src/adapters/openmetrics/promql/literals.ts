import { parseNumber } from '../exposition-number.ts';
import { QueryRefusal } from './refusal.ts';
import type { Token } from './tokens.ts';

/**
 * A number as Prometheus reads it: like Go, hexadecimal after `0x` and octal after a leading 0.
 * @throws QueryRefusal when it does not fit
 */
export function readNumber(token: Token): number {
  const radix = /^0[xX]/.test(token.text) ? 16 : /^0[0-7]+$/.test(token.text) ? 8 : 10;
  const digits = token.text.replace(/^0[xX]/, '');
  const value = radix === 10 ? parseNumber(digits) : Number.parseInt(digits, radix);
  if (value === undefined || (radix !== 10 && value > Number.MAX_SAFE_INTEGER))
    throw new QueryRefusal(token.at, `number "${token.text}" is too large`);
  return value;
}

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNIT_MILLIS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1] as const;
/** Prometheus counts nanoseconds in 63 bits: about 292 years. */
const LONGEST = 2 ** 63 / 1e6;

/**
 * `1h30m` in ms, largest unit first: y (365 days), w, d, h, m, s, ms.
 * @throws QueryRefusal when the order is wrong, it is nothing, or too long
 */
export function readDuration(token: Token): number {
  const match = DURATION.exec(token.text);
  if (match === null)
    throw new QueryRefusal(
      token.at,
      `duration "${token.text}" must have its units in the order y w d h m s ms`,
    );
  const total = UNIT_MILLIS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  if (total === 0) throw new QueryRefusal(token.at, 'a duration must be more than 0');
  if (total >= LONGEST) throw new QueryRefusal(token.at, `duration "${token.text}" is too long`);
  return total;
}

const ESCAPE = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|)/g;
const CONTROL: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/**
 * What a string literal stands for; escapes as in Go, none between backquotes.
 * @throws QueryRefusal at an unknown escape, and at `\xff`-like bytes that are no character of their own
 */
export function readString(token: Token): string {
  const quote = token.text.charAt(0);
  const inside = token.text.slice(1, -1);
  if (quote === '`' || !inside.includes('\\')) return inside;
  return inside.replace(
    ESCAPE,
    (whole, char?: string, x?: string, u?: string, U?: string, octal?: string) => {
      const known = char === quote ? quote : CONTROL[char ?? ''];
      if (known !== undefined) return known;
      const code = x ?? u ?? U;
      const point = octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(code ?? 'none', 16);
      const isByte = x !== undefined || octal !== undefined;
      const isCharacter = point <= 0x10ffff && !(point >= 0xd800 && point < 0xe000);
      if (!isCharacter || (isByte && point > 0x7f))
        throw new QueryRefusal(token.at, `string has the escape "${whole}", which stands for no character`);
      return String.fromCodePoint(point);
    },
  );
}

/**
 * Numbers as the OpenMetrics text format and Go's strconv.ParseFloat write them, read straight out of a long text:
 * decimal with optional sign, fraction and exponent; NaN, Inf and Infinity in any case.
 */

/** Where a number ended and what it was; one object is reused for millions of numbers. */
export interface NumberScan {
  /** NaN may be a real value: look at `end`. */
  value: number;
  /** Index after the number; -1 when there is no number at the start. */
  end: number;
}

const ZERO = 48;
const NINE = 57;
const SPACE = 32;
const LINE_FEED = 10;
const MINUS = 45;
const DOT = 46;
/** A mantissa of at most 15 digits and a power of ten up to 10^22 are exact doubles, so one division rounds right. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** Reads the number that starts at `start` and goes up to a space, a line feed or the end of the text. */
export function scanNumber(text: string, start: number, into: NumberScan): void {
  let at = start;
  const negative = text.charCodeAt(at) === MINUS;
  if (negative) at += 1;
  let mantissa = 0;
  let digits = 0;
  let afterDot = -1;
  for (; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      mantissa = mantissa * 10 + (code - ZERO);
      digits += 1;
    } else if (code === DOT && afterDot < 0) afterDot = digits;
    else break;
  }
  if (digits === 0 || digits > EXACT_DIGITS || !isEnd(text, at)) {
    scanUnusual(text, start, into);
    return;
  }
  const scale = afterDot < 0 ? 1 : (POWERS_OF_TEN[digits - afterDot] ?? 1);
  into.value = negative ? -mantissa / scale : mantissa / scale;
  into.end = at;
}

function isEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === SPACE || code === LINE_FEED || Number.isNaN(code);
}

function scanUnusual(text: string, start: number, into: NumberScan): void {
  let end = start;
  while (!isEnd(text, end)) end += 1;
  const value = parseNumber(text.slice(start, end));
  into.end = value === undefined ? -1 : end;
  into.value = value ?? 0;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** Reads a whole string as a number; undefined when it is none or too large for a double. */
export function parseNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const sign = INFINITE.exec(text)?.[1];
  if (sign !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

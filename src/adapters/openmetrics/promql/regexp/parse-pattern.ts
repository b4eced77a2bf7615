import {
  ANYTHING,
  type CharacterRanges,
  invertRanges,
  NOT_LINE_FEED,
  type Pattern,
  PERL_CLASSES,
  POSIX_CLASSES,
  uniteRanges,
} from './syntax.ts';

/** A pattern with its captures: number 0 is the whole match; `names` holds the numbers of `(?P<name>…)`. */
export interface ParsedPattern {
  readonly pattern: Pattern;
  readonly captureCount: number;
  readonly names: ReadonlyMap<string, number>;
}

/** The pattern is no RE2 syntax, or a part of it that this reader does not know. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}

/** RE2's own limit of `{n,m}`. */
const MOST_REPEATS = 1000;
const DEEPEST = 100;
const LITERAL_ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/**
 * Reads RE2 syntax (as Go's regexp package has it): literals, `.`, classes, `\d \w \s`, `[[:alpha:]]`, groups, named
 * groups, `|`, greedy and lazy repetition, `^ $ \A \z \b \B`, `(?s)`. Refused, though RE2 knows them: the flags i, m and
 * U, `\p{…}`, `\Q…\E`, `\C`, octal escapes.
 * @throws PatternError
 */
export function parsePattern(source: string): ParsedPattern {
  const reader = new PatternReader(source);
  const pattern = reader.choice();
  if (!reader.isAtEnd()) throw new PatternError('has a ")" without "("');
  return { pattern, captureCount: reader.captureCount, names: reader.names };
}

class PatternReader {
  readonly names = new Map<string, number>();
  captureCount = 1;
  readonly #points: readonly string[];
  #at = 0;
  #depth = 0;
  #dotMatchesLineFeed = false;

  constructor(source: string) {
    this.#points = [...source];
  }

  isAtEnd(): boolean {
    return this.#at >= this.#points.length;
  }

  choice(): Pattern {
    if (++this.#depth > DEEPEST) throw new PatternError('nests too deep');
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#depth -= 1;
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'choice', parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (!this.isAtEnd() && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom();
      if (atom !== undefined) parts.push(this.#repeated(atom));
    }
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'sequence', parts };
  }

  #repeated(inner: Pattern): Pattern {
    const range = this.#repetition();
    if (range === undefined) return inner;
    const greedy = !this.#take('?');
    if (this.#repetition() !== undefined) throw new PatternError('repeats a repetition');
    return { kind: 'repeat', inner, greedy, ...range };
  }

  /** `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`; other braces are literals. */
  #repetition(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.#points.slice(this.#at, this.#at + 16).join(''));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Number.POSITIVE_INFINITY) || max < min)
      throw new PatternError(`has the repetition "${match[0]}", expected at most ${MOST_REPEATS}`);
    this.#at += match[0].length;
    return { min, max };
  }

  /** One atom; undefined for a flag group, which is none. */
  #atom(): Pattern | undefined {
    if (this.#repetition() !== undefined) throw new PatternError('has a repetition of nothing');
    const char = this.#next();
    if (char === '(') return this.#group();
    if (char === '[') return { kind: 'characters', ranges: this.#characterClass() };
    if (char === '.')
      return { kind: 'characters', ranges: this.#dotMatchesLineFeed ? ANYTHING : NOT_LINE_FEED };
    if (char === '^') return { kind: 'assertion', what: 'begin' };
    if (char === '$') return { kind: 'assertion', what: 'end' };
    if (char === '\\') return this.#escape();
    return literal(char);
  }

  #group(): Pattern | undefined {
    if (!this.#take('?')) return this.#capture();
    if (this.#take('P')) {
      const name = this.#until('<', '>');
      if (!/^[A-Za-z0-9_]+$/.test(name) || this.names.has(name))
        throw new PatternError(`has the group name "${name}", expected letters and digits, each name once`);
      this.names.set(name, this.captureCount);
      return this.#capture();
    }
    const before = this.#dotMatchesLineFeed;
    const flags = this.#flags();
    const closes = this.#next();
    if (!/^-?s$|^$/.test(flags) || (closes !== ':' && closes !== ')') || (flags === '' && closes === ')'))
      throw new PatternError(`has the group "(?${flags}${closes}", expected "(?:", "(?P<name>" or "(?s)"`);
    if (flags !== '') this.#dotMatchesLineFeed = flags === 's';
    if (closes === ')') return undefined;
    const inner = this.choice();
    this.#close();
    this.#dotMatchesLineFeed = before;
    return inner;
  }

  #capture(): Pattern {
    const index = this.captureCount;
    this.captureCount += 1;
    const before = this.#dotMatchesLineFeed;
    const inner = this.choice();
    this.#close();
    this.#dotMatchesLineFeed = before;
    return { kind: 'capture', index, inner };
  }

  #flags(): string {
    let flags = '';
    while (/^[-a-zA-Z]$/.test(this.#peek())) flags += this.#next();
    return flags;
  }

  #escape(): Pattern {
    const char = this.#peek();
    const assertion = ({ A: 'begin', z: 'end', b: 'boundary', B: 'no-boundary' } as const)[char];
    if (assertion !== undefined) {
      this.#at += 1;
      return { kind: 'assertion', what: assertion };
    }
    const perl = PERL_CLASSES[char];
    if (perl !== undefined) {
      this.#at += 1;
      return { kind: 'characters', ranges: perl };
    }
    const point = this.#escapedPoint();
    return { kind: 'characters', ranges: [point, point] };
  }

  /** The character an escape stands for; the backslash is read already. */
  #escapedPoint(): number {
    const char = this.#next();
    const known = LITERAL_ESCAPES[char];
    if (known !== undefined) return known;
    if (char === 'x') return this.#hexadecimal();
    if (!/^[\x20-\x7e]$/.test(char) || /^[A-Za-z0-9]$/.test(char))
      throw new PatternError(`has the escape "\\${char}", which is not supported`);
    return codePoint(char);
  }

  #hexadecimal(): number {
    const digits = this.#peek() === '{' ? this.#until('{', '}') : this.#next() + this.#next();
    const point = /^[0-9a-fA-F]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    if (!(point <= 0x10ffff)) throw new PatternError(`has the escape "\\x${digits}", which is no character`);
    return point;
  }

  /** What stands between `[` (read already) and `]`. */
  #characterClass(): CharacterRanges {
    const inverted = this.#take('^');
    const ranges: number[] = [];
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      const named = this.#namedClass();
      if (named !== undefined) ranges.push(...named);
      else ranges.push(...this.#oneRange());
    }
    this.#at += 1;
    const united = uniteRanges(ranges);
    return inverted ? invertRanges(united) : united;
  }

  /** `[:alpha:]`, `[:^alpha:]` or `\d` inside a class. */
  #namedClass(): CharacterRanges | undefined {
    const rest = this.#points.slice(this.#at, this.#at + 12).join('');
    const posix = /^\[:(\^?)(\w+):\]/.exec(rest);
    if (posix !== null) {
      const [whole, inverted, name = ''] = posix;
      const ranges = Object.hasOwn(POSIX_CLASSES, name) ? POSIX_CLASSES[name] : undefined;
      if (ranges === undefined) throw new PatternError(`has the unknown class "${whole}"`);
      this.#at += whole.length;
      return inverted === '^' ? invertRanges(ranges) : ranges;
    }
    const perl = /^\\([dswDSW])/.exec(rest)?.[1];
    if (perl === undefined) return undefined;
    this.#at += 2;
    return PERL_CLASSES[perl];
  }

  #oneRange(): readonly [number, number] {
    const from = this.#classPoint();
    if (this.#peek() !== '-' || this.#points[this.#at + 1] === ']') return [from, from];
    this.#at += 1;
    const to = this.#classPoint();
    if (to < from) throw new PatternError('has a character range whose end comes before its start');
    return [from, to];
  }

  #classPoint(): number {
    return this.#take('\\') ? this.#escapedPoint() : codePoint(this.#next());
  }

  #until(open: string, close: string): string {
    if (!this.#take(open)) throw new PatternError(`expected "${open}"`);
    let text = '';
    while (this.#peek() !== close) text += this.#next();
    this.#at += 1;
    return text;
  }

  #close(): void {
    if (!this.#take(')')) throw new PatternError('has a "(" without ")"');
  }

  #peek(): string {
    return this.#points[this.#at] ?? '';
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const char = this.#points[this.#at];
    if (char === undefined) throw new PatternError('ends too early');
    this.#at += 1;
    return char;
  }
}

function literal(char: string): Pattern {
  const point = codePoint(char);
  return { kind: 'characters', ranges: [point, point] };
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}

import type { Problem } from '../errors.ts';
import { findForbiddenCharacters } from '../yaml/forbidden-characters.ts';
import { LineIndex } from '../yaml/line-index.ts';
import type { Reading } from '../yaml/read-yaml.ts';
import { quote } from '../yaml/yaml-path.ts';
import { type JsonNode, pointerStep } from './json-node.ts';

/** Lists and maps within each other. */
export const JSON_DEPTH = 64;
/** Values, keys not counted. */
export const JSON_NODES = 5_000;
/** UTF-16 code units. */
export const JSON_LENGTH = 256 * 1024;
const KEY_LENGTH = 256;
/** Characters of a number. The longest that is not read as 0 and has few digits is a little shorter. */
const NUMBER_LENGTH = 400;

/** What a text was read as. */
export interface JsonSource {
  readonly root: JsonNode;
  readonly lines: LineIndex;
}

/**
 * Reads one JSON text (RFC 8259) strictly, with the place of every value. Refused are more than 256 Ki characters, 5,000 values or
 * 64 levels, a key that is there twice, `__proto__`, numbers that JavaScript does not hold exactly, and characters that nobody sees
 * (SEC-06, SEC-07, SEC-12). At the first problem it stops. Linear in the text.
 */
export function readJson(file: string, text: string): Reading<JsonSource> {
  const lines = new LineIndex(file, text);
  try {
    if (text.length > JSON_LENGTH)
      throw new Refusal('SEC-06', 0, `file has more than ${JSON_LENGTH} characters; shorten it`);
    const [hidden] = findForbiddenCharacters(text);
    if (hidden)
      throw new Refusal('SEC-12', hidden.offset, `contains ${hidden.name} (${hidden.sort}); delete it`);
    return { kind: 'ok', value: { root: new Reader(text).read(), lines }, problems: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, offset, why } = error;
    const problem: Problem = {
      code,
      severity: 'error',
      at: lines.positionAt(offset),
      path: '',
      message: why,
    };
    return { kind: 'bad', problems: [problem] };
  }
}

/** Leaves the recursion; never leaves this file. */
class Refusal {
  readonly code: string;
  readonly offset: number;
  readonly why: string;
  constructor(code: string, offset: number, why: string) {
    this.code = code;
    this.offset = offset;
    this.why = why;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = { null: null, true: true, false: false } as const;
const SPACE = /[ \t\r\n]*/y;

class Reader {
  readonly #text: string;
  #at = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\uFEFF')) this.#at = 1;
  }

  read(): JsonNode {
    const root = this.#value('', 0);
    if (this.#at < this.#text.length) this.#expected('the end of the file');
    return root;
  }

  #value(pointer: string, depth: number): JsonNode {
    this.#skip();
    const offset = this.#at;
    this.#nodes += 1;
    if (this.#nodes > JSON_NODES)
      throw new Refusal('SEC-06', offset, `more than ${JSON_NODES} values; shorten it`);
    if (depth > JSON_DEPTH)
      throw new Refusal('SEC-06', offset, `nesting deeper than ${JSON_DEPTH} levels; use $ref and $defs`);
    const first = this.#text[offset];
    const node: JsonNode =
      first === '{'
        ? { kind: 'map', entries: this.#map(pointer, depth), offset, pointer }
        : first === '['
          ? { kind: 'list', items: this.#list(pointer, depth), offset, pointer }
          : { kind: 'scalar', value: this.#scalar(), offset, pointer };
    this.#skip();
    return node;
  }

  #map(pointer: string, depth: number): ReadonlyMap<string, JsonNode> {
    const entries = new Map<string, JsonNode>();
    this.#at += 1;
    this.#skip();
    if (this.#takes('}')) return entries;
    do {
      this.#skip();
      const offset = this.#at;
      if (this.#text[offset] !== '"') this.#expected('a key in double quotes');
      const key = this.#string();
      if (key === '__proto__')
        throw new Refusal('SEC-07', offset, 'key "__proto__" is not allowed; rename it');
      if (key.length > KEY_LENGTH)
        throw new Refusal('SEC-06', offset, `key has more than ${KEY_LENGTH} characters; shorten it`);
      if (entries.has(key))
        throw new Refusal('SEC-06', offset, `duplicate key ${quote(key)}; keep one of them`);
      this.#skip();
      if (!this.#takes(':')) this.#expected('":" after the key');
      entries.set(key, this.#value(pointer + pointerStep(key), depth + 1));
    } while (this.#takes(','));
    if (!this.#takes('}')) this.#expected('"," or "}"');
    return entries;
  }

  #list(pointer: string, depth: number): readonly JsonNode[] {
    const items: JsonNode[] = [];
    this.#at += 1;
    this.#skip();
    if (this.#takes(']')) return items;
    do items.push(this.#value(pointer + pointerStep(items.length), depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) this.#expected('"," or "]"');
    return items;
  }

  #scalar(): null | boolean | number | string {
    if (this.#text[this.#at] === '"') return this.#string();
    for (const [word, value] of Object.entries(WORDS))
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    return this.#number();
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const written = NUMBER.exec(this.#text)?.[0];
    if (written === undefined) return this.#expected('a value');
    const value = Number(written);
    const isLong = written.length > NUMBER_LENGTH;
    const digits = isLong ? 0 : written.replace(/[eE].*$/, '').replace(/^-?0*\.?0*|\.|0+$/g, '').length;
    if (isLong || !Number.isFinite(value) || digits > 15)
      throw new Refusal(
        'SEC-06',
        this.#at,
        `write a number of at most 15 digits, got ${written.slice(0, 60)}`,
      );
    if (value === 0 && digits > 0)
      throw new Refusal(
        'SEC-06',
        this.#at,
        `write a number that is not read as 0, got ${written.slice(0, 60)}; programs hold none that small`,
      );
    this.#at += written.length;
    return value;
  }

  /** The escapes are JavaScript's own business; what ends the text is ours. */
  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"' && this.#text[end] !== '\n')
      end += this.#text[end] === '\\' ? 2 : 1;
    if (this.#text[end] !== '"')
      throw new Refusal(
        'JSON_INVALID',
        start,
        'not JSON: the text does not end on its line; close it with a double quote',
      );
    this.#at = end + 1;
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      throw new Refusal(
        'JSON_INVALID',
        start,
        'text with an escape or a tab that JSON does not know; write \\" \\\\ \\n \\t or \\u0000',
      );
    }
  }

  #takes(mark: string): boolean {
    const isThere = this.#text[this.#at] === mark;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #skip(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #expected(what: string): never {
    const got = this.#at < this.#text.length ? quote(this.#text[this.#at] ?? '') : 'the end of the file';
    throw new Refusal(
      'JSON_INVALID',
      this.#at,
      `not JSON: expected ${what}, got ${got}; correct it, JSON has no comments and no comma at the end`,
    );
  }
}

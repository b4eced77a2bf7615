import { quote } from '../yaml/yaml-path.ts';

/** Steps into a JSON text: keys and list indexes. */
export type JsonPath = readonly PropertyKey[];

/** Where something stands, in UTF-16 code units. */
export interface JsonPlace {
  /** The key of the last step; undefined for the whole text and for what is in a list. */
  readonly key: number | undefined;
  readonly value: number;
  /** How many steps of the path there are. */
  readonly depth: number;
}

/** What a look over a JSON text found. */
export type JsonScan =
  /** For each path the place of what it leads to, or of the nearest that is there. */
  | { readonly kind: 'sound'; readonly places: readonly JsonPlace[] }
  | { readonly kind: 'broken'; readonly offset: number; readonly why: string };

/** Lists and maps within each other. */
const MOST_DEPTH = 256;

/**
 * Looks over a JSON text (RFC 8259) of any size for the places of a few values, or for the first thing that is no JSON. It
 * makes no tree: a text of measurements has millions of values. Of a key that is there twice the last one counts, as with
 * `JSON.parse`. Linear in the text.
 */
export function scanJson(text: string, paths: readonly JsonPath[]): JsonScan {
  const root = wantedOf(paths);
  const places: JsonPlace[] = paths.map(() => ({ key: undefined, value: 0, depth: 0 }));
  try {
    new Scanner(text, places).scan(root);
    return { kind: 'sound', places };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { kind: 'broken', offset: error.offset, why: error.why };
  }
}

/** Paths that go the same way for their first steps. */
interface Wanted {
  /** Indexes of all paths that come by here. */
  readonly paths: number[];
  readonly next: Map<string, Wanted>;
}

function wantedOf(paths: readonly JsonPath[]): Wanted {
  const root: Wanted = { paths: [], next: new Map() };
  for (const [index, path] of paths.entries()) {
    let at = root;
    at.paths.push(index);
    for (const step of path) {
      const name = String(step);
      const next = at.next.get(name) ?? { paths: [], next: new Map() };
      at.next.set(name, next);
      at = next;
      at.paths.push(index);
    }
  }
  return root;
}

/** Leaves the recursion; never leaves this file. */
class Broken {
  readonly offset: number;
  readonly why: string;
  constructor(offset: number, why: string) {
    this.offset = offset;
    this.why = why;
  }
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in a text
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;

class Scanner {
  readonly #text: string;
  readonly #places: JsonPlace[];
  #at: number;

  constructor(text: string, places: JsonPlace[]) {
    this.#text = text;
    this.#places = places;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  scan(root: Wanted): void {
    this.#value(root, undefined, 0);
    if (this.#at < this.#text.length) this.#expected('the end of the file');
  }

  #value(wanted: Wanted | undefined, key: number | undefined, depth: number): void {
    this.#take(SPACE);
    const value = this.#at;
    if (depth > MOST_DEPTH)
      throw new Broken(value, `nesting deeper than ${MOST_DEPTH} levels; evidence has no such thing`);
    for (const index of wanted?.paths ?? []) this.#places[index] = { key, value, depth };
    const first = this.#text[value];
    if (first === '{') this.#map(wanted, depth);
    else if (first === '[') this.#list(wanted, depth);
    else if (first === '"') this.#string('a text that ends on its line, with escapes that JSON knows');
    else if (!this.#take(NUMBER) && !this.#take(WORD)) this.#expected('a value');
    this.#take(SPACE);
  }

  #map(wanted: Wanted | undefined, depth: number): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#takes('}')) return;
    do {
      this.#take(SPACE);
      const key = this.#at;
      const written = this.#string('a key in double quotes');
      this.#take(SPACE);
      if (!this.#takes(':')) this.#expected('":" after the key');
      this.#value(wanted?.next.get(JSON.parse(written) as string), key, depth + 1);
    } while (this.#takes(','));
    if (!this.#takes('}')) this.#expected('"," or "}"');
  }

  #list(wanted: Wanted | undefined, depth: number): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#takes(']')) return;
    let index = 0;
    do {
      this.#value(wanted?.next.get(String(index)), undefined, depth + 1);
      index += 1;
    } while (this.#takes(','));
    if (!this.#takes(']')) this.#expected('"," or "]"');
  }

  #string(what: string): string {
    const start = this.#at;
    return this.#take(TEXT) ? this.#text.slice(start, this.#at) : this.#expected(what);
  }

  /** Whether something of this form stands here; then it is passed by. */
  #take(form: RegExp): boolean {
    form.lastIndex = this.#at;
    if (!form.test(this.#text)) return false;
    this.#at = form.lastIndex;
    return true;
  }

  #takes(mark: string): boolean {
    const isThere = this.#text[this.#at] === mark;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #expected(what: string): never {
    const got = this.#at < this.#text.length ? quote(this.#text[this.#at] ?? '') : 'the end of the file';
    throw new Broken(
      this.#at,
      `not JSON: expected ${what}, got ${got}; correct it, JSON has no comments and no comma at the end`,
    );
  }
}

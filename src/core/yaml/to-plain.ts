import { type Document, isMap, isNode, isScalar, isSeq, type Scalar, type YAMLMap } from 'yaml';
import { findForbiddenCharacters } from './forbidden-characters.ts';
import { NODE_LIMIT } from './parse-guarded.ts';
import { keyText, quote, type YamlPath } from './yaml-path.ts';

/** Something wrong with a value or a key. */
export interface NodeFinding {
  readonly code: string;
  readonly offset: number;
  readonly path: YamlPath;
  readonly message: string;
}

/** Keys that change an object's prototype when somebody copies them carelessly. */
const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** At most 15 digits, which a number holds exactly; no exponent, no other base, no leading zero or plus. */
const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/;

/** What is known of the text that the document was parsed from. */
export interface TextFacts {
  /** Line and column of an offset, for messages that name a second place: `3:3`. */
  readonly positionText: (offset: number) => string;
  /** The raw text holds no forbidden character, so that one in a value can only come from an escape. */
  readonly isClean: boolean;
}

/**
 * Plain data of a parsed document in one pass, with everything in it that reads differently than it looks: duplicate,
 * merge and prototype keys, numbers in other spellings, escapes that stand for invisible characters.
 */
export function toPlain(
  document: Document.Parsed,
  facts: TextFacts,
): { readonly value: unknown; readonly findings: readonly NodeFinding[]; readonly isComplete: boolean } {
  const walk = new Walk(facts);
  const value = walk.plain(document.contents);
  return { value, findings: walk.findings, isComplete: walk.isComplete };
}

class Walk {
  readonly findings: NodeFinding[] = [];
  readonly #facts: TextFacts;
  readonly #path: (string | number)[] = [];
  #nodes = 0;
  /** Of the newest node that has a place. */
  #offset = 0;

  constructor(facts: TextFacts) {
    this.#facts = facts;
  }

  /** false when there are more values than are read. */
  get isComplete(): boolean {
    return this.#nodes <= NODE_LIMIT;
  }

  plain(node: unknown): unknown {
    if (isNode(node) && node.range) this.#offset = node.range[0];
    this.#nodes++;
    if (this.#nodes > NODE_LIMIT) {
      if (this.#nodes === NODE_LIMIT + 1)
        this.#refuse(`more than ${NODE_LIMIT} values; shorten it, a file describes one thing`);
      return null;
    }
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) return node.items.map((item, index) => this.#item(index, item));
    return isScalar(node) ? this.#scalar(node) : null;
  }

  #item(index: number, node: unknown): unknown {
    this.#path.push(index);
    const value = this.plain(node);
    this.#path.pop();
    return value;
  }

  #map(map: YAMLMap): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const firsts = new Map<string, number>();
    for (const pair of map.items) {
      const key = keyText(pair);
      if (key === undefined || !isScalar(pair.key)) continue;
      this.#offset = pair.key.range?.[0] ?? this.#offset;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, this.#offset);
      this.#path.push(key);
      const isAllowed = this.#isKeyAllowed(pair.key, key, first);
      const value = this.plain(pair.value);
      this.#path.pop();
      if (isAllowed) result[key] = value;
    }
    return result;
  }

  /** @param first  offset of the same key further up */
  #isKeyAllowed(node: Scalar, key: string, first: number | undefined): boolean {
    const before = this.findings.length;
    if (PROTOTYPE_KEYS.has(key)) this.#refuse(`key ${quote(key)} is not allowed; rename it`, 'SEC-07');
    else if (key === '<<') this.#refuse('merge keys (<<) are not allowed; write the keys out');
    else if (first !== undefined) {
      const place = this.#facts.positionText(first);
      this.#refuse(`duplicate key ${quote(key)} (first at ${place}); keep one of them`);
    }
    this.#checkEscapes(node, key);
    return this.findings.length === before;
  }

  #scalar(node: Scalar): unknown {
    const { value, source = '' } = node;
    if (typeof value === 'string') this.#checkEscapes(node, value);
    if (typeof value === 'number' && !isPlainDecimal(source)) {
      const got = source.slice(0, 60);
      const most = /^-?\d+\.\d{10,}$/.test(source) ? '9 decimals' : '15 digits, or put text in quotes';
      this.#refuse(`write a plain decimal number, got ${got}; at most ${most}`);
    }
    return value;
  }

  #checkEscapes(node: Scalar, text: string): void {
    if (node.type !== 'QUOTE_DOUBLE' || !this.#facts.isClean) return;
    const [found] = findForbiddenCharacters(text.startsWith('\uFEFF') ? ` ${text}` : text);
    if (found) this.#refuse(`an escape stands for ${found.name} (${found.sort}); delete it`, 'SEC-12');
  }

  #refuse(message: string, code = 'SEC-06'): void {
    this.findings.push({ code, offset: this.#offset, path: [...this.#path], message });
  }
}

function isPlainDecimal(source: string): boolean {
  return (
    PLAIN_DECIMAL.test(source) && source.replace(/^-?0?\.?|\./g, '').length <= 15 && !/^-[0.]+$/.test(source)
  );
}

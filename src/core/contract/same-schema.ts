import type { JsonNode } from '../json/json-node.ts';
import {
  isMapPart,
  keywordAt,
  keywordsIn,
  type MapPart,
  type Part,
  sameValue,
  targetOf,
} from './contract.ts';
import { type KeywordShape, keywordOf } from './keywords.ts';

/** Deeper schemas are not followed; they count as different. */
const DEEPEST = 40;

/**
 * Whether two schemas say the same in the same words; notes (titles, descriptions, defaults) aside, references followed.
 * `false` says nothing: they may still let the same values through.
 */
export function sameSchema(a: Part, b: Part): boolean {
  return a.contract.dialect === b.contract.dialect && new Comparison().schemas(a, b, 0);
}

/** Whether a keyword, and what is read with it, is the same in both. */
export function sameKeyword(a: MapPart, b: MapPart, name: string): boolean {
  if (a.contract.dialect !== b.contract.dialect) return false;
  const names = [name, ...(keywordOf(a.contract.dialect, name).with ?? [])];
  const comparison = new Comparison();
  return names.every((one) => comparison.keyword(a, b, one, 0));
}

class Comparison {
  /** Pairs that are being compared, further up: equal unless something else differs. */
  readonly #open = new Map<JsonNode, Set<JsonNode>>();

  schemas(a: Part, b: Part, depth: number): boolean {
    if (a.node === b.node) return true;
    if (!isMapPart(a) || !isMapPart(b)) return sameValue(a, a.node, b.node);
    if (depth > DEEPEST) return false;
    const met = this.#open.get(a.node) ?? new Set();
    if (met.has(b.node)) return true;
    this.#open.set(a.node, met.add(b.node));
    const names = new Set([...namesIn(a), ...namesIn(b)]);
    return [...names].every((name) => this.keyword(a, b, name, depth + 1));
  }

  keyword(a: MapPart, b: MapPart, name: string, depth: number): boolean {
    if (name === '$ref') {
      const [one, other] = [targetOf(a), targetOf(b)];
      return one === undefined || other === undefined ? one === other : this.schemas(one, other, depth);
    }
    const one = keywordAt(a, name);
    const other = keywordAt(b, name);
    if (!one || !other) return one === other;
    const { shape } = keywordOf(a.contract.dialect, name);
    // the same words may refer to something else in the other file
    if (name === '$dynamicRef' || (shape === 'any' && holdsReference(one))) return false;
    return this.#values({ ...a, node: one }, { ...b, node: other }, shape, depth);
  }

  #values(a: Part, b: Part, shape: KeywordShape, depth: number): boolean {
    const inside = (one: JsonNode, other: JsonNode | undefined) =>
      other !== undefined && this.schemas({ ...a, node: one }, { ...b, node: other }, depth);
    const [one, other] = [a.node, b.node];
    if (shape === 'schema-map' && one.kind === 'map' && other.kind === 'map')
      return (
        one.entries.size === other.entries.size &&
        [...one.entries].every(([key, entry]) => inside(entry, other.entries.get(key)))
      );
    if (
      (shape === 'schemas' || shape === 'schema-or-schemas') &&
      one.kind === 'list' &&
      other.kind === 'list'
    )
      return (
        one.items.length === other.items.length &&
        one.items.every((item, at) => inside(item, other.items[at]))
      );
    return shape.startsWith('schema') ? inside(one, other) : sameValue(a, one, other);
  }
}

/** Keywords that say something, and those that others are read with. */
function namesIn(part: MapPart): readonly string[] {
  const names = keywordsIn(part);
  return [...names, ...names.flatMap((name) => keywordOf(part.contract.dialect, name).with ?? [])];
}

function holdsReference(node: JsonNode): boolean {
  if (node.kind === 'list') return node.items.some(holdsReference);
  return (
    node.kind === 'map' && [...node.entries].some(([key, entry]) => key === '$ref' || holdsReference(entry))
  );
}

/** A value of a JSON text that knows where it stands. Maps are real maps: a key can be any text and reach no prototype. */
export type JsonNode = JsonScalar | JsonList | JsonMap;

interface Placed {
  /** Where it begins, in UTF-16 code units. */
  readonly offset: number;
  /** JSON Pointer (RFC 6901); empty for the whole text. */
  readonly pointer: string;
}

/** null, a boolean, a number or a text. */
export interface JsonScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
}

/** A list. */
export interface JsonList extends Placed {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
}

/** A map, in the order of the text. */
export interface JsonMap extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, JsonNode>;
}

/** One step of a JSON Pointer, escaped. */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What a pointer leads to; undefined when it leads nowhere or is none. */
export function nodeAt(root: JsonNode, pointer: string): JsonNode | undefined {
  if (pointer === '') return root;
  if (!pointer.startsWith('/')) return undefined;
  let node: JsonNode | undefined = root;
  for (const written of pointer.slice(1).split('/')) {
    const step = written.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node?.kind === 'map') node = node.entries.get(step);
    else if (node?.kind === 'list')
      node = /^(?:0|[1-9]\d{0,8})$/.test(step) ? node.items[Number(step)] : undefined;
    else return undefined;
  }
  return node;
}

/**
 * Equal as JSON: numbers by value, maps whatever the order of their keys.
 * @param look  told of each pair that is looked at
 */
export function sameJson(a: JsonNode, b: JsonNode | undefined, look?: () => void): boolean {
  look?.();
  if (b === undefined) return false;
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.value === b.value;
  if (a.kind === 'list' && b.kind === 'list')
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => sameJson(item, b.items[index], look))
    );
  if (a.kind === 'map' && b.kind === 'map')
    return (
      a.entries.size === b.entries.size &&
      [...a.entries].every(([key, entry]) => sameJson(entry, b.entries.get(key), look))
    );
  return false;
}

import { type Document, isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';

/** Steps into a document: keys and list indexes. */
export type YamlPath = readonly (string | number)[];

/** `spec.rollout.steps[2].weight`; a key that is not a plain word is quoted: `spec.artifacts["a b"]`. */
export function formatPath(path: YamlPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w-]{1,128}$/.test(step)) text += `[${quote(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Text as it may stand in a message: in quotes, cut after 60 characters, with escapes for all that cannot be seen. */
export function quote(text: string): string {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** What stands at a path. */
export interface Place {
  /** The value; undefined where nothing is written (`key:`) or the path ends early. */
  readonly value: Node | undefined;
  /** The key of the last step; undefined for the root and for list entries. */
  readonly key: Node | undefined;
  /** How many steps of the path exist. */
  readonly depth: number;
}

/** Follows a path as far as it exists; `value` and `key` are those of the last step that does. */
export function locate(document: Document.Parsed, path: YamlPath): Place {
  let place: Place = { value: written(document.contents), key: undefined, depth: 0 };
  for (const step of path) {
    const next = enter(place.value, step);
    if (!next) return place;
    place = { ...next, depth: place.depth + 1 };
  }
  return place;
}

function enter(node: Node | undefined, step: string | number): Omit<Place, 'depth'> | undefined {
  if (isSeq(node) && typeof step === 'number' && step in node.items)
    return { value: written(node.items[step]), key: undefined };
  if (!isMap(node)) return undefined;
  const pair = findEntry(node, String(step));
  return pair && { value: written(pair.value), key: isNode(pair.key) ? pair.key : undefined };
}

/** Entries of large maps by key: a file of nothing but unknown keys asks for the place of each of them. */
const ENTRIES = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
const LARGE = 32;

function findEntry(map: YAMLMap, key: string): Pair | undefined {
  if (map.items.length < LARGE) return map.items.find((item) => keyText(item) === key);
  let entries = ENTRIES.get(map);
  if (!entries) {
    // the first of those with one key, as above
    entries = new Map(
      [...map.items].reverse().flatMap((item) => {
        const text = keyText(item);
        return text === undefined ? [] : [[text, item] as const];
      }),
    );
    ENTRIES.set(map, entries);
  }
  return entries.get(key);
}

/** The key of an entry as a string; undefined when it is none. */
export function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : undefined;
}

function written(value: unknown): Node | undefined {
  if (!isNode(value) || !value.range) return undefined;
  const isBlank = isScalar(value) && value.value === null && value.range[0] === value.range[1];
  return isBlank ? undefined : value;
}

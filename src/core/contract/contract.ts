import type { Position } from '../errors.ts';
import { type JsonMap, type JsonNode, nodeAt } from '../json/json-node.ts';
import type { LineIndex } from '../yaml/line-index.ts';
import { type Dialect, keywordOf } from './keywords.ts';

/** A JSON Schema that was read and found sound: known dialect, keywords well written, references that lead somewhere. */
export interface Contract {
  readonly file: string;
  readonly dialect: Dialect;
  readonly root: JsonNode;
  readonly lines: LineIndex;
}

/** A schema within a contract. */
export interface Part {
  readonly contract: Contract;
  /** A map, or true or false. */
  readonly node: JsonNode;
}

/** A part that is a map: one that says something. */
export interface MapPart {
  readonly contract: Contract;
  readonly node: JsonMap;
}

/** Where a schema or keyword stands. */
export function placeOf({ contract, node }: Part): Position {
  return contract.lines.positionAt(node.offset);
}

/** What a keyword of a part holds; undefined when it is not there. */
export function keywordAt({ node }: MapPart, name: string): JsonNode | undefined {
  return node.entries.get(name);
}

/** The schema that a keyword holds, as a part. */
export function schemaAt(part: MapPart, name: string): Part | undefined {
  const node = keywordAt(part, name);
  return node && { contract: part.contract, node };
}

/** The schemas that a keyword lists; none when it is not there. */
export function schemasAt(part: MapPart, name: string): readonly Part[] {
  const node = keywordAt(part, name);
  return node?.kind === 'list' ? node.items.map((item) => ({ contract: part.contract, node: item })) : [];
}

/** The schema of one entry of `properties` and the like. */
export function entryAt(part: MapPart, name: string, key: string): Part | undefined {
  const map = keywordAt(part, name);
  const node = map?.kind === 'map' ? map.entries.get(key) : undefined;
  return node && { contract: part.contract, node };
}

/** The keys of `properties` and the like. */
export function keysAt(part: MapPart, name: string): readonly string[] {
  const map = keywordAt(part, name);
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

/** The texts that a keyword lists: `required`, `type` (a single one counts as a list). */
export function textsAt(part: MapPart, name: string): readonly string[] {
  const node = keywordAt(part, name);
  const items = node?.kind === 'list' ? node.items : node ? [node] : [];
  return items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : [],
  );
}

/** The number that a keyword holds. */
export function numberAt(part: MapPart, name: string): number | undefined {
  const node = keywordAt(part, name);
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

/** What `$ref` leads to. */
export function targetOf(part: MapPart): Part | undefined {
  const [reference] = textsAt(part, '$ref');
  const node = reference === undefined ? undefined : findTarget(part.contract.root, reference);
  return node && { contract: part.contract, node };
}

/** What a reference within the file (`#`, `#/pointer`) leads to; undefined for any other. */
export function findTarget(root: JsonNode, reference: string): JsonNode | undefined {
  if (!reference.startsWith('#')) return undefined;
  try {
    return nodeAt(root, decodeURIComponent(reference.slice(1)));
  } catch {
    return undefined;
  }
}

/** Whether it is a map; else it is true or false. */
export function isMapPart(part: Part): part is MapPart {
  return part.node.kind === 'map';
}

/** Whether it lets nothing through by its look: `false`. */
export function isFalse({ node }: Part): boolean {
  return node.kind === 'scalar' && node.value === false;
}

/** Of the list form and the single form of items, and both dialects: the schemas of the first places, and that of the rest. */
export function itemsOf(part: MapPart): { readonly first: readonly Part[]; readonly rest: Part | undefined } {
  if (part.contract.dialect === '2020-12')
    return { first: schemasAt(part, 'prefixItems'), rest: schemaAt(part, 'items') };
  const items = keywordAt(part, 'items');
  if (items?.kind === 'list')
    return { first: schemasAt(part, 'items'), rest: schemaAt(part, 'additionalItems') };
  return { first: [], rest: schemaAt(part, 'items') };
}

/** Schemas that must hold for the same value: what allOf lists, and what `$ref` leads to. */
export function inPlace(part: MapPart): readonly Part[] {
  const target = targetOf(part);
  return [...(target ? [target] : []), ...schemasAt(part, 'allOf')];
}

/** Names of the keywords of a part that say something, in the order of the file. */
export function keywordsIn(part: MapPart): readonly string[] {
  return [...part.node.entries.keys()].filter(
    (name) => keywordOf(part.contract.dialect, name).how !== 'note',
  );
}

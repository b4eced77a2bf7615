import type { Position } from '../errors.ts';
import { type JsonList, type JsonMap, type JsonNode, nodeAt, sameJson } from '../json/json-node.ts';
import type { LineIndex } from '../yaml/line-index.ts';
import { type Dialect, keywordOf } from './keywords.ts';

/** Whether a schema lets a value through, and where it says no. */
export interface Acceptance {
  readonly answer: 'yes' | 'no' | 'unknown';
  /** The keyword, or schema, that refuses it. */
  readonly by?: JsonNode;
}

/** A JSON Schema that was read and found sound: known dialect, keywords well written, references that lead somewhere. */
export interface Contract {
  readonly file: string;
  readonly dialect: Dialect;
  readonly root: JsonNode;
  readonly lines: LineIndex;
  /** Of one that is being compared with another: both have the same. */
  readonly budget?: Budget;
}

/** Steps that a comparison may take: looks at a keyword or a value, so that the same files always come to the same end. */
export class Budget {
  /** Which values a schema lets through, by value and schema: those that meet on many ways are looked at once. */
  readonly answers = new WeakMap<JsonNode, WeakMap<JsonNode, Acceptance>>();
  /** The scalars of a list. */
  readonly scalars = new WeakMap<JsonNode, ReadonlySet<unknown>>();
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** @throws OutOfSteps when there are none left */
  spend(steps = 1): void {
    this.#left -= steps;
    if (this.#left < 0) throw new OutOfSteps();
  }
}

/** Ends a comparison that takes too long; never leaves compareContracts. */
export class OutOfSteps extends Error {}

function spend({ contract }: Part, steps?: number): void {
  contract.budget?.spend(steps);
}

/** Whether two values are the same; each value that is looked at is a step. */
export function sameValue(part: Part, a: JsonNode, b: JsonNode): boolean {
  return sameJson(a, b, () => spend(part));
}

/** The scalars of a list of values. */
export function scalarsOf(part: Part, list: JsonList): ReadonlySet<unknown> {
  const known = part.contract.budget?.scalars.get(list);
  if (known) return known;
  spend(part, list.items.length);
  const scalars = new Set(list.items.flatMap((item) => (item.kind === 'scalar' ? [item.value] : [])));
  part.contract.budget?.scalars.set(list, scalars);
  return scalars;
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
export function keywordAt(part: MapPart, name: string): JsonNode | undefined {
  spend(part);
  return part.node.entries.get(name);
}

/** The schema that a keyword holds, as a part. */
export function schemaAt(part: MapPart, name: string): Part | undefined {
  const node = keywordAt(part, name);
  return node && { contract: part.contract, node };
}

/** The schemas that a keyword lists; none when it is not there. */
export function schemasAt(part: MapPart, name: string): readonly Part[] {
  const node = keywordAt(part, name);
  if (node?.kind !== 'list') return [];
  spend(part, node.items.length);
  return node.items.map((item) => ({ contract: part.contract, node: item }));
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
  if (map?.kind !== 'map') return [];
  spend(part, map.entries.size);
  return [...map.entries.keys()];
}

/** The texts that a keyword lists: `required`, `type` (a single one counts as a list). */
export function textsAt(part: MapPart, name: string): readonly string[] {
  const node = keywordAt(part, name);
  const items = node?.kind === 'list' ? node.items : node ? [node] : [];
  spend(part, items.length);
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
  spend(part, part.node.entries.size);
  return [...part.node.entries.keys()].filter(
    (name) => keywordOf(part.contract.dialect, name).how !== 'note',
  );
}

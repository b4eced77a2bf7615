import type { JsonNode } from '../json/json-node.ts';
import { accepts } from './accepts.ts';
import {
  entryAt,
  inPlace,
  isFalse,
  isMapPart,
  itemsOf,
  keywordAt,
  keywordsIn,
  type MapPart,
  numberAt,
  type Part,
  sameValue,
  schemaAt,
  schemasAt,
  textsAt,
} from './contract.ts';
import { JSON_TYPES, type JsonType, keywordOf, typeOf } from './keywords.ts';

/** Schemas that all hold for one value, and one type of value that is looked at. */
export interface Case {
  readonly parts: readonly MapPart[];
  readonly type: JsonType;
  /** Numbers are whole. */
  readonly whole: boolean;
  /** The only values there are; undefined: not a list. */
  readonly values: readonly JsonNode[] | undefined;
  /**
   * What is known beyond the parts: `exact`: the parts are all there is; `narrower`: fewer values than they say; `doubtful`: fewer, and
   * maybe none.
   */
  readonly certainty: Certainty;
}

export type Certainty = 'exact' | 'narrower' | 'doubtful';

/** More alternatives are not looked at. */
const MOST_BRANCHES = 64;

/**
 * A schema with what `$ref` and `allOf` bring in, as a list; undefined: no value at all. Alternatives are left in it.
 * @param parts  schemas that all hold
 */
export function flatten(parts: readonly Part[]): readonly MapPart[] | undefined {
  const flat: MapPart[] = [];
  for (const part of parts) {
    if (isFalse(part)) return undefined;
    if (!isMapPart(part)) continue;
    const inner = flatten(inPlace(part));
    if (!inner) return undefined;
    flat.push(part, ...inner);
  }
  return flat;
}

/**
 * The schemas type by type and alternative by alternative; together the cases hold every value that the schemas let through. Undefined
 * when there are too many.
 */
export function casesOf(parts: readonly Part[]): readonly Case[] | undefined {
  const branches = branchesOf(parts);
  return branches?.flatMap(({ parts: flat, certainty }) =>
    JSON_TYPES.flatMap((type) => caseOf(flat, type, certainty) ?? []),
  );
}

interface Branch {
  readonly parts: readonly MapPart[];
  readonly certainty: Certainty;
}

function branchesOf(parts: readonly Part[]): readonly Branch[] | undefined {
  const flat = flatten(parts);
  if (!flat) return [];
  let branches: readonly Branch[] = [{ parts: [], certainty: 'exact' }];
  for (const part of flat) {
    branches = branches.map((branch) => ({ ...branch, parts: [...branch.parts, part] }));
    for (const keyword of ['anyOf', 'oneOf']) {
      const options = schemasAt(part, keyword);
      if (options.length === 0) continue;
      const inner = options.map((option) => branchesOf([option]));
      const certainty = keyword === 'oneOf' && !differInType(options) ? 'doubtful' : 'exact';
      const chosen: Branch[] = [];
      for (const one of inner) if (one) chosen.push(...one);
      if (inner.includes(undefined) || branches.length * chosen.length > MOST_BRANCHES) return undefined;
      branches = branches.flatMap((branch) =>
        chosen.map((one) => ({
          parts: [...branch.parts, ...one.parts],
          certainty: weaker(branch.certainty, weaker(one.certainty, certainty)),
        })),
      );
    }
  }
  return branches;
}

/** Alternatives that exclude each other by their types alone: exactly one of them is one of them. */
function differInType(options: readonly Part[]): boolean {
  const seen = new Set<JsonType>();
  for (const option of options) {
    const flat = flatten([option]);
    const types = JSON_TYPES.filter((type) => flat && allowsType(flat, type));
    if (types.some((type) => seen.has(type))) return false;
    for (const type of types) seen.add(type);
  }
  return true;
}

/** The less certain of two. */
export function weaker(a: Certainty, b: Certainty): Certainty {
  const order: readonly Certainty[] = ['exact', 'narrower', 'doubtful'];
  return order[Math.max(order.indexOf(a), order.indexOf(b))] ?? 'doubtful';
}

/** Whether the schemas let values of a type through, as far as `type`, `enum` and `const` say. */
function allowsType(parts: readonly MapPart[], type: JsonType): boolean {
  return parts.every((part) => {
    const types = textsAt(part, 'type');
    const isNamed =
      types.length === 0 || types.includes(type) || (type === 'number' && types.includes('integer'));
    const values = listedValues(part);
    return isNamed && (!values || values.some((value) => typeOf(value) === type));
  });
}

function caseOf(parts: readonly MapPart[], type: JsonType, from: Certainty): Case | undefined {
  if (!allowsType(parts, type)) return undefined;
  const whole =
    type === 'number' &&
    parts.some(
      (part) => textsAt(part, 'type').includes('integer') && !textsAt(part, 'type').includes('number'),
    );
  const values = valuesOf(parts, type);
  const certainty = parts.reduce((so, part) => weaker(so, certaintyOf(part, type)), from);
  const found: Case = { parts, type, whole, values, certainty };
  return values?.length === 0 || hasNoRoom(found) ? undefined : found;
}

function certaintyOf(part: MapPart, type: JsonType): Certainty {
  return keywordsIn(part).reduce<Certainty>((so, name) => {
    const { how, of, mayEmpty } = keywordOf(part.contract.dialect, name);
    if ((how === 'compared' && !mayEmpty) || (of !== undefined && of !== type)) return so;
    return weaker(so, mayEmpty ? 'doubtful' : 'narrower');
  }, 'exact');
}

/** All values of a type that the schemas may let through, where they can be listed. */
function valuesOf(parts: readonly MapPart[], type: JsonType): readonly JsonNode[] | undefined {
  const lists = parts.flatMap((part) => {
    const values = listedValues(part);
    return values ? [values] : [];
  });
  const [first] = lists.length > 0 ? lists : type === 'null' ? [NULLS] : type === 'boolean' ? [BOOLEANS] : [];
  return first?.filter(
    (value) => typeOf(value) === type && parts.every((part) => accepts(value, part).answer !== 'no'),
  );
}

function listedValues(part: MapPart): readonly JsonNode[] | undefined {
  const constant = keywordAt(part, 'const');
  if (constant) return [constant];
  const listed = keywordAt(part, 'enum');
  return listed?.kind === 'list' ? listed.items : undefined;
}

const bare = (value: null | boolean): JsonNode => ({ kind: 'scalar', value, offset: 0, pointer: '' });
const NULLS = [bare(null)];
const BOOLEANS = [bare(false), bare(true)];

/** A bound of numbers; `open`: the bound itself is not among them. */
export interface Bound {
  readonly value: number;
  readonly open: boolean;
}

/** The numbers of a case: from where to where. */
export function rangeOf({ parts, whole }: Pick<Case, 'parts' | 'whole'>): {
  readonly low: Bound;
  readonly high: Bound;
} {
  let low: Bound = { value: Number.NEGATIVE_INFINITY, open: false };
  let high: Bound = { value: Number.POSITIVE_INFINITY, open: false };
  for (const part of parts)
    for (const open of [false, true]) {
      const from = numberAt(part, open ? 'exclusiveMinimum' : 'minimum');
      const to = numberAt(part, open ? 'exclusiveMaximum' : 'maximum');
      if (from !== undefined && (from > low.value || (from === low.value && open)))
        low = { value: from, open };
      if (to !== undefined && (to < high.value || (to === high.value && open))) high = { value: to, open };
    }
  if (!whole) return { low, high };
  const first = low.open ? Math.floor(low.value) + 1 : Math.ceil(low.value);
  const last = high.open ? Math.ceil(high.value) - 1 : Math.floor(high.value);
  return { low: { value: first, open: false }, high: { value: last, open: false } };
}

/** The largest (for `min…`) or smallest (for `max…`) of the numbers that the schemas give for a keyword. */
export function limitOf(parts: readonly MapPart[], keyword: string): number {
  const isLow = keyword.startsWith('min');
  const numbers = parts.flatMap((part) => numberAt(part, keyword) ?? []);
  return isLow ? Math.max(0, ...numbers) : Math.min(Number.POSITIVE_INFINITY, ...numbers);
}

/** How many items a list has at most, places that hold nothing counted. */
export function mostItems(parts: readonly MapPart[]): number {
  const most = limitOf(parts, 'maxItems');
  const places = Math.max(0, ...parts.map((part) => itemsOf(part).first.length));
  for (let index = 0; index <= places && index < most; index += 1)
    if (flatten(itemAt(parts, index)) === undefined) return index;
  return most;
}

/** What holds for the item at a place. */
export function itemAt(parts: readonly MapPart[], index: number): readonly Part[] {
  return parts.flatMap((part) => {
    const { first, rest } = itemsOf(part);
    return first[index] ?? rest ?? [];
  });
}

/**
 * What holds for the property of a name, or with undefined for one that no schema names.
 * A property that `patternProperties` may speak of is not one of `additionalProperties`.
 */
export function propertyAt(parts: readonly MapPart[], name: string | undefined): readonly Part[] {
  return parts.flatMap((part) => {
    const own = name === undefined ? undefined : entryAt(part, 'properties', name);
    if (own) return [own];
    return keywordAt(part, 'patternProperties') ? [] : (schemaAt(part, 'additionalProperties') ?? []);
  });
}

/** Names that an object must have. */
export function requiredOf(parts: readonly MapPart[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => textsAt(part, 'required')))];
}

/** Contradicts itself by its look. */
function hasNoRoom(found: Case): boolean {
  const { parts, type } = found;
  switch (type) {
    case 'number': {
      const { low, high } = rangeOf(found);
      return low.value > high.value || (low.value === high.value && (low.open || high.open));
    }
    case 'string':
      return limitOf(parts, 'minLength') > limitOf(parts, 'maxLength');
    case 'array':
      return limitOf(parts, 'minItems') > mostItems(parts);
    case 'object': {
      const required = requiredOf(parts);
      const least = Math.max(limitOf(parts, 'minProperties'), required.length);
      if (least > limitOf(parts, 'maxProperties')) return true;
      return required.some((name) => flatten(propertyAt(parts, name)) === undefined);
    }
    default:
      return false;
  }
}

/** Whether one of the schemas has a keyword with the same plain value. */
export function hasEqual(parts: readonly MapPart[], keyword: string, value: JsonNode): boolean {
  return parts.some((part) => {
    const own = keywordAt(part, keyword);
    return own !== undefined && sameValue(part, own, value);
  });
}

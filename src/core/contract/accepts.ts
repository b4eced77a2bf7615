import type { JsonList, JsonMap, JsonNode } from '../json/json-node.ts';
import {
  type Acceptance,
  entryAt,
  inPlace,
  isFalse,
  isMapPart,
  itemsOf,
  keysAt,
  keywordAt,
  keywordsIn,
  type MapPart,
  numberAt,
  type Part,
  sameValue,
  scalarsOf,
  schemaAt,
  schemasAt,
  textsAt,
} from './contract.ts';
import { isExactMultiple, keywordOf, typeOf } from './keywords.ts';

const YES: Acceptance = { answer: 'yes' };
const UNKNOWN: Acceptance = { answer: 'unknown' };
const no = (by: JsonNode): Acceptance => ({ answer: 'no', by });

/** Holds one value against a schema. `unknown` where a keyword decides that is not read, such as `pattern`. */
export function accepts(value: JsonNode, part: Part): Acceptance {
  if (!isMapPart(part)) return isFalse(part) ? no(part.node) : YES;
  const { budget } = part.contract;
  const known = budget?.answers.get(value) ?? new WeakMap<JsonNode, Acceptance>();
  budget?.answers.set(value, known);
  const answer = known.get(part.node) ?? all([...answers(value, part)]);
  known.set(part.node, answer);
  return answer;
}

function* answers(value: JsonNode, part: MapPart): Iterable<Acceptance> {
  for (const inner of inPlace(part)) yield accepts(value, inner);
  const constant = keywordAt(part, 'const');
  if (constant) yield sameValue(part, constant, value) ? YES : no(constant);
  const listed = keywordAt(part, 'enum');
  if (listed?.kind === 'list') yield isListed(value, listed, part) ? YES : no(listed);
  const type = keywordAt(part, 'type');
  if (type) yield textsAt(part, 'type').some((name) => hasType(value, name)) ? YES : no(type);
  yield* alternatives(value, part);
  if (value.kind === 'list') yield* ofList(value, part);
  else if (value.kind === 'map') yield* ofMap(value, part);
  else yield* ofScalar(value.value, part);
  for (const name of keywordsIn(part))
    if (keywordOf(part.contract.dialect, name).how === 'same' && speaksOf(part, name, value)) yield UNKNOWN;
}

/** Scalars are looked up: two long lists would be compared entry by entry else. */
function isListed(value: JsonNode, listed: JsonList, part: MapPart): boolean {
  if (value.kind !== 'scalar') return listed.items.some((item) => sameValue(part, item, value));
  return scalarsOf(part, listed).has(value.value);
}

function* alternatives(value: JsonNode, part: MapPart): Iterable<Acceptance> {
  for (const name of ['anyOf', 'oneOf', 'not']) {
    const node = keywordAt(part, name);
    if (!node) continue;
    const inner = schemaAt(part, name);
    const options = name === 'not' ? (inner ? [inner] : []) : schemasAt(part, name);
    const found = options.map((option) => accepts(value, option).answer);
    const yes = found.filter((answer) => answer === 'yes').length;
    const open = found.filter((answer) => answer === 'unknown').length;
    if (name === 'not') yield yes > 0 ? no(node) : open > 0 ? UNKNOWN : YES;
    else if (yes + open === 0 || (name === 'oneOf' && yes > 1)) yield no(node);
    else if (open > 0 && !(name === 'anyOf' && yes > 0)) yield UNKNOWN;
  }
}

function* ofScalar(value: null | boolean | number | string, part: MapPart): Iterable<Acceptance> {
  if (typeof value === 'string') yield* within([...value].length, part, ['minLength', 'maxLength']);
  if (typeof value !== 'number') return;
  yield* within(value, part, ['minimum', 'maximum']);
  const above = keywordAt(part, 'exclusiveMinimum');
  const below = keywordAt(part, 'exclusiveMaximum');
  const step = keywordAt(part, 'multipleOf');
  if (above && value <= (numberAt(part, 'exclusiveMinimum') ?? 0)) yield no(above);
  if (below && value >= (numberAt(part, 'exclusiveMaximum') ?? 0)) yield no(below);
  if (step) yield isMultiple(value, numberAt(part, 'multipleOf') ?? 1, step);
}

function isMultiple(value: number, of: number, step: JsonNode): Acceptance {
  const answer = isExactMultiple(value, of);
  return answer === undefined ? UNKNOWN : answer ? YES : no(step);
}

function* ofList({ items }: JsonList, part: MapPart): Iterable<Acceptance> {
  yield* within(items.length, part, ['minItems', 'maxItems']);
  const { first, rest } = itemsOf(part);
  for (const [index, item] of items.entries()) {
    const schema = first[index] ?? rest;
    if (schema) yield accepts(item, schema);
  }
  const unique = keywordAt(part, 'uniqueItems');
  if (unique?.kind !== 'scalar' || unique.value !== true) return;
  if (items.some((item, index) => items.slice(0, index).some((other) => sameValue(part, other, item))))
    yield no(unique);
}

function* ofMap({ entries }: JsonMap, part: MapPart): Iterable<Acceptance> {
  yield* within(entries.size, part, ['minProperties', 'maxProperties']);
  const required = keywordAt(part, 'required');
  if (required && textsAt(part, 'required').some((name) => !entries.has(name))) yield no(required);
  const additional = schemaAt(part, 'additionalProperties');
  const isPatterned = keysAt(part, 'patternProperties').length > 0;
  for (const [name, entry] of entries) {
    const own = entryAt(part, 'properties', name);
    if (own) yield accepts(entry, own);
    else if (additional) yield isPatterned ? UNKNOWN : accepts(entry, additional);
  }
}

function* within(
  value: number,
  part: MapPart,
  [least, most]: readonly [string, string],
): Iterable<Acceptance> {
  const low = keywordAt(part, least);
  const high = keywordAt(part, most);
  if (low && value < (numberAt(part, least) ?? value)) yield no(low);
  if (high && value > (numberAt(part, most) ?? value)) yield no(high);
}

function all(answers: readonly Acceptance[]): Acceptance {
  return (
    answers.find(({ answer }) => answer === 'no') ?? answers.find(({ answer }) => answer === 'unknown') ?? YES
  );
}

function speaksOf(part: MapPart, name: string, value: JsonNode): boolean {
  const { of } = keywordOf(part.contract.dialect, name);
  return of === undefined || hasType(value, of);
}

/** Whether a value is of a type as schemas name it. */
function hasType(node: JsonNode, type: string): boolean {
  const own = typeOf(node);
  return type === own || (type === 'integer' && node.kind === 'scalar' && Number.isInteger(node.value));
}

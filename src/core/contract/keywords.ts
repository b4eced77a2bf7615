import type { JsonNode } from '../json/json-node.ts';

/** What a JSON value is, as schemas tell values apart; a whole number is a number. */
export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export const JSON_TYPES: readonly JsonType[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** The type of a value. */
export function typeOf(node: JsonNode): JsonType {
  if (node.kind === 'list') return 'array';
  if (node.kind === 'map') return 'object';
  if (node.value === null) return 'null';
  return typeof node.value as 'boolean' | 'number' | 'string';
}

/** Undefined where nobody can say: fractions are not exact in binary, and validators differ about them. */
export function isExactMultiple(value: number, of: number): boolean | undefined {
  return Number.isSafeInteger(value) && Number.isSafeInteger(of) ? value % of === 0 : undefined;
}

/** How a keyword is written. */
export type KeywordShape =
  | 'schema'
  | 'schemas'
  | 'schema-or-schemas'
  | 'schema-map'
  | 'type'
  | 'values'
  | 'names'
  | 'number'
  | 'positive'
  | 'count'
  | 'flag'
  | 'text'
  | 'reference'
  | 'any';

/** What the comparison does with a keyword. */
export interface Keyword {
  readonly shape: KeywordShape;
  /**
   * `compared`: by a rule of its own; `same`: only when it is there in both, unchanged, else nobody can tell; `note`: says nothing about
   * which values are valid.
   */
  readonly how: 'compared' | 'same' | 'note';
  /** The type of values that it speaks of; undefined: all. */
  readonly of?: JsonType;
  /** Read together with it. */
  readonly with?: readonly string[];
  /** Of `same`: it may leave no value at all; else only fewer values. */
  readonly mayEmpty?: boolean;
}

const compared = (shape: KeywordShape, of?: JsonType): Keyword => ({
  shape,
  how: 'compared',
  ...(of ? { of } : {}),
});
const same = (shape: KeywordShape, parts: Partial<Keyword> = {}): Keyword => ({
  shape,
  how: 'same',
  ...parts,
});
const note = (shape: KeywordShape = 'any'): Keyword => ({ shape, how: 'note' });

const COMMON: Readonly<Record<string, Keyword>> = {
  $ref: compared('reference'),
  type: compared('type'),
  enum: compared('values'),
  const: compared('any'),
  allOf: compared('schemas'),
  anyOf: compared('schemas'),
  oneOf: compared('schemas'),
  not: { ...compared('schema'), mayEmpty: true },
  minimum: compared('number', 'number'),
  exclusiveMinimum: compared('number', 'number'),
  maximum: compared('number', 'number'),
  exclusiveMaximum: compared('number', 'number'),
  multipleOf: compared('positive', 'number'),
  minLength: compared('count', 'string'),
  maxLength: compared('count', 'string'),
  minItems: compared('count', 'array'),
  maxItems: compared('count', 'array'),
  uniqueItems: compared('flag', 'array'),
  required: compared('names', 'object'),
  properties: compared('schema-map', 'object'),
  additionalProperties: compared('schema', 'object'),
  minProperties: compared('count', 'object'),
  maxProperties: compared('count', 'object'),
  pattern: same('text', { of: 'string' }),
  format: same('text'),
  contentEncoding: same('text', { of: 'string' }),
  contentMediaType: same('text', { of: 'string' }),
  contains: same('schema', { of: 'array', with: ['minContains', 'maxContains'] }),
  patternProperties: same('schema-map', { of: 'object' }),
  propertyNames: same('schema', { of: 'object' }),
  if: same('schema', { mayEmpty: true, with: ['then', 'else'] }),
  $schema: note('text'),
  $id: note('text'),
  $comment: note(),
  $defs: note('schema-map'),
  definitions: note('schema-map'),
  title: note(),
  description: note(),
  default: note(),
  examples: note(),
  deprecated: note(),
  readOnly: note(),
  writeOnly: note(),
};

const LATEST: Readonly<Record<string, Keyword>> = {
  items: compared('schema', 'array'),
  prefixItems: compared('schemas', 'array'),
  minContains: note('count'),
  maxContains: note('count'),
  dependentRequired: same('any', { of: 'object' }),
  dependentSchemas: same('schema-map', { of: 'object', mayEmpty: true }),
  unevaluatedItems: same('schema', { of: 'array' }),
  unevaluatedProperties: same('schema', { of: 'object' }),
  $dynamicRef: same('text', { mayEmpty: true }),
  contentSchema: note('schema'),
  $anchor: note('text'),
  $dynamicAnchor: note('text'),
  $vocabulary: note(),
};

const DRAFT_7: Readonly<Record<string, Keyword>> = {
  items: compared('schema-or-schemas', 'array'),
  additionalItems: compared('schema', 'array'),
  dependencies: same('any', { of: 'object', mayEmpty: true }),
};

/** A version of JSON Schema that is read. */
export type Dialect = '2020-12' | 'draft-07';

/** How each dialect names itself in `$schema`, an empty fragment left out. */
export const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
  ['http://json-schema.org/draft-07/schema', 'draft-07'],
]);

/** Apart from the others, since an object with a `then` passes for a promise. */
const BRANCHES: readonly (readonly [string, Keyword])[] = [
  ['then', note('schema')],
  ['else', note('schema')],
];

const KEYWORDS: Readonly<Record<Dialect, ReadonlyMap<string, Keyword>>> = {
  '2020-12': new Map([...Object.entries({ ...COMMON, ...LATEST }), ...BRANCHES]),
  'draft-07': new Map([...Object.entries({ ...COMMON, ...DRAFT_7 }), ...BRANCHES]),
};

/** One that no dialect knows: validators pass over it, but people who write it mean something. */
const UNKNOWN: Keyword = { shape: 'any', how: 'same', mayEmpty: true };
const EXTENSION: Keyword = { shape: 'any', how: 'note' };

/** What a keyword is in a dialect; `x-…` are notes. */
export function keywordOf(dialect: Dialect, name: string): Keyword {
  return KEYWORDS[dialect].get(name) ?? (name.startsWith('x-') ? EXTENSION : UNKNOWN);
}

/** All keywords of a dialect, in the order of this file. */
export function keywordsOf(dialect: Dialect): readonly (readonly [name: string, keyword: Keyword])[] {
  return [...KEYWORDS[dialect]];
}

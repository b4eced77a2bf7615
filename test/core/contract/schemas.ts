import fc from 'fast-check';

/** Random schemas and values from a small world, so that what one schema rules out is met often. */

export type Dialect =
  | 'https://json-schema.org/draft/2020-12/schema'
  | 'http://json-schema.org/draft-07/schema#';

type Schema = boolean | Readonly<Record<string, unknown>>;

const NAMES = ['a', 'b', 'c'];
const SCALARS = [null, true, false, -1, 0, 1, 2, 2.5, 3, 5, '', 'x', 'yy', 'zzz'];

/** All values that schemas are tried with. */
export const WORLD: readonly unknown[] = [...values()];

function* values(): Iterable<unknown> {
  yield* SCALARS;
  const inner = [...SCALARS, [], [1], {}, { a: 1 }, { a: 'x', b: 2.5 }];
  yield [];
  yield {};
  for (const one of inner) {
    yield [one];
    for (const name of NAMES) yield { [name]: one };
    for (const other of [null, 1, 'x', 2.5]) {
      yield [one, other];
      yield { a: one, b: other };
      yield { b: one, c: other };
      yield { a: other, d: one };
    }
    yield { a: one, b: one, c: one };
    yield [one, one, 2];
    yield { a: { a: one, b: 1 } };
    yield [[one]];
  }
}

const count = fc.integer({ min: 0, max: 3 });
const bound = fc.constantFrom(-1, 0, 0.5, 1, 2, 3, 5);
const scalar = fc.constantFrom<unknown>(...SCALARS);

function schemaOf(depth: number, dialect: Dialect): fc.Arbitrary<Schema> {
  const inner = () => (depth === 0 ? leaf() : schemaOf(depth - 1, dialect));
  const props = () =>
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), inner()), { maxLength: 3, selector: ([name]) => name })
      .map((entries) => Object.fromEntries(entries));
  const list = fc.array(inner(), { minLength: 1, maxLength: 3 });
  const items: Record<string, fc.Arbitrary<unknown>> = dialect === 'http://json-schema.org/draft-07/schema#'
    ? { items: fc.oneof(inner(), list), additionalItems: inner() }
    : { items: inner(), prefixItems: list };
  return fc.oneof(
    { weight: 3, arbitrary: leaf() },
    {
      weight: 4,
      arbitrary: fc
        .record(
          {
            type: fc.constant('object'),
            properties: props(),
            required: fc.subarray(NAMES, { maxLength: 2 }),
            additionalProperties: fc.oneof(fc.constant(false), inner()),
            minProperties: count,
            maxProperties: count,
            patternProperties: fc.record({ '^[ab]$': leaf() }),
            propertyNames: fc.constant({ maxLength: 1 }),
          },
          { requiredKeys: ['type'] },
        )
        .chain(thin),
    },
    {
      weight: 2,
      arbitrary: fc
        .record(
          {
            type: fc.constant('array'),
            ...items,
            minItems: count,
            maxItems: count,
            uniqueItems: fc.boolean(),
            contains: leaf(),
          },
          { requiredKeys: ['type'] },
        )
        .chain(thin)
        .map(setApart),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ allOf: list, anyOf: list, oneOf: list, not: leaf() }, { requiredKeys: [] })
        .chain(thin),
    },
    { weight: 1, arbitrary: fc.constantFrom({ $ref: '#/definitions/one' }, { $ref: '#/definitions/two' }) },
  );
}

/** Few keywords at once: with all of them hardly a value is let through. */
function thin(schema: object): fc.Arbitrary<Schema> {
  const entries = Object.entries(schema);
  return fc
    .subarray(entries, { maxLength: Math.min(3, entries.length) })
    .map((some) => Object.fromEntries(some));
}

/** The validator takes the empty list for valid when `contains` stands beside `prefixItems`: in a schema of its own it does not. */
function setApart(schema: Schema): Schema {
  if (typeof schema === 'boolean' || !('prefixItems' in schema) || !('contains' in schema)) return schema;
  const { contains, ...rest } = schema;
  return { ...rest, allOf: [{ contains }] };
}

function leaf(): fc.Arbitrary<Schema> {
  const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
  return fc.oneof(
    { weight: 1, arbitrary: fc.boolean() },
    {
      weight: 4,
      arbitrary: fc
        .oneof(fc.constantFrom(...types), fc.subarray(types, { minLength: 1 }))
        .map((type) => ({ type })),
    },
    {
      weight: 2,
      arbitrary: fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
    },
    { weight: 1, arbitrary: scalar.map((value) => ({ const: value })) },
    {
      weight: 3,
      arbitrary: fc
        .record({
          type: fc.constantFrom('number', 'integer'),
          minimum: bound,
          maximum: bound,
          exclusiveMinimum: bound,
          exclusiveMaximum: bound,
          multipleOf: fc.constantFrom(1, 2, 0.5),
        })
        .chain(thin),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({
          type: fc.constant('string'),
          minLength: count,
          maxLength: count,
          pattern: fc.constantFrom('^x', 'z$'),
        })
        .chain(thin),
    },
  );
}

/** A whole contract. */
export function contractOf(dialect: Dialect): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const definitions = fc.record({
    one: leaf(),
    // comes back to itself
    two: fc.record({
      type: fc.constant('object'),
      properties: fc.record({ a: fc.constant({ $ref: '#/definitions/two' }), b: leaf() }),
    }),
  });
  return fc.tuple(schemaOf(2, dialect), definitions).map(([schema, defined]) => ({
    $schema: dialect,
    definitions: defined,
    ...(typeof schema === 'boolean' ? { allOf: [schema] } : schema),
  }));
}

/** A contract and another that is like it but for one place: the pairs that people make. */
export function pairOf(dialect: Dialect): fc.Arbitrary<readonly [object, object]> {
  const near = fc
    .tuple(contractOf(dialect), fc.nat(), fc.oneof(leaf(), fc.constant(undefined)), fc.boolean())
    .map(([contract, at, other, isTurned]) => {
      const changed = changeAt(contract, at, other);
      return isTurned ? ([changed, contract] as const) : ([contract, changed] as const);
    });
  return fc.oneof(
    { weight: 3, arbitrary: near },
    { weight: 1, arbitrary: fc.tuple(contractOf(dialect), contractOf(dialect)) },
  );
}

/** A copy in which one schema, or one keyword, is another or gone. */
function changeAt(contract: object, at: number, other: unknown): object {
  const copy = structuredClone(contract) as Record<string, unknown>;
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, entry] of Object.entries(value)) {
      if (key !== '$schema' && key !== 'definitions') places.push([value as Record<string, unknown>, key]);
      visit(entry);
    }
  };
  visit(copy);
  const place = places[at % Math.max(1, places.length)];
  if (!place) return copy;
  const [holder, key] = place;
  const isSchema =
    /^[abc\d]$|^items$|^additional|^not$|^contains$|^\^|^one$|^two$/.test(key) && !Array.isArray(holder[key]);
  const inList = Array.isArray(holder) && typeof holder[0] !== 'object' && typeof holder[0] !== 'boolean';
  if (isSchema && !inList && other !== undefined) holder[key] = other;
  else if (!Array.isArray(holder) && !['one', 'two'].includes(key)) delete holder[key];
  return copy;
}

import { table } from './table.ts';

/** As much of JSON Schema as the generated schemas use. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

interface Row {
  readonly key: string;
  readonly kind: string;
  readonly about: string;
}

/**
 * Every key of a document, in the order of its schema: where it stands, what it holds, what it is. What has the keys of something above says so,
 * and what all kinds of a thing have stands once, before them.
 */
export function describeSchema(schema: Schema): string {
  const rows = [...keysOf(schema, '', { root: schema, told: new Map() })];
  return table(
    ['key', 'holds', ''],
    rows.map(({ key, kind, about }) => [`\`${key}\``, kind, about]),
  );
}

interface Telling {
  readonly root: Schema;
  /** Where keys were listed already, by their schema. */
  readonly told: Map<string, string>;
}

/** Fewer keys than this are listed again. */
const FEW = 3;

function* keysOf(schema: Schema, at: string, telling: Telling): Generator<Row> {
  const required = new Set(schema.required ?? []);
  for (const [name, raw] of Object.entries(schema.properties ?? {})) {
    const value = resolve(raw, telling.root);
    const key = at === '' ? name : `${at}.${name}`;
    const kind = `${kindOf(value, telling.root)}${required.has(name) ? ', required' : ''}`;
    const parts = JSON.stringify(partsOf(value));
    const before = telling.told.get(parts);
    if (before === undefined && countKeys(value, telling.root) >= FEW) telling.told.set(parts, key);
    const about = [value.description, before && `Keys as in \`${before}\`.`].filter(Boolean).join(' ');
    yield { key, kind, about };
    if (before === undefined) yield* below(value, key, telling);
  }
}

function* below(schema: Schema, at: string, telling: Telling): Generator<Row> {
  if (schema.$ref !== undefined && telling.told.has(schema.$ref)) return; // a value that may hold such values
  if (schema.$ref !== undefined) telling.told.set(schema.$ref, at);
  const value = resolve(schema, telling.root);
  if (value.items !== undefined) yield* below(value.items, `${at}[]`, telling);
  if (typeof value.additionalProperties === 'object')
    yield* below(value.additionalProperties, `${at}.<name>`, telling);
  yield* keysOfChoices(value.oneOf ?? value.anyOf ?? [], at, telling);
  yield* keysOf(value, at, telling);
}

function* keysOfChoices(choices: readonly Schema[], at: string, telling: Telling): Generator<Row> {
  const resolved = choices.map((choice) => resolve(choice, telling.root));
  const common = commonProperties(resolved);
  yield* keysOf({ properties: common, required: resolved[0]?.required ?? [] }, at, telling);
  for (const [index, choice] of resolved.entries()) {
    if (choices[index]?.$ref !== undefined) {
      yield* below(choices[index], at, telling);
      continue;
    }
    const { kind, ...others } = choice.properties ?? {};
    const properties = Object.fromEntries(
      Object.entries(kind?.const === undefined ? (choice.properties ?? {}) : others).filter(
        ([name]) => !Object.hasOwn(common, name),
      ),
    );
    const place = kind?.const === undefined ? at : `${at} (${String(kind.const)})`;
    if (kind?.const !== undefined)
      yield { key: place, kind: 'mapping', about: kind.description ?? choice.description ?? '' };
    yield* below({ ...choice, properties }, place, telling);
  }
}

/** What several choices all have, word for word. */
function commonProperties(choices: readonly Schema[]): Readonly<Record<string, Schema>> {
  const [first, ...others] = choices;
  if (others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first?.properties ?? {}).filter(([name, value]) =>
      others.every(({ properties }) => JSON.stringify(properties?.[name]) === JSON.stringify(value)),
    ),
  );
}

/** What makes two values the same to list: all but the words about them. */
function partsOf({ description: _, ...parts }: Schema): Schema {
  return parts;
}

function countKeys(schema: Schema, root: Schema): number {
  const value = resolve(schema, root);
  const inner = [value.items, value.additionalProperties, ...(value.oneOf ?? value.anyOf ?? [])];
  const own = Object.keys(value.properties ?? {}).length;
  return inner.reduce<number>(
    (sum, part) => sum + (typeof part === 'object' && part.$ref === undefined ? countKeys(part, root) : 0),
    own,
  );
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/definitions/', '');
  return name === undefined ? schema : (root.definitions?.[name] ?? schema);
}

function kindOf(schema: Schema, root: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined)
    return [...new Set(choices.map((choice) => kindOf(resolve(choice, root), root)))].join(' or ');
  if (schema.type === 'array') return `list of ${plural(kindOf(resolve(schema.items ?? {}, root), root))}`;
  if (schema.type === 'object') return 'mapping';
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => (type === 'string' ? 'text' : type)).join(' or ');
}

function plural(kind: string): string {
  return kind === 'text' ? 'texts' : kind === 'mapping' ? 'mappings' : kind === 'number' ? 'numbers' : kind;
}

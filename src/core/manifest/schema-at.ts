import type * as z from 'zod';
import type { YamlPath } from '../yaml/read-yaml.ts';
import { type Wording, wording } from './scalars.ts';

/** Any schema, told apart by `_zod.def.type`. */
export type Schema = z.core.$ZodTypes;

/** The schema that judges the value at a path; undefined where the path leaves the schema. Looks into no value but `kind`. */
export function schemaAt(root: z.core.$ZodType, path: YamlPath, value: unknown): Schema | undefined {
  let schema: Schema | undefined = core(root);
  let here = value;
  for (const step of path) {
    schema = schema && below(schema, step, here);
    here = child(here, step);
  }
  return schema;
}

/** The keys that an object schema knows; for a choice between several those of the one that `value` names. */
export function knownKeys(schema: Schema | undefined, value: unknown): readonly string[] {
  const object = schema && chosen(schema, value);
  return object?._zod.def.type === 'object' ? Object.keys(object._zod.def.shape) : [];
}

/** What problems call a value of this schema: "a duration like 30m", "true or false", "a map with version, backend". */
export function expectedText(schema: Schema | undefined): string {
  if (!schema) return 'something else';
  return wordingOf(schema)?.expected ?? plainText(schema);
}

/** The registered wording of a schema, or of the one that it wraps. */
export function wordingOf(schema: Schema): Wording | undefined {
  const own = wording.get(schema as z.core.$ZodType);
  if (own) return own;
  const { def } = schema._zod;
  return def.type === 'pipe' ? wordingOf(core(def.in)) : undefined;
}

/** The allowed values of a literal or an enum, or of the `kind` of a choice. */
export function allowedWords(schema: Schema): readonly string[] {
  const { def } = schema._zod;
  if (def.type === 'literal') return def.values.map(String);
  if (def.type === 'enum') return Object.values(def.entries).map(String);
  return def.type === 'union' ? def.options.flatMap((option) => allowedWords(kindOf(core(option)))) : [];
}

/** Of a choice, the option with this `kind`. */
export function optionFor(union: Schema, kind: string): Schema | undefined {
  return chosen(union, { kind });
}

/** Paths of the maps in which a key would be known: `spec.rollout`, `spec.rollout.steps[]`. */
export function keyPlaces(root: z.core.$ZodType, key: string): readonly string[] {
  const places: string[] = [];
  const visit = (schema: Schema, path: string): void => {
    const { def } = schema._zod;
    if (def.type === 'array') visit(core(def.element), `${path}[]`);
    if (def.type === 'record') visit(core(def.valueType), `${path}.<name>`);
    if (def.type === 'union') for (const option of def.options) visit(core(option), path);
    if (def.type !== 'object') return;
    if (Object.hasOwn(def.shape, key) && path !== '' && !places.includes(path)) places.push(path);
    for (const [name, entry] of Object.entries(def.shape))
      visit(core(entry as z.core.$ZodType), path === '' ? name : `${path}.${name}`);
  };
  visit(core(root), '');
  return places;
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export function listWords(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`;
}

/** Without the wrappers that say "may be absent". */
function core(schema: z.core.$ZodType): Schema {
  const { def } = (schema as Schema)._zod;
  return def.type === 'optional' ? core(def.innerType) : (schema as Schema);
}

function below(schema: Schema, step: string | number, value: unknown): Schema | undefined {
  const { def } = schema._zod;
  switch (def.type) {
    case 'object': {
      const entry = typeof step === 'string' && Object.hasOwn(def.shape, step) ? def.shape[step] : undefined;
      return entry && core(entry);
    }
    case 'array':
      return core(def.element);
    case 'record':
      return core(def.valueType);
    case 'union': {
      const option = chosen(schema, value);
      return option && option !== schema ? below(option, step, value) : kindIfAsked(schema, step);
    }
    default:
      return undefined;
  }
}

/** A choice whose value names none of its options still knows its `kind`. */
function kindIfAsked(union: Schema, step: string | number): Schema | undefined {
  return step === 'kind' ? union : undefined;
}

/** Of a choice, the option that the value's `kind` names. */
function chosen(schema: Schema, value: unknown): Schema | undefined {
  const { def } = schema._zod;
  if (def.type !== 'union') return schema;
  const kind = child(value, 'kind');
  return def.options.map(core).find((option) => allowedWords(kindOf(option)).some((word) => word === kind));
}

function kindOf(option: Schema): Schema {
  const { def } = option._zod;
  const kind = def.type === 'object' ? def.shape.kind : undefined;
  return kind ? core(kind) : option;
}

function plainText(schema: Schema): string {
  const { def } = schema._zod;
  switch (def.type) {
    case 'string':
      return 'text';
    case 'number':
      return def.checks?.some((check) => check._zod.def.check === 'number_format')
        ? 'a whole number'
        : 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
      return objectText(def.shape);
    case 'literal':
    case 'enum':
      return listWords(allowedWords(schema));
    case 'union':
      return `a map with kind ${listWords(allowedWords(schema))}`;
    default:
      return 'a map';
  }
}

function objectText(shape: Readonly<Record<string, z.core.$ZodType>>): string {
  const required = Object.entries(shape)
    .filter(([, entry]) => (entry as Schema)._zod.def.type !== 'optional')
    .map(([key]) => key);
  const keys = required.length > 0 ? required : Object.keys(shape);
  return `a map with ${keys.join(', ')}`;
}

function child(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}

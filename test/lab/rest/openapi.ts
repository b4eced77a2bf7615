import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

interface SliceParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Json;
}

interface SliceOperation {
  readonly operationId: string;
  readonly parameters: readonly SliceParameter[];
  readonly request?: { readonly required: boolean; readonly schema: Json };
  readonly responses: Readonly<Record<string, { readonly schema?: Json }>>;
}

interface Slice {
  readonly paths: Readonly<Record<string, Readonly<Record<string, SliceOperation>>>>;
  readonly components: JsonObject;
}

/** A path of the description with one method, ready to be matched. */
export interface OperationEntry {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly operation: SliceOperation;
}

/** Parameters that may contain slashes, encoded or not; `path` may also be empty. */
const LONG = new Set(['ref', 'basehead']);

/** Checks requests and answers against the slice of GitHub's published description. */
export class OpenApi {
  readonly entries: readonly OperationEntry[];
  readonly #ajv: Ajv;
  readonly #coercing: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    const file = new URL('../schema/github-rest.json', import.meta.url);
    const slice = JSON.parse(readFileSync(file, 'utf8')) as Slice;
    this.#ajv = this.#make(slice.components, false);
    this.#coercing = this.#make(slice.components, true);
    this.entries = Object.entries(slice.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => entryOf(path, method, operation)),
      )
      .sort((a, b) => b.pattern.source.split('/').length - a.pattern.source.split('/').length);
  }

  /** What in a request the description does not allow. */
  checkRequest(
    entry: OperationEntry,
    given: { readonly query: URLSearchParams; readonly body: unknown },
  ): readonly string[] {
    const found = this.#checkQuery(entry, given.query);
    const { request } = entry.operation;
    if (given.body === undefined) {
      if (request?.required) found.push('the request has no body');
    } else if (request === undefined) found.push('the request has a body');
    else {
      found.push(...this.#check(`${entry.id} request`, request.schema, given.body, this.#ajv));
      found.push(...unknownKeys(request.schema, given.body));
    }
    return found.map((one) => `rest request ${entry.id}: ${one}`);
  }

  /** What in an answer the description does not allow. Refusals that it does not list are let through. */
  checkAnswer(entry: OperationEntry, status: number, body: unknown): readonly string[] {
    const response = entry.operation.responses[String(status)];
    if (response === undefined)
      return status < 400 ? [`rest answer ${entry.id}: status ${status} is not described`] : [];
    if (response.schema === undefined)
      return body === undefined ? [] : [`rest answer ${entry.id}: ${status} has a body`];
    return this.#check(`${entry.id} ${status}`, response.schema, body, this.#ajv).map(
      (one) => `rest answer ${entry.id} ${status}: ${one}`,
    );
  }

  #checkQuery(entry: OperationEntry, query: URLSearchParams): string[] {
    const parameters = entry.operation.parameters.filter((one) => one.in === 'query');
    const found: string[] = [];
    for (const [name, value] of query) {
      const parameter = parameters.find((one) => one.name === name);
      if (parameter === undefined) found.push(`there is no query parameter "${name}"`);
      else
        found.push(
          ...this.#check(
            `${entry.id} ?${name}`,
            { type: 'object', properties: { value: parameter.schema } },
            { value },
            this.#coercing,
          ),
        );
    }
    for (const one of parameters)
      if (one.required && !query.has(one.name)) found.push(`the query parameter "${one.name}" is missing`);
    return found;
  }

  #check(key: string, schema: Json, value: unknown, ajv: Ajv): readonly string[] {
    let validate = this.#compiled.get(key);
    if (validate === undefined) {
      validate = ajv.compile(toJsonSchema(schema) as JsonObject);
      this.#compiled.set(key, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .slice(0, 5)
      .map((error) => `${error.instancePath || '/'} ${error.message}`);
  }

  #make(components: JsonObject, coerceTypes: boolean): Ajv {
    const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes, formats: fullFormats });
    for (const format of ['timestamp', 'ssh-key', 'repo.nwo']) ajv.addFormat(format, true);
    ajv.addSchema({ $id: 'gh', components: toJsonSchema(components) });
    return ajv;
  }
}

function entryOf(path: string, method: string, operation: SliceOperation): OperationEntry {
  const names: string[] = [];
  const source = path.replace(/\/\{(\w+)\}/g, (_all, name: string) => {
    names.push(name);
    if (name === 'path') return '(?:/(.*))?';
    return LONG.has(name) ? '/(.+)' : '/([^/]+)';
  });
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${source}$`),
    names,
    operation,
  };
}

/** Keys of a request that the description does not name: GitHub ignores them, so they are mistakes that nobody sees. */
function unknownKeys(schema: Json, body: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  if (typeof body !== 'object' || body === null) return [];
  const known = Object.keys((schema as JsonObject).properties as JsonObject);
  return Object.keys(body)
    .filter((key) => !known.includes(key))
    .map((key) => `there is no property "${key}"`);
}

/** OpenAPI 3.0's `nullable` as JSON Schema, and references into the shared schemas. */
function toJsonSchema(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => toJsonSchema(item));
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as JsonObject;
  const schema: Record<string, Json> = {};
  for (const [key, item] of Object.entries(rest))
    schema[key] =
      key === '$ref' && typeof item === 'string' ? item.replace('#/', 'gh#/') : toJsonSchema(item);
  if (nullable !== true)
    return nullable === undefined ? schema : { ...schema, nullable: toJsonSchema(nullable) };
  // ajv refuses nullable without a type of its own
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(schema.enum) ? { enum: [...(schema.enum as Json[]), null] } : {}),
  };
}

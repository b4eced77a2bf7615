import { readFileSync } from 'node:fs';
import { buildSchema, GraphQLScalarType, type GraphQLSchema } from 'graphql';

/** What a scalar's text must look like, in requests and in answers. The others are taken as they come. */
const SCALARS: Readonly<Record<string, RegExp>> = {
  GitObjectID: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  GitTimestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/,
  URI: /^https?:\/\/\S+$/,
  Base64String: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

let built: GraphQLSchema | undefined;

/** GitHub's published schema, built once a process (about half a second). */
export function githubSchema(): GraphQLSchema {
  if (built) return built;
  // the package's exports do not name the file
  const file = new URL('../../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url);
  const schema = buildSchema(readFileSync(file, 'utf8'), { assumeValid: true, assumeValidSDL: true });
  for (const [name, pattern] of Object.entries(SCALARS)) {
    const type = schema.getType(name);
    if (type instanceof GraphQLScalarType) guard(type, pattern);
  }
  built = schema;
  return schema;
}

function guard(type: GraphQLScalarType, pattern: RegExp): void {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw new TypeError(`${JSON.stringify(value)} is not a ${type.name}`);
  };
  type.parseValue = check;
  type.serialize = check;
  type.parseLiteral = (node) => check('value' in node ? node.value : undefined);
}

import {
  type DocumentNode,
  execute,
  type FieldNode,
  type GraphQLError,
  type GraphQLFieldResolver,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { Refusal } from '../refusal.ts';
import type { Call } from '../world.ts';
import { mutationRoot, queryRoot } from './roots.ts';
import { githubSchema } from './schema.ts';

/** What a client posts. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** A request that was read and found good. */
export interface GraphqlOperation {
  readonly document: DocumentNode;
  readonly kind: 'query' | 'mutation';
  /** Names of the top-level fields, in order, without aliases. */
  readonly fields: readonly string[];
  readonly request: GraphqlRequest;
}

export interface GraphqlAnswer {
  readonly body: { readonly data: unknown; readonly errors?: readonly object[] };
  /** What the lab answered wrongly, or has not got. */
  readonly violations: readonly string[];
}

/** Thrown by a field that is in the schema but not in the lab. */
class Gap extends Error {}

/** An answer given in place of one top-level field's own, before or after its effect. */
export type FieldFault = (field: string, moment: 'before' | 'after') => Refusal | undefined;

/** Reads a request; gives the violations when the schema does not allow it. */
export function readOperation(request: GraphqlRequest): GraphqlOperation | readonly string[] {
  let document: DocumentNode;
  try {
    document = parse(request.query);
  } catch (error) {
    return [`graphql request: ${(error as Error).message}`];
  }
  const errors = validate(githubSchema(), document);
  if (errors.length > 0) return errors.map((error) => `graphql request: ${error.message}`);
  const operation = getOperationAST(document, request.operationName);
  if (!operation || operation.operation === 'subscription')
    return ['graphql request: must name one query or mutation of the document'];
  const fields = operation.selectionSet.selections
    .filter((selection): selection is FieldNode => selection.kind === 'Field')
    .map((field) => field.name.value);
  return { document, kind: operation.operation, fields, request };
}

/** Executes a request; top-level fields of a mutation run one after another. */
export async function executeOperation(
  operation: GraphqlOperation,
  call: Call,
  fault: FieldFault,
): Promise<GraphqlAnswer> {
  const result = await execute({
    schema: githubSchema(),
    document: operation.document,
    rootValue: operation.kind === 'mutation' ? mutationRoot : queryRoot,
    contextValue: { call, fault },
    variableValues: operation.request.variables ?? {},
    ...(operation.request.operationName === undefined
      ? {}
      : { operationName: operation.request.operationName }),
    fieldResolver,
  });
  const errors = result.errors ?? [];
  const violations = errors
    .filter((error) => !(error.originalError instanceof Refusal))
    .map(
      (error) => `graphql ${error.path ? `answer at ${error.path.join('.')}` : 'request'}: ${error.message}`,
    );
  const data = result.data ?? null;
  if (errors.length === 0) return { body: { data }, violations };
  return { body: { data, errors: errors.map(errorView) }, violations };
}

interface Context {
  readonly call: Call;
  readonly fault: FieldFault;
}

const fieldResolver: GraphQLFieldResolver<Readonly<Record<string, unknown>>, Context> = (
  source,
  args,
  context,
  info,
) => {
  const name = info.fieldName;
  const isTop = info.path.prev === undefined;
  const before = isTop ? context.fault(name, 'before') : undefined;
  if (before) throw before;
  if (!(name in source)) throw new Gap(`the lab has no ${info.parentType.name}.${name}`);
  const value = source[name];
  if (typeof value !== 'function') return value;
  const given = (value as (args: unknown, call: Call) => unknown).call(source, args, context.call);
  const after = isTop ? context.fault(name, 'after') : undefined;
  if (after === undefined) return given;
  return Promise.resolve(given).then(() => {
    throw after;
  });
};

/** GitHub puts `type` first and has no `extensions`, and tells the place in the document. */
function errorView(error: GraphQLError): object {
  const type = error.originalError instanceof Refusal ? error.originalError.shape.type : null;
  return {
    ...(type === null ? {} : { type }),
    ...(error.path ? { path: error.path } : {}),
    locations: error.locations ?? [],
    message: error.message,
  };
}

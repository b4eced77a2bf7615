import type { ApiAnswer, ApiRequest } from './api.ts';
import {
  executeOperation,
  type FieldFault,
  type GraphqlOperation,
  type GraphqlRequest,
  readOperation,
} from './graphql/execute.ts';
import { Refusal } from './refusal.ts';
import type { Call } from './world.ts';

/** Reads the body of a GraphQL request; a list of violations when it is none or the schema does not allow it. */
export function readGraphql(request: ApiRequest): GraphqlOperation | readonly string[] {
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString('utf8'));
  } catch {
    return ['graphql request: the body is not JSON'];
  }
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string')
    return ['graphql request: the body has no query'];
  return readOperation(body as GraphqlRequest);
}

/** Answers a GraphQL request. */
export async function serveGraphql(
  call: Call,
  operation: GraphqlOperation,
  fault: FieldFault,
): Promise<ApiAnswer> {
  if (call.token === undefined)
    throw new Refusal({
      status: 401,
      type: null,
      message: 'This endpoint requires you to be authenticated.',
    });
  const { body, violations } = await executeOperation(operation, call, fault);
  return { status: 200, headers: {}, body, violations };
}

import type { ApiAnswer, ApiRequest } from '../api.ts';
import type { Call } from '../world.ts';

/** A request whose path the lab knows. */
export interface RouteMatch {
  readonly operationId: string;
}

export function findRoute(_request: ApiRequest): RouteMatch | undefined {
  return undefined;
}

export async function serveRest(_call: Call, _route: RouteMatch, _request: ApiRequest): Promise<ApiAnswer> {
  throw new Error('rest');
}

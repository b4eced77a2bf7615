import type { TokenKind } from './options.ts';

/** One request as the lab saw it. Times are milliseconds of the process's monotonic clock. */
export interface LoggedRequest {
  readonly api: 'rest' | 'graphql' | 'git';
  readonly method: string;
  /** Path and query, without the API's prefix. */
  readonly path: string;
  /** Top-level fields of a GraphQL document in order, without aliases; empty for REST and git. */
  fields: readonly string[];
  /** OpenAPI operation id of a REST call (`pulls/merge`). */
  operation: string | undefined;
  /** Who asked; undefined for nobody or for a token that was rejected. */
  actor: string | undefined;
  tokenKind: TokenKind | undefined;
  /** HTTP status; 0 when the connection ended without an answer. */
  status: number;
  /** Kind of the fault that was injected. */
  fault: string | undefined;
  readonly startedAt: number;
  /** 0 while it runs. */
  endedAt: number;
}

/**
 * Length of the longest chain of API requests of which each began after another had ended: what latency multiplies.
 * Requests that overlap count once.
 */
export function roundTrips(requests: readonly LoggedRequest[]): number {
  const ended = requests.filter((request) => request.api !== 'git' && request.endedAt > 0);
  const byEnd = [...ended].sort((a, b) => a.endedAt - b.endedAt);
  let count = 0;
  let freeFrom = Number.NEGATIVE_INFINITY;
  for (const request of byEnd) {
    if (request.startedAt < freeFrom) continue;
    count += 1;
    freeFrom = request.endedAt;
  }
  return count;
}

import { Refusal } from './refusal.ts';
import type { Token } from './tokens.ts';

const HOUR = 3_600_000;

/** Requests an hour without a token. */
const ANONYMOUS = 60;

/** Counts a request; refuses it when the hour's budget is used up. @param now milliseconds */
export function chargeRequest(token: Token | undefined, resource: 'core' | 'graphql', now: number): void {
  if (token === undefined) return;
  if (now >= token.resetAt) {
    token.resetAt = now + HOUR;
    token.used.core = 0;
    token.used.graphql = 0;
  }
  if (token.used[resource] >= token.limit) throw exhausted(token, resource);
  token.used[resource] += 1;
}

function exhausted(token: Token, resource: 'core' | 'graphql'): Refusal {
  const whose = token.actor.kind === 'user' ? 'user' : 'installation';
  return new Refusal({
    status: resource === 'graphql' ? 200 : 403,
    type: 'RATE_LIMITED',
    message: `API rate limit exceeded for ${whose} ID ${token.actor.id}.`,
  });
}

/** The headers that come with every answer; the reset is in seconds since 1970. */
export function rateHeaders(
  token: Token | undefined,
  resource: 'core' | 'graphql',
  now: number,
): Record<string, string> {
  const limit = token?.limit ?? ANONYMOUS;
  const used = token?.used[resource] ?? 0;
  const resetAt = token && token.resetAt > 0 ? token.resetAt : now + HOUR;
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - used)),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(Math.ceil(resetAt / 1000)),
    'x-ratelimit-resource': resource,
  };
}

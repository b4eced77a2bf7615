import type { Absence } from '../../core/analysis/observation.ts';
import { type Millis, millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import { absent } from './absent.ts';
import type { FailedReply, Reply } from './reply.ts';

/** Retries of one question, however many requests it takes: three attempts when it takes one. */
const MAX_RETRIES = 2;
/** First wait, doubled each time, times a random factor of 0.5 to 1.5. */
const FIRST_WAIT = 500;
/** A server that asks to wait longer than this is not asked again. */
const LONGEST_WAIT = 10_000;

/** Asks until there is an answer, or until asking again cannot help. */
export type Retrier = <Content>(attempt: () => Promise<Reply<Content>>) => Promise<Content | Absence>;

/**
 * The retries of one question. Only what the reply marks is tried again: no answer in time, no connection, HTTP 5xx and
 * 429. A question of n requests with a timeout t is over within (n + 2) · t + 20 s.
 * @param random uniform in [0, 1), spreads the waits of many
 */
export function createRetrier(given: { readonly clock: Clock; readonly random: () => number }): Retrier {
  let retries = 0;
  return async (attempt) => {
    for (let attempts = 1; ; attempts++) {
      const reply = await attempt();
      if (reply.kind === 'body') return reply.content;
      const wait = waitBefore({ reply, retries, random: given.random });
      if (wait === undefined) return gaveUp(reply, attempts);
      retries += 1;
      await given.clock.sleep(wait);
    }
  };
}

function waitBefore(given: {
  readonly reply: FailedReply;
  readonly retries: number;
  readonly random: () => number;
}): Millis | undefined {
  const { reply, retries } = given;
  if (!reply.retry || retries >= MAX_RETRIES) return undefined;
  const own = FIRST_WAIT * 2 ** retries * (0.5 + given.random());
  const asked = reply.retryAfter ?? 0;
  return asked > LONGEST_WAIT ? undefined : millis(Math.round(Math.max(own, asked)));
}

function gaveUp(reply: FailedReply, attempts: number): Absence {
  const { reason, detail } = reply.absence;
  if (!reply.retry) return reply.absence;
  const patience =
    reply.retryAfter !== undefined && reply.retryAfter > LONGEST_WAIT
      ? `; it asks to wait ${Math.round(reply.retryAfter / 1000)}s, longer than ${LONGEST_WAIT / 1000}s`
      : '';
  return absent(reason, `${detail}${attempts > 1 ? `, ${attempts} times` : ''}${patience}`);
}

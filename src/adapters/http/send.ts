import type { Absence } from '../../core/analysis/observation.ts';
import { formatDuration, type Millis } from '../../core/units.ts';
import { absent } from './absent.ts';
import { explainBreak, explainRedirect } from './explain-break.ts';
import type { Mask } from './quote.ts';
import { type Body, readBody } from './read-body.ts';
import { type FailedReply, final } from './reply.ts';

/** One request. */
export interface Exchange {
  readonly fetch: typeof fetch;
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the attempt, the reading of the body included. */
  readonly deadline: AbortSignal;
  /** Length of the deadline, for the message. */
  readonly timeout: Millis;
  readonly mask: Mask;
  /** What is wrong with an answer by its head alone; its body is not read then. */
  readonly refuse?: (response: Response) => Absence | undefined;
}

/** An answer, whatever its status. */
export interface Answered {
  readonly kind: 'answered';
  readonly response: Response;
  readonly body: Body;
}

/** One attempt: never follows a redirect, never reads more than `MAX_BODY`, never throws for what the network does. */
export async function send(exchange: Exchange): Promise<Answered | FailedReply> {
  const { url, method, headers, body, deadline, mask } = exchange;
  let response: Response;
  try {
    response = await exchange.fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: deadline,
    });
  } catch (error) {
    return broken(error, exchange);
  }
  const { status } = response;
  if (status >= 300 && status < 400) {
    await hangUp(response);
    return final(explainRedirect({ status, location: response.headers.get('location'), url, mask }));
  }
  const refused = exchange.refuse?.(response);
  if (refused) {
    await hangUp(response);
    return final(refused);
  }
  return { kind: 'answered', response, body: await readBody(response) };
}

/** An attempt that ended without a whole answer. */
export function broken(
  error: unknown,
  exchange: Pick<Exchange, 'deadline' | 'timeout' | 'url'>,
): FailedReply {
  const { host } = exchange.url;
  const absence = exchange.deadline.aborted
    ? absent('timeout', `${host} gave no complete answer within ${formatDuration(exchange.timeout)}`)
    : explainBreak(error, host);
  const retry = absence.reason === 'timeout' || absence.reason === 'unreachable';
  return { kind: 'failed', absence, retry, retryAfter: undefined };
}

async function hangUp(response: Response): Promise<void> {
  // The answer is known already; a stream that breaks while it is dropped changes nothing.
  await response.body?.cancel().catch(() => undefined);
}

import type { Absence } from '../../core/analysis/observation.ts';
import { formatDuration, type Instant, type Millis, millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import { absent } from './absent.ts';
import { explainBreak, explainRedirect, explainStatus } from './explain-failure.ts';
import { parseErrorAnswer } from './parse-envelope.ts';
import type { Mask } from './quote.ts';
import { type Body, MAX_BODY, readBody } from './read-body.ts';

/** One POST of a form. */
export interface Post {
  readonly fetch: typeof fetch;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the attempt, the reading of the body included. */
  readonly deadline: AbortSignal;
  /** Length of the deadline, for the message. */
  readonly timeout: Millis;
  readonly mask: Mask;
  /** For a Retry-After that names a date. */
  readonly clock: Pick<Clock, 'now'>;
  /** Told how far the server's clock is ahead of ours; it may refuse the answer for that. Default: clocks are not compared. */
  readonly compareClocks?: (ahead: number) => Absence | undefined;
}

/** A whole body of an HTTP 200, or why there is none and whether asking again can help. */
export type Reply =
  | { readonly kind: 'body'; readonly text: string }
  | {
      readonly kind: 'failed';
      readonly absence: Absence;
      readonly retry: boolean;
      /** How long the server asks to wait. */
      readonly retryAfter: Millis | undefined;
    };

/** One attempt: never follows a redirect, never reads more than `MAX_BODY`, never throws for what the network does. */
export async function postForm(post: Post): Promise<Reply> {
  let response: Response;
  try {
    response = await post.fetch(post.url, {
      method: 'POST',
      headers: post.headers,
      body: post.body,
      redirect: 'manual',
      signal: post.deadline,
    });
  } catch (error) {
    return broken(error, post);
  }
  const { status } = response;
  if (status >= 300 && status < 400) {
    await hangUp(response);
    const location = response.headers.get('location');
    return final(explainRedirect({ status, location, url: post.url, mask: post.mask }));
  }
  const skewed = status === 200 ? readDate(response, post) : undefined;
  if (skewed) {
    await hangUp(response);
    return final(skewed);
  }
  const body = await readBody(response);
  return status === 200 ? readReply(body, post) : readRefusal({ response, body, post });
}

/** The server's clock, from the header that comes with every answer. */
function readDate({ headers }: Response, { compareClocks, clock }: Post): Absence | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : compareClocks?.(date - clock.now());
}

function readReply(body: Body, post: Post): Reply {
  switch (body.kind) {
    case 'text':
      return { kind: 'body', text: body.text };
    case 'broken':
      return broken(body.error, post);
    case 'too-large':
      return final(
        absent(
          'too-large',
          `answer is larger than ${MAX_BODY} bytes; ask for fewer series, with sum() or a label filter`,
        ),
      );
    case 'not-utf8':
      return final(absent('bad-response', "answer is not UTF-8 text; check the provider's url"));
  }
}

function readRefusal(given: {
  readonly response: Response;
  readonly body: Body;
  readonly post: Post;
}): Reply {
  const { response, body, post } = given;
  const { status } = response;
  const said = body.kind === 'text' ? parseErrorAnswer(body.text, post.mask) : undefined;
  const absence = explainStatus({ status, host: post.url.host, said });
  if (status < 500 && status !== 429) return final(absence);
  return { kind: 'failed', absence, retry: true, retryAfter: parseRetryAfter(response, post.clock.now()) };
}

/** RFC 9110, section 10.2.3: whole seconds or a date. */
function parseRetryAfter(response: Response, now: Instant): Millis | undefined {
  const text = response.headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return millis(Number(text) * 1000);
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : millis(Math.max(0, moment - now));
}

function broken(error: unknown, post: Post): Reply {
  const absence = post.deadline.aborted
    ? absent('timeout', `${post.url.host} gave no complete answer within ${formatDuration(post.timeout)}`)
    : explainBreak(error, post.url.host);
  const retry = absence.reason === 'timeout' || absence.reason === 'unreachable';
  return { kind: 'failed', absence, retry, retryAfter: undefined };
}

function final(absence: Absence): Reply {
  return { kind: 'failed', absence, retry: false, retryAfter: undefined };
}

async function hangUp(response: Response): Promise<void> {
  // The answer is known already; a stream that breaks while it is dropped changes nothing.
  await response.body?.cancel().catch(() => undefined);
}

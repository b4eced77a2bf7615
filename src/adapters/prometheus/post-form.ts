import type { Absence } from '../../core/analysis/observation.ts';
import type { Clock } from '../../ports/clock.ts';
import { absent } from '../http/absent.ts';
import { type Body, decodeBody, MAX_BODY } from '../http/read-body.ts';
import { final, isPassing, parseRetryAfter, type Reply } from '../http/reply.ts';
import { broken, type Exchange, send } from '../http/send.ts';
import { explainStatus } from './explain-failure.ts';
import { parseErrorAnswer } from './parse-envelope.ts';

/** One POST of a form. */
export interface Post extends Omit<Exchange, 'method' | 'refuse'> {
  readonly body: string;
  /** For a Retry-After that names a date. */
  readonly clock: Pick<Clock, 'now'>;
  /** Told how far the server's clock is ahead of ours; it may refuse the answer for that. Default: clocks are not compared. */
  readonly compareClocks?: (ahead: number) => Absence | undefined;
}

/** One attempt; brings the whole body of an HTTP 200. */
export async function postForm(post: Post): Promise<Reply<string>> {
  const refuse = (response: Response) => (response.status === 200 ? readDate(response, post) : undefined);
  const sent = await send({ ...post, method: 'POST', refuse });
  if (sent.kind === 'failed') return sent;
  const { response, body } = sent;
  return response.status === 200 ? readReply(body, post) : readRefusal({ response, body, post });
}

/** The server's clock, from the header that comes with every answer. */
function readDate({ headers }: Response, { compareClocks, clock }: Post): Absence | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : compareClocks?.(date - clock.now());
}

function readReply(body: Body, post: Post): Reply<string> {
  switch (body.kind) {
    case 'bytes': {
      const content = decodeBody(body.bytes);
      if (content !== undefined) return { kind: 'body', content };
      return final(absent('bad-response', "answer is not UTF-8 text; check the provider's url"));
    }
    case 'broken':
      return broken(body.error, post);
    case 'too-large':
      return final(
        absent(
          'too-large',
          `answer is larger than ${MAX_BODY} bytes; ask for fewer series, with sum() or a label filter`,
        ),
      );
  }
}

function readRefusal(given: {
  readonly response: Response;
  readonly body: Body;
  readonly post: Post;
}): Reply<string> {
  const { response, body, post } = given;
  const { status } = response;
  const text = body.kind === 'bytes' ? decodeBody(body.bytes) : undefined;
  const said = text === undefined ? undefined : parseErrorAnswer(text, post.mask);
  const absence = explainStatus({ status, host: post.url.host, said });
  if (!isPassing(status)) return final(absence);
  return { kind: 'failed', absence, retry: true, retryAfter: parseRetryAfter(response, post.clock.now()) };
}

import type { Instant } from '../../core/units.ts';
import { absent } from '../http/absent.ts';
import { type Body, decodeBody, MAX_BODY } from '../http/read-body.ts';
import { final, isPassing, parseRetryAfter, type Reply } from '../http/reply.ts';
import { broken, type Exchange, send } from '../http/send.ts';
import { explainStatus } from './explain-failure.ts';
import { parseErrorAnswer } from './parse-envelope.ts';

/** One POST of a form. */
export interface Post extends Omit<Exchange, 'method'> {
  readonly body: string;
  /** Moment of asking, for a Retry-After that names a date. */
  readonly now: Instant;
}

/** One attempt; brings the whole body of an HTTP 200. */
export async function postForm(post: Post): Promise<Reply<string>> {
  const sent = await send({ ...post, method: 'POST' });
  if (sent.kind === 'failed') return sent;
  const { response, body } = sent;
  return response.status === 200 ? readReply(body, post) : readRefusal({ response, body, post });
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
  return { kind: 'failed', absence, retry: true, retryAfter: parseRetryAfter(response, post.now) };
}

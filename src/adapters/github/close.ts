import { ToolError } from '../../core/errors.ts';
import type { PullRequest } from '../../ports/forge.ts';
import { checkBranch } from '../operation.ts';
import type { WriteReply } from './caller.ts';
import { at, listAt } from './data.ts';
import { meaningOf, refusalOf } from './explain.ts';
import { oneLine } from './mask.ts';
import type { Place } from './place.ts';
import { askRepository, errorOf, neverKnown, refusedOtherwise, WRITE_ATTEMPTS } from './place.ts';
import { isUnknown } from './reply.ts';

const CLOSE = 'close: closePullRequest(input: $close) { pullRequest { state } }';
const SAY = 'say: addComment(input: $say) { clientMutationId }';

export interface Closing {
  readonly pull: PullRequest;
  readonly comment: string;
}

/** Closes and says why, by one request when nothing goes wrong. A closed one stays as it is. */
export async function closePull(place: Place, closing: Closing): Promise<void> {
  const { pull } = closing;
  checkBranch(pull.branch, place.defaultBranch);
  if (pull.state === 'closed') return;
  let todo: Todo = { close: true, say: true };
  let reason = '';
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const result = readClosing(place, pull, await place.caller.write(buildDocument(closing, todo)));
    if (result.kind === 'done') return;
    reason = result.reason;
    if (result.kind === 'unknown') await place.caller.pause(attempt);
    todo = await whatIsLeft(place, closing);
    if (!todo.close && (!todo.say || result.kind === 'refused')) return;
  }
  throw neverKnown(`close #${pull.number}`, reason);
}

interface Todo {
  readonly close: boolean;
  readonly say: boolean;
}

function buildDocument({ pull, comment }: Closing, todo: Todo) {
  const types = [
    ...(todo.close ? ['$close: ClosePullRequestInput!'] : []),
    ...(todo.say ? ['$say: AddCommentInput!'] : []),
  ];
  const fields = [...(todo.close ? [CLOSE] : []), ...(todo.say ? [SAY] : [])];
  return {
    query: `mutation(${types.join(', ')}) {\n${fields.join('\n')}\n}`,
    variables: {
      ...(todo.close ? { close: { pullRequestId: pull.id } } : {}),
      ...(todo.say ? { say: { subjectId: pull.id, body: comment } } : {}),
    },
  };
}

type Result =
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown'; readonly reason: string }
  /** GitHub will not close it: it may be closed or merged already. */
  | { readonly kind: 'refused'; readonly reason: string };

function readClosing(place: Place, pull: PullRequest, reply: WriteReply): Result {
  if (reply.kind === 'unknown') return reply;
  const error =
    reply.kind === 'rejected'
      ? { type: reply.status === 403 ? 'FORBIDDEN' : '', alias: '', message: reply.reason }
      : errorOf(reply, 'close');
  if (error === undefined) {
    const unsaid = reply.kind === 'answer' ? errorOf(reply, 'say') : undefined;
    if (unsaid !== undefined)
      place.caller.log.warn(
        `GitHub: #${pull.number} is closed, but the comment was refused: ${oneLine(unsaid.message)}`,
      );
    return { kind: 'done' };
  }
  if (isUnknown(error)) return { kind: 'unknown', reason: error.message };
  if (meaningOf(error) === 'permission') throw forbidden(pull, error, reply.permissions);
  return { kind: 'refused', reason: error.message };
}

function forbidden(
  pull: PullRequest,
  error: { readonly type: string; readonly message: string },
  permissions: string | undefined,
): ToolError {
  const purpose = `close #${pull.number}`;
  const refusal = refusalOf(error, { purpose, needs: '"pull-requests: write"', permissions, byHand: '' });
  return refusal === undefined
    ? refusedOtherwise(purpose, error.message)
    : new ToolError({ code: 'FORGE_REFUSED', message: refusal.message });
}

/** What an unknown outcome left undone. @throws ToolError FORGE_REFUSED when somebody merged it */
async function whatIsLeft(place: Place, { pull, comment }: Closing): Promise<Todo> {
  const repository = await askRepository(place, {
    types: '$number: Int!',
    fields: 'pullRequest(number: $number) { state comments(last: 50) { nodes { body } } }',
    variables: { number: pull.number },
  });
  const state = at(repository, 'pullRequest', 'state');
  if (state === 'MERGED')
    throw new ToolError({
      code: 'FORGE_REFUSED',
      message: `GitHub: pull request #${pull.number} was merged meanwhile and cannot be closed`,
    });
  const comments = listAt(repository, 'pullRequest', 'comments', 'nodes');
  const isSaid = comments.some((node) => String(at(node, 'body')).trim() === comment.trim());
  return { close: state !== 'CLOSED', say: !isSaid };
}

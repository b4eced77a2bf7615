import { ToolError } from '../../core/errors.ts';
import type { CloseRequest, PullRequest } from '../../ports/forge.ts';
import { checkBranch } from '../operation.ts';
import type { WriteReply } from './caller.ts';
import { at, CLOSED_MARK, listAt } from './data.ts';
import { meaningOf, refusalOf } from './explain.ts';
import { oneLine } from './mask.ts';
import type { Place } from './place.ts';
import { askPull, errorOf, neverKnown, refusedOtherwise, WRITE_ATTEMPTS } from './place.ts';
import { isUnknown } from './reply.ts';

/** Fields of the document, in the order in which they run: one that is closed cannot be disarmed any more. */
const FIELDS = {
  disarm: {
    type: 'DisablePullRequestAutoMergeInput',
    call: 'disarm: disablePullRequestAutoMerge(input: $disarm) { clientMutationId }',
  },
  close: {
    type: 'ClosePullRequestInput',
    call: 'close: closePullRequest(input: $close) { pullRequest { state } }',
  },
  say: { type: 'AddCommentInput', call: 'say: addComment(input: $say) { clientMutationId }' },
} as const;

type Field = keyof typeof FIELDS;

/**
 * Closes and says why, by one request when nothing goes wrong; one that is armed is disarmed first, so that it is not armed when
 * somebody opens it again. A closed one stays as it is.
 */
export async function closePull(place: Place, request: CloseRequest): Promise<void> {
  const { pull, how = 'close' } = request;
  checkBranch(pull.branch, place.defaultBranch);
  if (pull.state === 'closed') return;
  const closing: Closing = {
    pull,
    end: how,
    comment: how === 'close' ? `${request.comment}\n\n${CLOSED_MARK}` : request.comment,
  };
  let todo: readonly Field[] = [
    ...(pull.armed || how === 'disarm' ? (['disarm'] as const) : []),
    ...(how === 'close' ? (['close'] as const) : []),
    'say',
  ];
  let reason = '';
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const result = readClosing(place, closing, await place.caller.write(buildDocument(closing, todo)));
    if (result.kind === 'done') return;
    reason = result.reason;
    if (result.kind === 'unknown') await place.caller.pause(attempt);
    todo = await whatIsLeft(place, closing);
    if (!todo.includes(closing.end) && (!todo.includes('say') || result.kind === 'refused')) return;
  }
  throw neverKnown(`${how} #${pull.number}`, reason);
}

interface Closing {
  readonly pull: PullRequest;
  /** The field that it is all about. */
  readonly end: 'close' | 'disarm';
  readonly comment: string;
}

function buildDocument({ pull, comment }: Closing, todo: readonly Field[]) {
  const inputs: Readonly<Record<Field, object>> = {
    disarm: { pullRequestId: pull.id },
    close: { pullRequestId: pull.id },
    say: { subjectId: pull.id, body: comment },
  };
  const types = todo.map((field) => `$${field}: ${FIELDS[field].type}!`);
  return {
    query: `mutation(${types.join(', ')}) {\n${todo.map((field) => FIELDS[field].call).join('\n')}\n}`,
    variables: Object.fromEntries(todo.map((field) => [field, inputs[field]])),
  };
}

type Result =
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown'; readonly reason: string }
  /** GitHub will not close it: it may be closed or merged already. */
  | { readonly kind: 'refused'; readonly reason: string };

function readClosing(place: Place, { pull, end }: Closing, reply: WriteReply): Result {
  if (reply.kind === 'unknown') return reply;
  const error =
    reply.kind === 'rejected'
      ? { type: reply.status === 403 ? 'FORBIDDEN' : '', alias: '', message: reply.reason }
      : errorOf(reply, end);
  if (error === undefined) {
    const unsaid = reply.kind === 'answer' ? errorOf(reply, 'say') : undefined;
    if (unsaid !== undefined)
      place.caller.log.warn(
        `GitHub: #${pull.number} is ${end === 'close' ? 'closed' : 'disarmed'}, but the comment was refused: ${oneLine(unsaid.message)}`,
      );
    return { kind: 'done' };
  }
  if (isUnknown(error)) return { kind: 'unknown', reason: error.message };
  if (meaningOf(error) === 'permission') throw forbidden(`${end} #${pull.number}`, error, reply.permissions);
  return { kind: 'refused', reason: error.message };
}

function forbidden(
  purpose: string,
  error: { readonly type: string; readonly message: string },
  permissions: string | undefined,
): ToolError {
  const refusal = refusalOf(error, { purpose, needs: '"pull-requests: write"', permissions, byHand: '' });
  return refusal === undefined
    ? refusedOtherwise(purpose, error.message)
    : new ToolError({ code: 'FORGE_REFUSED', message: refusal.message });
}

/** What an unknown outcome left undone. @throws ToolError FORGE_REFUSED when somebody merged it */
async function whatIsLeft(place: Place, { pull, end, comment }: Closing): Promise<readonly Field[]> {
  const fields = 'state autoMergeRequest { enabledAt } comments(last: 50) { nodes { body } }';
  const now = await askPull(place, pull.number, fields);
  const state = at(now, 'state');
  if (state === 'MERGED')
    throw new ToolError({
      code: 'FORGE_REFUSED',
      message: `GitHub: pull request #${pull.number} was merged meanwhile and cannot be ${end === 'close' ? 'closed' : 'disarmed'}`,
    });
  const isOpen = state !== 'CLOSED';
  const isArmed = isOpen && at(now, 'autoMergeRequest') !== undefined;
  const comments = listAt(now, 'comments', 'nodes');
  const isSaid = comments.some((node) => String(at(node, 'body')).trim() === comment.trim());
  const left: Readonly<Record<Field, boolean>> = {
    disarm: isArmed,
    close: isOpen && end === 'close',
    say: !isSaid,
  };
  return (['disarm', 'close', 'say'] as const).filter((field) => left[field]);
}

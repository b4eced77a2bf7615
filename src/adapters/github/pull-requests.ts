import { ToolError } from '../../core/errors.ts';
import type {
  CommentOutcome,
  CommentRequest,
  PullRequests,
  PullRequestView,
} from '../../ports/pull-requests.ts';
import type { WriteReply } from './caller.ts';
import { at, listAt, shaAt, textAt } from './data.ts';
import { refusalOf } from './explain.ts';
import { oneLine } from './mask.ts';
import { openPlace, type PlaceOptions } from './open-place.ts';
import { askPull, errorOf, neverKnown, type Place, refusedOtherwise, WRITE_ATTEMPTS } from './place.ts';
import { isUnknown } from './reply.ts';

/** Pages of a hundred comments that are looked through; what comes after them is as if it were not there. */
const MOST_PAGES = 30;

/** Pull requests of a repository on GitHub, and this tool's comments on them. */
export function createGitHubPullRequests(options: PlaceOptions): PullRequests {
  const place = openPlace(options);
  return {
    look: (number) => lookAt(place, number),
    keepComment: (request) => keepComment(place, request),
    cost: place.caller.cost,
  };
}

async function lookAt(place: Place, number: number): Promise<PullRequestView | undefined> {
  const answer = await place.caller.read({
    query: `query($owner: String!, $name: String!, $number: Int!) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) { headRefOid isCrossRepository } }
    }`,
    variables: { owner: place.owner, name: place.name, number },
  });
  const pull = at(answer.data, 'repository', 'pullRequest');
  if (pull !== undefined)
    return { number, head: shaAt(pull, 'headRefOid'), isFork: at(pull, 'isCrossRepository') !== false };
  if (at(answer.data, 'repository') !== undefined) return undefined;
  const said = answer.errors[0] === undefined ? '' : `: ${oneLine(answer.errors[0].message)}`;
  throw new ToolError({
    code: 'FORGE_REFUSED',
    message: `GitHub: the token cannot see "${place.owner}/${place.name}"${said}. It needs "pull-requests: read" there`,
  });
}

/** A comment whose outcome is unknown is looked for before it is written again: one that came through is found as its own. */
async function keepComment(place: Place, request: CommentRequest): Promise<CommentOutcome> {
  const { pull } = request;
  const mark = `<!-- belay:${request.topic} -->`;
  const body = `${request.text.trimEnd()}\n\n${mark}`;
  let written: 'created' | 'edited' | undefined;
  let reason = '';
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const { subject, own } = await findOwn(place, pull, mark);
    if (own?.body.trim() === body) return { kind: written ?? 'unchanged', url: own.url };
    const kind = own ? 'edited' : 'created';
    const result = readWriting(
      { pull, kind },
      await place.caller.write(own ? edit(own.id, body) : add(subject, body)),
    );
    if (result.kind !== 'unknown') return result;
    written = kind;
    reason = result.reason;
    await place.caller.pause(attempt);
  }
  throw neverKnown(`comment on #${pull}`, reason);
}

interface OwnComment {
  readonly id: string;
  readonly body: string;
  readonly url: string;
}

/** The pull request, and the oldest comment on it that the token's account wrote and that ends in the mark. */
async function findOwn(
  place: Place,
  pull: number,
  mark: string,
): Promise<{ readonly subject: string; readonly own: OwnComment | undefined }> {
  let cursor: string | undefined;
  for (let page = 0; ; page += 1) {
    const after = cursor === undefined ? '' : `, after: ${JSON.stringify(cursor)}`;
    const fields = `id comments(first: 100${after}) {
      pageInfo { hasNextPage endCursor } nodes { id url body viewerDidAuthor }
    }`;
    const shown = await askPull(place, pull, fields);
    const subject = textAt(shown, 'id');
    const own = listAt(shown, 'comments', 'nodes').find(
      (node) => at(node, 'viewerDidAuthor') === true && textAt(node, 'body').trimEnd().endsWith(mark),
    );
    if (own !== undefined)
      return {
        subject,
        own: { id: textAt(own, 'id'), body: textAt(own, 'body'), url: textAt(own, 'url') },
      };
    const isLast = at(shown, 'comments', 'pageInfo', 'hasNextPage') !== true;
    if (isLast || page + 1 >= MOST_PAGES) return { subject, own: undefined };
    cursor = textAt(shown, 'comments', 'pageInfo', 'endCursor');
  }
}

function add(subjectId: string, body: string) {
  return {
    query:
      'mutation($say: AddCommentInput!) { say: addComment(input: $say) { commentEdge { node { url } } } }',
    variables: { say: { subjectId, body } },
  };
}

function edit(id: string, body: string) {
  return {
    query:
      'mutation($say: UpdateIssueCommentInput!) { say: updateIssueComment(input: $say) { issueComment { url } } }',
    variables: { say: { id, body } },
  };
}

type Writing = CommentOutcome | { readonly kind: 'unknown'; readonly reason: string };

/** @throws ToolError FORGE_REFUSED for a refusal in words that are in no table */
function readWriting(
  { pull, kind }: { readonly pull: number; readonly kind: 'created' | 'edited' },
  reply: WriteReply,
): Writing {
  if (reply.kind === 'unknown') return reply;
  const error =
    reply.kind === 'rejected'
      ? { type: reply.status === 403 ? 'FORBIDDEN' : '', alias: '', message: reply.reason }
      : errorOf(reply, 'say');
  if (error === undefined && reply.kind === 'answer') {
    const say = at(reply.data, 'say');
    const node = at(say, 'commentEdge', 'node') ?? at(say, 'issueComment');
    return { kind, url: textAt(node, 'url') };
  }
  if (error && isUnknown(error)) return { kind: 'unknown', reason: error.message };
  const purpose = `comment on #${pull}`;
  const said = error ?? { type: '', message: 'no reason given' };
  const refusal = refusalOf(said, {
    purpose,
    needs: '"pull-requests: write"',
    permissions: reply.permissions,
    byHand: '',
  });
  if (refusal === undefined) throw refusedOtherwise(purpose, said.message);
  return refusal;
}

import type { Sha } from '../../core/units.ts';
import type { ForgeState, ProposeOutcome, ProposeRequest, PullRequest, Refusal } from '../../ports/forge.ts';
import { checkBranch, checkCommit } from '../operation.ts';
import type { Answer, WriteReply } from './caller.ts';
import { commitInput } from './commit-to-branch.ts';
import { at, optionalShaAt, PULL_FIELDS, readPull } from './data.ts';
import { meaningOf, refusalOf } from './explain.ts';
import { inspectProposal } from './inspect.ts';
import { oneLine } from './mask.ts';
import type { Place } from './place.ts';
import { errorOf, neverKnown, refusedOtherwise, WRITE_ATTEMPTS } from './place.ts';
import type { FieldError } from './reply.ts';
import { isUnknown } from './reply.ts';
import type { Standing } from './standing.ts';
import { standingOf } from './standing.ts';

/**
 * Branch, commit and pull request by one mutation document: its fields run one after another and refer to each other by
 * name. They are not atomic, so each is judged by itself, and whatever is left undone is found and done by the next round.
 */
export async function propose(place: Place, request: ProposeRequest): Promise<ProposeOutcome> {
  checkCommit(request);
  checkBranch(request.branch, place.defaultBranch);
  if (request.state.head !== request.parent) return { kind: 'head-moved', expected: request.parent };
  const made: Made = { commit: undefined };
  let state = request.state;
  let reason = '';
  for (let attempt = 0; attempt <= WRITE_ATTEMPTS; attempt += 1) {
    const standing = await standingOf(place, request, { state, made: made.commit });
    if (standing.kind === 'taken') return { kind: 'branch-taken', branch: request.branch, tip: standing.tip };
    const open = state.pulls.find((pull) => pull.state === 'open');
    if (standing.kind === 'own' && open !== undefined) return proposed(open, standing.tip);
    if (attempt === WRITE_ATTEMPTS) break;
    const document = buildDocument(place, request, { state, standing });
    const round = readRound(place, request, { made, standing, reply: await place.caller.write(document) });
    if (round.kind === 'done') return round.outcome;
    reason = round.reason;
    if (round.wait) await place.caller.pause(attempt);
    state = await inspectProposal(place, { branch: request.branch, families: [] });
  }
  throw neverKnown(`propose "${request.branch}"`, reason);
}

/** The commit that this run itself saw arrive on the branch. */
interface Made {
  commit: Sha | undefined;
}

/** With the verified commit as head, whatever the branch has become since: the merge is guarded by it. */
function proposed(pull: PullRequest, head: Sha): ProposeOutcome {
  return { kind: 'proposed', pull: { ...pull, head } };
}

interface Situation {
  readonly state: ForgeState;
  readonly standing: Exclude<Standing, { kind: 'taken' }>;
}

function buildDocument(place: Place, request: ProposeRequest, { state, standing }: Situation) {
  const { repository } = state;
  const types: string[] = [];
  const fields: string[] = [];
  const variables: Record<string, object> = {};
  const add = (alias: string, type: string, call: { readonly field: string; readonly input: object }) => {
    types.push(`$${alias}: ${type}!`);
    fields.push(`${alias}: ${call.field}`);
    variables[alias] = call.input;
  };
  if (standing.kind === 'none')
    add('ref', 'CreateRefInput', {
      field: 'createRef(input: $ref) { ref { id } }',
      input: { repositoryId: repository, name: `refs/heads/${request.branch}`, oid: request.parent },
    });
  if (standing.kind === 'behind')
    add('move', 'UpdateRefInput', {
      field: 'updateRef(input: $move) { ref { id } }',
      input: { refId: standing.ref, oid: request.parent, force: false },
    });
  if (standing.kind !== 'own')
    add('commit', 'CreateCommitOnBranchInput', {
      field: 'createCommitOnBranch(input: $commit) { commit { oid } }',
      input: commitInput(place, request.branch, request),
    });
  add('pull', 'CreatePullRequestInput', {
    field: `createPullRequest(input: $pull) { pullRequest { ${PULL_FIELDS} } }`,
    input: {
      repositoryId: repository,
      baseRefName: place.defaultBranch,
      headRefName: request.branch,
      title: request.title,
      body: request.description,
    },
  });
  return { query: `mutation(${types.join(', ')}) {\n${fields.join('\n')}\n}`, variables };
}

type Round =
  | { readonly kind: 'done'; readonly outcome: ProposeOutcome }
  /** Look again and do the rest; `wait` when GitHub needs time rather than us another look. */
  | { readonly kind: 'again'; readonly reason: string; readonly wait: boolean };

interface Outcome {
  readonly made: Made;
  readonly standing: Situation['standing'];
  readonly reply: WriteReply;
}

function readRound(place: Place, request: ProposeRequest, { made, standing, reply }: Outcome): Round {
  if (reply.kind === 'unknown') return { kind: 'again', reason: reply.reason, wait: true };
  if (reply.kind === 'rejected')
    return refuse(place, request, {
      error: { type: '', alias: '', message: reply.reason },
      permissions: reply.permissions,
      made,
    });
  made.commit = optionalShaAt(reply.data, 'commit', 'commit', 'oid') ?? made.commit;
  const head = standing.kind === 'own' ? standing.tip : made.commit;
  const pull = at(reply.data, 'pull', 'pullRequest');
  const opened = pull === undefined ? undefined : readPull(pull, place.defaultBranch);
  if (opened !== undefined && head !== undefined) return { kind: 'done', outcome: proposed(opened, head) };
  const error = firstCause(reply, head !== undefined);
  if (error === undefined)
    return { kind: 'again', reason: 'an answer without what was asked and without an error', wait: true };
  return readCause(place, request, { error, made, permissions: reply.permissions });
}

/** The error that the others follow from: without a commit there is nothing to open a pull request for. */
function firstCause(reply: Answer, isCommitted: boolean): FieldError | undefined {
  const aliases = isCommitted ? ['pull'] : ['commit', 'ref', 'move', 'pull'];
  const errors = aliases.flatMap((alias) => errorOf(reply, alias) ?? []);
  const isThere = (alias: string) => errors.some((other) => other.alias === alias);
  const isFollowUp = (error: FieldError) =>
    error.alias === 'commit' &&
    // the branch was not made, or not moved to where the commit expects it
    ((error.type === 'NOT_FOUND' && isThere('ref')) || (meaningOf(error) === 'stale' && isThere('move')));
  return errors.find((error) => !isFollowUp(error)) ?? errors[0];
}

interface Cause {
  readonly error: FieldError;
  readonly made: Made;
  readonly permissions: string | undefined;
}

function readCause(place: Place, request: ProposeRequest, cause: Cause): Round {
  const { error } = cause;
  const again = (wait: boolean): Round => ({ kind: 'again', reason: error.message, wait });
  if (isUnknown(error)) return again(true);
  switch (meaningOf(error)) {
    case 'stale':
    case 'exists':
      return again(false);
    // GitHub may take seconds to see a branch that it made itself
    case 'no-commits':
      return again(true);
    default:
      return refuse(place, request, cause);
  }
}

function refuse(place: Place, request: ProposeRequest, { error, made, permissions }: Cause): Round {
  const purpose = error.alias === 'pull' ? 'open a pull request' : `write branch "${request.branch}"`;
  const compare = `${place.webUrl}/compare/${place.defaultBranch}...${request.branch}?expand=1`;
  const refusal: Refusal | undefined = refusalOf(error, {
    purpose,
    needs: '"contents: write" and "pull-requests: write"',
    permissions,
    byHand:
      made.commit === undefined
        ? ''
        : `. The change is on its branch; open the pull request by hand: ${compare}`,
  });
  if (refusal === undefined) throw refusedOtherwise(purpose, oneLine(error.message));
  return { kind: 'done', outcome: refusal };
}

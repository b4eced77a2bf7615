import { ToolError } from '../../core/errors.ts';
import type { MergeOutcome, MergeRequest, PullRequest } from '../../ports/forge.ts';
import { checkBranch } from '../operation.ts';
import type { Answer, WriteReply } from './caller.ts';
import { grantHint } from './caller.ts';
import { at, optionalShaAt, shaAt } from './data.ts';
import type { Meaning } from './explain.ts';
import { MERGE_QUEUE_ADVICE, meaningOf, requirementOf, rulesOf } from './explain.ts';
import { oneLine } from './mask.ts';
import type { Place } from './place.ts';
import { askPull, errorOf, neverKnown, WRITE_ATTEMPTS } from './place.ts';
import { isUnknown } from './reply.ts';
import { askWaiting, isOverdue } from './required-checks.ts';

const MERGED = 'merge: mergePullRequest(input: $merge) { pullRequest { state mergeCommit { oid } } }';
const ARMED =
  'arm: enablePullRequestAutoMerge(input: $arm) { pullRequest { createdAt autoMergeRequest { enabledAt } } }';
const DISARMED = 'disarm: disablePullRequestAutoMerge(input: $disarm) { clientMutationId }';

/**
 * Merges, guarded by the head; arms auto-merge when a requirement is pending, if it may. One request when nothing goes wrong, and one
 * more for what still keeps it when it was to land by itself and does not, or an earlier run armed it.
 */
export async function mergePull(place: Place, request: MergeRequest): Promise<MergeOutcome> {
  const outcome = await attemptMerge(place, request);
  if (request.whenPending !== 'arm') return outcome;
  if (outcome.kind === 'armed' && request.pull.armed) {
    return { ...outcome, reason: (await tryWaiting(place, request.pull)) ?? outcome.reason };
  }
  if (outcome.kind !== 'blocked' || !COUNTED.test(outcome.message)) return outcome;
  const text = await tryWaiting(place, request.pull);
  return text === undefined ? outcome : { ...outcome, message: `${outcome.message}. ${text}` };
}

/** What it waits for, as far as GitHub tells: the write has its outcome already, and an answer that only says more takes nothing from it. */
async function tryWaiting(place: Place, pull: PullRequest): Promise<string | undefined> {
  try {
    return await askWaiting(place, pull);
  } catch (fault) {
    if (!(fault instanceof ToolError)) throw fault;
    place.caller.log.warn(`what pull request #${pull.number} waits for was not found out: ${fault.message}`);
    return undefined;
  }
}

/** GitHub names one check, and counts several. */
const COUNTED = /\d+ of \d+ required status checks/i;

async function attemptMerge(place: Place, request: MergeRequest): Promise<MergeOutcome> {
  checkBranch(request.pull.branch, place.defaultBranch);
  let reason = '';
  for (let attempt = 0; attempt <= WRITE_ATTEMPTS; attempt += 1) {
    const reply = await place.caller.write(buildDocument(request));
    const attempted = readAttempt(reply);
    warnOfArmed(place, request, reply);
    if (attempted.kind === 'merged') return attempted.outcome;
    if (attempted.kind === 'refused' && attempted.armed)
      return armed(place, request, attempted, requirementOf(attempted.message));
    const settled = await settle(place, request, attempted);
    if (settled !== undefined) return settled;
    reason = attempted.message;
    if (attempt < WRITE_ATTEMPTS) await place.caller.settle(attempt);
  }
  throw neverKnown(`merge #${request.pull.number}`, reason);
}

/**
 * The merge, and in the same document what is to be done in case it was refused; when it was not, that fails without harm.
 * The merge comes first because only it honours a bypass, and auto-merge refuses what could be merged at once. `expectedHeadOid`
 * guards the arming, and no more: GitHub merges the head that is there when the requirement is met.
 */
function buildDocument({ pull, head, method, whenPending, subject, body }: MergeRequest) {
  const merge = {
    pullRequestId: pull.id,
    expectedHeadOid: head,
    mergeMethod: method.toUpperCase(),
    commitHeadline: subject,
    commitBody: body,
  };
  if (whenPending === 'arm')
    return {
      query: `mutation($merge: MergePullRequestInput!, $arm: EnablePullRequestAutoMergeInput!) {\n${MERGED}\n${ARMED}\n}`,
      variables: { merge, arm: merge },
    };
  if (!pull.armed)
    return { query: `mutation($merge: MergePullRequestInput!) {\n${MERGED}\n}`, variables: { merge } };
  return {
    query: `mutation($merge: MergePullRequestInput!, $disarm: DisablePullRequestAutoMergeInput!) {\n${MERGED}\n${DISARMED}\n}`,
    variables: { merge, disarm: { pullRequestId: pull.id } },
  };
}

/** One that should not be armed and still may be. */
function warnOfArmed(place: Place, { pull, whenPending }: MergeRequest, reply: WriteReply): void {
  if (whenPending !== 'leave' || !pull.armed || reply.kind !== 'answer') return;
  if (errorOf(reply, 'merge') === undefined) return;
  const error = errorOf(reply, 'disarm');
  if (error !== undefined)
    place.caller.log.warn(
      `GitHub: auto-merge of #${pull.number} was not taken back: ${oneLine(error.message)}`,
    );
}

type Attempt =
  | { readonly kind: 'merged'; readonly outcome: MergeOutcome }
  | { readonly kind: 'unknown'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly meaning: Meaning;
      readonly message: string;
      readonly armed: boolean;
      /** When it was opened; undefined when it was not armed, or GitHub does not say. */
      readonly openedAt: unknown;
      /** Why auto-merge was not armed. */
      readonly armMessage: string;
      readonly permissions: string | undefined;
    };

function readAttempt(reply: WriteReply): Attempt {
  if (reply.kind === 'unknown') return { kind: 'unknown', message: reply.reason };
  if (reply.kind === 'rejected')
    return {
      kind: 'refused',
      meaning: meaningOf({ type: reply.status === 403 ? 'FORBIDDEN' : '', message: reply.reason }),
      message: reply.reason,
      armed: false,
      openedAt: undefined,
      armMessage: '',
      permissions: reply.permissions,
    };
  const commit = optionalShaAt(reply.data, 'merge', 'pullRequest', 'mergeCommit', 'oid');
  if (commit !== undefined) return { kind: 'merged', outcome: { kind: 'merged', commit } };
  return readRefused(reply);
}

function readRefused(reply: Answer): Attempt {
  const error = errorOf(reply, 'merge');
  if (error === undefined || isUnknown(error))
    return { kind: 'unknown', message: error?.message ?? 'an answer without a merge commit' };
  return {
    kind: 'refused',
    meaning: meaningOf(error),
    message: error.message,
    armed: at(reply.data, 'arm', 'pullRequest', 'autoMergeRequest') !== undefined,
    openedAt: at(reply.data, 'arm', 'pullRequest', 'createdAt'),
    armMessage: errorOf(reply, 'arm')?.message ?? '',
    permissions: reply.permissions,
  };
}

/** What the attempt came to, after a look at the pull request; undefined: it is still worth trying. */
async function settle(
  place: Place,
  request: MergeRequest,
  attempt: Exclude<Attempt, { kind: 'merged' }>,
): Promise<MergeOutcome | undefined> {
  const { number } = request.pull;
  if (attempt.kind === 'refused') {
    const blocked = blockedBy(request, attempt);
    if (blocked !== undefined) return blocked;
    // the merge alone is tried again: there is nothing that a look could add
    if (attempt.meaning === 'base-moved') return undefined;
  }
  const now = await look(place, number);
  if (now.mergeCommit !== undefined) return { kind: 'merged', commit: now.mergeCommit };
  const mayArm = request.whenPending === 'arm';
  const stays = `GitHub: pull request #${number}`;
  if (now.state === 'CLOSED')
    return {
      kind: 'blocked',
      code: 'PULL_CLOSED',
      message: `${stays} is closed. Reopen it, and the next run goes on`,
    };
  if (now.head !== request.head) return { kind: 'head-changed', expected: request.head };
  if (now.mergeable === 'CONFLICTING') return conflict(request);
  const isUnsure = attempt.kind === 'unknown';
  if (now.armed && mayArm)
    return armed(place, request, now, isUnsure ? attempt.message : requirementOf(attempt.message));
  if (isUnsure) return undefined;
  if (now.mergeable === 'UNKNOWN' || attempt.meaning === 'head-moved' || attempt.meaning === 'not-mergeable')
    return undefined;
  return {
    kind: 'blocked',
    code: 'REQUIREMENT_PENDING',
    message: `${stays} stays open, for GitHub refused the merge: ${oneLine(attempt.message)}. Merge it by hand, or mend what it names and let the next run try again`,
  };
}

/** Whether it is overdue is told by what was asked anyway: a look at its checks that is refused makes nothing younger. */
function armed(
  place: Place,
  { pull }: MergeRequest,
  { openedAt }: { readonly openedAt: unknown },
  reason: string,
): MergeOutcome {
  return { kind: 'armed', reason, isOverdue: pull.armed && isOverdue(place, openedAt) };
}

type Refused = Extract<Attempt, { kind: 'refused' }>;

/** Outcomes that the words of the refusal settle alone. */
function blockedBy(request: MergeRequest, attempt: Refused): MergeOutcome | undefined {
  const stays = `GitHub: pull request #${request.pull.number} stays open`;
  switch (attempt.meaning) {
    case 'conflict':
      return conflict(request);
    case 'permission':
      return {
        kind: 'blocked',
        code: 'PERMISSION_MISSING',
        message: `${stays}: the token may not merge: ${oneLine(attempt.message)}. It needs "contents: write" and "pull-requests: write"${grantHint(attempt.permissions)}`,
      };
    case 'rule':
      return {
        kind: 'blocked',
        code: 'RULE_VIOLATION',
        message: `${stays}: a rule forbids the ${request.method}: ${rulesOf(attempt.message)} Choose another merge method, or merge by hand`,
      };
    case 'merge-queue':
      return {
        kind: 'blocked',
        code: 'MERGE_QUEUE',
        message: `${stays}: ${rulesOf(attempt.message)} ${MERGE_QUEUE_ADVICE}. Until then add it to the queue by hand`,
      };
    case 'pending':
      return request.whenPending === 'leave'
        ? { kind: 'pending', reason: requirementOf(attempt.message) }
        : pending(attempt, request.pull);
    default:
      return undefined;
  }
}

function pending(attempt: Refused, pull: PullRequest): MergeOutcome {
  const stays = `GitHub: pull request #${pull.number} stays open`;
  const wanted = requirementOf(attempt.message);
  if (/auto.?merge is not allowed/i.test(attempt.armMessage))
    return {
      kind: 'blocked',
      code: 'AUTO_MERGE_OFF',
      message: `${stays}: ${wanted} Merge it by hand then, or switch on "Allow auto-merge" under Settings > General`,
    };
  return {
    kind: 'blocked',
    code: 'REQUIREMENT_PENDING',
    message: `${stays}: ${wanted} Auto-merge could not be armed: ${oneLine(attempt.armMessage) || 'no reason given'}. Merge it by hand then`,
  };
}

function conflict({ pull }: MergeRequest): MergeOutcome {
  return {
    kind: 'blocked',
    code: 'CONFLICT',
    message: `GitHub: pull request #${pull.number} conflicts with its base. What checks decide, the next run proposes anew; what a person ordered has to be ordered again`,
  };
}

/** The pull request as it is now. */
async function look(place: Place, number: number) {
  const fields = 'state createdAt headRefOid mergeable mergeCommit { oid } autoMergeRequest { enabledAt }';
  const pull = await askPull(place, number, fields);
  return {
    state: at(pull, 'state'),
    head: shaAt(pull, 'headRefOid'),
    mergeable: at(pull, 'mergeable'),
    mergeCommit: at(pull, 'state') === 'MERGED' ? optionalShaAt(pull, 'mergeCommit', 'oid') : undefined,
    armed: at(pull, 'autoMergeRequest') !== undefined,
    openedAt: at(pull, 'createdAt'),
  };
}

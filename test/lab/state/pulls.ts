import { Refusal, unprocessable } from '../refusal.ts';
import { triggerWorkflows } from './checks.ts';
import { closeState, settle, unsettle } from './effects.ts';
import type { Act, LabRepository, PullState, ReviewState } from './repository.ts';

/** Longest body of a pull request, issue or comment, in characters. */
export const MAX_BODY = 65_536;

export interface NewPull {
  readonly title: string;
  readonly body: string;
  readonly base: string;
  /** `branch` or `owner:branch`. */
  readonly head: string;
  readonly draft: boolean;
}

/** REST wraps what is wrong with a pull request into one entry; GraphQL says it as the message. */
function invalidPull(message: string, field?: string): Refusal {
  return unprocessable(message, {
    restMessage: 'Validation Failed',
    details: [
      field === undefined
        ? { resource: 'PullRequest', code: 'custom', message }
        : { resource: 'PullRequest', code: 'invalid', field },
    ],
  });
}

/** Opens a pull request. */
export async function createPull(repo: LabRepository, act: Act, wish: NewPull): Promise<PullState> {
  if (act.actor.kind === 'actions' && !repo.settings.actionsMayCreatePulls)
    throw new Refusal({
      status: 403,
      type: 'FORBIDDEN',
      message: 'GitHub Actions is not permitted to create or approve pull requests',
      restMessage: 'GitHub Actions is not permitted to create or approve pull requests.',
    });
  const head = wish.head.startsWith(`${repo.owner}:`) ? wish.head.slice(repo.owner.length + 1) : wish.head;
  const headOid = await repo.git.ref(`refs/heads/${head}`);
  const baseOid = await repo.git.ref(`refs/heads/${wish.base}`);
  if (headOid === undefined)
    throw invalidPull("Head sha can't be blank, Base sha can't be blank, Head ref must be a branch", 'head');
  if (baseOid === undefined) throw invalidPull("Base sha can't be blank, Base ref must be a branch", 'base');
  if (repo.pulls.some((pull) => pull.state === 'OPEN' && pull.head === head && pull.base === wish.base))
    throw invalidPull(`A pull request already exists for ${repo.owner}:${head}.`);
  if (await repo.git.isAncestor(headOid, baseOid))
    throw invalidPull(`No commits between ${wish.base} and ${head}`);
  if (wish.body.length > MAX_BODY) throw invalidPull(`Body is too long (maximum is ${MAX_BODY} characters)`);
  const pull = addPull(repo, act, { ...wish, head }, { headOid, baseOid });
  triggerWorkflows(repo, act, { event: 'pull_request', oid: headOid, branch: head });
  return pull;
}

function addPull(
  repo: LabRepository,
  act: Act,
  wish: NewPull,
  tips: { readonly headOid: string; readonly baseOid: string },
): PullState {
  const pull: PullState = {
    ...wish,
    ...tips,
    number: repo.state.nextNumber,
    author: act.actor,
    createdAt: act.now,
    state: 'OPEN',
    updatedAt: act.now,
    closedAt: undefined,
    closedBy: undefined,
    mergedAt: undefined,
    mergedBy: undefined,
    mergeOid: undefined,
    fromFork: false,
    labels: [],
    reviews: [],
    autoMerge: undefined,
    unknownReads: 0,
    transientFailures: 0,
  };
  unsettle(repo, pull);
  repo.state.nextNumber += 1;
  repo.state.pulls.set(pull.number, pull);
  return pull;
}

export interface PullChange {
  readonly title?: string | undefined;
  readonly body?: string | undefined;
  readonly base?: string | undefined;
  readonly state?: 'OPEN' | 'CLOSED' | undefined;
}

/** Changes title, body, base or state. A new base switches auto-merge off. */
export async function updatePull(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  change: PullChange,
): Promise<void> {
  if (change.body !== undefined && change.body.length > MAX_BODY)
    throw invalidPull(`Body is too long (maximum is ${MAX_BODY} characters)`);
  if (change.base !== undefined && change.base !== pull.base) {
    if ((await repo.git.ref(`refs/heads/${change.base}`)) === undefined)
      throw invalidPull(`Proposed base branch '${change.base}' was not found`);
    pull.base = change.base;
    pull.autoMerge = undefined;
    unsettle(repo, pull);
  }
  if (change.title !== undefined) pull.title = change.title;
  if (change.body !== undefined) pull.body = change.body;
  pull.updatedAt = act.now;
  if (change.state === 'CLOSED' && pull.state === 'OPEN') closeState(pull, act);
  if (change.state === 'OPEN' && pull.state === 'CLOSED') await reopenPull(repo, act, pull);
  await settle(repo, act);
}

/** Closes an open pull request. */
export function closePull(act: Act, pull: PullState): void {
  if (pull.state !== 'OPEN') throw unprocessable('Could not close the pull request.');
  closeState(pull, act);
}

/** Opens a closed pull request again, if its branch is still there with something to merge. */
export async function reopenPull(repo: LabRepository, act: Act, pull: PullState): Promise<void> {
  const head = await repo.git.ref(`refs/heads/${pull.head}`);
  const base = await repo.git.ref(`refs/heads/${pull.base}`);
  const other = repo.pulls.some(
    (one) => one.state === 'OPEN' && one.head === pull.head && one.base === pull.base,
  );
  const possible = pull.state === 'CLOSED' && !other && head !== undefined && base !== undefined;
  if (!possible || (await repo.git.isAncestor(head, base)))
    throw invalidPull('state cannot be changed. The pull request cannot be reopened.');
  pull.state = 'OPEN';
  pull.closedAt = undefined;
  pull.closedBy = undefined;
  pull.headOid = head;
  pull.updatedAt = act.now;
  unsettle(repo, pull);
  triggerWorkflows(repo, act, { event: 'pull_request', oid: head, branch: pull.head });
}

/** Adds a review. Nobody approves their own, and GITHUB_TOKEN only where the setting allows it. */
export async function reviewPull(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  state: ReviewState['state'],
): Promise<void> {
  if (act.actor.login === pull.author.login) throw unprocessable('Can not approve your own pull request');
  pull.reviews.push({ id: repo.newId(), actor: act.actor, state, oid: pull.headOid, at: act.now });
  pull.updatedAt = act.now;
  await settle(repo, act);
}

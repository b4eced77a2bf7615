import { triggerWorkflows } from './checks.ts';
import { assessPull } from './mergeability.ts';
import { performMerge } from './merging.ts';
import { type Act, canWrite, type LabRepository, type PullState } from './repository.ts';
import { methodViolations } from './rules.ts';

/** A ref that moved: full name, and the ids before and after (undefined: not there). */
export interface RefMove {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What follows when a ref has moved, by whatever way: workflow runs, pull requests, auto-merge. */
export async function followMove(repo: LabRepository, act: Act, move: RefMove): Promise<void> {
  if (!move.name.startsWith('refs/heads/')) return;
  const branch = move.name.slice('refs/heads/'.length);
  if (move.to !== undefined) triggerWorkflows(repo, act, { event: 'push', oid: move.to, branch });
  for (const pull of repo.pulls) {
    if (pull.state !== 'OPEN') continue;
    if (pull.head === branch) await followHead(repo, act, pull, move.to);
    else if (pull.base === branch && move.to !== undefined) await followBase(repo, act, pull, move.to);
  }
  await settle(repo, act);
}

async function followHead(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  to: string | undefined,
): Promise<void> {
  if (to === undefined) return closeState(pull, act);
  pull.headOid = to;
  pull.updatedAt = act.now;
  if (!canWrite(repo, act.actor)) pull.autoMerge = undefined;
  unsettle(repo, pull);
  const base = await repo.git.ref(`refs/heads/${pull.base}`);
  if (base !== undefined && (await repo.git.isAncestor(to, base))) return closeState(pull, act);
  triggerWorkflows(repo, act, { event: 'pull_request', oid: to, branch: pull.head });
}

async function followBase(repo: LabRepository, act: Act, pull: PullState, tip: string): Promise<void> {
  unsettle(repo, pull);
  if (!(await repo.git.isAncestor(pull.headOid, tip))) return;
  // all its commits have reached the base by another way: GitHub shows such a pull request as merged
  Object.assign(pull, { state: 'MERGED', mergeOid: tip, mergedBy: act.actor, mergedAt: act.now });
  Object.assign(pull, { closedAt: act.now, updatedAt: act.now, autoMerge: undefined });
}

/** Marks what GitHub computes in the background as not computed. */
export function unsettle(repo: LabRepository, pull: PullState): void {
  pull.unknownReads = repo.settings.unknownMergeabilityReads ?? 0;
  pull.transientFailures = repo.settings.transientMergeFailures ?? 0;
}

/** Closes a pull request without merging it. */
export function closeState(pull: PullState, act: Act): void {
  pull.state = 'CLOSED';
  pull.closedAt = act.now;
  pull.closedBy = act.actor;
  pull.updatedAt = act.now;
  pull.autoMerge = undefined;
}

/** Merges every armed pull request whose requirements are met now. To be called after anything that may meet one. */
export async function settle(repo: LabRepository, act: Act): Promise<void> {
  for (const pull of repo.pulls) {
    const { autoMerge } = pull;
    if (pull.state !== 'OPEN' || autoMerge === undefined) continue;
    const { status } = await assessPull(repo, pull);
    if (status !== 'CLEAN' && status !== 'UNSTABLE') continue;
    const { method, headline, body } = autoMerge;
    if (methodViolations(repo, pull, { method, actor: undefined }).length > 0) continue;
    const by: Act = { actor: autoMerge.enabledBy, now: act.now };
    const done = await performMerge(repo, by, pull, { method, headline, body });
    if (done.kind === 'merged') await afterMerge(repo, by, pull, done.move);
  }
}

/** What follows a merge, by a call or by auto-merge. */
export async function afterMerge(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  move: RefMove,
): Promise<void> {
  await followMove(repo, act, move);
  if (!repo.settings.deleteBranchOnMerge) return;
  const name = `refs/heads/${pull.head}`;
  if (await repo.git.swapRef(name, pull.headOid, undefined))
    await followMove(repo, act, { name, from: pull.headOid, to: undefined });
}

import type { MergeMethod } from '../options.ts';
import { Refusal, unprocessable } from '../refusal.ts';
import { afterMerge } from './effects.ts';
import { assessPull } from './mergeability.ts';
import { type MergeWish, performMerge } from './merging.ts';
import type { Act, LabRepository, PullState } from './repository.ts';
import { methodName, methodViolations, pullRequirements, ruleRefusal } from './rules.ts';

/** What a call wants: `expectedHead` guards against a push in between. */
export interface MergeCall extends MergeWish {
  readonly expectedHead: string | undefined;
}

function notNow(message: string): Refusal {
  return new Refusal({ status: 405, type: 'UNPROCESSABLE', message });
}

/** The merge API: rules are asked, and gone around by those on their bypass lists. Gives the commit on the base. */
export async function mergePull(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  call: MergeCall,
): Promise<string> {
  if (pull.state !== 'OPEN') throw notNow('Pull Request is not mergeable');
  if (pull.draft) throw notNow('Pull Request is still a draft');
  if (call.expectedHead !== undefined && call.expectedHead !== pull.headOid)
    throw new Refusal({
      status: 409,
      type: 'UNPROCESSABLE',
      message: 'Head branch was modified. Review and try the merge again.',
    });
  refuseMethod(repo, call.method);
  if ((await assessPull(repo, pull)).status === 'DIRTY') throw notNow('Pull Request has merge conflicts');
  await refuseByRequirements(repo, act, pull, call.method);
  if (pull.transientFailures > 0) {
    pull.transientFailures -= 1;
    throw notNow('Base branch was modified. Review and try the merge again.');
  }
  const done = await performMerge(repo, act, pull, call);
  switch (done.kind) {
    case 'merged':
      await afterMerge(repo, act, pull, done.move);
      return done.oid;
    case 'conflict':
      throw notNow('Pull Request has merge conflicts');
    case 'raced':
      throw notNow('Base branch was modified. Review and try the merge again.');
  }
}

function refuseMethod(repo: LabRepository, method: MergeMethod): void {
  if (!repo.mergeMethods.includes(method))
    throw notNow(`${methodName(method)} are not allowed on this repository.`);
}

async function refuseByRequirements(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  method: MergeMethod,
): Promise<void> {
  const { open, behind } = await pullRequirements(repo, pull, { bypassFor: act.actor });
  const violations = [...open, ...methodViolations(repo, pull, { method, actor: act.actor })];
  if (violations.length > 0) throw ruleRefusal(violations, 405);
  if (behind) throw notNow('Head branch is out of date. Review and try the merge again.');
}

/** Arms auto-merge, or says in GitHub's words why there is nothing to wait for. */
export async function enableAutoMerge(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  call: MergeCall,
): Promise<void> {
  const refuse = (reason: string): Refusal => unprocessable(`Pull request ${reason}`);
  if (!repo.settings.autoMergeAllowed) throw refuse('Auto merge is not allowed for this repository');
  if (pull.state === 'MERGED') throw refuse('Pull request is already merged');
  if (pull.state === 'CLOSED') throw refuse('Pull request is closed');
  if (call.expectedHead !== undefined && call.expectedHead !== pull.headOid)
    throw unprocessable('Head branch was modified. Review and try the merge again.');
  if (!repo.mergeMethods.includes(call.method))
    throw refuse(`Merge method ${methodName(call.method).toLowerCase()} are not allowed on this repository`);
  const { ruled } = await pullRequirements(repo, pull);
  const { status } = await assessPull(repo, pull);
  if (!ruled) throw refuse('Protected branch rules not configured for this branch');
  if (status !== 'BLOCKED' && status !== 'BEHIND')
    throw refuse(`Pull request is in ${status.toLowerCase()} status`);
  const { method, headline, body } = call;
  pull.autoMerge = { method, headline, body, enabledBy: act.actor, enabledAt: act.now };
  pull.updatedAt = act.now;
}

/** Disarms auto-merge. */
export function disableAutoMerge(act: Act, pull: PullState): void {
  if (pull.autoMerge === undefined) throw unprocessable("Can't disable auto-merge for this pull request");
  pull.autoMerge = undefined;
  pull.updatedAt = act.now;
}

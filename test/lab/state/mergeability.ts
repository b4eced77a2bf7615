import { mergeTrees } from '../git/merges.ts';
import { standings } from './checks.ts';
import type { LabRepository, PullState } from './repository.ts';
import { pullRequirements } from './rules.ts';

/** `MergeStateStatus` of GraphQL, in the order in which the lab looks for them. */
export type MergeStatus = 'UNKNOWN' | 'DIRTY' | 'DRAFT' | 'BLOCKED' | 'BEHIND' | 'UNSTABLE' | 'CLEAN';

export interface Mergeability {
  readonly mergeable: 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN';
  readonly status: MergeStatus;
}

/** How an open pull request stands for everybody; bypasses do not change it. */
export async function assessPull(repo: LabRepository, pull: PullState): Promise<Mergeability> {
  const base = await repo.git.ref(`refs/heads/${pull.base}`);
  if (pull.state !== 'OPEN' || base === undefined) return { mergeable: 'UNKNOWN', status: 'UNKNOWN' };
  const merge = await mergeTrees(repo.git, base, pull.headOid);
  if (merge.kind === 'conflict') return { mergeable: 'CONFLICTING', status: 'DIRTY' };
  return { mergeable: 'MERGEABLE', status: await statusOf(repo, pull) };
}

async function statusOf(repo: LabRepository, pull: PullState): Promise<MergeStatus> {
  if (pull.draft) return 'DRAFT';
  const { open, behind } = await pullRequirements(repo, pull);
  if (open.length > 0) return 'BLOCKED';
  if (behind) return 'BEHIND';
  const states = [...standings(repo, pull.headOid).values()];
  return states.every((state) => state === 'success') ? 'CLEAN' : 'UNSTABLE';
}

/** The same as a reader gets it: UNKNOWN while GitHub is still computing it, which the read sets going. */
export async function readMergeability(repo: LabRepository, pull: PullState): Promise<Mergeability> {
  if (pull.unknownReads > 0) {
    pull.unknownReads -= 1;
    return { mergeable: 'UNKNOWN', status: 'UNKNOWN' };
  }
  return assessPull(repo, pull);
}

import { commitsToRebase, mergeTrees, pickTree } from '../git/merges.ts';
import type { MergeMethod } from '../options.ts';
import type { Actor } from '../tokens.ts';
import type { RefMove } from './effects.ts';
import type { Act, LabRepository, PullState } from './repository.ts';

/** How to merge: headline and body undefined for GitHub's own. */
export interface MergeWish {
  readonly method: MergeMethod;
  readonly headline: string | undefined;
  readonly body: string | undefined;
}

export type MergeDone =
  | { readonly kind: 'merged'; readonly oid: string; readonly move: RefMove }
  | { readonly kind: 'conflict' }
  /** The base moved in between. */
  | { readonly kind: 'raced' };

/** GitHub's own signature on what it commits for others. */
export const GITHUB = { name: 'GitHub', email: 'noreply@github.com' } as const;

/** Signature of an actor's commits through the API. */
export function signatureOf(actor: Actor): { readonly name: string; readonly email: string } {
  return { name: actor.login, email: `${actor.id}+${actor.login}@users.noreply.github.com` };
}

/** GitHub signs a commit that it makes for somebody; a server whose administrator did not switch that on does not. Gives its id. */
export function sign(repo: LabRepository, oid: string): string {
  if (repo.settings.flavour !== 'server') repo.signed.add(oid);
  return oid;
}

/** Merges for real and moves the base; asks no rule and starts nothing. */
export async function performMerge(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  wish: MergeWish,
): Promise<MergeDone> {
  const name = `refs/heads/${pull.base}`;
  const base = await repo.git.ref(name);
  if (base === undefined) return { kind: 'raced' };
  const oid = await mergedCommit(repo, act, pull, { ...wish, base });
  if (oid === undefined) return { kind: 'conflict' };
  if (!(await repo.git.swapRef(name, base, oid))) return { kind: 'raced' };
  Object.assign(pull, { state: 'MERGED', mergeOid: oid, mergedBy: act.actor, mergedAt: act.now });
  Object.assign(pull, { closedAt: act.now, updatedAt: act.now, autoMerge: undefined });
  return { kind: 'merged', oid, move: { name, from: base, to: oid } };
}

type Plan = MergeWish & { readonly base: string };

/** The commit that the base is to point to; undefined on a conflict. */
function mergedCommit(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  plan: Plan,
): Promise<string | undefined> {
  switch (plan.method) {
    case 'merge':
      return mergeCommit(repo, act, pull, plan);
    case 'squash':
      return squashCommit(repo, act, pull, plan);
    case 'rebase':
      return rebasedTip(repo, act, pull, plan);
  }
}

async function mergeCommit(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  plan: Plan,
): Promise<string | undefined> {
  const merge = await mergeTrees(repo.git, plan.base, pull.headOid);
  if (merge.kind === 'conflict') return undefined;
  const headline = plan.headline ?? `Merge pull request #${pull.number} from ${repo.owner}/${pull.head}`;
  const oid = await repo.git.commit({
    tree: merge.tree,
    parents: [plan.base, pull.headOid],
    message: message(headline, plan.body ?? pull.title),
    author: signatureOf(act.actor),
    committer: GITHUB,
    at: act.now,
  });
  return sign(repo, oid);
}

async function squashCommit(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  plan: Plan,
): Promise<string | undefined> {
  const merge = await mergeTrees(repo.git, plan.base, pull.headOid);
  if (merge.kind === 'conflict') return undefined;
  const commits = await commitsToRebase(repo.git, plan.base, pull.headOid);
  const only = commits.length === 1 ? commits[0]?.message : undefined;
  const [onlyTitle, ...onlyBody] = only?.split('\n') ?? [];
  const list = commits.map((commit) => `* ${commit.message}`).join('\n\n');
  const oid = await repo.git.commit({
    tree: merge.tree,
    parents: [plan.base],
    message: message(
      plan.headline ?? `${onlyTitle ?? pull.title} (#${pull.number})`,
      plan.body ?? (only === undefined ? list : onlyBody.join('\n').trim()),
    ),
    author: signatureOf(pull.author),
    committer: GITHUB,
    at: act.now,
  });
  return sign(repo, oid);
}

async function rebasedTip(
  repo: LabRepository,
  act: Act,
  pull: PullState,
  plan: Plan,
): Promise<string | undefined> {
  let tip = plan.base;
  for (const commit of await commitsToRebase(repo.git, plan.base, pull.headOid)) {
    const picked = await pickTree(repo.git, commit, tip);
    if (picked.kind === 'conflict') return undefined;
    tip = await repo.git.commit({
      tree: picked.tree,
      parents: [tip],
      message: commit.message,
      author: commit.author,
      committer: GITHUB,
      at: act.now,
    });
  }
  return tip;
}

function message(headline: string, body: string): string {
  return body === '' ? `${headline}\n` : `${headline}\n\n${body}\n`;
}

import type { Sha } from '../../core/units.ts';
import type { MergeRequest } from '../../ports/forge.ts';
import type { Git } from '../git/git-process.ts';
import { gitFailure, gitOutput } from '../git/git-process.ts';
import { messageOf } from '../operation.ts';
import type { Signature } from './write-commit.ts';
import { commitTree } from './write-commit.ts';

/** What a merge would make of the base; nothing has moved yet. */
export type BuiltMerge =
  | { readonly kind: 'built'; readonly commit: Sha }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

export interface MergeJob {
  /** Tip of the base. */
  readonly base: Sha;
  readonly head: Sha;
  readonly method: MergeRequest['method'];
  readonly subject: string;
  readonly body: string;
  readonly signature: Signature;
}

/** Builds the commit (or commits) that a merge method puts on the base. */
export async function buildMerge(git: Git, job: MergeJob): Promise<BuiltMerge> {
  if (job.method === 'rebase') return buildRebase(git, job);
  const merged = await mergeTrees(git, job.base, job.head);
  if (merged.kind === 'conflict') return merged;
  const parents = job.method === 'merge' ? [job.base, job.head] : [job.base];
  const commit = await commitTree(git, {
    tree: merged.tree,
    parents,
    message: messageOf(job),
    committer: job.signature,
  });
  return { kind: 'built', commit };
}

type MergedTree =
  | { readonly kind: 'tree'; readonly tree: string }
  | Extract<BuiltMerge, { kind: 'conflict' }>;

async function mergeTrees(git: Git, ours: Sha, theirs: Sha): Promise<MergedTree> {
  const answer = await git({
    args: ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs],
  });
  const [tree = '', ...paths] = answer.stdout.toString('utf8').split('\0').filter(Boolean);
  if (answer.code === 0) return { kind: 'tree', tree };
  if (answer.code === 1 && tree !== '') return { kind: 'conflict', paths };
  throw gitFailure('merge (git 2.38 or newer is needed)', answer);
}

/** Replays the head's own commits one by one, each with its author and message; merges among them are left out. */
async function buildRebase(git: Git, job: MergeJob): Promise<BuiltMerge> {
  const listing = await gitOutput(git, 'list the commits to replay', {
    args: ['rev-list', '--reverse', '--topo-order', '--no-merges', `${job.base}..${job.head}`],
  });
  let tip = job.base;
  for (const commit of listing.trim().split('\n').filter(Boolean)) {
    const replayed = await replay(git, { commit, onto: tip, signature: job.signature });
    if (replayed.kind === 'conflict') return replayed;
    tip = replayed.commit;
  }
  return { kind: 'built', commit: tip };
}

interface Replay {
  readonly commit: string;
  readonly onto: Sha;
  readonly signature: Signature;
}

/**
 * A three-way merge whose base is the commit's parent. git 2.39 cannot be told a merge base, so three commits are made that
 * have it: the parent's tree as base, and on it the two sides.
 */
async function replay(git: Git, { commit, onto, signature }: Replay): Promise<BuiltMerge> {
  const committer = signature;
  const side = (tree: string, parents: readonly Sha[]) =>
    commitTree(git, { tree, parents, message: 'side\n', committer });
  const base = await side(`${commit}^^{tree}`, []);
  const ours = await side(`${onto}^{tree}`, [base]);
  const theirs = await side(`${commit}^{tree}`, [base]);
  const merged = await mergeTrees(git, ours, theirs);
  if (merged.kind === 'conflict') return merged;
  const shown = await gitOutput(git, 'read a commit', {
    args: ['show', '--no-patch', '--no-mailmap', '--date=raw', '--format=%an%x00%ae%x00%ad%x00%B', commit],
  });
  const [name = '', email = '', date = '', message = ''] = shown.split('\0');
  return {
    kind: 'built',
    commit: await commitTree(git, {
      tree: merged.tree,
      parents: [onto],
      message: `${message.trimEnd()}\n`,
      committer,
      author: { name, email, date },
    }),
  };
}

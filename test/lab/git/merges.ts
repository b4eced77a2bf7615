import type { CommitInfo, GitStore } from './git-store.ts';
import { tryGit } from './run-git.ts';

export type TreeMerge =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/** Three-way merge of two commits from their own merge base, without a work tree. */
export async function mergeTrees(store: GitStore, ours: string, theirs: string): Promise<TreeMerge> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', ours, theirs];
  const { code, stdout, stderr } = await tryGit({ dir: store.dir, args });
  const [tree = '', ...files] = stdout.toString('utf8').trim().split('\n');
  if (code === 0) return { kind: 'clean', tree };
  if (code === 1) return { kind: 'conflict', files };
  throw new Error(`lab: git merge-tree exited ${code}: ${stderr.trim()}`);
}

const NOBODY = { name: 'lab', email: 'lab@localhost' };

/** What `git cherry-pick` of one commit onto another gives, as a tree. */
export async function pickTree(store: GitStore, commit: CommitInfo, onto: string): Promise<TreeMerge> {
  const [parent] = commit.parents;
  if (parent === undefined) throw new Error(`lab: cannot rebase the root commit ${commit.oid}`);
  // git 2.39 has no merge-tree --merge-base: three commits without history make the parent the merge base
  const bare = (tree: string, parents: readonly string[]): Promise<string> =>
    store.commit({ tree, parents, message: 'lab', author: NOBODY, committer: NOBODY, at: 0 });
  const base = await bare((await store.commitInfo(parent)).tree, []);
  const ours = await bare((await store.commitInfo(onto)).tree, [base]);
  const theirs = await bare(commit.tree, [base]);
  return mergeTrees(store, ours, theirs);
}

/** Commits of a branch that its base lacks, oldest first, without merges. */
export async function commitsToRebase(
  store: GitStore,
  base: string,
  head: string,
): Promise<readonly CommitInfo[]> {
  return store.log(['--reverse', '--topo-order', '--no-merges', `${base}..${head}`]);
}

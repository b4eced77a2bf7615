import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import type { Git } from '../git/git-process.ts';
import { gitFailure, gitOutput } from '../git/git-process.ts';

/** Brings index and files of a checked-out branch from one commit to the next; nothing for a branch that is not. */
export type Follow = (from: Sha, to: Sha) => Promise<void>;

/**
 * Looks at who has a branch checked out, before it is moved. In the directory itself, the changed paths must be as they were
 * committed, and the returned function makes them follow; other edits of the owner stay. A branch that moved under another
 * working tree would make that tree look as if its owner had undone the change. @throws ToolError REFUSED when a path has
 * uncommitted changes, or another working tree has the branch
 */
export async function prepareToFollow(
  git: Git,
  branch: string,
  changedPaths: () => Promise<readonly string[]>,
): Promise<Follow> {
  const trees = await workingTrees(git);
  const own = trees.length === 1 ? trees[0] : await ownTree(git, trees);
  const other = trees.find((tree) => tree !== own && tree.branch === `refs/heads/${branch}`);
  if (other !== undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `git: branch "${branch}" is checked out in another working tree, "${other.path}"; nothing was written. Run it there, or switch that one to another branch`,
    });
  if (own?.branch !== `refs/heads/${branch}`) return async () => undefined;
  await refuseDirty(git, await changedPaths());
  return async (from, to) => {
    const answer = await git({ args: ['read-tree', '-m', '-u', from, to] });
    if (answer.code !== 0) throw gitFailure(`bring the working tree from ${from} to ${to}`, answer);
  };
}

interface WorkingTree {
  readonly path: string;
  /** Full name of what is checked out; undefined when detached or bare. */
  readonly branch: string | undefined;
}

async function workingTrees(git: Git): Promise<readonly WorkingTree[]> {
  const listing = await gitOutput(git, 'list working trees', { args: ['worktree', 'list', '--porcelain'] });
  return listing
    .trim()
    .split('\n\n')
    .map((tree) => ({
      path: /^worktree (.*)$/m.exec(tree)?.[1] ?? '',
      branch: /^bare$/m.test(tree) ? undefined : /^branch (.*)$/m.exec(tree)?.[1],
    }));
}

/** The one that the directory belongs to; a bare repository belongs to none. */
async function ownTree(git: Git, trees: readonly WorkingTree[]): Promise<WorkingTree | undefined> {
  const answer = await git({ args: ['rev-parse', '--show-toplevel'] });
  const top = answer.stdout.toString('utf8').trimEnd();
  return answer.code === 0 ? trees.find((tree) => tree.path === top) : undefined;
}

async function refuseDirty(git: Git, paths: readonly string[]): Promise<void> {
  const listing = await gitOutput(git, 'look for uncommitted changes', {
    args: [
      'status',
      '--porcelain',
      '-z',
      '--no-renames',
      '--untracked-files=all',
      '--ignored=matching',
      '--',
      ...paths.map((path) => `:(top,literal)${path}`),
    ],
  });
  const dirty = listing.split('\0').filter((line) => line !== '');
  if (dirty.length === 0) return;
  const names = dirty.map((line) => `"${line.slice(3)}"`).join(', ');
  throw new ToolError({
    code: 'REFUSED',
    message: `git: uncommitted changes in ${names}, which this would overwrite; nothing was written. Commit, stash or move them first`,
  });
}

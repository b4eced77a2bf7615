import { existsSync } from 'node:fs';
import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import type { Git } from '../git/git-process.ts';
import { gitFailure, gitOutput, lockFailure, lockIn } from '../git/git-process.ts';
import type { Place } from './place.ts';
import { ATTEMPTS, LOCK_ATTEMPTS } from './place.ts';

/** Brings index and files of a checked-out branch from one commit to the next; nothing for a branch that is not. */
export type Follow = (from: Sha, to: Sha) => Promise<void>;

/**
 * Looks at who has a branch checked out, before it is moved. In the directory itself, the changed paths must be as they were
 * committed, and the returned function makes them follow; other edits of the owner stay. A branch that moved under another
 * working tree would make that tree look as if its owner had undone the change. @throws ToolError REFUSED when a path has
 * uncommitted changes, the index has conflicts, or another working tree has the branch; FORGE_UNAVAILABLE when the index is
 * locked for long
 */
export async function prepareToFollow(
  place: Place,
  changedPaths: () => Promise<readonly string[]>,
): Promise<Follow> {
  const { git, defaultBranch: branch } = place;
  const trees = await workingTrees(git);
  const own = trees.length === 1 ? trees[0] : await ownTree(git, trees);
  const other = trees.find((tree) => tree !== own && tree.branch === `refs/heads/${branch}`);
  if (other !== undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `git: branch "${branch}" is checked out in another working tree, "${other.path}", so it was not moved. Run it there, or switch that one to another branch`,
    });
  if (own?.branch !== `refs/heads/${branch}`) return async () => undefined;
  await refuseLocked(place);
  await refuseConflicts(git);
  await refuseDirty(place, await changedPaths());
  return (from, to) => follow(place, from, to);
}

/** The branch has moved already: whatever goes wrong here, the message says how to finish by hand. */
async function follow({ git, pause }: Place, from: Sha, to: Sha): Promise<void> {
  const run = async () => {
    // a file that was only touched is an edit to read-tree until the index has looked again
    const looked = await git({ args: ['update-index', '--refresh'] });
    // 1: paths with edits of the owner, which stay
    return looked.code > 1 ? looked : git({ args: ['read-tree', '-m', '-u', from, to] });
  };
  let answer = await run();
  for (let attempt = 1; attempt < LOCK_ATTEMPTS && lockIn(answer.stderr) !== undefined; attempt += 1) {
    await pause();
    answer = await run();
  }
  if (answer.code === 0) return;
  const { code, message } = gitFailure(`bring the working tree from ${from} to ${to}`, answer);
  throw new ToolError({
    code,
    message: `${message}. The branch is at ${to} already; its files follow by: git read-tree -m -u ${from} ${to}`,
  });
}

/** Before anything is written: behind a locked index the branch would move and its files would not. */
async function refuseLocked({ git, pause }: Place): Promise<void> {
  const purpose = 'look for a lock of the index';
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'index.lock'];
  const lock = (await gitOutput(git, purpose, { args })).trimEnd();
  for (let attempt = 1; existsSync(lock); attempt += 1) {
    if (attempt === LOCK_ATTEMPTS) throw lockFailure('change the working tree; no branch was moved', lock);
    await pause();
  }
}

/** Git brings no files along while the index has conflicts, wherever they are. */
async function refuseConflicts(git: Git): Promise<void> {
  const args = ['ls-files', '--unmerged', '--full-name', '-z', ':/'];
  const listing = await gitOutput(git, 'look for conflicts', { args });
  const paths = new Set(listing.split('\0').flatMap((line) => line.split('\t').slice(1)));
  if (paths.size === 0) return;
  throw new ToolError({
    code: 'REFUSED',
    message: `git: a merge has conflicts in ${quoted([...paths])}; no branch was moved. End it, or give it up, and run again`,
  });
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(', ');
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

/**
 * Looked at again when there is something: another run of Belay moves the branch first and its files a moment later, and until
 * then they look as if somebody had edited them. While it brings them along, the index is locked.
 */
async function refuseDirty(place: Place, paths: readonly string[]): Promise<void> {
  const { git, pause } = place;
  let dirty = await findDirty(git, paths);
  for (let attempt = 1; attempt < ATTEMPTS && dirty.length > 0; attempt += 1) {
    await pause();
    await refuseLocked(place);
    dirty = await findDirty(git, paths);
  }
  if (dirty.length === 0) return;
  throw new ToolError({
    code: 'REFUSED',
    message: `git: uncommitted changes in ${quoted(dirty)}, which this would overwrite; no branch was moved. Commit, stash or move them first`,
  });
}

async function findDirty(git: Git, paths: readonly string[]): Promise<readonly string[]> {
  const listing = await gitOutput(git, 'look for uncommitted changes', {
    args: [
      // a look takes no lock that another git would meet
      '--no-optional-locks',
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
  return listing.split('\0').flatMap((line) => (line === '' ? [] : [line.slice(3)]));
}

import { existsSync } from 'node:fs';
import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import type { Git, GitAnswer } from '../git/git-process.ts';
import { gitFailure, gitOutput, lockFailure, lockIn } from '../git/git-process.ts';
import { resolveBranch } from '../git/git-reader.ts';
import type { Place } from './place.ts';
import { ATTEMPTS, LOCK_ATTEMPTS } from './place.ts';

/** Index and files of a branch that is about to be moved from one commit to the next; both do nothing where it is not checked out. */
export interface Follow {
  /** Before the branch is moved. @throws ToolError REFUSED when the files could not follow */
  readonly check: (from: Sha, to: Sha) => Promise<void>;
  /** After it was moved. */
  readonly bring: (from: Sha, to: Sha) => Promise<void>;
}

const NOTHING: Follow = { check: async () => undefined, bring: async () => undefined };

/**
 * Looks at who has a branch checked out, before it is moved. In the directory itself, the changed paths must be as they were
 * committed, and what is returned makes them follow; other edits of the owner stay. A branch that moved under another
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
  if (own?.branch !== `refs/heads/${branch}`) return NOTHING;
  await refuseLocked(place);
  await refuseConflicts(git);
  await refuseDirty(place, await changedPaths());
  return {
    check: (from, to) => check(place, from, to),
    bring: (from, to) => bring(place, from, to),
  };
}

/** What a look at the files does not show is refused by git itself, as edits of a file that it was told to leave alone. */
async function check(place: Place, from: Sha, to: Sha): Promise<void> {
  // A file that was only touched is an edit to read-tree until the index has looked again. What keeps another file from being looked
  // at, as a filter that is not installed, is none of ours.
  await whenUnlocked(place, ['update-index', '--refresh']);
  const answer = await whenUnlocked(place, ['read-tree', '--dry-run', '-m', '-u', from, to]);
  if (answer.code === 0) return;
  // another run was quicker, and the files are its own by now: the move that follows is refused for that
  if ((await resolveBranch(place.git, place.defaultBranch)) !== from) return;
  const { code, message } = gitFailure('look whether the working tree can follow', answer);
  throw new ToolError({
    code: lockIn(answer.stderr) === undefined ? 'REFUSED' : code,
    message: `${message}. No branch was moved; bring the file that is named to what is committed ("git ls-files -v" shows one that git was told to leave alone as h or S), and run again`,
  });
}

/** The branch has moved already: whatever goes wrong here, the message says how to finish by hand. */
async function bring(place: Place, from: Sha, to: Sha): Promise<void> {
  const answer = await whenUnlocked(place, ['read-tree', '-m', '-u', from, to]);
  if (answer.code === 0) return;
  const { code, message } = gitFailure(`bring the working tree from ${from} to ${to}`, answer);
  throw new ToolError({
    code,
    message: `${message}. The branch is at ${to} already; its files follow by: git update-index --refresh; git read-tree -m -u ${from} ${to}`,
  });
}

async function whenUnlocked({ git, pause }: Place, args: readonly string[]): Promise<GitAnswer> {
  let answer = await git({ args });
  for (let attempt = 1; attempt < LOCK_ATTEMPTS && lockIn(answer.stderr) !== undefined; attempt += 1) {
    await pause();
    answer = await git({ args });
  }
  return answer;
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

import type { Sha } from '../../core/units.ts';
import type { FileWrite } from '../../ports/forge.ts';
import { readEntries } from '../git/blobs.ts';
import type { Git } from '../git/git-process.ts';
import { gitOutput } from '../git/git-process.ts';
import { lookUp } from '../git/tree.ts';

/**
 * Whether a branch's tip is exactly the commit that an operation would have made: one parent, which is on the default
 * branch, and no change but these files with these bytes. A trailer alone proves nothing: anyone who may push can write one.
 */
export async function isOwnCommit(
  git: Git,
  tip: Sha,
  own: { readonly files: readonly FileWrite[]; readonly defaultTip: Sha },
): Promise<boolean> {
  const ahead = await gitOutput(git, 'list commits of a branch', {
    args: ['rev-list', '--parents', '--max-count=2', tip, `^${own.defaultTip}`],
  });
  const commits = ahead.trim().split('\n').filter(Boolean);
  if (commits.length !== 1 || commits[0]?.split(' ').length !== 2) return false;
  const changed = await changedPaths(git, `${tip}^`, tip);
  const wanted = new Map(own.files.map((file) => [file.path, file.text]));
  if (changed.some((path) => !wanted.has(path))) return false;
  const files = await readEntries(git, await lookUp(git, tip, [...wanted.keys()]));
  return own.files.every(({ path, text }) => {
    const file = files.get(path);
    return file?.kind === 'text' && file.text === text;
  });
}

/** Paths that differ between two commits. */
export async function changedPaths(git: Git, from: string, to: string): Promise<readonly string[]> {
  const listing = await gitOutput(git, 'compare two commits', {
    args: ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--ignore-submodules=none', from, to],
  });
  return listing.split('\0').filter(Boolean);
}

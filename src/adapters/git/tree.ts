import type { Sha } from '../../core/units.ts';
import { sha } from '../../core/units.ts';
import type { Git } from './git-process.ts';
import { gitOutput } from './git-process.ts';

/** One entry of a tree, as `git ls-tree` lists it. */
export interface TreeEntry {
  /** 100644, 100755 regular; 120000 symlink; 160000 submodule; 040000 folder. */
  readonly mode: string;
  readonly object: Sha;
}

/** Bytes of path names in one command line; the least that systems allow is 128 KiB for all of it. */
const ARGUMENT_BYTES = 60_000;

/** The entries that exist among `paths`, folders included. */
export async function lookUp(
  git: Git,
  at: Sha,
  paths: readonly string[],
): Promise<ReadonlyMap<string, TreeEntry>> {
  const found = new Map<string, TreeEntry>();
  for (const batch of batches(paths.filter(isTreePath))) {
    const args = ['--literal-pathspecs', 'ls-tree', '-t', '-z', '--full-tree', '--end-of-options', at];
    const listed = parseTree(await gitOutput(git, `look up files at ${at}`, { args: [...args, ...batch] }));
    for (const path of batch) {
      const entry = listed.get(path);
      if (entry !== undefined) found.set(path, entry);
    }
  }
  return found;
}

/** A path that a tree can hold. Git would refuse the others with an error; they are simply not there. */
export function isTreePath(path: string): boolean {
  return (
    !path.includes('\0') &&
    path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && name !== '.git')
  );
}

function parseTree(listing: string): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (const line of listing.split('\0')) {
    const match = /^(\d{6}) [a-z]+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line);
    const [, mode, object, path] = match ?? [];
    if (mode !== undefined && object !== undefined && path !== undefined)
      entries.set(path, { mode, object: sha(object) });
  }
  return entries;
}

function batches(paths: readonly string[]): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const path of paths) {
    const size = Buffer.byteLength(path) + 1;
    const last = groups.at(-1);
    if (last === undefined || size > room) {
      groups.push([path]);
      room = ARGUMENT_BYTES - size;
    } else {
      last.push(path);
      room -= size;
    }
  }
  return groups;
}

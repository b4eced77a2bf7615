import type { Digest } from '../../core/units.ts';
import { createContentHash } from '../content-digest.ts';
import { isRegular, readFailure } from './blobs.ts';
import type { Git } from './git-process.ts';
import type { TreeEntry } from './tree.ts';

/** Digests of the files among entries of a tree, by path. One git process each, for they may be large. @throws ToolError when git fails */
export async function digestEntries(
  git: Git,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<ReadonlyMap<string, Digest>> {
  const found = new Map<string, Digest>();
  for (const [path, entry] of entries) {
    if (!isRegular(entry)) continue;
    const hash = createContentHash();
    const answer = await git({
      args: ['cat-file', 'blob', entry.object],
      onOutput: (chunk) => hash.add(chunk),
    });
    if (answer.code !== 0) throw readFailure(answer);
    found.set(path, hash.digest());
  }
  return found;
}

import type { Sha } from '../core/units.ts';
import type { Forge, Revision } from '../ports/forge.ts';

/**
 * First-parent history of a manifest wherever it was: newest first for each path, the first path's before the next one's. A
 * manifest that was moved keeps the history of its old place.
 */
export async function readRevisions(
  forge: Forge,
  head: Sha,
  paths: readonly string[],
): Promise<readonly Revision[]> {
  const found: Revision[] = [];
  for (const path of new Set(paths)) found.push(...(await forge.history(head, path)));
  return found;
}

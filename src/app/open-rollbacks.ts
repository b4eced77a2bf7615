import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { digestOf, readRecord, recordPath } from '../core/record/record-file.ts';
import type { BelayRecord } from '../core/record/record-schema.ts';
import type { Sibling } from '../ports/forge.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { mayBeOpen, ROLLBACKS, rollbackFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/** The open pull requests that roll other releases than one back; the forge is asked only where a checkout knows such a branch. */
export async function findOpenRollbacks(
  { forge }: World,
  { head, releases }: Snapshot,
  beside: string,
): Promise<readonly Sibling[]> {
  const family = rollbackFamily(beside);
  const known = (await forge.branches(head, ROLLBACKS)).filter((branch) => !branch.startsWith(family));
  const isOpen = (branch: string): boolean =>
    releases.some((file) => file.kind === 'readable' && mayBeOpen(file, branch));
  if (!known.some(isOpen)) return [];
  const { siblings } = await forge.inspect({ branch: `${family}look`, families: [ROLLBACKS] });
  return siblings.filter(({ branch }) => !branch.startsWith(family));
}

/** Whether a pull request takes a release back: it is that one's own, or brings its next record beside that of another. */
export async function takesAlong({ forge }: World, pull: Sibling, file: ReadableRelease): Promise<boolean> {
  if (pull.branch.startsWith(rollbackFamily(nameOf(file)))) return true;
  const path = recordPath(nameOf(file), file.state.sequence + 1);
  return (await forge.read(pull.head, [path])).has(path);
}

/** Whether a rollback was computed for other files than there are now: armed, it would conflict and wait for ever. */
export async function isOutdated(
  { forge, sha256 }: World,
  { releases, served }: Snapshot,
  { file, pull }: { readonly file: ReadableRelease; readonly pull: Sibling },
): Promise<boolean> {
  const path = recordPath(nameOf(file), file.state.sequence + 1);
  const text = (await forge.read(pull.head, [path])).get(path);
  const main = text?.kind === 'text' ? readRecord(path, text.text) : undefined;
  if (!main) return true;
  const known = new Set(await forge.list(main.base, RECORDS_PATH));
  const added = (await forge.list(pull.head, RECORDS_PATH)).filter((one) => !known.has(one));
  const records = [...(await forge.read(pull.head, added))].flatMap(([at, found]) =>
    found.kind === 'text' ? (readRecord(at, found.text) ?? []) : [],
  );
  const byName = new Map(releases.map((one) => [nameOf(one), one] as const));
  const isCurrent = ({ release, manifest, previous, targets }: BelayRecord): boolean => {
    const now = byName.get(release);
    if (now?.kind !== 'readable' || manifest.before !== now.digest || previous !== now.state.tip)
      return false;
    return targets.every((target) => {
      const serving = served?.get(target.path);
      return serving?.kind !== 'text' || digestOf(serving.text, sha256) === target.before;
    });
  };
  return !records.every(isCurrent);
}

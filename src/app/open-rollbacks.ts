import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { digestOf, readRecord, recordPath } from '../core/record/record-file.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import type { PullRequest, Sibling } from '../ports/forge.ts';
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

/** The records that a rollback brings, as they are written: that of the release first. */
export type BroughtRecords = readonly [main: WrittenRecord, ...along: WrittenRecord[]];

/** What a pull request brings that rolls a release back next; undefined when it does not follow from the newest record. */
export async function readBrought(
  { forge }: World,
  { file, pull }: { readonly file: ReadableRelease; readonly pull: PullRequest },
): Promise<BroughtRecords | undefined> {
  const path = recordPath(nameOf(file), file.state.sequence + 1);
  const text = (await forge.read(pull.head, [path])).get(path);
  const main = text?.kind === 'text' ? readRecord(path, text.text) : undefined;
  if (!main || text?.kind !== 'text') return undefined;
  const known = new Set(await forge.list(main.base, RECORDS_PATH));
  const added = (await forge.list(pull.head, RECORDS_PATH)).filter((one) => one !== path && !known.has(one));
  const along = [...(await forge.read(pull.head, added))].flatMap(([at, found]) =>
    found.kind === 'text' && readRecord(at, found.text) ? [JSON.parse(found.text) as WrittenRecord] : [],
  );
  return [JSON.parse(text.text) as WrittenRecord, ...along];
}

/** Whether a rollback was computed for other files than there are now: armed, it would conflict and wait for ever. */
export function isOutdated(
  { sha256 }: World,
  { releases, served }: Snapshot,
  records: BroughtRecords | undefined,
): boolean {
  const byName = new Map(releases.map((one) => [nameOf(one), one] as const));
  const isCurrent = ({ release, manifest, previous, targets }: WrittenRecord): boolean => {
    const now = byName.get(release);
    if (now?.kind !== 'readable' || manifest.before !== now.digest || previous !== now.state.tip)
      return false;
    return targets.every((target) => {
      const serving = served?.get(target.path);
      return serving?.kind !== 'text' || digestOf(serving.text, sha256) === target.before;
    });
  };
  return !records?.every(isCurrent);
}

import { joinMessages } from '../core/change/combine-changes.ts';
import { describeChange } from '../core/change/describe-change.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import type { Sibling } from '../ports/forge.ts';
import type { Receipt } from '../report/run-report.ts';
import { type BroughtRecords, isOutdated, readBrought } from './open-rollbacks.ts';
import { receiptOf } from './propose.ts';
import type { ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { isOwn } from './rollback-branch.ts';
import type { World } from './world.ts';

/** What became of an open rollback. */
export type Landing =
  | { readonly kind: 'tried'; readonly receipt: Receipt; readonly records: BroughtRecords }
  /** Its newest commit is not one that the account of this run made. */
  | { readonly kind: 'foreign' }
  /** It does not follow from the files as they are now, and may never land. */
  | { readonly kind: 'outdated' }
  /** It was merged or closed meanwhile, or the default branch has moved: all is to be read again. */
  | { readonly kind: 'gone' };

/**
 * Merges an open rollback that this run does not decide itself: a person ordered it, or it was decided while harm could still be seen.
 * Only at the commit that an earlier run of this account made, and only while its records follow from what is there. Nothing of a branch
 * is read before it is known who made it.
 */
export async function landRollback(
  world: World,
  snapshot: Snapshot,
  { file, pull }: { readonly file: ReadableRelease; readonly pull: Sibling },
): Promise<Landing> {
  const { forge } = world;
  const state = await forge.inspect({ branch: pull.branch, families: [] });
  const open = state.pulls.find((one) => one.number === pull.number && one.state === 'open');
  if (!open || state.head !== snapshot.head) return { kind: 'gone' };
  if (!isOwn(state, open)) return { kind: 'foreign' };
  const records = await readBrought(world, { file, pull: open });
  if (!records || isOutdated(world, snapshot, records)) return { kind: 'outdated' };
  const [main, ...along] = records;
  const outcome = await forge.merge({
    pull: open,
    head: open.head,
    method: snapshot.config?.merge?.method ?? 'merge',
    whenPending: 'arm',
    ...joinMessages(told(main), along.map(told)),
  });
  return { kind: 'tried', receipt: receiptOf(outcome, open), records };
}

function told(record: WrittenRecord) {
  return { ...describeChange(record), release: record.release, operation: record.operation };
}

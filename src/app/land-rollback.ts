import { joinMessages } from '../core/change/combine-changes.ts';
import { describeChange } from '../core/change/describe-change.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import type { Sibling } from '../ports/forge.ts';
import type { Receipt } from '../report/run-report.ts';
import { isOwn } from './land-waiting-orders.ts';
import type { BroughtRecords } from './open-rollbacks.ts';
import { receiptOf } from './propose.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** What became of it; `foreign`: its newest commit is not one that the account of this run made. */
export type Landing = { readonly kind: 'tried'; readonly receipt: Receipt } | { readonly kind: 'foreign' };

/**
 * Merges an open rollback that this run does not decide itself: a person ordered it, or it was decided while harm could still be seen.
 * Only at the commit that an earlier run of this account made, as what the records say that it is.
 */
export async function landRollback(
  { forge }: World,
  { head, config }: Snapshot,
  { pull, records }: { readonly pull: Sibling; readonly records: BroughtRecords },
): Promise<Landing> {
  const state = await forge.inspect({ branch: pull.branch, families: [] });
  if (state.head !== head) return { kind: 'tried', receipt: { kind: 'head-moved' } };
  const open = state.pulls.find((one) => one.number === pull.number && one.state === 'open');
  if (!open) return { kind: 'tried', receipt: { kind: 'none' } };
  if (!isOwn(state, open)) return { kind: 'foreign' };
  const [main, ...along] = records;
  const outcome = await forge.merge({
    pull: open,
    head: open.head,
    method: config?.merge?.method ?? 'merge',
    whenPending: 'arm',
    ...joinMessages(told(main), along.map(told)),
  });
  return { kind: 'tried', receipt: receiptOf(outcome, open) };
}

function told(record: WrittenRecord) {
  return { ...describeChange(record), release: record.release, operation: record.operation };
}

import type { Change } from '../core/change/change.ts';
import { describeOrder } from '../report/order-pull-request.ts';
import type { Receipt } from '../report/run-report.ts';
import { proposeAndMerge, shortOperation } from './propose.ts';
import type { Snapshot } from './read-snapshot.ts';
import { orderFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/**
 * Brings the record of a person's order to the default branch, by the way that steps take. Where that is a pull request which waits
 * for a requirement, auto-merge is armed: an order rests on no evidence that could turn.
 */
export async function landOrder(world: World, { head, config }: Snapshot, change: Change): Promise<Receipt> {
  const { files, subject, body, operation } = change;
  const family = orderFamily(change.release, change.decision.kind);
  if (change.record.via === 'pull-request')
    return proposeAndMerge(world, {
      change,
      base: head,
      branch: `${family}${shortOperation(operation)}`,
      whenTaken: 'stop',
      family,
      title: subject,
      description: describeOrder(change.record),
      method: config?.merge?.method ?? 'merge',
      landing: 'arm',
      whenClosed: 'the order is not obeyed. Give it again',
    });
  const writes = files.map((edit) => ({ path: edit.path, text: edit.after }));
  const outcome = await world.forge.commit({ parent: head, files: writes, subject, body, operation });
  if (outcome.kind !== 'refused') return outcome.kind === 'committed' ? outcome : { kind: 'head-moved' };
  const { code, message } = outcome;
  return { kind: 'blocked', code, pull: undefined, message };
}

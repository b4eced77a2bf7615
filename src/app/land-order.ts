import type { Change } from '../core/change/change.ts';
import { describeOrder } from '../report/order-pull-request.ts';
import type { Receipt } from '../report/run-report.ts';
import { commitChange } from './commit-change.ts';
import { findOutlasting } from './pending-pause.ts';
import { type Proposal, proposeAndMerge } from './propose.ts';
import type { Snapshot } from './read-snapshot.ts';
import { orderFamily, shortOperation } from './rollback-branch.ts';
import type { World } from './world.ts';

/**
 * Brings the record of a person's order to the default branch, by the way that steps take. A pull request which waits for a requirement is
 * armed when it stops something, and only then: armed, it lands with whatever head it has by then. What lets something go on is landed by
 * the next tick, at its own commit (`landWaitingOrders`).
 */
export async function landOrder(world: World, { head, config }: Snapshot, change: Change): Promise<Receipt> {
  const { subject, operation } = change;
  const family = orderFamily(change.release, change.decision.kind);
  if (change.record.via === 'pull-request')
    return proposeAndMerge(world, {
      change,
      base: head,
      branch: `${family}${shortOperation(operation)}`,
      whenTaken: 'stop',
      family,
      ...(change.decision.kind === 'pause' ? pausing(world, change) : {}),
      title: subject,
      description: describeOrder(change.record),
      method: config?.merge?.method ?? 'merge',
      landing: change.decision.kind === 'pause' ? 'arm' : 'leave',
      whenClosed: 'the order is not obeyed. Give it again',
    });
  return commitChange(world, change, head);
}

/** Who says stop now does not end a pause that lasts longer, and speaks against whatever would go on. */
function pausing(world: World, change: Change): Pick<Proposal, 'keeps' | 'overtakes'> {
  return {
    keeps: async (older) => (await findOutlasting(world, change, older)) !== undefined,
    overtakes: {
      families: ['resume', 'approve'].map((kind) => orderFamily(change.release, kind)),
      comment:
        'Closed by Belay: a person has paused the release since. Give the order again when it may go on.',
    },
  };
}

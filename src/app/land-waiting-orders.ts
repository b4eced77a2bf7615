import { describeChange } from '../core/change/describe-change.ts';
import { type Problem, ToolError, type ToolErrorCode } from '../core/errors.ts';
import { readRecord, recordPath } from '../core/record/record-file.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import type { PullRequest } from '../ports/forge.ts';
import { isForgeDown, problemOfFault } from './fault.ts';
import { findOwnRollback } from './find-own-rollback.ts';
import { findSubject } from './find-subject.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { hasLanded, isOwn, ORDERS, operationIn, orderFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/** What became of the orders that wait. */
export interface WaitingOrders {
  /** One landed: the branch is to be read again. */
  readonly moved: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Lands orders whose pull request waits for a requirement. Those by which something goes on (resume, approve, lift-quarantine) are
 * never armed: GitHub would merge what anybody who can push has put there since. So it is done here, by the next run, and only while
 * the head is the commit that an earlier run of this account made. Of a pause, which is armed, a person hears that it can land no more. Costs nothing where no branch of such an order is known that
 * would change anything; else one request for each.
 */
export async function landWaitingOrders(world: World, snapshot: Snapshot): Promise<WaitingOrders> {
  // which says how to merge; without it nothing goes on
  if (!snapshot.config) return { moved: false, problems: [] };
  const branches = await world.forge.branches(snapshot.head, ORDERS);
  const problems: Problem[] = [];
  for (const release of snapshot.releases) {
    if (release.kind !== 'readable') continue;
    for (const kind of openKinds(release))
      for (const branch of branches.filter((one) => one.startsWith(orderFamily(nameOf(release), kind)))) {
        if (hasLanded(release, branch)) continue;
        const outcome = await tryOrTell(world, snapshot, { release, kind, branch });
        if (outcome.kind === 'landed') return { moved: true, problems };
        if (outcome.kind === 'stuck') problems.push(stuckAt(release.path, outcome.message));
        if (outcome.kind === 'broken') problems.push(outcome.problem);
        // the next one would meet the same
        if (outcome.kind === 'broken' && outcome.isDown) return { moved: false, problems };
      }
  }
  return { moved: false, problems };
}

/** Kinds of orders that would change anything now. */
function openKinds({ state, parsed }: ReadableRelease): readonly ('pause' | 'resume' | 'approve' | 'lift')[] {
  return [
    'pause',
    ...(state.ordered ? (['resume'] as const) : []),
    ...(parsed.release.spec.candidate ? (['approve'] as const) : []),
    ...(state.quarantined.length > 0 ? (['lift'] as const) : []),
  ];
}

interface Waiting {
  readonly release: ReadableRelease;
  readonly kind: string;
  readonly branch: string;
}

/** A person has to see to it: nobody else does what was ordered. */
function stuckAt(file: string, message: string): Problem {
  return { code: 'ORDER_OPEN', severity: 'error', at: { file, line: 1, column: 1 }, path: '', message };
}

const LEFT = { kind: 'left' } as const;

function stuck(message: string): Landing {
  return { kind: 'stuck', message };
}

type Landing =
  | { readonly kind: 'landed' }
  /** There is none, or it waits on. */
  | { readonly kind: 'left' }
  | { readonly kind: 'stuck'; readonly message: string };

/** The forge broke over it, which is no hindrance to what this run decides itself: the next run tries again. */
interface Broken {
  readonly kind: 'broken';
  readonly problem: Problem;
  readonly isDown: boolean;
}

/** Faults that pass by themselves: nobody has to do anything. */
const PASSING: ReadonlySet<ToolErrorCode> = new Set<ToolErrorCode>([
  'FORGE_UNAVAILABLE',
  'UNSETTLED',
  'RATE_LIMITED',
  'CORRUPT',
  'HEAD_MOVED',
]);

async function tryOrTell(world: World, snapshot: Snapshot, waiting: Waiting): Promise<Landing | Broken> {
  try {
    return await tryToLand(world, snapshot, waiting);
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    const { code, message } = fault;
    const text = `the order of ${waiting.branch} was not brought to its end: ${message}`;
    const problem = problemOfFault(waiting.release.path, { code, message: text });
    return {
      kind: 'broken',
      problem: PASSING.has(code) ? { ...problem, severity: 'warning' } : problem,
      isDown: isForgeDown(fault),
    };
  }
}

async function tryToLand(
  world: World,
  snapshot: Snapshot,
  { release, kind, branch }: Waiting,
): Promise<Landing> {
  const { head, config } = snapshot;
  const state = await world.forge.inspect({ branch, families: [] });
  const pull = state.pulls.find((one) => one.state === 'open');
  // what was decided on is gone: the next reading looks again
  if (!pull || state.head !== head) return LEFT;
  const name = nameOf(release);
  // its record would take the number of the rollback's, which could never land then
  if (await findOwnRollback(world, snapshot, findSubject(world, snapshot, name))) return LEFT;
  const again = 'close it, and give the order again';
  if (!isOwn(state, pull))
    return stuck(
      `pull request #${pull.number} brings an order of kind ${kind} for ${name}, but its newest commit is not one that this run's account made, so it is not merged by Belay: look at it and merge it by hand, or ${again}`,
    );
  const record = await readOrder(world, release, pull);
  if (record?.decision.kind !== kind)
    return stuck(
      `pull request #${pull.number} brings an order of kind ${kind} for ${name}, and other records came since, so it can land no more: ${again}`,
    );
  const { until } = record.trigger.order ?? {};
  // a pause that is over stops nothing any more
  if (until !== undefined && Date.parse(until) <= world.clock.now()) return LEFT;
  const { subject, body } = describeChange(record);
  const method = config?.merge?.method ?? 'merge';
  const outcome = await world.forge.merge({
    pull,
    head: pull.head,
    method,
    whenPending: kind === 'pause' ? 'arm' : 'leave',
    subject,
    body,
  });
  switch (outcome.kind) {
    case 'merged':
      world.log.info(`pull request #${pull.number} brought the order of kind ${kind} for ${name}`);
      return { kind: 'landed' };
    case 'pending':
    case 'armed':
      world.log.info(`pull request #${pull.number} (${kind} of ${name}) waits: ${outcome.reason}`);
      return LEFT;
    case 'blocked':
      return stuck(
        `pull request #${pull.number} brings an order of kind ${kind} for ${name} and was not merged: ${outcome.message}`,
      );
    case 'head-changed':
      return stuck(
        `somebody pushed to pull request #${pull.number} just now, so its order of kind ${kind} for ${name} is not merged: ${again}`,
      );
  }
}

/** The record that it brings, while that follows from the newest one. */
async function readOrder(
  { forge }: World,
  { state, parsed }: ReadableRelease,
  { head, branch }: PullRequest,
): Promise<WrittenRecord | undefined> {
  const path = recordPath(parsed.release.metadata.name, state.sequence + 1);
  const file = (await forge.read(head, [path])).get(path);
  const record = file?.kind === 'text' ? readRecord(path, file.text) : undefined;
  if (!record || file?.kind !== 'text' || record.previous !== state.tip) return undefined;
  if (record.operation.slice(0, 12) !== operationIn(branch)) return undefined;
  return JSON.parse(file.text) as WrittenRecord;
}

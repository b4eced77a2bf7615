import type { Instant, Percent } from '../units.ts';
import type { Order } from './order-schema.ts';
import type { BelayRecord } from './record-schema.ts';
import { sameDeployment, type VersionRef } from './version-ref.ts';

/** First reason of a pause that a person ordered. */
export const PAUSED_BY_PERSON = 'PAUSED_BY_PERSON';
/** First reason of a pause by a person to whom something looks wrong. */
export const LOOKS_WRONG = 'LOOKS_WRONG';

/** A record that a person's order led to. */
interface Ordered {
  readonly record: number;
  readonly at: Instant;
  readonly order: Order;
}

/** A pause that a person ordered and nobody has ended; what it says of its own end is for whoever reads the clock. */
export interface OrderedPause extends Ordered {
  readonly code: typeof PAUSED_BY_PERSON | typeof LOOKS_WRONG;
  /** The first pause of those that hold the release without a gap up to this one; itself where none did. */
  readonly since: Pick<Ordered, 'record' | 'at'>;
}

/** A person's word that the candidate may enter a step. */
export interface Approval extends Ordered {
  /** The step's weight. */
  readonly weight: Percent;
  /** Digest of the manifest that was approved: another one was not seen by that person. */
  readonly manifest: BelayRecord['manifest']['after'];
}

/**
 * The pause by a person that lasts longest, of those since the last word to go on. It is of the release: neither a step nor a rollback
 * ends it, nor another pause that ends sooner, or whoever may only pause could end one.
 */
export function readOrderedPause(records: readonly BelayRecord[]): OrderedPause | undefined {
  const resumed = records.findLastIndex(({ decision }) => decision.kind === 'resume');
  let longest: OrderedPause | undefined;
  for (const record of records.slice(resumed + 1)) {
    const pause = readPauseIn(record);
    if (!pause || (longest && outlasts(longest, pause))) continue;
    longest = longest && isInForce(longest, pause.at) ? { ...pause, since: longest.since } : pause;
  }
  return longest;
}

function readPauseIn({ decision, trigger, sequence, at }: BelayRecord): OrderedPause | undefined {
  const code = decision.reasons[0]?.code;
  if (decision.kind !== 'pause' || !trigger.order || (code !== PAUSED_BY_PERSON && code !== LOOKS_WRONG))
    return undefined;
  return { record: sequence, at, order: trigger.order, code, since: { record: sequence, at } };
}

/** Whether a pause stays in the place of another one: it ends later, or at the same time, and the other one does not ask a person to look. */
export function outlasts(
  one: Pick<OrderedPause, 'order' | 'code'>,
  { order, code }: { readonly order: Pick<Order, 'until'>; readonly code: OrderedPause['code'] },
): boolean {
  const [end, otherEnd] = [one.order.until ?? Infinity, order.until ?? Infinity];
  return end > otherEnd || (end === otherEnd && code === PAUSED_BY_PERSON);
}

/** Whether a pause holds at a moment: it may have been ordered until then only. */
export function isInForce({ order }: Pick<OrderedPause, 'order'>, now: Instant): boolean {
  return order.until === undefined || now < order.until;
}

/** Decisions after which a step has to be approved anew. */
const MOVES: ReadonlySet<string> = new Set<BelayRecord['decision']['kind']>([
  'start',
  'advance',
  'reduce',
  'promote',
  'rollback',
  'adopt',
]);

/** When the newest record was written that gave the release other weights or versions. */
export function readMoved(records: readonly BelayRecord[]): Instant | undefined {
  return records.findLast(({ decision }) => MOVES.has(decision.kind))?.at;
}

/** The records since the newest of those, newest first. */
export function readUnmoved(records: readonly BelayRecord[]): readonly BelayRecord[] {
  return records.slice(records.findLastIndex(({ decision }) => MOVES.has(decision.kind)) + 1).reverse();
}

/** The newest approval of a step of this candidate that was not entered since. */
export function readApproval(
  records: readonly BelayRecord[],
  candidate: VersionRef | undefined,
): Approval | undefined {
  const moved = records.findLastIndex(({ decision }) => MOVES.has(decision.kind));
  const record = records.slice(moved + 1).findLast(({ decision }) => decision.kind === 'approve');
  const order = record?.trigger.order;
  if (!record?.candidate || !order || !candidate || !sameDeployment(record.candidate, candidate))
    return undefined;
  const { sequence, at, decision, manifest } = record;
  return { record: sequence, at, order, weight: decision.to, manifest: manifest.after };
}

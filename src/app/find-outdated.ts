import type { Command } from '../core/command/command.ts';
import type { Reason } from '../core/decision/decision.ts';
import { writeOrder } from '../core/record/order-schema.ts';
import { LOOKS_WRONG, type OrderedPause } from '../core/record/ordered.ts';
import type { Quarantined } from '../core/record/release-state.ts';
import { type Digest, formatInstant, formatPercent, type Instant, type Percent } from '../core/units.ts';
import type { Arrival } from './find-arrival.ts';
import type { Subject } from './find-subject.ts';
import type { World } from './world.ts';

/** What somebody saw who ordered something. */
export type Seen =
  /** The release as it was at a moment: no candidate that came only later, and no step that came next only then. */
  | { readonly kind: 'at'; readonly at: Instant }
  /** One step of one manifest. */
  | { readonly kind: 'step'; readonly weight: Percent; readonly manifest: Digest };

/** Why the step that comes next is not what was approved: of two who approve one step, the second does not approve the one after it. */
export function findUnseen(
  seen: Seen,
  {
    moved,
    edited,
    weight,
    manifest,
  }: {
    readonly moved: Instant | undefined;
    readonly edited: Instant | undefined;
    readonly weight: Percent;
    readonly manifest: Digest;
  },
): string | undefined {
  const next = `the step to ${formatPercent(weight)}, which comes next,`;
  if (seen.kind === 'step')
    return seen.weight === weight && seen.manifest === manifest
      ? undefined
      : `${next} is not the step to ${formatPercent(seen.weight)} that was approved, or the manifest was edited since; look again`;
  const given = `after the approval was given at ${formatInstant(seen.at)}: nobody approved ${next} so far. Look again, and approve it anew`;
  if (moved !== undefined && moved > seen.at) return `the release moved at ${formatInstant(moved)}, ${given}`;
  return edited !== undefined && edited > seen.at
    ? `the manifest was edited at ${formatInstant(edited)}, ${given}`
    : undefined;
}

/**
 * Why an order that is about a candidate is not about the one that is there: it came after the order was given. An order that names
 * another version is of that one, whatever is tried now.
 */
export function findReplaced(
  { candidate, name: release }: Subject,
  {
    command,
    seen,
    arrival: { came },
  }: { readonly command: Command; readonly seen: Seen | undefined; readonly arrival: Arrival },
): Reason | undefined {
  if (!candidate || seen?.kind !== 'at' || came === undefined || came <= seen.at) return undefined;
  const { version } = candidate;
  if ((command.version ?? version) !== version) return undefined;
  // named, so that no third one is meant by it
  const from = command.name === 'looks-wrong' ? '' : ` --from ${version}`;
  const text = `${version} came at ${formatInstant(came)}, after the order was given at ${formatInstant(seen.at)}, which was about what was there then; nothing was done. If it is meant, give the order again: /belay ${command.name} ${release} --reason "…"${from}`;
  return { code: 'ORDER_OUTDATED', text };
}

/** What the author of an order can have known of the records. */
export interface Known {
  readonly seen: Seen | undefined;
  /** Number of the newest record when the run that carries it out began. */
  readonly known: number;
}

/** An order by which something goes on, of one release. */
interface GoingOn extends Known {
  readonly subject: Subject;
}

/** Why a resume does not end a pause: whoever says stop is not overruled by a word of before. */
export function findLaterPause(
  world: World,
  { subject, ...known }: GoingOn,
  { at, code, order, record }: OrderedPause,
): Reason | undefined {
  const later = describeLater({ record, at }, known);
  if (later === undefined) return undefined;
  const who = code === LOOKS_WRONG ? 'it looks wrong to' : 'it was paused by';
  const why = order.reason === undefined ? '' : `: ${order.reason}`;
  const words = `resume ${subject.name}`;
  const text = `${who} ${order.by.login} since ${formatInstant(at)} in record ${record}, ${later}, which does not end that${why}. If it may go on all the same, give the order again: ${again(world, words)}`;
  return { code: 'ORDER_OUTDATED', text };
}

/** Why a version stays quarantined: it was rolled back, maybe once more, and whoever lifts that did not know. */
export function findLaterRollback(
  world: World,
  { subject, ...known }: GoingOn,
  bad: readonly Quarantined[],
): Reason | undefined {
  for (const { ref, record } of bad) {
    const at = subject.chain.records.find(({ sequence }) => sequence === record)?.at;
    const later = at === undefined ? undefined : describeLater({ record, at }, known);
    if (at === undefined || later === undefined) continue;
    const words = `lift-quarantine ${subject.name} ${ref.version} --reason "…"`;
    const text = `${ref.version} was rolled back at ${formatInstant(at)} in record ${record}, ${later}; nothing was lifted. If it may come again all the same, give the order again: ${again(world, words)}`;
    return { code: 'ORDER_OUTDATED', text };
  }
  return undefined;
}

/** When a record came that an order would undo and its author did not know; undefined: it was there when the order was given. */
function describeLater(
  { record, at }: { readonly record: number; readonly at: Instant },
  { seen, known }: Known,
): string | undefined {
  if (seen?.kind === 'at' && at > seen.at) return `after the order was given at ${formatInstant(seen.at)}`;
  return record > known ? 'while the order was carried out' : undefined;
}

/** How an order is given again, where it was given. */
function again({ trigger }: World, words: string): string {
  return writeOrder(trigger.order?.source.kind === 'terminal' ? 'terminal' : 'comment', words);
}

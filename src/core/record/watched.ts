import type { Rollout, Transition } from '../plan/rollout.ts';
import { type Digest, type Instant, type Millis, millis } from '../units.ts';
import type { BelayRecord } from './record-schema.ts';
import { sameVersion, type VersionRef } from './version-ref.ts';

/** A pause that was written down. */
export interface RecordedPause {
  readonly at: Instant;
  readonly code: string;
  /** Digest of the manifest when it was paused; a later edit by a person lifts the pause. */
  readonly manifest: Digest;
}

interface Settled {
  /** The record that put this version in charge. */
  readonly record: number;
  readonly via: BelayRecord['via'];
  /** When that record was decided. */
  readonly decidedAt: Instant;
  /** When it reached the default branch. */
  readonly since: Instant;
  readonly ref: VersionRef;
  /** The newest pause since. */
  readonly pause: RecordedPause | undefined;
}

/** A version that came out of its rollout as good. */
export interface PromotedVersion extends Settled {
  readonly kind: 'promoted';
  /** What served before it. */
  readonly previous: VersionRef;
  /** The rollout that brought it. */
  readonly rollout: Rollout;
}

/** A version that was gone back to. */
export interface RestoredVersion extends Settled {
  readonly kind: 'restored';
  /** What was left. */
  readonly bad: VersionRef;
  /** When the version that took the restored one's place got its first traffic; the rollback itself where that is not known. */
  readonly troubledSince: Instant;
  /** When the rollout began that brought the restored version; undefined when it was there before the records. */
  readonly broughtAt: Instant | undefined;
  /** The rollback before this one was not enough either. */
  readonly isSecond: boolean;
  /** How long it has to prove itself, by what was asked for when it was gone back to; undefined when nothing was. */
  readonly verify: Millis | undefined;
  /** Digest of the manifest as the rollback left it. */
  readonly manifest: Digest;
}

/** The version that a settled release was left with by Belay's newest move. */
export type Watched = PromotedVersion | RestoredVersion;

/** Reason of a rollback away from a version that was itself gone back to. */
export const NOT_RECOVERED = 'NOT_RECOVERED';

const MOVES: ReadonlySet<string> = new Set<BelayRecord['decision']['kind']>([
  'adopt',
  'start',
  'promote',
  'recover',
  'rollback',
]);

/**
 * What Belay left a settled release with; undefined when it was adopted, has recovered, or a candidate was started since. Nobody is
 * served by another version once a candidate is taken back that nobody was sent to, so what was looked after before is looked after on.
 * @param landed when records that came by pull request reached the default branch, by number
 */
export function readWatched(
  records: readonly BelayRecord[],
  landed: ReadonlyMap<number, Instant>,
): Watched | undefined {
  const index = records.findLastIndex(({ decision }) => MOVES.has(decision.kind));
  const move = records[index];
  if (!move) return undefined;
  if (leavesNobody(move, records.slice(0, index))) return readWatched(records.toSpliced(index, 1), landed);
  const settled = {
    record: move.sequence,
    via: move.via,
    decidedAt: move.at,
    since: landed.get(move.sequence) ?? move.at,
    pause: readPause(records.slice(index + 1)),
  };
  if (move.decision.kind === 'promote') return readPromoted(move, settled);
  if (move.decision.kind === 'rollback') return readRestored(move, settled, records.slice(0, index));
  return undefined;
}

/** A rollback to the version that served everyone already: what it left was not started. */
function leavesNobody({ decision, restored }: BelayRecord, before: readonly BelayRecord[]): boolean {
  if (decision.kind !== 'rollback' || !restored) return false;
  const last = before.findLast(({ decision: { kind } }) => MOVES.has(kind));
  const serving = last?.good ?? last?.restored?.version;
  return serving !== undefined && sameVersion(serving, restored.version);
}

/** The pause that Belay's newest decision is; what people ordered meanwhile takes nothing from it. */
export function readPause(records: readonly BelayRecord[]): RecordedPause | undefined {
  const last = records.findLast((record) => !isOrder(record));
  if (last?.decision.kind !== 'pause') return undefined;
  return { at: last.at, code: last.decision.reasons[0]?.code ?? '', manifest: last.manifest.after };
}

/** A record that says what a person ordered, and decides nothing by evidence. */
function isOrder({ decision: { kind }, trigger }: BelayRecord): boolean {
  if (kind === 'pause') return trigger.order !== undefined;
  return kind === 'resume' || kind === 'approve' || kind === 'lift';
}

function readPromoted(
  { candidate, stable, rollout }: BelayRecord,
  settled: Omit<Settled, 'ref'>,
): PromotedVersion | undefined {
  const [first, ...rest] = rollout?.transitions ?? [];
  if (!candidate || !stable || !rollout || !first) return undefined;
  const transitions: readonly [Transition, ...Transition[]] = [first, ...rest];
  return {
    ...settled,
    kind: 'promoted',
    ref: candidate,
    previous: stable,
    rollout: { startedAt: rollout.startedAt, transitions },
  };
}

function readRestored(
  { restored, quarantine, candidate, decision, rollout, manifest, at }: BelayRecord,
  settled: Omit<Settled, 'ref'>,
  before: readonly BelayRecord[],
): RestoredVersion | undefined {
  const bad = quarantine ?? candidate;
  if (!restored || !bad) return undefined;
  const brought = before.find(
    ({ decision: { kind }, candidate }) =>
      kind === 'start' && candidate && sameVersion(candidate, restored.version),
  );
  // what is left may not be what took its place: a second rollback goes back past a version that was good. And it may have been gone
  // back to before: what took its place then is not what troubles it now
  const inCharge = before.findLast(({ good, restored: back }) => {
    const serving = good ?? back?.version;
    return serving !== undefined && sameVersion(serving, restored.version);
  });
  const since = inCharge?.sequence ?? restored.record;
  const replaced = before.find(
    ({ sequence, good }) => sequence > since && good && !sameVersion(good, restored.version),
  );
  const isSecond = decision.reasons.some(({ code }) => code === NOT_RECOVERED);
  return {
    ...settled,
    kind: 'restored',
    ref: restored.version,
    bad,
    troubledSince: replaced?.rollout?.startedAt ?? replaced?.at ?? rollout?.startedAt ?? at,
    broughtAt: brought?.at,
    isSecond,
    verify: restored.verify === undefined ? undefined : millis(restored.verify),
    manifest: manifest.after,
  };
}

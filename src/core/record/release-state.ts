import type { Rollout, Transition } from '../plan/rollout.ts';
import type { Digest, Instant } from '../units.ts';
import { type Braked, readBraked } from './braked.ts';
import {
  type Approval,
  type OrderedPause,
  readApproval,
  readMoved,
  readOrderedPause,
  readUnmoved,
} from './ordered.ts';
import type { RecordChain } from './record-file.ts';
import type { BelayRecord } from './record-schema.ts';
import { recurs, sameContent, sameDeployment, sameVersion, type VersionRef } from './version-ref.ts';
import { type RecordedPause, readPause, readWatched, type Watched } from './watched.ts';

/** A version that was promoted after its bake, adopted at the start, or gone back to. */
export interface GoodVersion {
  readonly ref: VersionRef;
  /** The record that says so. */
  readonly record: number;
}

/** A version that was rolled back and may not come again. */
export interface Quarantined {
  readonly ref: VersionRef;
  readonly record: number;
}

/** A version that a rollback left, for what it did or since another release went back. */
export interface TakenBack {
  readonly ref: VersionRef;
  readonly record: number;
}

/** The version that was the last to be put on a backend. */
export interface BackendUse {
  readonly ref: VersionRef;
  /** The newest record that names it there. */
  readonly record: number;
}

/** What the records say of a release. */
export interface ReleaseState {
  /** Number of the newest record; 0 when there is none. */
  readonly sequence: number;
  readonly tip: Digest | null;
  /** When the newest record says it was written; undefined when there is none. */
  readonly newest: Instant | undefined;
  /** Where the manifest was when each record was written, newest first: it may have been moved since. */
  readonly paths: readonly string[];
  /** Newest first, each version once, quarantined ones left out. What was gone back to is the newest. */
  readonly good: readonly GoodVersion[];
  /** Newest first; those that a person lifted are left out. */
  readonly quarantined: readonly Quarantined[];
  /** Newest first, whether quarantined, lifted or neither; those that were good again since are left out. */
  readonly takenBack: readonly TakenBack[];
  /** Names of all versions, in the order in which records first name them: one that came later is newer. */
  readonly introduced: readonly string[];
  /** By backend. What an earlier version ran on serves the later one now: nothing routes to the earlier one any more. */
  readonly backends: ReadonlyMap<string, BackendUse>;
  /** The rollout of the given candidate, when it was started and not ended. */
  readonly rollout: Rollout | undefined;
  /** The candidate whose rollout was started and not ended, whatever the manifest holds now. */
  readonly unfinished: VersionRef | undefined;
  /** Numbers of the records of that rollout whose step came by pull request: their moment is when it landed. */
  readonly proposed: readonly number[];
  /** Nats of harm that earlier trials of the candidate's content left: the same content does not begin anew. */
  readonly carried: number;
  /** What the rates of that rollout rest on; undefined when its start did not write it down. */
  readonly guarantee: BelayRecord['guarantee'];
  /** The newest pause since the last step of that rollout. */
  readonly pause: RecordedPause | undefined;
  /** The pause that a person ordered and nobody has ended; of several the one that lasts longest. */
  readonly ordered: OrderedPause | undefined;
  /** A person's word that the candidate may enter its next step. */
  readonly approval: Approval | undefined;
  /** When the newest record was written that gave the release other weights or versions. */
  readonly moved: Instant | undefined;
  /** The records since then, newest first: they say something of the release and leave it as it is. */
  readonly unmoved: readonly Pick<BelayRecord, 'sequence' | 'previous'>[];
  /** The brake that this rollout stands under; undefined: none, or it went up since. */
  readonly braked: Braked | undefined;
  /** What Belay's newest move left the release with; undefined once another rollout began. */
  readonly watched: Watched | undefined;
}

/**
 * What the records say, for the candidate that the manifest holds now. A candidate with other content, or on another backend,
 * than the one that was started has no rollout: it begins anew.
 * @param landed when the records listed in `proposed` reached the default branch, by number; decided-at where unknown
 */
export function readState(
  chain: RecordChain,
  candidate: VersionRef | undefined,
  landed: ReadonlyMap<number, Instant> = new Map(),
): ReleaseState {
  const newestFirst = [...chain.records].reverse();
  const bad = newestFirst.flatMap((record) =>
    record.quarantine ? [{ ref: record.quarantine, record: record.sequence }] : [],
  );
  const unfinished = findUnfinished(chain.records);
  const started = unfinished[0]?.candidate ?? undefined;
  const running = candidate && started && sameDeployment(started, candidate) ? unfinished : [];
  return {
    sequence: chain.records.length,
    tip: chain.tip,
    newest: chain.records.at(-1)?.at,
    paths: [...new Set(newestFirst.map((record) => record.manifest.path))],
    // what is lifted may be tried again; it is not good for that
    good: readGood(newestFirst).filter((version) => !bad.some((one) => isLaterQuarantine(one, version))),
    quarantined: bad.filter((one) => !isLifted(one, chain.records)),
    takenBack: readTakenBack(newestFirst),
    introduced: readIntroduced(chain.records),
    backends: readBackends(newestFirst),
    rollout: readRollout(running, landed),
    unfinished: started,
    proposed: findMoves(running).flatMap((record) =>
      record.via === 'pull-request' ? [record.sequence] : [],
    ),
    carried: running[0]?.candidate ? readCarried(chain.records, running[0]) : 0,
    guarantee: running[0]?.guarantee,
    pause: readPause(running),
    ordered: readOrderedPause(chain.records),
    approval: readApproval(chain.records, candidate),
    moved: readMoved(chain.records),
    unmoved: readUnmoved(chain.records),
    braked: readBraked(running),
    watched: readWatched(chain.records, landed),
  };
}

/**
 * Whether a version may not come (again): it shares its name or content with one that was rolled back. A version that is good
 * by its records shares nothing but a name with a bad one that took it later, and stays good.
 */
export function findQuarantine(
  state: Pick<ReleaseState, 'good' | 'quarantined'>,
  ref: VersionRef,
): Quarantined | undefined {
  const isGood = state.good.some((good) => sameVersion(good.ref, ref));
  return state.quarantined.find((bad) => (isGood ? sameContent(bad.ref, ref) : recurs(bad.ref, ref)));
}

/** The version that took over the backend of another one; undefined while what was put there last has that one's content. */
export function findTakeover(state: Pick<ReleaseState, 'backends'>, ref: VersionRef): BackendUse | undefined {
  const newest = state.backends.get(ref.backend);
  return newest && !sameContent(newest.ref, ref) ? newest : undefined;
}

/** A version that was gone back to serves everyone, as good as it was by the record that the rollback names. */
function readGood(newestFirst: readonly BelayRecord[]): readonly GoodVersion[] {
  const named = newestFirst.flatMap(({ good, restored, sequence }): readonly GoodVersion[] => {
    if (good) return [{ ref: good, record: sequence }];
    return restored ? [{ ref: restored.version, record: restored.record }] : [];
  });
  return named.filter(({ ref }, index) => named.findIndex((other) => sameVersion(other.ref, ref)) === index);
}

function isLifted({ ref, record }: Quarantined, records: readonly BelayRecord[]): boolean {
  return records.some(
    ({ decision, lifted, sequence }) =>
      decision.kind === 'lift' && sequence > record && lifted === ref.version,
  );
}

function isLaterQuarantine(bad: Quarantined, version: GoodVersion): boolean {
  return bad.record > version.record && sameVersion(bad.ref, version.ref);
}

function readTakenBack(newestFirst: readonly BelayRecord[]): readonly TakenBack[] {
  const later = new Set<string>();
  const found: TakenBack[] = [];
  for (const { decision, good, restored, quarantine, candidate, sequence } of newestFirst) {
    const ref = decision.kind === 'rollback' ? (quarantine ?? candidate) : null;
    if (ref && !later.has(ref.version)) found.push({ ref, record: sequence });
    for (const named of [ref, good, restored?.version]) if (named) later.add(named.version);
  }
  return found;
}

function readIntroduced(records: readonly BelayRecord[]): readonly string[] {
  const names = records.flatMap(({ stable, candidate }) => [stable?.version, candidate?.version]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A word about a candidate that waits puts it on no backend. */
function puts({ decision }: BelayRecord): boolean {
  return !['pause', 'resume', 'approve', 'lift'].includes(decision.kind);
}

/** In a record of a rollback, what was restored stands where the bad version was, should both have had one backend. */
function readBackends(newestFirst: readonly BelayRecord[]): ReadonlyMap<string, BackendUse> {
  const backends = new Map<string, BackendUse>();
  for (const { stable, candidate, sequence } of newestFirst.filter(puts))
    for (const ref of [stable, candidate])
      if (ref && !backends.has(ref.backend)) backends.set(ref.backend, { ref, record: sequence });
  return backends;
}

/** Records from the newest start on; empty when that rollout has ended. A stable version that is adopted ends it too. */
function findUnfinished(records: readonly BelayRecord[]): readonly BelayRecord[] {
  const start = records.findLastIndex((record) => record.decision.kind === 'start');
  if (start < 0) return [];
  const since = records.slice(start);
  return since.some(({ decision }) => ENDS.has(decision.kind)) ? [] : since;
}

const ENDS: ReadonlySet<string> = new Set<BelayRecord['decision']['kind']>(['promote', 'rollback', 'adopt']);

/** Decisions that give a candidate another weight. */
const MOVES: ReadonlySet<string> = new Set<BelayRecord['decision']['kind']>(['start', 'advance', 'reduce']);

function findMoves(running: readonly BelayRecord[]): readonly BelayRecord[] {
  return running.filter(({ decision }) => MOVES.has(decision.kind));
}

function readRollout(
  running: readonly BelayRecord[],
  landed: ReadonlyMap<number, Instant>,
): Rollout | undefined {
  const [first, ...rest] = findMoves(running).map(
    (record): Transition => ({ weight: record.decision.to, at: landed.get(record.sequence) ?? record.at }),
  );
  return first ? { startedAt: first.at, transitions: [first, ...rest] } : undefined;
}

/**
 * What earlier trials of the same content left, when a person took it out before it was decided: per trial ln((1 + E) / 2) with E
 * the evidence of its last record. Half of a stake that was kept and half of one that was played is a fair stake too, so the
 * product with the evidence of this trial is an e-value; and a trial that spoke for the candidate costs the next at most ln 2.
 */
function readCarried(records: readonly BelayRecord[], start: BelayRecord): number {
  const { candidate } = start;
  if (!candidate) return 0;
  let carried = 0;
  let trial: Trial | undefined;
  for (const record of records) {
    if (record.sequence >= start.sequence) break;
    const { kind } = record.decision;
    // another start ends a trial as well: the candidate was renamed, moved or replaced in the manifest
    // and so does a rollback that quarantines nothing: another release was taken back, which proves nothing about this one
    const isOther = kind === 'rollback' && record.quarantine === null;
    if (kind === 'start' || kind === 'adopt' || isOther) carried += leftBy(trial, candidate);
    if (kind === 'start' && record.candidate) trial = { ref: record.candidate, logHarm: undefined };
    else if (ENDS.has(kind)) trial = undefined;
    else if (trial && record.evidence) trial.logHarm = record.evidence.logHarm;
  }
  return carried + leftBy(trial, candidate);
}

/** A rollout that was begun, and its newest evidence. */
interface Trial {
  readonly ref: VersionRef;
  logHarm: number | undefined;
}

function leftBy(trial: Trial | undefined, candidate: VersionRef): number {
  return trial?.logHarm !== undefined && sameContent(trial.ref, candidate) ? logHalf(trial.logHarm) : 0;
}

/** ln((1 + exp(log)) / 2), without overflow. */
function logHalf(log: number): number {
  return Math.max(log, 0) + Math.log1p(Math.exp(-Math.abs(log))) - Math.LN2;
}

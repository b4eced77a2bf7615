import { asksApproval } from '../core/decision/obey-orders.ts';
import { askedProof } from '../core/decision/watch.ts';
import { ToolError } from '../core/errors.ts';
import { promoteManifest, writeWeight } from '../core/manifest/edit-manifest.ts';
import { type ParsedRelease, parseRelease } from '../core/manifest/parse-release.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { recordedWeight } from '../core/plan/rollout.ts';
import { isFollowing } from '../core/record/following.ts';
import type { BelayRecord } from '../core/record/record-schema.ts';
import { findQuarantine, type ReleaseState } from '../core/record/release-state.ts';
import { sameDeployment, sameVersion, type VersionRef, versionRef } from '../core/record/version-ref.ts';
import { quote } from '../core/yaml/yaml-path.ts';

/** A new record, and the manifest that it tells of. */
export interface RecordedMove {
  readonly record: BelayRecord;
  readonly path: string;
  /** The manifest as it was; undefined when it was not there. */
  readonly before: string | undefined;
  readonly after: string;
  /** What the records before this one say. */
  readonly state: ReleaseState;
  /** Texts of the manifest in the history of the base, newest first. */
  readonly history: readonly string[];
}

/**
 * What in a record, or in the manifest beside it, Belay would not have written; undefined: it is a move that Belay makes. Who made it
 * cannot be told from its content, for evidence can be made up; but nothing else than such a move gets in with a record.
 */
export function findOddMove(move: RecordedMove): string | undefined {
  const { record, path, before } = move;
  if (record.decision.kind === 'rollback') return findOddRollback(move);
  const reading = before === undefined ? undefined : parseRelease(path, before);
  if (reading?.kind !== 'ok') return findOddOrder(move);
  if (reading.value.release.metadata.name !== record.release)
    return `the manifest of ${quote(reading.value.release.metadata.name)}`;
  return findOddVersions(record, reading.value) ?? findOddMoment(move) ?? findOddEdit(move, reading.value);
}

function findOddVersions(
  { decision, ...record }: BelayRecord,
  { release }: ParsedRelease,
): string | undefined {
  const { spec } = release;
  const stable = versionRef(spec.stable);
  const candidate = spec.candidate ? versionRef(spec.candidate) : null;
  const good =
    decision.kind === 'adopt' || decision.kind === 'recover'
      ? stable
      : decision.kind === 'promote'
        ? candidate
        : null;
  const expected = { stable, candidate, good, quarantine: null, restored: null };
  if (!isSame(record.stable, expected.stable)) return 'another stable version than that of the manifest';
  if (!isSame(record.candidate, expected.candidate)) return 'another candidate than that of the manifest';
  if (!isSame(record.good, expected.good))
    return `"good" says what a record of kind ${decision.kind} does not`;
  if (record.quarantine !== null || record.restored !== null)
    return `a record of kind ${decision.kind} that takes a version back`;
  if (decision.from !== spec.rollout.weight) return 'another weight than that of the manifest';
  return undefined;
}

/** A record that a person ordered and that moves nothing. */
export function isOrder({ decision, trigger }: BelayRecord): boolean {
  return ORDERS.has(decision.kind) && trigger.order !== undefined;
}

/** An approval is of a step, so it takes a manifest that can be read. */
const ORDERS: ReadonlySet<BelayRecord['decision']['kind']> = new Set(['pause', 'resume', 'approve', 'lift']);

/** An order over a manifest that nobody can read is held against the records: it names what they say, and leaves every file as it is. */
function findOddOrder(move: RecordedMove): string | undefined {
  const { record, state, before, after } = move;
  const { kind, from, to } = record.decision;
  if (!isOrder(record) || kind === 'approve')
    return `a record of kind ${kind} over a manifest that cannot be read`;
  if (record.targets.length > 0 || !state.paths.includes(record.manifest.path))
    return 'other files than the manifest that the records tell of';
  if (!isSame(record.stable, state.good[0]?.ref ?? null))
    return 'another stable version than that of the records';
  if (!isSame(record.candidate, state.unfinished ?? null))
    return 'another candidate than that of the records';
  if (record.good !== null || record.quarantine !== null || record.restored !== null)
    return `a record of kind ${kind} that calls a version good or takes one back`;
  if (from !== to || from !== (state.rollout ? recordedWeight(state.rollout).weight : 0))
    return 'another weight than that of the records';
  return findOddMoment(move) ?? (before === after ? undefined : 'other edits of the manifest');
}

function isSame(a: VersionRef | null, b: VersionRef | null): boolean {
  return a && b ? sameDeployment(a, b) : a === b;
}

/** Whether the candidate of a record is being rolled out. */
function isUnderWay({ candidate }: BelayRecord, { unfinished }: ReleaseState): boolean {
  return !!unfinished && !!candidate && sameDeployment(unfinished, candidate);
}

/** A move of a rollout needs one, and what serves is called good only when none is under way. */
function findOddMoment({ record, state }: RecordedMove): string | undefined {
  const { kind } = record.decision;
  const isOrder = kind === 'resume' || kind === 'approve' || kind === 'lift';
  if (isOrder && !record.trigger.order) return `a record of kind ${kind} that nobody ordered`;
  const { watched } = state;
  const isRunning = isUnderWay(record, state);
  const isRestored = watched?.kind === 'restored' && !!record.good && sameVersion(watched.ref, record.good);
  const fits: Readonly<Record<typeof kind, boolean>> = {
    start: !isRunning,
    advance: isRunning,
    reduce: isRunning,
    promote: isRunning,
    adopt: !isRunning,
    recover: isRestored,
    pause: true,
    resume: state.ordered !== undefined,
    approve: record.candidate !== null,
    lift: state.quarantined.some(({ ref }) => ref.version === record.lifted),
    rollback: true,
  };
  return fits[kind] ? undefined : `a record of kind ${kind} that does not follow from those before`;
}

function findOddEdit(
  { record, before, after, state }: RecordedMove,
  parsed: ParsedRelease,
): string | undefined {
  const { kind, from, to } = record.decision;
  if (kind === 'approve' && !asksApproval(parsed.release, to))
    return 'an approval of a step that asks nobody';
  const steps = parsed.release.spec.rollout.steps.map(({ weight }) => weight);
  const isDeclared =
    kind === 'start' || (kind === 'approve' && !isUnderWay(record, state))
      ? to === steps[0]
      : kind === 'advance' || kind === 'approve'
        ? to === steps.find((weight) => weight > from)
        : kind === 'reduce'
          ? to < from
          : kind !== 'promote' || from === steps.at(-1);
  if (!isDeclared) return `a weight that is no next step: ${from} → ${to}`;
  return after === editedBy(kind, parsed, record, before) ? undefined : 'other edits of the manifest';
}

/** The manifest as Belay would have left it; undefined when it would have written nothing. */
function editedBy(
  kind: BelayRecord['decision']['kind'],
  { source }: ParsedRelease,
  { decision }: BelayRecord,
  before: string | undefined,
): string | undefined {
  try {
    if (kind === 'promote') return promoteManifest(source);
    return kind === 'start' || kind === 'advance' || kind === 'reduce'
      ? writeWeight(source, decision.to)
      : before;
  } catch (fault) {
    if (fault instanceof ToolError) return undefined;
    throw fault;
  }
}

/** It may be over a manifest that nobody can read: what it goes back to is what counts. */
function findOddRollback({ record, path, before, after, state, history }: RecordedMove): string | undefined {
  const { restored, stable, candidate, quarantine, good } = record;
  if (!restored || good !== null) return 'a rollback that does not say what it goes back to';
  const { version } = restored;
  const left = isFollowing(record.decision) ? candidate : quarantine;
  if (!isSame(stable, version) || !left || !isSame(candidate, left))
    return 'a rollback whose versions do not fit together';
  if (left !== quarantine && quarantine !== null)
    return 'a quarantine of a version that only goes back with another release';
  if (sameVersion(left, version)) return 'a rollback of a version to itself';
  const isGood = state.good.some(({ ref }) => sameVersion(ref, version));
  if (!isGood || findQuarantine(state, version))
    return `${version.version} is not good by the records before`;
  const reading = parseRelease(path, after);
  const release = reading.kind === 'ok' ? reading.value.release : undefined;
  const spec = release?.metadata.name === record.release ? release.spec : undefined;
  if (
    !history.includes(after) ||
    !release ||
    !spec ||
    spec.candidate ||
    !sameVersion(versionRef(spec.stable), version)
  )
    return `the manifest is not as it stood settled with ${version.version}`;
  // records before it have none
  if (restored.verify !== undefined && restored.verify !== askedProof(release, readLeft(path, before)))
    return 'another time to prove itself than the manifests ask for';
  return undefined;
}

function readLeft(path: string, before: string | undefined): Release | undefined {
  const reading = before === undefined ? undefined : parseRelease(path, before);
  return reading?.kind === 'ok' ? reading.value.release : undefined;
}

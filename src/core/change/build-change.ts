import type { Assessment, PlannedQuery } from '../analysis/assessment.ts';
import type { Guarantee } from '../analysis/guarantee.ts';
import type { MetricsRequest, Observation } from '../analysis/observation.ts';
import type { Decision, RecordedKind } from '../decision/decision.ts';
import type { SkippedGood } from '../decision/last-good.ts';
import type { ServedShare } from '../decision/served-share.ts';
import type { Rollout } from '../plan/rollout.ts';
import { isFollowing } from '../record/following.ts';
import type { WrittenOrder } from '../record/order-schema.ts';
import { digestOf, fitRecord, recordPath, serialiseRecord } from '../record/record-file.ts';
import type { WrittenRecord } from '../record/record-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { VersionRef } from '../record/version-ref.ts';
import type { RestoredVersion } from '../record/watched.ts';
import { formatInstant, type Instant, type Millis, type Sha, type Sha256 } from '../units.ts';
import type { Change, FileEdit } from './change.ts';
import { describeChange } from './describe-change.ts';

/** A planned query with its answer. */
export interface Answer {
  readonly planned: PlannedQuery;
  readonly observation: Observation;
}

/** What was restored by a rollback, and from where. */
export interface Restored {
  readonly version: VersionRef;
  /** The commit whose manifest bytes were restored. */
  readonly commit: Sha;
  /** The record that says the version is good. */
  readonly record: number;
  /** Good versions that come first and could not be gone back to. */
  readonly passedOver: readonly SkippedGood[];
  /** How long it has to prove itself; undefined when nobody asked for that. */
  readonly verify?: Millis | undefined;
}

/** Where and by whom a run was started. */
export interface Trigger {
  readonly kind: WrittenRecord['trigger']['kind'];
  readonly actor: string | null;
  /** The signed dispatch that asked for the run. */
  readonly dispatch?: NonNullable<WrittenRecord['trigger']['dispatch']>;
  /** What a person ordered, and what this is the answer to. */
  readonly order?: WrittenOrder;
}

/** Facts of the run that go into every record. */
export interface RunFacts {
  readonly tool: string;
  readonly trigger: Trigger;
  /** The commit that was decided on. */
  readonly base: Sha;
  readonly now: Instant;
}

export interface ChangeInput {
  readonly run: RunFacts;
  readonly release: string;
  readonly decision: Decision & { readonly kind: RecordedKind };
  readonly via: 'commit' | 'pull-request';
  readonly state: ReleaseState;
  readonly stable: VersionRef | null;
  readonly candidate: VersionRef | null;
  /** The rollout as it was when deciding. */
  readonly rollout: Rollout | undefined;
  readonly manifest: FileEdit;
  readonly targets: readonly FileEdit[];
  readonly restored?: Restored;
  readonly quarantine?: VersionRef;
  /** Operations of other releases that land with it or not at all. */
  readonly along?: readonly string[];
  /** Name of a version that may come again. */
  readonly lifted?: string;
  /** Of a start. */
  readonly guarantee?: Guarantee;
  /** Of a recovery. */
  readonly recovery?: { readonly from: RestoredVersion; readonly served: ServedShare | undefined };
  readonly assessment?: Assessment;
  readonly answers?: readonly Answer[];
  readonly sha256: Sha256;
}

/** Everything that a decision writes, the record included. Pure: same input, same bytes. */
export function buildChange(input: ChangeInput): Change {
  const sequence = input.state.sequence + 1;
  const operation = nameOperation(input, { sequence, tip: input.state.tip });
  const record = fitRecord(buildRecord(input, sequence, operation));
  const edits = [input.manifest, ...input.targets].filter((edit) => edit.before !== edit.after);
  const file: FileEdit = {
    path: recordPath(input.release, sequence),
    before: undefined,
    after: serialiseRecord(record),
  };
  return {
    release: input.release,
    decision: input.decision,
    files: [...edits, file],
    record,
    operation,
    ...describeChange(record),
  };
}

/** A name that the same change had, and the path of its record then. */
export interface EarlierOperation {
  readonly operation: string;
  readonly record: string;
}

/** How many of them are looked at; each makes the query for pull requests a few lines longer. */
const MAX_EARLIER = 8;

/**
 * The names that a change had before the newest records were written, where those left the release as it is: what a person said of it
 * then still holds. Newest first.
 */
export function earlierOperations(input: ChangeInput): readonly EarlierOperation[] {
  return input.state.unmoved.slice(0, MAX_EARLIER).map(({ sequence, previous }) => ({
    operation: nameOperation(input, { sequence, tip: previous }),
    record: recordPath(input.release, sequence),
  }));
}

/** The files and the sequence number are in the name: a retry after a race is another operation, a rerun is the same. */
function nameOperation(
  input: ChangeInput,
  { sequence, tip }: Pick<ReleaseState, 'sequence' | 'tip'>,
): string {
  const { decision, manifest, targets } = input;
  const files = [manifest, ...targets].map((edit) => [edit.path, edit.before ?? null, edit.after]);
  // A person's order is another operation than a tick's decision, and is not stopped by a pull request closed on that one.
  const order = decision.reasons[0].code === 'ASKED_BY_PERSON' ? ['asked'] : nameOrder(input);
  // Nor is what is proven stopped by one that was closed while nothing was.
  const following = isFollowing(decision) ? ['following'] : [];
  const along = input.along?.length ? [input.along] : [];
  return input.sha256(
    JSON.stringify([
      ...order,
      ...following,
      ...along,
      input.release,
      sequence,
      tip,
      decision.kind,
      decision.from,
      decision.to,
      files,
    ]),
  );
}

/** Two orders are two operations, although they write the same. */
function nameOrder({ run, decision }: ChangeInput): readonly unknown[] {
  const { order } = run.trigger;
  return order && decision.kind !== 'rollback' ? [order.name, order.by, order.source] : [];
}

function buildRecord(input: ChangeInput, sequence: number, operation: string): WrittenRecord {
  const { run, decision, sha256 } = input;
  const change = (edit: FileEdit) => ({
    path: edit.path,
    before: edit.before === undefined ? null : digestOf(edit.before, sha256),
    after: digestOf(edit.after, sha256),
  });
  return {
    apiVersion: 'belay.dev/v1',
    kind: 'Record',
    release: input.release,
    sequence,
    previous: input.state.tip,
    at: formatInstant(run.now),
    tool: run.tool,
    trigger: run.trigger,
    via: input.via,
    base: run.base,
    operation,
    decision: { kind: decision.kind, from: decision.from, to: decision.to, reasons: [...decision.reasons] },
    stable: input.stable,
    candidate: input.candidate,
    good: goodVersion(input),
    quarantine: input.quarantine ?? null,
    ...(input.lifted === undefined ? {} : { lifted: input.lifted }),
    restored: input.restored ? writeRestored(input.restored) : null,
    rollout: input.rollout ? writeRollout(input.rollout) : null,
    manifest: change(input.manifest),
    targets: input.targets.map(change),
    ...(input.guarantee ? { guarantee: writeGuarantee(input.guarantee) } : {}),
    ...(input.recovery ? { recovery: writeRecovery(input.recovery, run.now) } : {}),
    evidence: input.assessment ? writeEvidence(input.assessment, input.answers ?? []) : null,
  };
}

function goodVersion(input: ChangeInput): VersionRef | null {
  if (input.decision.kind === 'adopt' || input.decision.kind === 'recover') return input.stable;
  if (input.decision.kind === 'promote') return input.candidate;
  return null;
}

function writeRestored({
  passedOver,
  verify,
  ...restored
}: Restored): NonNullable<WrittenRecord['restored']> {
  return {
    ...restored,
    ...(passedOver.length === 0 ? {} : { passedOver: [...passedOver] }),
    ...(verify === undefined ? {} : { verify }),
  };
}

function writeRollout(rollout: Rollout): NonNullable<WrittenRecord['rollout']> {
  return {
    startedAt: formatInstant(rollout.startedAt),
    transitions: rollout.transitions.map(({ weight, at }) => ({ weight, at: formatInstant(at) })),
  };
}

function writeRecovery(
  { from, served }: NonNullable<ChangeInput['recovery']>,
  now: Instant,
): NonNullable<WrittenRecord['recovery']> {
  const since = served?.kind === 'gone' ? served.since : undefined;
  return {
    rollback: from.record,
    decided: formatInstant(from.decidedAt),
    landed: formatInstant(from.since),
    served: since === undefined ? null : formatInstant(since),
    recovered: formatInstant(now),
  };
}

/** As JSON has it; the schema's type of JSON cannot be readonly. */
function writeGuarantee(guarantee: Guarantee): NonNullable<WrittenRecord['guarantee']> {
  return JSON.parse(JSON.stringify(guarantee));
}

function writeEvidence(
  assessment: Assessment,
  answers: readonly Answer[],
): NonNullable<WrittenRecord['evidence']> {
  return {
    overall: assessment.overall,
    logHarm: assessment.family.logHarm,
    threshold: assessment.family.threshold,
    checks: assessment.checks.map(({ name, verdict, gating, sentence, evidence }) => ({
      name,
      verdict,
      gating,
      sentence,
      // as JSON has it: the schema's type of JSON cannot be readonly
      ...(evidence.kind === 'judged' ? { parameters: JSON.parse(JSON.stringify(evidence.parameters)) } : {}),
    })),
    observations: answers.map(({ planned, observation }) => ({
      id: planned.id,
      provider: observation.provider,
      request: writeRequest(observation.request),
      fetchedAt: formatInstant(observation.fetchedAt),
      outcome: writeOutcome(observation.outcome),
    })),
  };
}

type WrittenObservation = NonNullable<WrittenRecord['evidence']>['observations'][number];

function writeRequest(request: MetricsRequest): WrittenObservation['request'] {
  const { query } = request;
  if (request.kind === 'instant') return { kind: 'instant', query, at: formatInstant(request.at) };
  const { first, last, step } = request.grid;
  const grid = { first: formatInstant(first), last: formatInstant(last), step };
  return request.kind === 'grouped'
    ? { kind: 'grouped', query, grid, by: request.by }
    : { kind: 'range', query, grid };
}

function writeOutcome(outcome: Observation['outcome']): WrittenObservation['outcome'] {
  switch (outcome.kind) {
    case 'series':
      return { kind: 'series', values: [...outcome.values] };
    case 'grouped':
      return {
        kind: 'grouped',
        groups: outcome.groups.map(({ value, values }) => ({ value, values: [...values] })),
      };
    default:
      return { ...outcome };
  }
}

import { buildChange } from '../core/change/build-change.ts';
import type { Change } from '../core/change/change.ts';
import type { Command } from '../core/command/command.ts';
import type { Decision, ReasonCode, RecordedKind } from '../core/decision/decision.ts';
import { asksApproval, findApproval } from '../core/decision/obey-orders.ts';
import { assertNever } from '../core/errors.ts';
import { findStanding, recordedWeight } from '../core/plan/rollout.ts';
import { describeBehind, momentFor } from '../core/plan/skew.ts';
import { describeSource, sourceKey } from '../core/record/order-schema.ts';
import { isInForce, LOOKS_WRONG, PAUSED_BY_PERSON } from '../core/record/ordered.ts';
import { readChain } from '../core/record/record-file.ts';
import { formatInstant, formatPercent, type Instant, percent } from '../core/units.ts';
import type { ReleaseReport, RunReport } from '../report/run-report.ts';
import { findSubject, type Subject } from './find-subject.ts';
import { landOrder } from './land-order.ts';
import { readNewest, readSnapshot, type Snapshot } from './read-snapshot.ts';
import { rollback } from './rollback.ts';
import type { World } from './world.ts';
import { isUndecided } from './written.ts';

export interface ObeyOptions {
  readonly dryRun: boolean;
  /** How often to read and decide again when the branch moves. Default 3. */
  readonly attempts?: number;
}

/**
 * Does what a person ordered, who was asked for their right to it before: `world.trigger.order` says who, and stands in the record of
 * what comes of it. An order that a record tells of already is not obeyed again.
 * @throws ToolError REFUSED when there is no such release
 */
export async function obeyCommand(world: World, command: Command, options: ObeyOptions): Promise<RunReport> {
  const attempts = options.attempts ?? 3;
  let snapshot = await readSnapshot(world, await world.forge.head());
  for (let lost = 1; ; lost += 1) {
    const subject = findSubject(world, snapshot, command.release);
    const done = findDone(world, snapshot, subject);
    if (!done && (command.name === 'rollback' || command.name === 'abort')) {
      const order = { release: command.release, reason: command.reason ?? '', from: command.version };
      return rollback(world, { ...order, onlyIfFailing: false, dryRun: options.dryRun });
    }
    const now = momentFor(subject.state.newest, world.clock.now());
    const release = done ?? (await carryOut(world, snapshot, { subject, command, now, options }));
    if (!isUndecided(release) || lost >= attempts)
      return {
        command: 'command',
        at: now,
        head: snapshot.head,
        dryRun: options.dryRun,
        releases: [release],
        problems: [],
        ...world.forge.cost(),
      };
    snapshot = await readNewest(world, snapshot, lost);
  }
}

/** What is said of an order that a record tells of. */
function findDone(
  { sha256, trigger }: World,
  { records }: Snapshot,
  subject: Subject,
): ReleaseReport | undefined {
  const key = trigger.order && sourceKey(trigger.order.source);
  const reading = readChain(subject.name, records.get(subject.name) ?? new Map(), sha256);
  if (key === undefined || !trigger.order || reading.kind === 'broken') return undefined;
  const record = reading.chain.records.find(
    ({ trigger: { order } }) => order && sourceKey(order.source) === key,
  );
  if (!record) return undefined;
  const text = `${describeSource(trigger.order.source)} was obeyed already, in record ${record.sequence}`;
  return reportOrder(subject, nothing(subject, 'ORDER_DONE', text));
}

interface Job {
  readonly subject: Subject;
  readonly command: Command;
  readonly now: Instant;
  readonly options: ObeyOptions;
}

async function carryOut(world: World, snapshot: Snapshot, job: Job): Promise<ReleaseReport> {
  const { subject, now, options } = job;
  const decision = decideOrder(world, job);
  const report = reportOrder(subject, decision);
  const text = subject.file?.text;
  if (decision.kind === 'nothing' || decision.kind === 'hold' || text === undefined) return report;
  const behind = describeBehind(subject.state.newest, now);
  if (behind !== undefined)
    return reportOrder(subject, {
      ...decision,
      kind: 'hold',
      reasons: [{ code: 'CLOCK_SKEW', text: behind }],
    });
  const recorded = { ...decision, kind: decision.kind };
  const change = buildOrder(world, snapshot, { job, decision: recorded, text });
  if (options.dryRun) return { ...report, receipt: { kind: 'dry-run' } };
  return { ...report, receipt: await landOrder(world, snapshot, change) };
}

/** What an order comes to as the release is now; `nothing` where there is nothing to be done, with the reason. */
function decideOrder(world: World, { subject, command, now }: Job): Decision {
  if (subject.file?.text === undefined)
    return nothing(
      subject,
      'MANIFEST_INVALID',
      `there is no manifest to ${command.name}; nothing moves without one`,
    );
  switch (command.name) {
    case 'pause':
      return order(subject, 'pause', PAUSED_BY_PERSON, `paused by ${told(world)}`);
    case 'looks-wrong':
      return order(subject, 'pause', LOOKS_WRONG, `looks wrong to ${told(world)}; paused`);
    case 'resume':
      return decideResume(world, subject, now);
    case 'approve':
      return decideApproval(world, subject);
    case 'lift-quarantine':
      return decideLift(world, subject, command.version ?? '');
    case 'abort':
    case 'rollback':
      return nothing(subject, 'SETTLED', 'a rollback has its own flow');
    default:
      return assertNever(command.name);
  }
}

function decideResume(world: World, subject: Subject, now: Instant): Decision {
  const { ordered } = subject.state;
  if (ordered && isInForce(ordered, now)) {
    const since = `paused since ${formatInstant(ordered.at)} in record ${ordered.record}`;
    return order(subject, 'resume', 'RESUMED_BY_PERSON', `resumed by ${told(world)}; ${since}`);
  }
  const ended = ordered?.order.until;
  const text =
    ended === undefined
      ? 'no person has paused it. What Belay holds by itself ends by what its reason says, and rollout.paused by an edit of the manifest'
      : `the pause ended by itself at ${formatInstant(ended)}`;
  return nothing(subject, 'NOT_PAUSED', text);
}

function decideApproval(world: World, subject: Subject): Decision {
  const { file, state, candidate } = subject;
  if (file?.kind !== 'readable')
    return nothing(
      subject,
      'MANIFEST_INVALID',
      'the manifest cannot be read, so nobody knows which step comes next',
    );
  const { release } = file.parsed;
  if (!candidate) return nothing(subject, 'APPROVAL_NOT_NEEDED', 'settled: there is no step to approve');
  const next = state.rollout ? findStanding(release, state.rollout).next : release.spec.rollout.steps[0];
  if (!next)
    return nothing(
      subject,
      'APPROVAL_NOT_NEEDED',
      'there is no further step: the last one is held, and then it is promoted',
    );
  if (!asksApproval(release, next.weight)) {
    const text = `the next step, to ${formatPercent(next.weight)}, asks nobody: it is taken when its checks pass`;
    return nothing(subject, 'APPROVAL_NOT_NEEDED', text);
  }
  const known = findApproval({ manifest: file.digest, state }, next.weight);
  if (known) {
    const text = `the step to ${formatPercent(next.weight)} was approved by ${known.order.by.login} in record ${known.record}`;
    return nothing(subject, 'APPROVAL_NOT_NEEDED', text);
  }
  const text = `the step of ${candidate.version} to ${formatPercent(next.weight)} is approved by ${told(world)}; it is taken when its checks pass and its hold is over`;
  return { ...order(subject, 'approve', 'APPROVED', text), to: next.weight };
}

function decideLift(world: World, subject: Subject, version: string): Decision {
  const { quarantined } = subject.state;
  const bad = quarantined.filter(({ ref }) => ref.version === version);
  if (bad.length > 0) {
    const records = bad.map(({ record }) => record).join(', ');
    const text = `${version} may come again, by ${told(world)}; it was rolled back in record ${records}`;
    return order(subject, 'lift', 'QUARANTINE_LIFTED', text);
  }
  const known = [...new Set(quarantined.map(({ ref }) => ref.version))].join(', ') || 'none';
  return nothing(subject, 'NOT_QUARANTINED', `${version} is not quarantined; quarantined: ${known}`);
}

/** Who ordered it and why. */
function told({ trigger: { order: given, actor } }: World): string {
  const who = given?.by.login ?? actor ?? 'a person';
  return given?.reason === undefined ? who : `${who}: ${given.reason}`;
}

function order(subject: Subject, kind: RecordedKind, code: ReasonCode, text: string): Decision {
  return { ...nothing(subject, code, text), kind };
}

function nothing(subject: Subject, code: ReasonCode, text: string): Decision {
  const from = weightOf(subject);
  return { kind: 'nothing', from, to: from, reasons: [{ code, text }] };
}

/** As the manifest says, or else as Belay wrote it last. */
function weightOf({ file, state }: Subject) {
  if (file?.kind === 'readable') return file.parsed.release.spec.rollout.weight;
  return state.rollout ? recordedWeight(state.rollout).weight : percent(0);
}

function buildOrder(
  world: World,
  { head, config }: Snapshot,
  {
    job: { subject, command, now },
    decision,
    text,
  }: {
    readonly job: Job;
    readonly decision: Decision & { readonly kind: RecordedKind };
    readonly text: string;
  },
): Change {
  return buildChange({
    run: { tool: world.tool, trigger: world.trigger, base: head, now },
    release: subject.name,
    decision,
    via: config?.advance?.mode === 'pull-request' ? 'pull-request' : 'commit',
    state: subject.state,
    stable: subject.stable ?? null,
    candidate: subject.candidate ?? null,
    rollout: subject.state.rollout,
    manifest: { path: subject.path, before: text, after: text },
    targets: [],
    ...(decision.kind === 'lift' && command.version !== undefined ? { lifted: command.version } : {}),
    sha256: world.sha256,
  });
}

function reportOrder(subject: Subject, decision: Decision): ReleaseReport {
  return {
    name: subject.name,
    path: subject.path,
    stable: subject.stable?.version,
    candidate: subject.candidate?.version,
    weight: weightOf(subject),
    standing: undefined,
    decision,
    assessment: undefined,
    problems: [],
    edits: [],
    receipt: { kind: 'none' },
  };
}

import { type Command, refuseCommand } from '../core/command/command.ts';
import type { Decision, ReasonCode, RecordedKind } from '../core/decision/decision.ts';
import { asksApproval, findApproval } from '../core/decision/obey-orders.ts';
import { assertNever } from '../core/errors.ts';
import { findStanding, recordedWeight } from '../core/plan/rollout.ts';
import { isInForce, LOOKS_WRONG, outlasts, PAUSED_BY_PERSON } from '../core/record/ordered.ts';
import {
  type Digest,
  formatInstant,
  formatPercent,
  type Instant,
  type Percent,
  percent,
} from '../core/units.ts';
import type { Subject } from './find-subject.ts';
import type { World } from './world.ts';

/** What somebody saw who approved a step. */
export type Approved =
  /** The release as it was at a moment: no step that came next only later, of no manifest that was there only later. */
  | {
      readonly kind: 'at';
      readonly at: Instant;
      /** Digest of the manifest on the default branch at that moment; null: there was none. Undefined: nobody looked. */
      readonly manifest?: Digest | null;
    }
  /** One step of one manifest. */
  | { readonly kind: 'step'; readonly weight: Percent; readonly manifest: Digest };

interface OrderInput {
  readonly subject: Subject;
  readonly command: Command;
  readonly now: Instant;
  readonly approved: Approved | undefined;
}

/** What an order comes to as the release is now; `nothing` where there is nothing to be done, with the reason. */
export function decideOrder(world: World, { subject, command, now, approved }: OrderInput): Decision {
  if (subject.file?.text === undefined)
    return nothing(
      subject,
      'MANIFEST_INVALID',
      `there is no manifest to ${command.name}; nothing moves without one`,
    );
  switch (command.name) {
    case 'pause':
      return decidePause(world, subject, { until: command.until, now });
    case 'looks-wrong':
      return order(subject, 'pause', LOOKS_WRONG, `looks wrong to ${told(world)}; paused`);
    case 'resume':
      return decideResume(world, subject, now);
    case 'approve':
      return decideApproval(world, subject, approved);
    case 'lift-quarantine':
      return decideLift(world, subject, command.version ?? '');
    case 'abort':
    case 'rollback':
      return nothing(subject, 'SETTLED', 'a rollback has its own flow');
    default:
      return assertNever(command.name);
  }
}

/** @throws ToolError REFUSED (SEC-18) for a pause that has ended already */
function decidePause(
  world: World,
  subject: Subject,
  { until, now }: { readonly until: Instant | undefined; readonly now: Instant },
): Decision {
  if (until !== undefined && until <= now)
    throw refuseCommand(
      `--until ${formatInstant(until)} is over (it is ${formatInstant(now)}), so nothing would be paused; give a later time, or none`,
    );
  const { ordered } = subject.state;
  if (
    !ordered ||
    !isInForce(ordered, now) ||
    !outlasts(ordered, { order: { until }, code: PAUSED_BY_PERSON })
  )
    return order(subject, 'pause', PAUSED_BY_PERSON, `paused by ${told(world)}`);
  const { order: earlier, record } = ordered;
  const end =
    earlier.until === undefined ? 'until somebody resumes' : `until ${formatInstant(earlier.until)}`;
  const text = `paused already by ${earlier.by.login} in record ${record}, ${end}, and no other pause makes that shorter; to end it sooner, resume first`;
  return nothing(subject, 'PAUSED_ALREADY', text);
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

function decideApproval(world: World, subject: Subject, approved: Approved | undefined): Decision {
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
  const unseen =
    approved && findUnseen(approved, { moved: state.moved, weight: next.weight, manifest: file.digest });
  if (unseen !== undefined) return nothing(subject, 'APPROVAL_OUTDATED', unseen);
  const text = `the step of ${candidate.version} to ${formatPercent(next.weight)} is approved by ${told(world)}; it is taken when its checks pass and its hold is over`;
  return { ...order(subject, 'approve', 'APPROVED', text), to: next.weight };
}

/** Why the step that comes next is not what was approved: of two who approve one step, the second does not approve the one after it. */
function findUnseen(
  approved: Approved,
  {
    moved,
    weight,
    manifest,
  }: { readonly moved: Instant | undefined; readonly weight: Percent; readonly manifest: Digest },
): string | undefined {
  const next = `the step to ${formatPercent(weight)}, which comes next,`;
  if (approved.kind === 'step')
    return approved.weight === weight && approved.manifest === manifest
      ? undefined
      : `${next} is not the step to ${formatPercent(approved.weight)} that was approved, or the manifest was edited since; look again`;
  if (moved !== undefined && moved > approved.at)
    return `the release moved at ${formatInstant(moved)}, after the approval was given at ${formatInstant(approved.at)}: nobody approved ${next} so far. Look again, and approve it anew`;
  return approved.manifest === undefined || approved.manifest === manifest
    ? undefined
    : `the manifest was changed since the approval was given at ${formatInstant(approved.at)}: whoever gave it did not see ${next} as it stands there now. Look again, and approve it anew`;
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

export function nothing(subject: Subject, code: ReasonCode, text: string): Decision {
  const from = weightOf(subject);
  return { kind: 'nothing', from, to: from, reasons: [{ code, text }] };
}

/** As the manifest says, or else as Belay wrote it last. */
export function weightOf({ file, state }: Subject) {
  if (file?.kind === 'readable') return file.parsed.release.spec.rollout.weight;
  return state.rollout ? recordedWeight(state.rollout).weight : percent(0);
}

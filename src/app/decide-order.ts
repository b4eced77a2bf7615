import { type Command, refuseCommand } from '../core/command/command.ts';
import type { Decision, Reason, ReasonCode, RecordedKind } from '../core/decision/decision.ts';
import { asksApproval, findApproval } from '../core/decision/obey-orders.ts';
import { assertNever } from '../core/errors.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { findStanding, recordedWeight } from '../core/plan/rollout.ts';
import type { Order } from '../core/record/order-schema.ts';
import { isInForce, LOOKS_WRONG, outlasts, PAUSED_BY_PERSON } from '../core/record/ordered.ts';
import { formatInstant, formatPercent, type Instant, type Percent, percent } from '../core/units.ts';
import type { Arrival } from './find-arrival.ts';
import { findLaterPause, findLaterRollback, findUnseen, type Known } from './find-outdated.ts';
import type { Subject } from './find-subject.ts';
import type { World } from './world.ts';

/** An order, and what is known of when it was given. */
export interface OrderInput extends Known {
  readonly subject: Subject;
  readonly command: Command;
  readonly now: Instant;
  readonly arrival: Arrival;
}

/** What an order comes to as the release is now; `nothing` where there is nothing to be done, with the reason. */
export function decideOrder(world: World, input: OrderInput): Decision {
  const { subject, command, now } = input;
  if (subject.file?.text === undefined)
    return nothing(
      subject,
      'MANIFEST_INVALID',
      `there is no manifest of ${subject.name}, so "${command.name}" is about nothing; nothing moves without one`,
    );
  switch (command.name) {
    case 'pause':
      return decidePause(world, subject, { until: command.until, now });
    case 'looks-wrong':
      return decideLooksWrong(world, subject);
    case 'resume':
      return decideResume(world, input);
    case 'approve':
      return decideApproval(world, subject, input);
    case 'lift-quarantine':
      return decideLift(world, command.version ?? '', input);
    case 'abort':
    case 'rollback':
      return nothing(subject, 'NOTHING_TO_ROLL_BACK', 'a rollback has its own flow');
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
    return order(
      subject,
      'pause',
      PAUSED_BY_PERSON,
      `paused${until === undefined ? '' : ` until ${formatInstant(until)}`} by ${told(world)}`,
    );
  const { order: earlier, record } = ordered;
  const text = `${describePaused(earlier, `record ${record}`)}, and no other pause makes that shorter; to end it sooner, resume first`;
  return nothing(subject, 'PAUSED_ALREADY', text);
}

/** The same word of the same person is no news while it holds. */
function decideLooksWrong(world: World, subject: Subject): Decision {
  const { ordered } = subject.state;
  const given = world.trigger.order;
  if (
    ordered?.code === LOOKS_WRONG &&
    given !== undefined &&
    ordered.order.by.login === given.by.login &&
    ordered.order.reason === given.reason
  ) {
    const text = `it looks wrong to ${ordered.order.by.login} already, since ${formatInstant(ordered.at)} in record ${ordered.record}, and is paused until somebody resumes`;
    return nothing(subject, 'PAUSED_ALREADY', text);
  }
  return order(subject, 'pause', LOOKS_WRONG, `looks wrong to ${told(world)}; paused`);
}

/** @param where the record or the pull request that says so */
export function describePaused({ by, until }: Pick<Order, 'by' | 'until'>, where: string): string {
  const end = until === undefined ? 'until somebody resumes' : `until ${formatInstant(until)}`;
  return `paused already by ${by.login} in ${where}, ${end}`;
}

function decideResume(world: World, input: OrderInput): Decision {
  const { subject, now } = input;
  const { ordered } = subject.state;
  if (ordered && isInForce(ordered, now)) {
    const later = findLaterPause(world, input, ordered);
    if (later) return hold(subject, later);
    const { at, record } = ordered.since;
    const since = `paused since ${formatInstant(at)} in record ${record}`;
    return order(
      subject,
      'resume',
      'RESUMED_BY_PERSON',
      `resumed by ${told(world)}; ${since}${holdsBesides(subject)}`,
    );
  }
  const ended = ordered?.order.until;
  const text =
    ended === undefined
      ? 'no person has paused it. What Belay holds by itself ends by what its reason says, and rollout.paused by an edit of the manifest'
      : `the pause ended by itself at ${formatInstant(ended)}`;
  return nothing(subject, 'NOT_PAUSED', text);
}

/** What a person paused ends with their word; what Belay paused meanwhile does not. */
function holdsBesides({ state: { pause } }: Subject): string {
  const holds = pause?.code === 'PAUSED_BY_CHECK' || pause?.code === 'DEADLINE_PASSED';
  return holds ? `. What Belay holds by itself (${pause.code}) stays, and ends by what its reason says` : '';
}

function decideApproval(
  world: World,
  subject: Subject,
  { command, seen, arrival }: Pick<OrderInput, 'command' | 'seen' | 'arrival'>,
): Decision {
  const { file, state, candidate } = subject;
  if (file?.kind !== 'readable')
    return nothing(
      subject,
      'MANIFEST_INVALID',
      'the manifest cannot be read, so nobody knows which step comes next',
    );
  const { release } = file.parsed;
  if (!candidate) return withoutStep(subject, command.version);
  const next = state.rollout ? findStanding(release, state.rollout).next : release.spec.rollout.steps[0];
  const other = findOther(command, { version: candidate.version, weight: next?.weight });
  if (other !== undefined)
    return isEntered(subject, release, command)
      ? nothing(subject, 'APPROVAL_NOT_NEEDED', `that step was taken already: ${other}`)
      : nothing(subject, 'APPROVAL_OUTDATED', `${other}. Look again, and approve that`);
  if (!next)
    return nothing(
      subject,
      'APPROVAL_NOT_NEEDED',
      'there is no further step: the last one is held, and then it is promoted',
    );
  if (!asksApproval(release, next.weight)) {
    const text = `the next step, to ${formatPercent(next.weight)}, asks nobody: Belay takes it by itself, when nothing holds it any more`;
    return nothing(subject, 'APPROVAL_NOT_NEEDED', text);
  }
  const known = findApproval({ manifest: file.digest, state }, next.weight);
  if (known) {
    const text = `the step to ${formatPercent(next.weight)} was approved by ${known.order.by.login} in record ${known.record}`;
    return nothing(subject, 'APPROVAL_NOT_NEEDED', text);
  }
  const unseen =
    seen &&
    findUnseen(seen, {
      moved: state.moved,
      edited: arrival.edited,
      weight: next.weight,
      manifest: file.digest,
    });
  if (unseen !== undefined) return nothing(subject, 'APPROVAL_OUTDATED', unseen);
  const text = `the step of ${candidate.version} to ${formatPercent(next.weight)} is approved by ${told(world)}; it is taken when its checks pass and its hold is over`;
  return { ...order(subject, 'approve', 'APPROVED', text), to: next.weight };
}

/** What is said of an approval while nothing is tried: what it names may have been promoted since. */
function withoutStep(subject: Subject, version: string | undefined): Decision {
  const text = 'settled: there is no step to approve';
  if (version === undefined) return nothing(subject, 'NOTHING_TO_APPROVE', text);
  const stable = subject.stable?.version;
  return version === stable
    ? nothing(subject, 'APPROVAL_NOT_NEEDED', `${text}, since ${version} serves all already`)
    : nothing(subject, 'NOTHING_TO_APPROVE', `${version} is not being tried; ${text}`);
}

/** Why what comes next is not what the order names; a promotion asks nobody and has no weight. */
function findOther(
  { version, to }: Command,
  next: { readonly version: string; readonly weight: Percent | undefined },
): string | undefined {
  if ((version ?? next.version) === next.version && (to ?? next.weight) === next.weight) return undefined;
  const named = [version, to === undefined ? undefined : formatPercent(to)].filter(
    (word) => word !== undefined,
  );
  const step =
    next.weight === undefined
      ? `${next.version}, whose last step is held already,`
      : `${next.version} to ${formatPercent(next.weight)}`;
  return `${named.join(' to ')} is not what comes next: ${step} is`;
}

/** Whether the candidate is at the step that the order names already, or further. */
function isEntered({ candidate, state }: Subject, { spec }: Release, { version, to }: Command): boolean {
  const { weight, steps } = spec.rollout;
  return (
    state.rollout !== undefined &&
    (version ?? candidate?.version) === candidate?.version &&
    to !== undefined &&
    to <= weight &&
    steps.some((step) => step.weight === to)
  );
}

function decideLift(world: World, version: string, input: OrderInput): Decision {
  const { subject } = input;
  const { quarantined } = subject.state;
  const bad = quarantined.filter(({ ref }) => ref.version === version);
  const later = findLaterRollback(world, input, bad);
  if (later) return hold(subject, later);
  if (bad.length > 0) {
    const records = bad.map(({ record }) => record).join(', ');
    const text = `${version} may come again, by ${told(world)}; it was rolled back in record ${records}`;
    return order(subject, 'lift', 'QUARANTINE_LIFTED', text);
  }
  const earlier = subject.state.takenBack.find(({ ref }) => ref.version === version);
  if (earlier) {
    const text = `${version} was rolled back in record ${earlier.record} and is not quarantined: it may come again`;
    return nothing(subject, 'LIFTED_ALREADY', text);
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

/** An order that is not obeyed as things are. */
export function hold(subject: Subject, { code, text }: Reason): Decision {
  return { ...nothing(subject, code, text), kind: 'hold' };
}

/** As the manifest says, or else as Belay wrote it last. */
export function weightOf({ file, state }: Subject) {
  if (file?.kind === 'readable') return file.parsed.release.spec.rollout.weight;
  return state.rollout ? recordedWeight(state.rollout).weight : percent(0);
}

import type { Assessment } from '../analysis/assessment.ts';
import type { Config } from '../manifest/config-schema.ts';
import { HEALTH_DEFAULTS } from '../manifest/defaults.ts';
import type { Policy } from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { findStanding, type Rollout, recordedWeight, type Standing } from '../plan/rollout.ts';
import { describeBehind } from '../plan/skew.ts';
import { findQuarantine, type ReleaseState } from '../record/release-state.ts';
import { sameVersion, type VersionRef, versionRef } from '../record/version-ref.ts';
import {
  after,
  type Digest,
  elapsed,
  formatDuration,
  formatInstant,
  formatPercent,
  type Instant,
  instant,
  type Millis,
  percent,
} from '../units.ts';
import { decideContained, decideHarm, tierBrakes } from './decide-braking.ts';
import { decideWatched, sayBeside, waitsForRecovery } from './decide-watched.ts';
import { type Decision, isRecorded, lowers, type Reason, type ReasonCode } from './decision.ts';
import { findStale } from './freshness.ts';
import {
  checkReasons,
  describeUngated,
  holdPaused,
  move,
  noticeReasons,
  stay,
  unprovenReasons,
} from './moves.ts';
import { obeyOrders } from './obey-orders.ts';
import { obeyPolicy } from './obey-policy.ts';
import type { ServedShare } from './served-share.ts';
import { describeVoided } from './voided.ts';

/** All that a decision rests on. */
export interface DecisionInput {
  readonly release: Release;
  /** Digest of the manifest's bytes. */
  readonly manifest: Digest;
  readonly state: ReleaseState;
  /** What the evidence says; undefined when no rollout is under way and nothing is watched. */
  readonly assessment: Assessment | undefined;
  /** What the config asks of this release; undefined: nothing. */
  readonly policy?: Policy | undefined;
  /** The providers of the config; undefined: it is not asked whether they are those of the start. */
  readonly sources?: Config['providers'] | undefined;
  /** Whether a version that was taken back is gone; only while its rollback is verified. */
  readonly served?: ServedShare | undefined;
  /** Why a lower weight cannot be written into the files as they are; undefined: it can, as far as is known. */
  readonly unwritable?: Reason | undefined;
  /** Why there is nothing to go back to from a restored version; undefined: there is, as far as is known. */
  readonly stuck?: Reason | undefined;
  readonly now: Instant;
}

/**
 * Decides what to do about one release. Pure and total: only `fail` rolls back or lowers a weight, only `pass` on every gating check
 * advances, everything else holds and past a deadline pauses. At most one step up, and nothing up against the policy or a person's pause. What
 * stable suffers from at the same time holds as well, since a rollback would not mend it.
 */
export function decide(input: DecisionInput): Decision {
  const decision = obeyOrders(input, obeyPolicy(input, requireTime(input, decideOn(input))));
  if (decision.kind === 'nothing') return decision;
  const [first, ...rest] = decision.reasons;
  const voided = describeVoided(input);
  return {
    ...decision,
    reasons: [
      first,
      ...rest,
      ...noticeReasons(input.assessment),
      ...tierBrakes(input),
      ...(voided ? [voided] : []),
    ],
  };
}

/**
 * Records follow each other in time. What takes harm away does not wait for a clock. A hold says it first: what it sees is of a moment
 * before the records, so "no tick yet" would be said for as long as the clock is behind.
 */
function requireTime({ state, now }: DecisionInput, decision: Decision): Decision {
  const behind = describeBehind(state.newest, now);
  if (behind === undefined || decision.kind === 'nothing' || lowers(decision)) return decision;
  const { kind, from, reasons } = decision;
  const skew: Reason = { code: 'CLOCK_SKEW', text: behind };
  return { kind: 'hold', from, to: from, reasons: [skew, ...(kind === 'hold' ? reasons : [])] };
}

function decideOn(input: DecisionInput): Decision {
  const { release, state } = input;
  const { candidate } = release.spec;
  const stable = versionRef(release.spec.stable);
  if (!candidate) return decideSettled(input, stable);
  // Harm comes first: nothing that a person changed under way keeps traffic on a version that is proven bad.
  if (state.rollout && input.assessment?.overall === 'fail') {
    const braked = decideHarm(input, state.rollout, input.assessment);
    if (braked) return braked;
  }
  const adopted = decideAdoption(input, stable);
  if (adopted) return adopted;
  if (!state.rollout) return decideWaiting(input, versionRef(candidate));
  return decideRunning(input, state.rollout);
}

function decideSettled(input: DecisionInput, stable: VersionRef): Decision {
  const adopted = decideAdoption(input, stable);
  if (adopted) return adopted;
  const { unfinished, watched } = input.state;
  const looked = watched && decideWatched(input, watched);
  if (looked) return looked;
  if (!unfinished) return stay(input, 'nothing', 'SETTLED', `settled on ${stable.version}`);
  // Its rollout must end in the records too: the same candidate, brought again, begins anew and on evidence of its own.
  return stay(
    input,
    'adopt',
    'CANDIDATE_WITHDRAWN',
    `${unfinished.version} was taken out of the manifest by hand: ${stable.version} serves everyone`,
  );
}

/** Adopts a stable version that no record knows as good; undefined when the newest good version is the stable one. */
function decideAdoption(input: DecisionInput, stable: VersionRef): Decision | undefined {
  const { state } = input;
  const newest = state.good[0];
  if (newest && sameVersion(newest.ref, stable)) return undefined;
  if (isRestored(state, stable)) return undefined;
  if (state.rollout) {
    const text = `stable was changed to ${stable.version} while a candidate is rolled out; put ${newest?.ref.version ?? 'it'} back or remove the candidate`;
    return holdForPerson(input, state.rollout, 'STABLE_CHANGED_BY_HAND', text);
  }
  const bad = findQuarantine(state, stable);
  if (bad) {
    return stay(
      input,
      'hold',
      'STABLE_QUARANTINED',
      `stable ${stable.version} was rolled back in record ${bad.record}; serve another version`,
    );
  }
  if (!newest) return stay(input, 'adopt', 'FIRST_SEEN', `${stable.version} serves everyone: taken as good`);
  return stay(
    input,
    'adopt',
    'STABLE_CHANGED_BY_HAND',
    `stable was changed by hand from ${newest.ref.version} to ${stable.version}: taken as good`,
  );
}

/** A rollback passes by good versions that it cannot go back to: what it went back to was not put there by hand. */
function isRestored({ good, watched }: ReleaseState, stable: VersionRef): boolean {
  const isGood = good.some(({ ref }) => sameVersion(ref, stable));
  return isGood && watched?.kind === 'restored' && sameVersion(watched.ref, stable);
}

/** A candidate is there and nobody was sent to it yet: what Belay left the release with is looked after first. */
function decideWaiting(input: DecisionInput, candidate: VersionRef): Decision {
  const { watched } = input.state;
  const looked = watched && decideWatched(input, watched);
  if (looked && isRecorded(looked)) return looked;
  const decision = decideStart(input, candidate, looked);
  return looked && looked !== decision ? sayBeside(decision, looked) : decision;
}

function decideStart(input: DecisionInput, candidate: VersionRef, looked: Decision | undefined): Decision {
  const { release, state } = input;
  const bad = findQuarantine(state, candidate);
  if (bad) {
    return stay(
      input,
      'hold',
      'CANDIDATE_QUARANTINED',
      `${candidate.version} was rolled back in record ${bad.record}; bring a new version with new content`,
    );
  }
  if (release.spec.rollout.paused) return stay(input, 'hold', 'PAUSED_BY_MANIFEST', 'rollout.paused is true');
  const recovering = looked && waitsForRecovery(input, looked);
  if (recovering) return recovering;
  const first = release.spec.rollout.steps[0]?.weight ?? percent(0);
  return move(input, 'start', first, [
    { code: 'CANDIDATE_NEW', text: `${candidate.version} begins at ${formatPercent(first)}` },
  ]);
}

function decideRunning(input: DecisionInput, rollout: Rollout): Decision {
  const { release, assessment, state } = input;
  const standing = findStanding(release, rollout);
  const recorded = recordedWeight(rollout).weight;
  if (release.spec.rollout.weight !== recorded) {
    const text = `rollout.weight is ${release.spec.rollout.weight}, the records say ${recorded}; put ${recorded} back`;
    return holdForPerson(input, rollout, 'WEIGHT_CHANGED_BY_HAND', text);
  }
  const contained = decideContained(input, assessment);
  if (contained) return contained;
  // Before the pause that a person asked for: one that was forgotten must not outlast the deadline unnoticed.
  if (state.pause?.code === 'DEADLINE_PASSED' && state.pause.manifest === input.manifest) {
    return holdPaused(
      input,
      'PAUSED_AFTER_DEADLINE',
      `paused since ${formatInstant(state.pause.at)}: raise rollout.deadline to go on, or roll back`,
    );
  }
  const late = findDelay(input, rollout);
  if (late) return { ...holdPaused(input, late.code, late.text), kind: 'pause' };
  if (release.spec.rollout.paused) return holdPaused(input, 'PAUSED_BY_MANIFEST', 'rollout.paused is true');
  if (!assessment) return stay(input, 'hold', 'CHECK_NO_DATA', 'not assessed');
  if (assessment.overall !== 'pass') return decideUnproven(input, standing, assessment);
  return decideProven(input, standing, assessment);
}

/** A hold that only a person ends. Nothing is written while the files are not Belay's own, so the deadline is said beside it. */
function holdForPerson(input: DecisionInput, rollout: Rollout, code: ReasonCode, text: string): Decision {
  const late = findDelay(input, rollout);
  return holdPaused(input, code, text, late ? [late] : []);
}

/** That the rollout has taken longer than it may; undefined while it has not. */
function findDelay({ release, now }: DecisionInput, { startedAt }: Rollout): Reason | undefined {
  const { deadline } = release.spec.rollout;
  if (now <= after(startedAt, deadline)) return undefined;
  const text = `not promoted ${formatDuration(deadline)} after the start; raise rollout.deadline to go on, or roll back`;
  return { code: 'DEADLINE_PASSED', text };
}

function decideProven(input: DecisionInput, standing: Standing, assessment: Assessment): Decision {
  const gating = assessment.checks.filter((check) => check.gating).length;
  const pass: Reason = { code: 'CHECKS_PASS', text: `${gating} of ${gating} checks pass` };
  if (input.now < standing.holdUntil) {
    const rest = elapsed(input.now, standing.holdUntil);
    return {
      ...stay(
        input,
        'hold',
        'HOLD_NOT_OVER',
        `holds at ${formatPercent(standing.step.weight)} for another ${formatDuration(rest)}`,
      ),
    };
  }
  const [stale, ...more] = findStale(input.release, assessment.checks, input.now);
  if (stale) return { ...stay(input, 'hold', stale.code, stale.text), reasons: [stale, ...more] };
  if (standing.next)
    return move(input, 'advance', standing.next.weight, [
      pass,
      ...checkReasons(assessment, ['pass'], 'CHECKS_PASS'),
    ]);
  return move(input, 'promote', percent(0), [pass, ...checkReasons(assessment, ['pass'], 'CHECKS_PASS')]);
}

/** No proof of harm and no proof of safety: hold, and tell a person when evidence has been missing for too long. */
function decideUnproven(input: DecisionInput, standing: Standing, assessment: Assessment): Decision {
  const reasons = unprovenReasons(assessment);
  const blind = assessment.overall === 'error' || assessment.overall === 'no-data';
  const limit: Millis = input.release.spec.health.noDataDeadline ?? HEALTH_DEFAULTS.noDataDeadline;
  const since = evidenceDue(assessment, standing);
  const { pause } = input.state;
  const seenAfterwards = pause && assessment.lastSeen !== undefined && assessment.lastSeen > pause.at;
  const told = pause?.code === 'EVIDENCE_MISSING' && !seenAfterwards;
  if (blind && !told && elapsed(since, input.now) > limit) {
    const missing: Reason = {
      code: 'EVIDENCE_MISSING',
      text: `${describeBlindness(assessment, limit)}; the rollout stays at ${formatPercent(standing.step.weight)} and goes on by itself when evidence is back`,
    };
    return { ...stay(input, 'pause', missing.code, missing.text), reasons: [missing, ...reasons] };
  }
  const [first, ...rest] = reasons;
  const fallback: Reason = {
    code: 'CHECK_INCONCLUSIVE',
    text: describeUngated(assessment, standing.step.weight),
  };
  return { ...stay(input, 'hold', 'CHECK_INCONCLUSIVE', ''), reasons: [first ?? fallback, ...rest] };
}

/**
 * Since when evidence is missing: the earliest moment among the checks with a vote, each from when its evidence could have come,
 * since labels come later than requests.
 */
function evidenceDue({ checks, lastSeen }: Assessment, { enteredAt }: Standing): Instant {
  const gating = checks.filter((check) => check.gating);
  if (!gating.some(({ labelDelay }) => labelDelay !== undefined)) return lastSeen ?? enteredAt;
  return instant(Math.min(...gating.map((check) => (check.lastSeen ?? enteredAt) + (check.labelDelay ?? 0))));
}

/** What cannot be asked now cannot say since when: the step is older than the limit, and no more is claimed. */
function describeBlindness(assessment: Assessment, limit: Millis): string {
  if (assessment.overall === 'error' && assessment.lastSeen === undefined)
    return `metrics cannot be read, ${formatDuration(limit)} or more into the step; since when is not known`;
  return `no usable evidence for more than ${formatDuration(limit)}`;
}

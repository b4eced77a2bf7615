import type { Percent } from '../units.ts';

/** Why; stable codes for machines, one sentence for people. */
export type ReasonCode =
  | 'SETTLED'
  | 'FIRST_SEEN'
  | 'STABLE_CHANGED_BY_HAND'
  | 'STABLE_QUARANTINED'
  | 'CANDIDATE_NEW'
  | 'CANDIDATE_QUARANTINED'
  | 'CANDIDATE_WITHDRAWN'
  | 'LAST_GOOD_MISSING'
  | 'BRANCH_IN_THE_WAY'
  | 'HISTORY_REWRITTEN'
  | 'START_BLIND'
  | 'WEIGHT_CHANGED_BY_HAND'
  | 'HARM_PROVEN'
  | 'GOT_WORSE'
  | 'NOT_HELPED'
  | 'BELOW_FIRST_STEP'
  | 'STEP_NOT_WRITABLE'
  | 'FALLBACK_NAMED'
  | 'STEP_DOWN'
  | 'NOT_RAISED'
  | 'EXPOSURE_REDUCED'
  | 'PAUSED_BY_CHECK'
  | 'ASKED_BY_PERSON'
  | 'NOTHING_TO_ROLL_BACK'
  | 'DEPENDENCY_IN_FLIGHT'
  | 'DEPENDENCY_NOT_MET'
  | 'DEPENDENCY_ROLLED_BACK'
  | 'DEPENDENT_LEFT'
  | 'HOLD_NOT_OVER'
  | 'CHECK_INCONCLUSIVE'
  | 'CHECK_NO_DATA'
  | 'CHECK_ERROR'
  | 'CHECKS_PASS'
  | 'STABLE_FAILING_TOO'
  | 'CLOCK_SKEW'
  | 'PAUSED_BY_MANIFEST'
  | 'PAUSED_BY_PERSON'
  | 'PAUSED_ALREADY'
  | 'PAUSE_PENDING'
  | 'LOOKS_WRONG'
  | 'RESUMED_BY_PERSON'
  | 'APPROVED'
  | 'APPROVAL_NOT_NEEDED'
  | 'APPROVAL_OUTDATED'
  | 'NOTHING_TO_APPROVE'
  | 'QUARANTINE_LIFTED'
  | 'NOT_PAUSED'
  | 'NOT_QUARANTINED'
  | 'LIFTED_ALREADY'
  | 'ORDER_DONE'
  | 'ORDER_OUTDATED'
  | 'PAUSED_AFTER_DEADLINE'
  | 'DEADLINE_PASSED'
  | 'EVIDENCE_MISSING'
  | 'MANIFEST_INVALID'
  | 'CONFIG_UNREADABLE'
  | 'TARGET_MISMATCH'
  | 'ROLLBACK_PENDING'
  | 'ROLLBACK_OPEN'
  | 'SIGNATURE_REFUSED'
  | 'ARTIFACT_MISSING'
  | 'ARTIFACT_MISMATCH'
  | 'ARTIFACT_UNSEEN'
  | 'GUARANTEE_VOID'
  | 'FROZEN'
  | 'POLICY_VIOLATED'
  | 'RISE_TOO_FAST'
  | 'SAMPLES_MISSING'
  | 'OVERRIDE_USED'
  | 'BRAKE_OF_TIER'
  | 'CHECK_NOTIFIES'
  | 'TOOL_FAILED'
  | 'NOTHING_TO_RESTORE'
  | 'WATCHING'
  | 'VERIFYING'
  | 'RECOVERED'
  | 'NOT_RECOVERED'
  | 'NOT_SERVED'
  | 'RECOVERY_UNSEEN'
  | 'RECOVERY_PENDING'
  | 'RELEASE_FROZEN';

export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
}

export type DecisionKind =
  | 'adopt'
  | 'start'
  | 'advance'
  | 'reduce'
  | 'hold'
  | 'pause'
  | 'resume'
  | 'approve'
  | 'promote'
  | 'rollback'
  | 'recover'
  | 'lift'
  | 'nothing';

/** What to do about one release, and why. A plain value: dry run, record, summary and pull request print the same one. */
export interface Decision {
  readonly kind: DecisionKind;
  /** Weight before and after; equal when nothing moves. After a promotion or rollback the release is settled: 0. */
  readonly from: Percent;
  readonly to: Percent;
  /** Most important first; never empty. */
  readonly reasons: readonly [Reason, ...Reason[]];
}

/** Whether more people come to depend on the candidate by a decision. */
export function goesUp({ kind }: Decision): boolean {
  return kind === 'start' || kind === 'advance' || kind === 'promote';
}

/** Whether a decision takes people off a candidate. */
export function lowers({ kind }: Decision): boolean {
  return kind === 'rollback' || kind === 'reduce';
}

/** What keeps a release where it is until a person does something about it: no later tick mends it by itself. */
const WAITS_FOR_PERSON: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'STABLE_CHANGED_BY_HAND',
  'STABLE_QUARANTINED',
  'CANDIDATE_QUARANTINED',
  'LAST_GOOD_MISSING',
  'BRANCH_IN_THE_WAY',
  'HISTORY_REWRITTEN',
  'WEIGHT_CHANGED_BY_HAND',
  'TARGET_MISMATCH',
  'SIGNATURE_REFUSED',
  'ARTIFACT_MISSING',
  'ARTIFACT_MISMATCH',
  'ROLLBACK_OPEN',
  'DEPENDENCY_NOT_MET',
  'NOT_RAISED',
  'EXPOSURE_REDUCED',
  'PAUSED_BY_CHECK',
  'LOOKS_WRONG',
  'POLICY_VIOLATED',
  'STABLE_FAILING_TOO',
  'CLOCK_SKEW',
  'DEADLINE_PASSED',
  'EVIDENCE_MISSING',
  'NOT_SERVED',
  'RECOVERY_UNSEEN',
  'RELEASE_FROZEN',
]);

/**
 * Whether a person must hear of a decision: a pause or a cut of exposure, which is said once, and a hold that no later tick ends by itself, which
 * is said by every tick until somebody has seen to it.
 */
export function needsPerson(decision: Decision): boolean {
  return reasonsForPerson(decision).length > 0;
}

/** The reasons of a decision that a person must hear of; empty when there is none. */
export function reasonsForPerson({ kind, reasons }: Decision): readonly Reason[] {
  if (kind === 'pause') return reasons;
  if (kind !== 'hold' && kind !== 'reduce') return [];
  // between two steps down it is seen to; in any other hold nothing is done about it
  const isServed = kind === 'hold' && reasons[0].code !== 'STEP_DOWN';
  return reasons.filter(({ code }) => WAITS_FOR_PERSON.has(code) || (isServed && code === 'HARM_PROVEN'));
}

/** Decisions that write a record. */
export type RecordedKind = Exclude<DecisionKind, 'hold' | 'nothing'>;

/** Whether a decision changes the repository. */
export function isRecorded(decision: Decision): decision is Decision & { readonly kind: RecordedKind } {
  return decision.kind !== 'hold' && decision.kind !== 'nothing';
}

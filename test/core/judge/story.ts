import type { Evidence, EvidenceCheck, EvidenceTick, Period } from '../../../src/core/judge/evidence.ts';
import { type CheckJudgement, judge } from '../../../src/core/judge/judge.ts';

/** A tick of the newest period (or another), both arms; a text is why an arm cannot be used. */
export function tick<A>(candidate: A | string, stable: A | string, period = 0): EvidenceTick<A> {
  const seen = (arm: A | string): EvidenceTick<A>['candidate'] =>
    typeof arm === 'string' ? { kind: 'unusable', reason: arm } : { kind: 'seen', value: arm };
  return { period, candidate: seen(candidate), stable: seen(stable) };
}

/** 5 % from the start. */
export const AT_FIVE: Period = { step: 0, whole: false, share: 0.05 };
export const AT_QUARTER: Period = { step: 1, whole: false, share: 0.25 };
export const AT_ALL: Period = { step: 2, whole: true, share: 1 };

/** The judgement of one check alone, at rates of 5 % and in one step, unless told otherwise. */
export function judgeAlone(
  check: EvidenceCheck,
  { periods = [AT_FIVE], steps = 1 }: Partial<Pick<Evidence, 'periods' | 'steps'>> = {},
): CheckJudgement {
  const evidence: Evidence = {
    falseRollbackRate: 0.05,
    falseAdvanceRate: 0.05,
    steps,
    periods,
    checks: [check],
  };
  const [judgement] = judge(evidence, [check], () => undefined).checks;
  if (!judgement) throw new Error('no judgement');
  return judgement;
}

/** Every number anywhere in a value. */
export function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

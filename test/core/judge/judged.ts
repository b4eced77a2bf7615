import type { EvidenceCheck, EvidenceTick, Period, Seen } from '../../../src/core/judge/evidence.ts';
import { type CheckJudgement, judge } from '../../../src/core/judge/judge.ts';

export const seen = <A>(value: A): Seen<A> => ({ kind: 'seen', value });
export const unusable = (reason: string): Seen<never> => ({ kind: 'unusable', reason });
export const counts = (events: number, exposure: number) => ({ events, exposure });

/** So many equal ticks of both arms. */
export function ticksOf<A>(times: number, candidate: A, stable: A, period = 0): readonly EvidenceTick<A>[] {
  return Array.from({ length: times }, () => ({ period, candidate: seen(candidate), stable: seen(stable) }));
}

export const BASE = {
  weight: 1,
  action: 'rollback',
  required: true,
  dispersion: 1,
  trim: 0,
} as const;

const BELOW: Period = { step: 0, whole: false, share: 0.05 };
export const WHOLE: Period = { step: 0, whole: true, share: 1 };

/** One check judged alone: a promise of 1 %, safety of 5 %, one step. */
export function judgeOne(
  check: EvidenceCheck,
  periods: readonly [Period, ...Period[]] = [BELOW],
): CheckJudgement {
  const evidence = { falseRollbackRate: 0.01, falseAdvanceRate: 0.05, steps: 1, periods, checks: [check] };
  const [one] = judge(evidence, [check], () => undefined).checks;
  if (!one) throw new Error('not judged');
  return one;
}

/** Every number anywhere in a value. */
export function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

import type { Reason } from '../core/decision/decision.ts';
import type { Problem } from '../core/errors.ts';
import type { ReleasePlan } from './plan-release.ts';

/** A plan that is not carried out, and why: nothing of it is written. */
export function holdPlan(
  plan: ReleasePlan,
  reasons: readonly [Reason, ...Reason[]],
  problems: readonly Problem[],
): ReleasePlan {
  const { report } = plan;
  const { from } = report.decision;
  return {
    ...plan,
    change: undefined,
    report: {
      ...report,
      decision: { kind: 'hold', from, to: from, reasons },
      problems: [...report.problems, ...problems],
      edits: [],
    },
  };
}

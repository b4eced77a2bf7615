import type { Assessment, CheckAssessment, Verdict } from '../analysis/assessment.ts';
import { assertNever } from '../errors.ts';
import { voteOf } from '../judge/verdict.ts';
import type { Release } from '../manifest/release-schema.ts';
import { formatPercent, type Percent } from '../units.ts';
import type { Decision, DecisionKind, Reason, ReasonCode } from './decision.ts';

/** A decision that moves no traffic. */
export function stay(
  { release }: { readonly release: Release },
  kind: DecisionKind,
  code: ReasonCode,
  text: string,
): Decision {
  const { weight } = release.spec.rollout;
  return { kind, from: weight, to: weight, reasons: [{ code, text }] };
}

/** Beside what keeps a rollout where it is stands harm that stable shares, or it would look as if nobody had seen it. */
export function holdPaused(
  input: { readonly release: Release; readonly assessment: Assessment | undefined },
  code: ReasonCode,
  text: string,
  more: readonly Reason[] = [],
): Decision {
  const shared = input.assessment ? sharedReasons(input.assessment) : [];
  return { ...stay(input, 'hold', code, text), reasons: [{ code, text }, ...more, ...shared] };
}

/** A decision that moves traffic. */
export function move(
  { release }: { readonly release: Release },
  kind: DecisionKind,
  to: Percent,
  reasons: [Reason, ...Reason[]],
): Decision {
  return { kind, from: release.spec.rollout.weight, to, reasons };
}

/** The sentences of the gating checks with one of these verdicts; never empty. */
export function checkReasons(
  assessment: Assessment,
  verdicts: readonly Verdict[],
  code: ReasonCode,
): [Reason, ...Reason[]] {
  const chosen = assessment.checks.filter(
    (check: CheckAssessment) => check.gating && verdicts.includes(voteOf(check)),
  );
  const [first, ...rest] = chosen.map((check): Reason => ({ code, text: check.sentence }));
  return [first ?? { code, text: `the checks together: ${assessment.overall}` }, ...rest];
}

/** Why a check has not passed: what stable shares first, then the worst. */
export function unprovenReasons(assessment: Assessment): readonly Reason[] {
  const gating = assessment.checks.filter((check) => check.gating);
  const order: readonly Verdict[] = ['error', 'no-data', 'inconclusive'];
  return [
    ...sharedReasons(assessment),
    ...order.flatMap((verdict) =>
      gating
        .filter((check) => !check.stableFails && voteOf(check) === verdict)
        .map((check) => ({ code: verdictCode(verdict), text: check.sentence })),
    ),
  ];
}

/** The harm that stable does as well. */
export function sharedReasons(assessment: Assessment): readonly Reason[] {
  const shared = assessment.checks.filter((check) => check.gating && check.stableFails);
  return shared.map((check) => ({ code: 'STABLE_FAILING_TOO', text: check.sentence }));
}

/** Proven harm of checks that only notify: said beside whatever is decided, which it does not change. */
export function noticeReasons(assessment: Assessment | undefined): readonly Reason[] {
  const failing = (assessment?.checks ?? []).filter(
    ({ verdict, action }) => verdict === 'fail' && action === 'notify',
  );
  return failing.map(({ sentence }) => ({
    code: 'CHECK_NOTIFIES',
    text: `${sentence}. This check only notifies (onFail: notify): it holds and moves nothing`,
  }));
}

/** Blind is not healthy: where no check has a vote, nothing goes up. */
export function describeUngated({ checks }: Assessment, weight: Percent): string {
  if (checks.some(({ gating }) => gating)) return 'not proven yet';
  return `no check can say that it is safe at ${formatPercent(weight)}, so nothing goes up: none of those that can judge there must pass. Give one an onFail other than notify, without required: false, and at 100% with a limit`;
}

function verdictCode(verdict: Verdict): ReasonCode {
  switch (verdict) {
    case 'pass':
      return 'CHECKS_PASS';
    case 'fail':
      return 'HARM_PROVEN';
    case 'inconclusive':
      return 'CHECK_INCONCLUSIVE';
    case 'no-data':
      return 'CHECK_NO_DATA';
    case 'error':
      return 'CHECK_ERROR';
    default:
      return assertNever(verdict);
  }
}

import { formatProblem } from '../../errors.ts';
import type { Evidence, Verdict } from '../evidence.ts';
import { type CheckJudgement, judge } from '../judge.ts';
import type { ShownInterval } from '../method.ts';
import { joinVerdicts } from '../verdict.ts';
import { describeDropped, describeForgiven } from '../words/left-out.ts';
import { type CurvePoint, drawCurves } from './curve.ts';
import type { ReadCheck, ReadEvidence } from './read-evidence.ts';

/** One check of an assessment; logarithms are natural. */
export interface CheckResult {
  readonly name: string;
  readonly kind: string;
  readonly verdict: Verdict;
  /** The check's own evidence, before its weight; null where its kind has none. */
  readonly logHarm: number | null;
  readonly logSafe: number | null;
  readonly safeThreshold: number | null;
  readonly interval: (Omit<ShownInterval, 'high'> & { readonly high: number | null }) | null;
  readonly ticks: { readonly used: number; readonly dropped: CheckJudgement['weighed']['dropped'] };
  readonly reason: string;
  /** Stable suffers from the same at the same time, so the candidate is not the cause. */
  readonly stableFails?: true;
  readonly curve?: readonly CurvePoint[];
}

/** What `belay judge` prints. */
export interface AssessmentDocument {
  readonly apiVersion: 'belay.dev/v1';
  readonly kind: 'Assessment';
  readonly verdict: Verdict;
  /** ln Σ w·E over the checks that may fail the candidate, Σ w = 1. */
  readonly logHarm: number;
  /** What they must reach: ln(1 / falseRollbackRate), ln(1 / falseAdvanceRate). */
  readonly thresholds: { readonly harm: number; readonly safe: number };
  readonly reasons: readonly string[];
  readonly checks: readonly CheckResult[];
}

/** Judges a document: no clock, no network, no repository; the same input gives the same output, to the last digit. */
export function judgeDocument(
  document: ReadEvidence,
  options: { readonly curve: boolean },
): AssessmentDocument {
  const evidence = evidenceOf(document);
  const judgement = judge(evidence, evidence.checks, () => undefined);
  const judged = new Map(judgement.checks.map((one) => [one.check, one]));
  const curves = options.curve ? drawCurves(document.checks, evidence) : undefined;
  const checks = document.checks.map((one): CheckResult => {
    const judgementOf = one.kind === 'usable' ? judged.get(one.check) : undefined;
    if (!judgementOf) return unusableResult(one);
    const result = checkResult(judgementOf);
    const curve = curves?.get(one.name);
    return curve ? { ...result, curve } : result;
  });
  return {
    apiVersion: 'belay.dev/v1',
    kind: 'Assessment',
    verdict: joinVerdicts(votes(document, checks)),
    logHarm: judgement.family.logHarm,
    thresholds: { harm: judgement.family.threshold, safe: -Math.log(document.falseAdvanceRate) },
    reasons: checks.map(({ name, reason }) => `${name}: ${reason}`),
    checks,
  };
}

/** Everything is one step below 100 %: a document knows nothing of a rollout. */
function evidenceOf({ falseRollbackRate, falseAdvanceRate, tick, checks }: ReadEvidence): Evidence {
  return {
    falseRollbackRate,
    falseAdvanceRate,
    tick,
    steps: 1,
    periods: [{ step: 0, whole: false, share: undefined }],
    checks: checks.flatMap((one) => (one.kind === 'usable' ? [one.check] : [])),
  };
}

/** A check that cannot be used has a vote: nothing passes on it. */
function votes({ checks }: ReadEvidence, results: readonly CheckResult[]) {
  return results.flatMap(({ verdict }, index) => {
    const one = checks[index];
    if (one?.kind !== 'usable') return [{ verdict, action: 'rollback' as const }];
    const { required, action } = one.check;
    const hasVote = verdict === 'fail' ? action !== 'notify' : required;
    return hasVote ? [{ verdict, action }] : [];
  });
}

function unusableResult(one: ReadCheck): CheckResult {
  return {
    name: one.name,
    kind: one.kindName,
    verdict: 'error',
    logHarm: null,
    logSafe: null,
    safeThreshold: null,
    interval: null,
    ticks: { used: 0, dropped: [] },
    reason:
      one.kind === 'unusable'
        ? `cannot be used: ${one.problems.map(formatProblem).join('; ')}`
        : 'cannot be used',
  };
}

function checkResult(one: CheckJudgement): CheckResult {
  const { check, verdict, logHarm, logSafe, safeThreshold, interval, weighed } = one;
  return {
    name: check.name,
    kind: check.kind,
    verdict,
    logHarm: logHarm ?? null,
    logSafe: logSafe ?? null,
    safeThreshold: logSafe === undefined ? null : safeThreshold,
    interval: interval ? { ...interval, high: interval.high ?? null } : null,
    ticks: { used: weighed.used, dropped: weighed.dropped },
    reason: describeWithTicks(one),
    ...(one.shared ? { stableFails: true } : {}),
  };
}

/** The sentence of a check with the ticks that it does not rest on: who wrote the document wants to know what became of them. */
function describeWithTicks({ check, verdict, weighed, text }: CheckJudgement): string {
  const { dropped, played } = weighed;
  const ticks = check.ticks.length;
  if (verdict === 'no-data')
    return ticks === 0
      ? 'no data: it has no ticks; add what was seen'
      : `no data to judge by: ${describeDropped(dropped, ticks) ?? text}`;
  return [
    text,
    'trim' in check ? describeForgiven(check.trim, played.all) : undefined,
    describeDropped(dropped, ticks),
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

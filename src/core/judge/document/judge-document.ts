import type { Evidence, EvidenceCheck, Verdict } from '../evidence.ts';
import { termsOf } from '../family.ts';
import { type CheckJudgement, judge, mixMembers } from '../judge.ts';
import type { ShownInterval } from '../method.ts';
import { joinVerdicts } from '../verdict.ts';
import { weigh } from '../weigh.ts';
import type { ReadCheck, ReadEvidence } from './read-evidence.ts';

/** The running evidence after a tick, for plots. */
export interface CurvePoint {
  /** Ticks looked at. */
  readonly ticks: number;
  readonly logHarm: number | null;
  readonly logSafe: number | null;
}

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

/** More points than this are no better a plot, and fewer are none. */
const MOST_CURVE_POINTS = 500;
const FEWEST_CURVE_POINTS = 40;
/** Every point weighs all ticks before it anew: so many ticks in all, or a long history would take the square of its time. */
const MOST_WEIGHED = 2_000_000;

/** Judges a document: no clock, no network, no repository; the same input gives the same output, to the last digit. */
export function judgeDocument(
  document: ReadEvidence,
  options: { readonly curve: boolean },
): AssessmentDocument {
  const evidence = evidenceOf(document);
  const judgement = judge(evidence, evidence.checks, () => undefined);
  const judged = new Map(judgement.checks.map((one) => [one.check, one]));
  const checks = document.checks.map((one): CheckResult => {
    const judgementOf = one.kind === 'usable' ? judged.get(one.check) : undefined;
    if (!judgementOf) return unusableResult(one);
    const result = checkResult(judgementOf);
    return options.curve ? { ...result, curve: curveOf(evidence, judgementOf.check) } : result;
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
    reason: one.kind === 'unusable' ? `cannot be used: ${one.problems.join('; ')}` : 'cannot be used',
  };
}

function checkResult(one: CheckJudgement): CheckResult {
  const { check, verdict, logHarm, logSafe, safeThreshold, interval, weighed, text } = one;
  return {
    name: check.name,
    kind: check.kind,
    verdict,
    logHarm: logHarm ?? null,
    logSafe: logSafe ?? null,
    safeThreshold: logSafe === undefined ? null : safeThreshold,
    interval: interval ? { ...interval, high: interval.high ?? null } : null,
    ticks: { used: weighed.used, dropped: weighed.dropped },
    reason: text,
  };
}

/** The evidence after each tick, weighed anew each time: what was known then, not what is known now. */
function curveOf(evidence: Evidence, check: EvidenceCheck): readonly CurvePoint[] {
  const { ticks } = check;
  const affordable = Math.floor(MOST_WEIGHED / Math.max(1, ticks.length));
  const points = Math.min(MOST_CURVE_POINTS, Math.max(FEWEST_CURVE_POINTS, affordable));
  const stride = Math.max(1, Math.ceil(ticks.length / points));
  const ends = ticks.map((_, index) => index + 1).filter((end) => end % stride === 0 || end === ticks.length);
  const terms = termsOf(evidence);
  const goal = terms.threshold - terms.logWeight(check);
  return ends.map((end): CurvePoint => {
    const then = { ...check, ticks: ticks.slice(0, end) } as EvidenceCheck;
    const { members, logSafe } = weigh(evidence, then, goal);
    return { ticks: end, logHarm: mixMembers(members) ?? null, logSafe: logSafe ?? null };
  });
}

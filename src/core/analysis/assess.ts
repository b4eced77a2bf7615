import type { Evidence, EvidenceCheck } from '../judge/evidence.ts';
import { judge, type Wording } from '../judge/judge.ts';
import { joinVerdicts } from '../judge/verdict.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { Release } from '../manifest/release-schema.ts';
import { elapsed, type Instant, instant } from '../units.ts';
import { readAnswers } from './answers.ts';
import { assessBroken, assessJudged, blindness } from './assess-evidence.ts';
import type { Assessment, CheckAssessment, Evaluation } from './assessment.ts';
import { type Collected, collect, periodsOf } from './collect.ts';
import { judgeThreshold } from './judge-threshold.ts';
import type { Observation } from './observation.ts';
import { checkQueries } from './plan-queries.ts';

/**
 * What the answers to `planQueries(evaluation)` say about the health of the candidate. Pure and deterministic; linear in
 * ticks and checks.
 * @param observations by the id of the planned query, one for each
 * @throws ToolError CORRUPT when an observation is missing or does not answer its question
 */
export function assess(
  evaluation: Evaluation,
  observations: ReadonlyMap<string, Observation>,
  words: Wording = 'all',
): Assessment {
  const answerTo = readAnswers(evaluation, observations);
  const looks = checkQueries(evaluation).map((queries) =>
    queries.kind === 'threshold'
      ? ({ kind: 'judged', assessment: judgeThreshold(queries, evaluation, answerTo) } as const)
      : ({ kind: 'collected', ...collect(queries, evaluation, answerTo) } as const),
  );
  const collected = looks.filter((look) => look.kind === 'collected');
  const evidence = evidenceOf(evaluation, collected);
  const seen = collected.filter(({ broken }) => broken.length === 0);
  const byCheck = new Map(seen.map((one) => [one.check, one]));
  const judgement = judge(
    evidence,
    seen.map(({ check }) => check),
    (weighed) => {
      const one = byCheck.get(weighed.check);
      return one && blindness(weighed, one, evaluation);
    },
    words,
  );
  const judged = new Map(judgement.checks.map((one) => [one.check, one]));
  const checks = looks.map((look): CheckAssessment => {
    if (look.kind === 'judged') return look.assessment;
    const one = judged.get(look.check);
    return one ? assessJudged(one, look) : assessBroken(look);
  });
  const gating = checks.filter((check) => check.gating);
  return {
    at: evaluation.now,
    overall: joinVerdicts(gating),
    family: judgement.family,
    ...lowered(evidence, seen, words),
    lastSeen: joinLastSeen(gating),
    ...(evaluation.beside?.kind === 'nobody' ? { alone: true } : {}),
    checks,
  };
}

/** Once proven, harm is played for no further: whether a lower weight helped is a question of its own, on its own evidence. */
function lowered(
  evidence: Evidence,
  seen: readonly Collected[],
  words: Wording,
): Pick<Assessment, 'lowered'> {
  const [before, now] = evidence.periods.slice(-2);
  if ((now?.share ?? 1) >= (before?.share ?? 0)) return {};
  const current = evidence.periods.length - 1;
  const checks = seen.map(({ check }) => onlyWithin(check, current));
  const all = { ...evidence, carried: 0 };
  return { lowered: judge(all, checks, () => undefined, words).family };
}

/** A check that has seen nothing but one period. */
function onlyWithin(check: EvidenceCheck, period: number): EvidenceCheck {
  const ticks = check.ticks.map((tick) => (tick.period === period ? tick : { ...tick, period: undefined }));
  // the ticks of a check keep the kind that they have
  return { ...check, ticks } as EvidenceCheck;
}

function evidenceOf(evaluation: Evaluation, collected: readonly Collected[]): Evidence {
  const { release, rollout, beside, carried = 0 } = evaluation;
  const { falseRollbackRate, falseAdvanceRate, tick } = healthSettings(release);
  return {
    falseRollbackRate,
    falseAdvanceRate,
    carried,
    ...(beside?.kind === 'own-past' ? { apart: true } : {}),
    horizon: horizonOf(release),
    steps: release.spec.rollout.steps.length,
    periods: periodsOf(release, rollout),
    checks: collected.map(({ check }) => check),
    tick,
    left: timeLeft(evaluation),
  };
}

/** Until the deadline, less the holds of the steps to come. */
function timeLeft({ release, rollout, standing, now }: Evaluation): number {
  const { deadline, steps } = release.spec.rollout;
  const holds = steps.slice(standing.index + 1).reduce((sum, { hold }) => sum + hold, 0);
  return deadline - elapsed(rollout.startedAt, now) - holds;
}

/** The ticks of all declared holds: a rollout that meets no obstacle lasts so long. */
function horizonOf(release: Release): number {
  const length = release.spec.rollout.steps.reduce((sum, { hold }) => sum + hold, 0);
  return Math.max(1, Math.round(length / healthSettings(release).tick));
}

function joinLastSeen(gating: readonly CheckAssessment[]): Instant | undefined {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { lastSeen } of gating) {
    if (lastSeen === undefined) return undefined;
    earliest = Math.min(earliest, lastSeen);
  }
  return Number.isFinite(earliest) ? instant(earliest) : undefined;
}

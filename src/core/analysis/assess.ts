import { healthSettings } from '../manifest/defaults.ts';
import { type Instant, instant } from '../units.ts';
import { readAnswers } from './answers.ts';
import type { Assessment, CheckAssessment, Evaluation, Verdict } from './assessment.ts';
import { joinFamily } from './family.ts';
import { judgeProportion } from './judge-proportion.ts';
import { judgeThreshold } from './judge-threshold.ts';
import type { Observation } from './observation.ts';
import { checkQueries } from './plan-queries.ts';
import { weighProportion } from './weigh-proportion.ts';

/** Worst first; `pass` needs all. */
const WORST_FIRST: readonly Verdict[] = ['fail', 'error', 'no-data', 'inconclusive', 'pass'];

/**
 * What the answers to `planQueries(evaluation)` say about the health of the candidate. Pure and deterministic; linear in
 * ticks and checks.
 * @param observations by the id of the planned query, one for each
 * @throws ToolError CORRUPT when an observation is missing or does not answer its question
 */
export function assess(evaluation: Evaluation, observations: ReadonlyMap<string, Observation>): Assessment {
  const answerTo = readAnswers(evaluation, observations);
  const looks = checkQueries(evaluation).map((queries) =>
    queries.kind === 'proportion'
      ? weighProportion(queries, evaluation, answerTo)
      : ({ kind: 'judged', assessment: judgeThreshold(queries, evaluation, answerTo) } as const),
  );
  const { falseRollbackRate } = healthSettings(evaluation.release);
  const family = joinFamily(
    looks.filter((look) => look.kind !== 'judged'),
    falseRollbackRate,
  );
  const checks = looks.map((look) =>
    look.kind === 'judged' ? look.assessment : judgeProportion(look, family, evaluation),
  );
  const gating = checks.filter((check) => check.gating);
  return {
    at: evaluation.now,
    overall: joinVerdicts(gating),
    family: { logHarm: family.logHarm, threshold: family.threshold },
    lastSeen: joinLastSeen(gating),
    checks,
  };
}

/** The worst verdict of the checks that have a vote; without any nothing is known. */
function joinVerdicts(gating: readonly CheckAssessment[]): Verdict {
  if (gating.length === 0) return 'inconclusive';
  const verdicts = new Set(gating.map(({ verdict }) => verdict));
  return WORST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'inconclusive';
}

function joinLastSeen(gating: readonly CheckAssessment[]): Instant | undefined {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { lastSeen } of gating) {
    if (lastSeen === undefined) return undefined;
    earliest = Math.min(earliest, lastSeen);
  }
  return Number.isFinite(earliest) ? instant(earliest) : undefined;
}

import { healthSettings } from '../manifest/defaults.ts';
import type { ProportionSpec } from '../manifest/release-schema.ts';
import { elapsed } from '../units.ts';
import type { CheckAssessment, Evaluation, ProportionEvidence, Verdict } from './assessment.ts';
import { describeBroken, describeProportion } from './describe-proportion.ts';
import { isBakeNow } from './divide-ticks.ts';
import { type Family, logShare } from './family.ts';
import type { BrokenProportion, WeighedProportion } from './weigh-proportion.ts';

/** Verdict, sentence and numbers of one proportion check. */
export function judgeProportion(
  one: WeighedProportion | BrokenProportion,
  family: Family,
  evaluation: Evaluation,
): CheckAssessment {
  const { name } = one.check;
  const gating = canJudge(one.check, evaluation);
  if (one.kind === 'broken') {
    const { queries } = one;
    const sentence = describeBroken(name, queries);
    return {
      name,
      verdict: 'error',
      gating,
      sentence,
      lastSeen: undefined,
      evidence: { kind: 'broken', queries },
    };
  }
  const verdict = findVerdict(one, family, evaluation);
  return {
    name,
    verdict,
    // Proof of harm from earlier steps has its vote even where the check could not judge any more.
    gating: gating || verdict === 'fail',
    sentence: describeProportion(one, { verdict, family, evaluation }),
    lastSeen: one.lastSeen,
    evidence: writeEvidence(one, family),
  };
}

/** Without stable's traffic only a limit can be judged by. */
function canJudge(check: ProportionSpec, { rollout }: Evaluation): boolean {
  return check.limit !== undefined || !isBakeNow(rollout);
}

function findVerdict(one: WeighedProportion, family: Family, evaluation: Evaluation): Verdict {
  if (family.failing.has(one.check)) return 'fail';
  if (one.logSafe === undefined) return 'inconclusive';
  if (one.lastSeen === undefined || isBlind(one, evaluation)) return 'no-data';
  return one.logSafe >= one.safeThreshold ? 'pass' : 'inconclusive';
}

/**
 * Evidence that was enough an hour ago does not vouch for now: without numbers in the newest tick, or without traffic for
 * longer than evidence may be missing, a check does not see.
 */
function isBlind({ blindBecause, lastSeen, newest }: WeighedProportion, { release }: Evaluation): boolean {
  if (blindBecause !== undefined || lastSeen === undefined || newest === undefined) return true;
  return elapsed(lastSeen, newest) > healthSettings(release).noDataDeadline;
}

function writeEvidence(one: WeighedProportion, { logWeight }: Family): ProportionEvidence {
  const { check, candidate, stable, logSafe, safeThreshold, ratio, ticksUsed, dropped } = one;
  const limit = one.members.find(({ kind }) => kind === 'limit');
  return {
    kind: 'proportion',
    candidate,
    stable,
    logHarm: logShare(one, logWeight),
    logSafe,
    safeThreshold,
    ratio,
    limit:
      limit && check.limit !== undefined
        ? { max: check.limit, candidate: one.alone, logHarm: limit.logM + logWeight }
        : undefined,
    ticksUsed,
    dropped,
  };
}

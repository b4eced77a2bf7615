import type { EvidenceCheck } from '../judge/evidence.ts';
import type { CheckJudgement } from '../judge/judge.ts';
import type { Weighed } from '../judge/weigh.ts';
import { healthSettings } from '../manifest/defaults.ts';
import { elapsed, formatDuration, formatInstant, type Instant, type Millis } from '../units.ts';
import type { CheckAssessment, CheckEvidence, Evaluation } from './assessment.ts';
import type { Collected } from './collect.ts';
import { describeBroken } from './describe-broken.ts';
import { toPlainRecord } from './plain.ts';
import { gridPoint } from './query-grid.ts';

/** A check of which a query broke: there is nothing to judge. */
export function assessBroken({ check, brake, broken, labelDelay }: Collected): CheckAssessment {
  return {
    name: check.name,
    verdict: 'error',
    action: check.action,
    brake,
    gating: check.required,
    sentence: describeBroken(check.name, broken),
    lastSeen: undefined,
    ...patience(labelDelay),
    evidence: { kind: 'broken', queries: broken },
  };
}

/** A judged check, with the moments of the rollout. */
export function assessJudged(
  judgement: CheckJudgement,
  { brake, grid, labelDelay }: Collected,
): CheckAssessment {
  const { check, verdict, shared, text, weighed } = judgement;
  const at = (index: number): Instant | undefined => (grid ? gridPoint(grid, index) : undefined);
  return {
    name: check.name,
    verdict,
    action: check.action,
    brake,
    // Proof of harm from earlier steps has its vote even where the check could not judge any more.
    gating: verdict === 'fail' || shared ? check.action !== 'notify' : check.required && weighed.able,
    ...(shared ? { stableFails: true } : {}),
    sentence: `${check.name}: ${text}`,
    lastSeen: weighed.lastSeen === undefined ? undefined : at(weighed.lastSeen),
    ...patience(labelDelay),
    evidence: writeEvidence(judgement, at),
  };
}

function patience(labelDelay: Millis): { readonly labelDelay?: Millis } {
  return labelDelay > 0 ? { labelDelay } : {};
}

function parametersOf({ ticks, name, ...parameters }: EvidenceCheck): CheckEvidence['parameters'] {
  return toPlainRecord(parameters);
}

function writeEvidence(
  { check, logShare, logWeight, logSafe, safeThreshold, interval, weighed }: CheckJudgement,
  at: (index: number) => Instant | undefined,
): CheckEvidence {
  return {
    kind: 'judged',
    of: check.kind,
    ...(check.question === undefined ? {} : { question: check.question }),
    parameters: parametersOf(check),
    logHarm: logShare,
    members: weighed.members.map(({ name, logM }) => ({ name, logHarm: logM + logWeight })),
    totals: weighed.totals,
    exposure: weighed.exposure,
    logSafe,
    safeThreshold,
    interval,
    ticksUsed: weighed.used,
    dropped: weighed.dropped.flatMap(({ index, reason }) => {
      const moment = at(index);
      return moment === undefined ? [] : [{ at: moment, reason }];
    }),
  };
}

/**
 * Why a check that has evidence does not see now: evidence that was enough an hour ago does not vouch for now. Without numbers
 * in the newest tick, or without traffic for longer than evidence may be missing, a check is blind.
 */
export function blindness(
  weighed: Weighed,
  { grid, labelDelay }: Collected,
  { release, standing }: Evaluation,
): string | undefined {
  const { noDataDeadline, tick } = healthSettings(release);
  const newest = grid?.last;
  if (newest === undefined || newest <= standing.enteredAt)
    return `no tick of ${formatDuration(tick)} is complete yet in this step`;
  const lastSeen = weighed.lastSeen === undefined || !grid ? undefined : gridPoint(grid, weighed.lastSeen);
  const isBlind =
    weighed.blindBecause !== undefined ||
    lastSeen === undefined ||
    elapsed(lastSeen, newest) > noDataDeadline + labelDelay;
  if (!isBlind) return undefined;
  const since = lastSeen === undefined ? 'this step began' : formatInstant(lastSeen);
  const because = weighed.blindBecause ?? weighed.dropped.at(-1)?.reason;
  return `no usable tick since ${since}: ${because ?? 'no traffic'}`;
}

import { assertNever } from '../errors.ts';
import { type FullMargin, harmMargin, healthSettings, safeMargin } from '../manifest/defaults.ts';
import { formatDuration, formatInstant } from '../units.ts';
import type { BrokenQuery, Evaluation, Verdict } from './assessment.ts';
import { isBakeNow } from './divide-ticks.ts';
import { type Family, logShare } from './family.ts';
import type { WeighedProportion } from './weigh-proportion.ts';
import {
  writeCount,
  writeFactor,
  writeOdds,
  writePoints,
  writeProgress,
  writeShare,
  writeValue,
} from './write-numbers.ts';

interface Judged {
  readonly verdict: Verdict;
  readonly family: Family;
  readonly evaluation: Evaluation;
}

/** The verdict on a proportion check in one sentence with its numbers. */
export function describeProportion(one: WeighedProportion, judged: Judged): string {
  const bake = isBakeNow(judged.evaluation.rollout);
  switch (judged.verdict) {
    case 'fail':
      return `${one.check.name}: ${describeHarm(one)}; ${describeProof(one, judged.family)}`;
    case 'pass': {
      const { logSafe = 0, safeThreshold } = one;
      const safe = bake
        ? `${countsAlone(one)}; within the limit of ${writeShare(one.check.limit ?? 1)}`
        : `${countsCompared(one)}; ${within(safeMargin(one.check))}`;
      return `${one.check.name}: ${safe}; evidence ${writeOdds(logSafe)}, needed ${writeOdds(safeThreshold)}`;
    }
    case 'no-data':
      return `${one.check.name}: ${describeBlindness(one, judged.evaluation)}`;
    case 'inconclusive':
    case 'error':
      return `${one.check.name}: ${describeDoubt(one, bake)}`;
    default:
      return assertNever(judged.verdict);
  }
}

/** Why a check could not look: the first broken query and how many more. */
export function describeBroken(name: string, [first, ...rest]: readonly BrokenQuery[]): string {
  if (!first) return `${name}: could not be asked`;
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  return `${name}: could not be asked: query "${first.id}": ${first.reason}: ${first.detail}${more}`;
}

function describeHarm(one: WeighedProportion): string {
  const [comparison, limit] = one.members;
  if (limit && comparison && limit.logM > comparison.logM) return describeLimitBroken(one);
  return `${countsCompared(one)}; ${beyond(harmMargin(one.check))}`;
}

/** The proof may be of one step, while the counts are of the whole rollout: then it is said, or the two would contradict. */
function describeLimitBroken(one: WeighedProportion): string {
  const { events, exposure } = one.alone;
  const limit = one.check.limit ?? 1;
  return events > limit * exposure
    ? `${countsAlone(one)}; above the limit of ${writeShare(limit)}`
    : `${countsAlone(one)} in the whole rollout; above the limit of ${writeShare(limit)} within a step`;
}

function describeProof(one: WeighedProportion, family: Family): string {
  const share = logShare(one, family.logWeight);
  const together = share >= family.threshold ? '' : `, with the other checks ${writeOdds(family.logHarm)}`;
  return `evidence ${writeOdds(share)}${together}, needed ${writeOdds(family.threshold)}`;
}

function describeDoubt(one: WeighedProportion, bake: boolean): string {
  if (one.logSafe === undefined)
    return 'cannot judge at 100%: stable has no traffic to compare with, and the check has no limit';
  const progress = `${writeProgress(one.logSafe, one.safeThreshold)} of the evidence needed to advance`;
  if (bake)
    return `${countsAlone(one)}; not proven within the limit of ${writeShare(one.check.limit ?? 1)}; ${progress}`;
  return `${countsCompared(one)}; neither harm nor safety is proven; ${progress}`;
}

function describeBlindness(one: WeighedProportion, { release, standing }: Evaluation): string {
  const { newest, lastSeen } = one;
  const because = one.blindBecause ?? one.dropped.at(-1)?.reason;
  if (newest === undefined || newest <= standing.enteredAt)
    return `no tick of ${formatDuration(healthSettings(release).tick)} is complete yet in this step`;
  const since = lastSeen === undefined ? 'this step began' : formatInstant(lastSeen);
  return `no usable tick since ${since}: ${because ?? 'no traffic'}`;
}

function countsCompared({ candidate, stable, ratio }: WeighedProportion): string {
  const counts = `${writeCount(candidate.events)} of ${writeCount(candidate.exposure)} against ${writeCount(stable.events)} of ${writeCount(stable.exposure)}`;
  const range = ratio && describeRange(ratio);
  return range === undefined ? counts : `${counts}; ${range}`;
}

/** The interval in words; an end beyond what people can picture is left out. */
function describeRange({ low, high }: NonNullable<WeighedProportion['ratio']>): string | undefined {
  const least = low >= 0.005 ? writeFactor(low) : undefined;
  const most = high !== undefined && high < 1_000_000 ? writeFactor(high) : undefined;
  if (least !== undefined && most !== undefined) return `between ${least} and ${most} times as many`;
  if (least !== undefined) return `at least ${least} times as many`;
  return most === undefined ? undefined : `at most ${most} times as many`;
}

function countsAlone({ alone }: WeighedProportion): string {
  const rate = alone.exposure > 0 ? ` (${writeShare(alone.events / alone.exposure)})` : '';
  return `${writeCount(alone.events)} of ${writeCount(alone.exposure)}${rate}`;
}

function beyond(margin: FullMargin): string {
  return margin.relative === 0 && margin.absolute === 0
    ? 'more than stable'
    : `more than ${describeMargin(margin)} allowed`;
}

function within(margin: FullMargin): string {
  return margin.relative === 0 && margin.absolute === 0
    ? 'fewer than stable'
    : `within ${describeMargin(margin)} that count as safe`;
}

function describeMargin({ relative, absolute }: FullMargin): string {
  const times = `the ${writeValue(1 + relative)} times`;
  if (absolute === 0) return times;
  return relative === 0 ? `the ${writePoints(absolute)}` : `${times} plus ${writePoints(absolute)}`;
}

import {
  type FullMargin,
  type HealthSettings,
  harmMargin,
  healthSettings,
  safeMargin,
} from '../manifest/defaults.ts';
import type { ProportionSpec, Release } from '../manifest/release-schema.ts';
import type { Side } from '../stats/bets.ts';
import { type Counts, mergeTicks, sumCounts, type Tick } from '../stats/counts.ts';
import { ratioInterval } from '../stats/interval.ts';
import { logMean } from '../stats/log-space.ts';
import { oneSampleLogE } from '../stats/one-sample.ts';
import { type Margin, twinLogE } from '../stats/twin.ts';
import type { Instant } from '../units.ts';
import type { AnswerTo, Reading } from './answers.ts';
import type { BrokenQuery, DroppedTick, Evaluation, PlannedQuery, ProportionEvidence } from './assessment.ts';
import { type DividedTicks, divideTicks, type Period } from './divide-ticks.ts';
import type { ProportionQueries } from './plan-queries.ts';
import { type ArmReadings, readTicks } from './read-ticks.ts';
import { wholeEvents } from './whole-events.ts';

/** Error of each end of the interval that people are shown: together 95 %. */
const INTERVAL_ALPHA = 0.025;

/** One e-process that counts towards harm. */
export interface Member {
  readonly kind: 'comparison' | 'limit';
  /** ln M, natural log of its mixed e-value. */
  readonly logM: number;
}

/** What the ticks of one proportion check weigh, before the family and the verdict. */
export interface WeighedProportion {
  readonly kind: 'weighed';
  readonly check: ProportionSpec;
  /** First the comparison with stable, then the limit if there is one. */
  readonly members: readonly Member[];
  /** As in ProportionEvidence; undefined at 100 % without a limit. */
  readonly logSafe: number | undefined;
  readonly safeThreshold: number;
  readonly candidate: Counts;
  readonly stable: Counts;
  /** The candidate's own ticks, for the limit. */
  readonly alone: Counts;
  readonly ratio: ProportionEvidence['ratio'];
  readonly ticksUsed: number;
  readonly dropped: readonly DroppedTick[];
  readonly lastSeen: Instant | undefined;
  /** Why the newest tick has no numbers. */
  readonly blindBecause: string | undefined;
  /** End of the newest complete tick; undefined when none is complete yet. */
  readonly newest: Instant | undefined;
}

/** A proportion check of which a query broke: there is nothing to weigh. */
export interface BrokenProportion {
  readonly kind: 'broken';
  readonly check: ProportionSpec;
  readonly queries: readonly BrokenQuery[];
}

/** How many members a check has in the family, whether or not it could be asked. */
export function memberCount(check: ProportionSpec): number {
  return check.limit === undefined ? 1 : 2;
}

/** Turns the answers to a proportion check into evidence of harm and of safety. */
export function weighProportion(
  queries: ProportionQueries,
  evaluation: Evaluation,
  answerTo: AnswerTo,
): WeighedProportion | BrokenProportion {
  const { check, asked } = queries;
  const divided = asked ? readDivided(queries, evaluation, answerTo) : divide([], evaluation, check);
  if ('queries' in divided) return divided;
  return { ...weigh(check, evaluation, divided), newest: asked?.grid.last };
}

function readDivided(
  { check, asked }: ProportionQueries,
  evaluation: Evaluation,
  answerTo: AnswerTo,
): DividedTicks | BrokenProportion {
  if (!asked) return divide([], evaluation, check);
  const broken: BrokenQuery[] = [];
  const read = (query: PlannedQuery): readonly Reading[] => {
    const answer = answerTo(query);
    if (answer.kind === 'readings') return answer.readings;
    broken.push({ ...answer.query, id: query.id });
    return [];
  };
  const { candidate, stable } = asked.arms;
  const arms = {
    candidate: { bad: read(candidate.bad), total: read(candidate.total) } satisfies ArmReadings,
    stable: { bad: read(stable.bad), total: read(stable.total) } satisfies ArmReadings,
  };
  if (broken.length > 0) return { kind: 'broken', check, queries: broken };
  const { transitions } = evaluation.rollout;
  const absentIsZero = check.absentIsZero ?? false;
  return divide(readTicks({ grid: asked.grid, transitions, arms, absentIsZero }), evaluation, check);
}

function divide(
  readings: Parameters<typeof divideTicks>[0],
  { release, rollout }: Evaluation,
  check: ProportionSpec,
): DividedTicks {
  return divideTicks(readings, { release, rollout, hasLimit: check.limit !== undefined });
}

function weigh(
  check: ProportionSpec,
  evaluation: Evaluation,
  { periods, ticksUsed, dropped, blindBecause }: DividedTicks,
): Omit<WeighedProportion, 'newest'> {
  const { release } = evaluation;
  const compared = periods.flatMap((period) => mergeTicks(period.compared).ticks);
  const now = periods.at(-1);
  return {
    kind: 'weighed',
    check,
    members: harmMembers(check, release, periods),
    logSafe: now && logSafe(check, now),
    safeThreshold: safeThreshold(release, healthSettings(release)),
    candidate: sumCounts(compared.map((tick) => tick.candidate)),
    stable: sumCounts(compared.map((tick) => tick.stable)),
    alone: sumCounts(periods.flatMap((period) => period.alone)),
    ratio: shownRatio(compared),
    ticksUsed,
    dropped,
    lastSeen: now?.lastSeen,
    blindBecause,
  };
}

/** Each step passes at its share of the rate, so that the whole rollout keeps it (union bound over the steps). */
function safeThreshold(release: Release, { falseAdvanceRate }: HealthSettings): number {
  return Math.log(release.spec.rollout.steps.length / falseAdvanceRate);
}

function harmMembers(check: ProportionSpec, release: Release, periods: readonly Period[]): readonly Member[] {
  const steps = release.spec.rollout.steps.length;
  const margin = marginOf(harmMargin(check));
  const compared = periods.map(({ step, compared: ticks }) => ({ step, ticks: wholeTicks(ticks, 'harm') }));
  const comparison = mixSteps(compared, steps, (ticks) => twinLogE(ticks, { side: 'harm', margin }));
  const { limit } = check;
  if (limit === undefined) return [{ kind: 'comparison', logM: comparison }];
  const alone = periods.map(({ step, alone: counts }) => ({ step, ticks: wholeEvents(counts, 'down') }));
  const above = mixSteps(alone, steps, (ticks) => oneSampleLogE(ticks, { side: 'harm', limit }));
  return [
    { kind: 'comparison', logM: comparison },
    { kind: 'limit', logM: above },
  ];
}

/**
 * ln M, M = ½·E_rollout + ½·mean over all steps of E_step. A step's e-value begins at 1 with the step and stays as it was
 * when the step is left; a step to come counts 1. The rollout-long half finds what is slightly worse all along, the
 * step's half what gets worse late. A mean of e-values is an e-value.
 */
function mixSteps<T>(
  periods: readonly { readonly step: number; readonly ticks: readonly T[] }[],
  steps: number,
  logE: (ticks: readonly T[]) => number,
): number {
  const byStep = Array.from({ length: steps }, (): T[] => []);
  for (const { step, ticks } of periods) for (const tick of ticks) byStep[step]?.push(tick);
  return logMean([logE(periods.flatMap(({ ticks }) => ticks)), logMean(byStep.map((ticks) => logE(ticks)))]);
}

/** Evidence that the candidate is within the safe margin (at 100 %: within its limit), from this step's ticks alone. */
function logSafe(check: ProportionSpec, now: Period): number | undefined {
  const { limit } = check;
  if (!now.bake)
    return twinLogE(wholeTicks(now.compared, 'safe'), { side: 'safe', margin: marginOf(safeMargin(check)) });
  if (limit === undefined) return undefined;
  return oneSampleLogE(wholeEvents(now.alone, 'up'), { side: 'safe', limit });
}

/** Merged ticks in whole events, rounded against the claim. Merged within a period: a new weight begins anew. */
function wholeTicks(ticks: readonly Tick[], side: Side): readonly Tick[] {
  const merged = mergeTicks(ticks).ticks;
  const [ours, theirs] = side === 'harm' ? (['down', 'up'] as const) : (['up', 'down'] as const);
  const candidate = wholeEvents(
    merged.map((tick) => tick.candidate),
    ours,
  );
  const stable = wholeEvents(
    merged.map((tick) => tick.stable),
    theirs,
  );
  return merged.map((tick, index) => ({
    candidate: candidate[index] ?? tick.candidate,
    stable: stable[index] ?? tick.stable,
  }));
}

function shownRatio(compared: readonly Tick[]): ProportionEvidence['ratio'] {
  if (compared.length === 0) return undefined;
  const { low, high } = ratioInterval(compared, { alpha: INTERVAL_ALPHA });
  return { low, high: Number.isFinite(high) ? high : undefined };
}

function marginOf({ relative, absolute }: FullMargin): Margin {
  return { ratio: 1 + relative, difference: absolute };
}

import type { Evaluation, PlannedQuery } from '../analysis/assessment.ts';
import { latency } from '../analysis/kinds/latency.ts';
import { BROKEN, type Observation } from '../analysis/observation.ts';
import { planQueries } from '../analysis/plan-queries.ts';
import { describeGap, type Gap } from '../analysis/reading.ts';
import { bucketAround, describeCoarse, quantileName } from '../judge/bucket-around.ts';
import { settleBuckets } from '../judge/settle-buckets.ts';
import { isGate } from '../manifest/brake-in.ts';
import { healthSettings, safeMargin } from '../manifest/defaults.ts';
import { countKeys } from '../manifest/expand-check.ts';
import type { CheckSpec, LatencySpec, Release } from '../manifest/release-schema.ts';
import { findStanding } from '../plan/rollout.ts';
import { type Instant, instant, percent } from '../units.ts';

/** So many ticks are looked at before a rollout starts: one scrape that failed must not keep it from starting. */
const TICKS = 3;

/** A question and what came. */
export interface SightAnswer {
  readonly planned: PlannedQuery;
  readonly observation: Observation;
}

/** A question whose answer would leave a rollout without evidence. */
export interface Blindness {
  readonly planned: PlannedQuery;
  /** Position of the check in the manifest. */
  readonly index: number;
  /** Key of the query in the check. */
  readonly key: string;
  /** What came instead of numbers, for people. */
  readonly what: string;
  /** The tool, the server or the query broke; else there is nothing to see. */
  readonly isBroken: boolean;
}

/**
 * What is asked before anybody is exposed: the questions of the rollout that would start now, as they would have been over the
 * newest ticks. Of the checks that compare, only those about stable, since the candidate has had no traffic; of the others, to
 * learn whether they can be asked at all.
 */
export function planSight(release: Release, now: Instant): readonly PlannedQuery[] {
  const questions = planQueries(newestTicks(release, now));
  const comparing = new Set(questions.filter(isAboutStable).map(({ check }) => check));
  return questions.filter((planned) => isAboutStable(planned) || !comparing.has(planned.check));
}

/** A rollout that began so long ago that its questions are about the newest ticks. */
export function newestTicks(release: Release, now: Instant): Evaluation {
  const { tick, ingestDelay } = healthSettings(release);
  const startedAt = instant(now - ingestDelay - TICKS * tick);
  const first = { weight: percent(0), at: startedAt };
  const rollout = { startedAt, transitions: [first] } as const;
  return { release, rollout, standing: findStanding(release, rollout), now };
}

/** Which answers show nothing: broken ones of all, and of those about stable the ones without a number. In the order of asking. */
export function judgeSight(release: Release, answers: readonly SightAnswer[]): readonly Blindness[] {
  return answers.flatMap((answer) => {
    const { planned } = answer;
    const check = findCheck(release, planned);
    const what = check && describeBlindness(check, answer, answers);
    if (!check || what === undefined) return [];
    const role = roleOf(planned);
    const index = release.spec.health.checks.indexOf(check);
    return [{ planned, index, key: keyOf(check, role), what, isBroken: isBroken(answer) }];
  });
}

function describeBlindness(
  check: CheckSpec,
  answer: SightAnswer,
  answers: readonly SightAnswer[],
): string | undefined {
  const { planned } = answer;
  const { outcome } = answer.observation;
  if (outcome.kind === 'absent' && isBroken(answer)) return `${outcome.reason}, ${outcome.detail}`;
  if (!isAboutStable(planned)) return undefined;
  if (outcome.kind === 'absent' && outcome.reason === 'stale') return `stale, ${outcome.detail}`;
  const gap = findGap(outcome);
  if (gap === undefined) return check.kind === 'latency' ? describeCoarseBuckets(check, outcome) : undefined;
  const all = absentOf(check, roleOf(planned));
  if (!all || (gap !== 'missing' && gap !== 'empty')) return describeGap(gap);
  if ('absentIsZero' in check && check.absentIsZero) return undefined;
  const total = answers.find(({ planned: { id } }) => id === `${check.name}/${all.role}/stable`);
  const isAlone = total !== undefined && findGap(total.observation.outcome) === undefined;
  return `${describeGap(gap)}${isAlone ? `; if that means ${all.none}, write absentIsZero: true` : ''}`;
}

function isBroken({ observation: { outcome } }: SightAnswer): boolean {
  return outcome.kind === 'absent' && BROKEN.has(outcome.reason);
}

/** Why stable's buckets could never answer a check of latency that the rollout would wait for. */
function describeCoarseBuckets(check: LatencySpec, outcome: Observation['outcome']): string | undefined {
  if (outcome.kind !== 'grouped' || !isGate(check)) return undefined;
  const { groups } = outcome;
  const points = groups[0]?.values.length ?? 0;
  const ticks = Array.from({ length: points }, (_, point) => {
    const readings = {
      one: () => 'missing' as const,
      groups: () => groups.map(({ value, values }) => ({ value, reading: values[point] ?? 'missing' })),
    };
    const stable = latency.read(check, readings, 'stable');
    return { period: 0, candidate: { kind: 'unusable', reason: 'no traffic yet' } as const, stable };
  });
  const seen = settleBuckets(ticks, check.bound).map(({ stable }) => stable);
  const histograms = seen.flatMap((one) => (one.kind === 'seen' ? [one.value] : []));
  const [fault] = seen.flatMap((one) => (one.kind === 'unusable' ? [one.reason] : []));
  if (histograms.length === 0) return fault;
  if (check.quantile === undefined) return undefined;
  const around = bucketAround(histograms, check.quantile);
  // the share of the next step is of no account: quantiles are compared by a factor alone
  return around && describeCoarse(around, 1 + safeMargin(check, 1).relative, quantileName(check.quantile));
}

/** If no series of a role may mean none: the role that then has one all the same, and what there is none of. */
function absentOf(
  check: CheckSpec,
  role: string,
): { readonly role: string; readonly none: string } | undefined {
  if (check.kind === 'rate') return role === 'events' ? { role: 'exposure', none: 'no events' } : undefined;
  const keys = countKeys(check);
  if (!keys || role !== keys.bad) return undefined;
  return { role: keys.total, none: role === 'bad' ? 'no bad events' : 'none' };
}

/** Why there is not one number in an answer; undefined when there is. */
function findGap(outcome: Observation['outcome']): Gap | undefined {
  switch (outcome.kind) {
    case 'absent':
      return outcome.reason;
    case 'sample':
      return undefined;
    case 'series':
      return gapIn(outcome.values);
    default:
      return gapIn(outcome.groups.flatMap(({ values }) => values));
  }
}

function gapIn(values: readonly (number | Gap)[]): Gap | undefined {
  const gaps = values.filter((value) => typeof value !== 'number');
  return gaps.length < values.length ? undefined : (gaps.at(-1) ?? 'missing');
}

function findCheck(release: Release, planned: PlannedQuery): CheckSpec | undefined {
  return release.spec.health.checks.find(({ name }) => name === planned.check);
}

function isAboutStable({ id }: PlannedQuery): boolean {
  return id.endsWith('/stable');
}

/** The key of the check under which the query of a role is written. */
export function keyOf({ kind }: CheckSpec, role: string): string {
  if (kind === 'threshold' && role === 'value') return 'query';
  return role.startsWith('replicas-') ? 'replicas' : role.replace(/^history-/, '');
}

/** The role of a question in its check. */
export function roleOf({ id }: PlannedQuery): string {
  return id.split('/')[1] ?? '';
}

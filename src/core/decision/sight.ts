import type { PlannedQuery } from '../analysis/assessment.ts';
import { BROKEN, type Observation } from '../analysis/observation.ts';
import { planQueries } from '../analysis/plan-queries.ts';
import { describeGap, type Gap } from '../analysis/reading.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { CheckSpec, Release } from '../manifest/release-schema.ts';
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
}

/**
 * What is asked before anybody is exposed: the questions of the rollout that would start now, as they would have been over the
 * newest ticks. Of the checks that compare, only those about stable, since the candidate has had no traffic; of the others, to
 * learn whether they can be asked at all.
 */
export function planSight(release: Release, now: Instant): readonly PlannedQuery[] {
  const { tick, ingestDelay } = healthSettings(release);
  const startedAt = instant(now - ingestDelay - TICKS * tick);
  const first = { weight: percent(0), at: startedAt };
  const rollout = { startedAt, transitions: [first] } as const;
  const questions = planQueries({ release, rollout, standing: findStanding(release, rollout), now });
  const comparing = new Set(questions.filter(isAboutStable).map(({ check }) => check));
  return questions.filter((planned) => isAboutStable(planned) || !comparing.has(planned.check));
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
    return [{ planned, index, key: keyOf(check, role), what }];
  });
}

function describeBlindness(
  check: CheckSpec,
  { planned, observation: { outcome } }: SightAnswer,
  answers: readonly SightAnswer[],
): string | undefined {
  if (outcome.kind === 'absent' && BROKEN.has(outcome.reason)) return `${outcome.reason}, ${outcome.detail}`;
  if (!isAboutStable(planned)) return undefined;
  const gap = findGap(outcome);
  if (gap === undefined) return undefined;
  if (!('bad' in check) || roleOf(planned) !== 'bad' || (gap !== 'missing' && gap !== 'empty'))
    return describeGap(gap);
  if (check.absentIsZero) return undefined;
  const total = answers.find(({ planned: { id } }) => id === `${check.name}/total/stable`);
  const isBadAlone = total !== undefined && findGap(total.observation.outcome) === undefined;
  return `${describeGap(gap)}${isBadAlone ? '; if that means no bad events, write absentIsZero: true' : ''}`;
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
function keyOf({ kind }: CheckSpec, role: string): string {
  if (kind === 'threshold' && role === 'value') return 'query';
  return role.startsWith('replicas-') ? 'replicas' : role.replace(/^history-/, '');
}

function roleOf({ id }: PlannedQuery): string {
  return id.split('/')[1] ?? '';
}

import type { PlannedQuery } from '../analysis/assessment.ts';
import { BROKEN, type Observation } from '../analysis/observation.ts';
import { checkQueries, queriesIn } from '../analysis/plan-queries.ts';
import { describeGap } from '../analysis/reading.ts';
import { writeCount, writeValue } from '../judge/write-numbers.ts';
import { countKeys } from '../manifest/expand-check.ts';
import type { CheckSpec, Release } from '../manifest/release-schema.ts';
import type { Instant } from '../units.ts';
import { judgeSight, keyOf, newestTicks, roleOf, type SightAnswer } from './sight.ts';

/** One query of a check, asked once, and what came. */
export interface QueryLook {
  readonly planned: PlannedQuery;
  readonly arm: 'stable' | 'candidate';
  /** Position of the check in the manifest. */
  readonly index: number;
  /** Key of the query in the check. */
  readonly key: string;
  readonly state: /** There are numbers. */
    | 'seen'
    /** The candidate has no series yet, as it should be. */
    | 'expected'
    /** Numbers, but too little behind them. */
    | 'thin'
    /** No numbers where a rollout would need some. */
    | 'blind'
    /** No numbers, and nothing of the rollout needs them before there is a candidate. */
    | 'empty'
    /** The tool, the server or the query broke. */
    | 'broken';
  /** What came, for people. */
  readonly found: string;
  /** What the provider has is older than what is asked about, so that the query may be right. */
  readonly isStale: boolean;
}

/**
 * What is asked to see whether the queries of a release work: every query of every check over the newest ticks, filled for stable, which
 * has traffic; and the candidate's as they will be asked. Ids end in the arm that a query is filled for.
 */
export function planLook(release: Release, now: Instant): readonly PlannedQuery[] {
  const { stable, candidate } = release.spec;
  const alone = { ...release, spec: { ...release.spec, candidate: stable } };
  const filled = checkQueries(newestTicks(alone, now)).flatMap(queriesIn).map(aboutStable);
  const tried = candidate ? checkQueries(newestTicks(release, now)).flatMap(queriesIn) : [];
  const all = [...filled, ...tried.filter(({ id }) => !isAboutStable(id))];
  return [...new Map(all.map((query) => [query.id, query])).values()];
}

function aboutStable(query: PlannedQuery): PlannedQuery {
  return { ...query, id: query.id.replace(/\/candidate$/, '/stable') };
}

function isAboutStable(id: string): boolean {
  return id.endsWith('/stable');
}

/** What the answers to `planLook` say, query by query, in the order of the manifest. */
export function judgeLook(release: Release, answers: readonly SightAnswer[]): readonly QueryLook[] {
  const blind = new Map(judgeSight(release, answers).map((one) => [one.planned.id, one]));
  return answers.flatMap((answer): QueryLook[] => {
    const { planned, observation } = answer;
    const index = release.spec.health.checks.findIndex(({ name }) => name === planned.check);
    const check = release.spec.health.checks[index];
    if (!check) return [];
    const arm = isAboutStable(planned.id) ? 'stable' : 'candidate';
    const { outcome } = observation;
    const isStale = outcome.kind === 'absent' && outcome.reason === 'stale';
    const look = { planned, index, key: keyOf(check, roleOf(planned)), isStale };
    const found = describeNumbers(outcome);
    const missing = blind.get(planned.id);
    if (missing) {
      const state = missing.isBroken ? 'broken' : mustSee(check, answers) ? 'blind' : 'empty';
      return [{ ...look, arm, state, found: missing.what }];
    }
    if (arm === 'stable') {
      const lack = describeLack(check, answer);
      return [{ ...look, arm, state: lack === undefined ? 'seen' : 'thin', found: lack ?? found }];
    }
    const isSeen = hasNumbers(outcome);
    return [{ ...look, arm, state: isSeen ? 'seen' : 'expected', found: isSeen ? found : 'no series yet' }];
  });
}

/** A check that compares must see stable before a rollout starts; the others only have to be askable. */
function mustSee(check: CheckSpec, answers: readonly SightAnswer[]): boolean {
  if (check.kind === 'threshold' || check.kind === 'limit' || check.kind === 'agreement') return false;
  return answers.some(({ planned }) => planned.check === check.name);
}

/** Numbers that say nothing: of nobody, or of fewer than a threshold asks for. */
function describeLack(check: CheckSpec, { planned, observation }: SightAnswer): string | undefined {
  const sum = numbersIn(observation.outcome).reduce((total, value) => total + value, 0);
  const role = roleOf(planned);
  if (check.kind === 'threshold')
    return role === 'samples' && check.minSamples !== undefined && sum < check.minSamples
      ? `${writeCount(sum)} samples, and the check needs ${writeCount(check.minSamples)}`
      : undefined;
  const isAll = role === countKeys(check)?.total || role === 'exposure' || role === 'buckets';
  return isAll && !(sum > 0) ? 'no traffic in the newest ticks' : undefined;
}

function hasNumbers(outcome: Observation['outcome']): boolean {
  return numbersIn(outcome).length > 0;
}

function numbersIn(outcome: Observation['outcome']): readonly number[] {
  switch (outcome.kind) {
    case 'sample':
      return [outcome.value];
    case 'series':
      return outcome.values.filter((value) => typeof value === 'number');
    case 'grouped':
      return outcome.groups.flatMap(({ values }) => values.filter((value) => typeof value === 'number'));
    default:
      return [];
  }
}

/** The newest number, or how many series there are. */
function describeNumbers(outcome: Observation['outcome']): string {
  if (outcome.kind === 'absent')
    return BROKEN.has(outcome.reason) ? `${outcome.reason}, ${outcome.detail}` : describeGap(outcome.reason);
  const newest = numbersIn(outcome).at(-1);
  if (newest === undefined) return 'no number';
  if (outcome.kind === 'grouped')
    return `${outcome.groups.length} series, the last at ${writeNumber(newest)}`;
  return writeNumber(newest);
}

function writeNumber(value: number): string {
  return Math.abs(value) >= 1_000 ? writeCount(value) : writeValue(Number(value.toPrecision(3)));
}

import { ToolError } from '../errors.ts';
import type { BrokenQuery, Evaluation, PlannedQuery } from './assessment.ts';
import { type Absence, BROKEN, type Group, type Observation, type PointAbsence } from './observation.ts';
import { comparisonQueries, planQueries, questionKey } from './plan-queries.ts';
import { gridPoints } from './query-grid.ts';
import type { Gap, Reading } from './reading.ts';

/** A question that gave no answer because something broke. */
export interface BrokenAnswer {
  readonly kind: 'broken';
  readonly query: BrokenQuery;
}

/** What became of a question: one reading per moment asked for, or nothing because something broke. */
export type Answer = { readonly kind: 'readings'; readonly readings: readonly Reading[] } | BrokenAnswer;

/** The readings of one value of a label. */
export interface ReadingGroup {
  /** Each once; for `le` a bound in the spelling of `formatBound`. */
  readonly value: string;
  /** One per moment asked for. */
  readonly readings: readonly Reading[];
}

/** What became of a grouped question. */
export type GroupedAnswer =
  | {
      readonly kind: 'grouped';
      /** In the order of the observation: bounds rising, other values by code unit. */
      readonly groups: readonly ReadingGroup[];
      /** Why there is no group at all; undefined when there is one. */
      readonly gap: Gap | undefined;
      /** Moments asked for: so many readings has each group. */
      readonly points: number;
    }
  | BrokenAnswer;

/**
 * The answer to a planned query, also to one that shares its question with another check.
 * @throws ToolError CORRUPT for a query that was not planned, and for one of the other kind: a call asks for one series (or
 * one sample), `grouped` for one series per value of a label
 */
export interface AnswerTo {
  (query: PlannedQuery): Answer;
  readonly grouped: (query: PlannedQuery) => GroupedAnswer;
  /** Whether a question was asked at all: those about stable's share in a fault are asked only when there is one. */
  readonly knows: (query: PlannedQuery) => boolean;
}

/**
 * Finds the answer to every question of an evaluation.
 * @param observations by the id of the planned query; every planned query has one, those of `planComparison` may have one
 * @throws ToolError CORRUPT when an answer is missing or is not an answer to its question
 */
export function readAnswers(
  evaluation: Evaluation,
  observations: ReadonlyMap<string, Observation>,
): AnswerTo {
  const asked = comparisonQueries(evaluation).filter(({ id }) => observations.has(id));
  return answersTo([...planQueries(evaluation), ...asked], observations);
}

/** The same for any distinct questions. @throws ToolError as `readAnswers` */
export function answersTo(
  queries: readonly PlannedQuery[],
  observations: ReadonlyMap<string, Observation>,
): AnswerTo {
  const answers = new Map<string, Answer | GroupedAnswer>();
  for (const query of queries) {
    const observation = observations.get(query.id);
    if (!observation) throw corrupt(query, 'an observation', 'none');
    answers.set(questionKey(query), readAnswer(query, observation));
  }
  const find = (query: PlannedQuery): Answer | GroupedAnswer => {
    const answer = answers.get(questionKey(query));
    if (!answer) throw corrupt(query, 'a planned query', 'one that was not planned');
    return answer;
  };
  const oneSeries = (query: PlannedQuery): Answer => {
    const answer = find(query);
    // by the request, since a broken answer has no kind of its own
    if (answer.kind === 'grouped' || query.request.kind === 'grouped')
      throw corrupt(query, 'a question for one series', 'a grouped one');
    return answer;
  };
  const grouped = (query: PlannedQuery): GroupedAnswer => {
    const answer = find(query);
    if (answer.kind === 'readings' || query.request.kind !== 'grouped')
      throw corrupt(query, 'a grouped question', `one of kind "${query.request.kind}"`);
    return answer;
  };
  const knows = (query: PlannedQuery): boolean => answers.has(questionKey(query));
  return Object.assign(oneSeries, { grouped, knows });
}

/** The kind of outcome that answers each kind of request. */
const ANSWERED_BY = { instant: 'sample', range: 'series', grouped: 'grouped' } as const;
const NOUNS = { sample: 'a sample', series: 'a series', grouped: 'groups' } as const;

/**
 * What an observation says of its question.
 * @throws ToolError CORRUPT when it is no answer to it: another kind, another number of points, no groups or one twice
 */
export function readAnswer(query: PlannedQuery, { outcome }: Observation): Answer | GroupedAnswer {
  const { request } = query;
  const points = request.kind === 'instant' ? 1 : gridPoints(request.grid);
  if (outcome.kind === 'absent') return readAbsence(query, { absence: outcome, points });
  const expected = ANSWERED_BY[request.kind];
  if (outcome.kind !== expected) throw corrupt(query, NOUNS[expected], NOUNS[outcome.kind]);
  if (outcome.kind === 'grouped') return readGroups(query, { groups: outcome.groups, points });
  const values = outcome.kind === 'series' ? outcome.values : [outcome.value];
  return { kind: 'readings', readings: readValues(query, { values, points }) };
}

function readAbsence(
  query: PlannedQuery,
  { absence, points }: { readonly absence: Absence; readonly points: number },
): Answer | GroupedAnswer {
  const { reason, detail } = absence;
  if (BROKEN.has(reason)) return { kind: 'broken', query: { id: query.id, reason, detail } };
  return query.request.kind === 'grouped'
    ? { kind: 'grouped', groups: [], gap: reason, points }
    : { kind: 'readings', readings: Array.from({ length: points }, () => reason) };
}

function readGroups(
  query: PlannedQuery,
  { groups, points }: { readonly groups: readonly Group[]; readonly points: number },
): GroupedAnswer {
  if (groups.length === 0) throw corrupt(query, 'at least one group', 'none');
  const distinct = new Set(groups.map(({ value }) => value));
  if (distinct.size < groups.length) throw corrupt(query, 'each group once', 'one of them twice');
  const read = groups.map(({ value, values }) => ({
    value,
    readings: readValues(query, { values, points }),
  }));
  return { kind: 'grouped', groups: read, gap: undefined, points };
}

function readValues(
  query: PlannedQuery,
  { values, points }: { readonly values: readonly (number | PointAbsence)[]; readonly points: number },
): readonly Reading[] {
  if (values.length !== points) throw corrupt(query, `${points} points`, String(values.length));
  return values.map(finite);
}

/** Observations are finite by contract; a replayed file might not be, and a verdict must never rest on NaN. */
function finite(value: number | PointAbsence): Reading {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'not-a-number' : 'infinite';
}

function corrupt(query: PlannedQuery, expected: string, got: string): ToolError {
  return new ToolError({
    code: 'CORRUPT',
    message: `evidence: query "${query.id}": expected ${expected}, got ${got}`,
  });
}

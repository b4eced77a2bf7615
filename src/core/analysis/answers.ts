import { ToolError } from '../errors.ts';
import type { BrokenQuery, Evaluation, PlannedQuery } from './assessment.ts';
import { BROKEN, type Observation, type PointAbsence } from './observation.ts';
import { planQueries, questionKey } from './plan-queries.ts';
import { gridPoints } from './query-grid.ts';
import type { Reading } from './reading.ts';

/** What became of a question: one reading per moment asked for, or nothing because something broke. */
export type Answer =
  | { readonly kind: 'readings'; readonly readings: readonly Reading[] }
  | { readonly kind: 'broken'; readonly query: BrokenQuery };

/** The answer to a planned query, also to one that shares its question with another check. */
export type AnswerTo = (query: PlannedQuery) => Answer;

/**
 * Finds the answer to every question of an evaluation.
 * @param observations by the id of the planned query; every planned query has one
 * @throws ToolError CORRUPT when an answer is missing or is not an answer to its question
 */
export function readAnswers(
  evaluation: Evaluation,
  observations: ReadonlyMap<string, Observation>,
): AnswerTo {
  const answers = new Map<string, Answer>();
  for (const query of planQueries(evaluation)) {
    const observation = observations.get(query.id);
    if (!observation) throw corrupt(query, 'an observation', 'none');
    answers.set(questionKey(query), readAnswer(query, observation));
  }
  return (query) => {
    const answer = answers.get(questionKey(query));
    if (!answer) throw corrupt(query, 'a planned query', 'one that was not planned');
    return answer;
  };
}

function readAnswer(query: PlannedQuery, { outcome }: Observation): Answer {
  const { request } = query;
  const points = request.kind === 'range' ? gridPoints(request.grid) : 1;
  if (outcome.kind === 'absent') {
    const { reason, detail } = outcome;
    if (BROKEN.has(reason)) return { kind: 'broken', query: { id: query.id, reason, detail } };
    return { kind: 'readings', readings: Array.from({ length: points }, () => reason) };
  }
  const expected = request.kind === 'range' ? 'series' : 'sample';
  if (outcome.kind !== expected) throw corrupt(query, `a ${expected}`, `a ${outcome.kind}`);
  const values = outcome.kind === 'series' ? outcome.values : [outcome.value];
  if (values.length !== points) throw corrupt(query, `${points} points`, String(values.length));
  return { kind: 'readings', readings: values.map(finite) };
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

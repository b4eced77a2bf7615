import { describe, expect, it } from 'vitest';
import { readAnswer, readAnswers } from '../../../src/core/analysis/answers.ts';
import type { PlannedQuery } from '../../../src/core/analysis/assessment.ts';
import type { AbsenceReason, Observation } from '../../../src/core/analysis/observation.ts';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { after } from '../../../src/core/units.ts';
import { evaluationOf, minutes, observe, START } from './scenario.ts';

const grid = { first: START, last: after(START, minutes(2)), step: minutes(1) };
const request = { kind: 'grouped', query: 'sum by (le) (x)', grid, by: 'le' } as const;
const query: PlannedQuery = { id: 'latency/buckets/stable', check: 'latency', provider: 'prod', request };

function observed(outcome: Observation['outcome']): Observation {
  return { provider: 'prod', request, fetchedAt: START, outcome };
}

function absent(reason: AbsenceReason): Observation {
  return observed({ kind: 'absent', reason, detail: 'why' });
}

describe('the answer to a grouped question', () => {
  it('has the readings of every group at every moment', () => {
    const outcome = {
      kind: 'grouped',
      groups: [
        { value: '1', values: [1, 'missing', Number.NaN] },
        { value: '+Inf', values: [2, 'infinite', 3] },
      ],
    } as const;
    expect(readAnswer(query, observed(outcome))).toEqual({
      kind: 'grouped',
      groups: [
        { value: '1', readings: [1, 'missing', 'not-a-number'] },
        { value: '+Inf', readings: [2, 'infinite', 3] },
      ],
      gap: undefined,
      points: 3,
    });
  });

  it('has no groups and says why when there is nothing to see', () => {
    expect(readAnswer(query, absent('empty'))).toEqual({
      kind: 'grouped',
      groups: [],
      gap: 'empty',
      points: 3,
    });
  });

  it('is broken when the provider could not look', () => {
    expect(readAnswer(query, absent('many-series'))).toEqual({
      kind: 'broken',
      query: { id: query.id, reason: 'many-series', detail: 'why' },
    });
  });

  const group = { value: '1', values: [1, 2, 3] };
  it.each<[string, Observation['outcome'], RegExp]>([
    ['one series', { kind: 'series', values: [1, 2, 3] }, /expected groups, got a series/],
    ['one number', { kind: 'sample', value: 1 }, /expected groups, got a sample/],
    ['no group', { kind: 'grouped', groups: [] }, /expected at least one group, got none/],
    ['a group twice', { kind: 'grouped', groups: [group, group] }, /each group once, got one of them twice/],
    ['a short group', { kind: 'grouped', groups: [{ ...group, values: [1] }] }, /expected 3 points, got 1/],
  ])('is not %s', (_, outcome, message) => {
    expect(() => readAnswer(query, observed(outcome))).toThrow(
      expect.objectContaining({ code: 'CORRUPT', message: expect.stringMatching(message) as unknown }),
    );
  });

  it('is no answer to a question for one series', () => {
    const plain = { ...query, request: { kind: 'range', query: 'sum(x)', grid } } as const;
    const outcome = { kind: 'grouped', groups: [group] } as const;
    expect(() => readAnswer(plain, observed(outcome))).toThrow(/expected a series, got groups/);
  });
});

describe('the answers of an evaluation', () => {
  const evaluation = evaluationOf({ now: 20 });
  const answerTo = readAnswers(evaluation, observe(evaluation, { 'errors/bad/stable': 3 }));
  const [first] = planQueries(evaluation).filter(({ id }) => id === 'errors/bad/stable');

  it('are found by the query', () => {
    expect(answerTo(first!)).toMatchObject({ kind: 'readings', readings: [3, 3, 3] });
  });

  it('are not taken for groups, and groups not for them', () => {
    expect(() => answerTo.grouped(first!)).toThrow(
      /"errors\/bad\/stable": expected a grouped question, got one of kind "range"/,
    );
    expect(() => answerTo(query)).toThrow(/expected a planned query, got one that was not planned/);
    expect(() => answerTo.grouped(query)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });
});

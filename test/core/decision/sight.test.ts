import { describe, expect, it } from 'vitest';
import type { Absence, Observation, Series } from '../../../src/core/analysis/observation.ts';
import { judgeSight, planSight } from '../../../src/core/decision/sight.ts';
import { buildRelease, CANDIDATE, ERRORS_CHECK, minute } from '../../builders/release.ts';

const THRESHOLD = {
  name: 'latency',
  kind: 'threshold',
  provider: 'prod',
  query: 'p99{version="{{version}}"}',
  max: 1,
};
const NOW = minute(60);

/** What is blind when every question gets its answer by id; a number where none is given. */
function look(outcomes: Readonly<Record<string, Series | Absence>>, errors: object = {}) {
  const release = buildRelease({ candidate: CANDIDATE, checks: [{ ...ERRORS_CHECK, ...errors }, THRESHOLD] });
  const seen: Series = { kind: 'series', values: ['missing', 'missing', 1] };
  const answers = planSight(release, NOW).map((planned) => {
    const outcome = outcomes[planned.id] ?? seen;
    const observation: Observation = { provider: 'prod', request: planned.request, fetchedAt: NOW, outcome };
    return { planned, observation };
  });
  return judgeSight(release, answers).map(({ planned, index, key, what }) => [planned.id, index, key, what]);
}

const absent = (reason: Absence['reason']): Absence => ({ kind: 'absent', reason, detail: 'as told' });

describe('what is asked before a rollout starts', () => {
  it('is stable’s part of a comparison over the newest ticks, and what has no part of stable', () => {
    const release = buildRelease({ candidate: CANDIDATE, checks: [ERRORS_CHECK, THRESHOLD] });
    const questions = planSight(release, NOW);
    expect(questions.map(({ id }) => id)).toEqual([
      'errors/bad/stable',
      'errors/total/stable',
      'latency/value/candidate',
    ]);
    expect(questions[1]!.request).toEqual({
      kind: 'range',
      query: 'sum(increase(predict_total{version="3.4.1"}[5m]))',
      grid: { first: minute(49), last: minute(59), step: 300_000 },
    });
  });
});

describe('a rollout that would start blind', () => {
  it('is not one of which one tick can be seen', () => {
    expect(look({})).toEqual([]);
  });

  it.each([
    { name: 'no series', outcome: absent('empty'), what: 'no series' },
    { name: 'no sample in any tick', outcome: series('missing'), what: 'no sample' },
    { name: 'not a number in any tick', outcome: series('not-a-number'), what: 'not a number' },
    { name: 'an answer that is too old', outcome: absent('stale'), what: 'stale, as told' },
    {
      name: 'a server that is not there',
      outcome: absent('unreachable'),
      what: 'unreachable, as told',
    },
    { name: 'a refusal', outcome: absent('refused'), what: 'refused, as told' },
  ])('sees nothing of stable: $name', ({ outcome, what }) => {
    expect(look({ 'errors/total/stable': outcome })).toEqual([['errors/total/stable', 0, 'total', what]]);
  });

  it('has no series of bad events, unless the manifest says that there need be none', () => {
    const outcomes = { 'errors/bad/stable': absent('empty') };
    expect(look(outcomes)).toEqual([
      ['errors/bad/stable', 0, 'bad', 'no series; if that means no bad events, write absentIsZero: true'],
    ]);
    expect(look(outcomes, { absentIsZero: true })).toEqual([]);
    expect(look({ 'errors/bad/stable': series('not-a-number') }, { absentIsZero: true })).toHaveLength(1);
  });

  it('has no series of events of a rate, unless the manifest says that there need be none', () => {
    const rate = {
      name: 'crashes',
      kind: 'rate',
      provider: 'prod',
      events: 'e{{version}}',
      exposure: 'x{{version}}',
    };
    const sight = (part: object) => {
      const release = buildRelease({ candidate: CANDIDATE, checks: [{ ...rate, ...part }] });
      const answers = planSight(release, NOW).map((planned) => {
        const outcome = planned.id.includes('/events/') ? absent('empty') : series(1);
        return {
          planned,
          observation: { provider: 'prod', request: planned.request, fetchedAt: NOW, outcome },
        };
      });
      return judgeSight(release, answers).map(({ planned, key, what }) => [planned.id, key, what]);
    };
    expect(sight({})).toEqual([
      ['crashes/events/stable', 'events', 'no series; if that means no events, write absentIsZero: true'],
    ]);
    expect(sight({ absentIsZero: true })).toEqual([]);
  });

  it('cannot ask about the candidate; that there is nothing to see of it yet is no matter', () => {
    expect(look({ 'latency/value/candidate': absent('empty') })).toEqual([]);
    expect(look({ 'latency/value/candidate': absent('bad-response') })).toEqual([
      ['latency/value/candidate', 1, 'query', 'bad-response, as told'],
    ]);
  });
});

function series(value: Series['values'][number]): Series {
  return { kind: 'series', values: [value, value, value] };
}

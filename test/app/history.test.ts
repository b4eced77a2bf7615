import { describe, expect, it } from 'vitest';
import { createHistory } from '../../src/app/history.ts';
import type { Providers, Question } from '../../src/app/providers.ts';
import type { MetricsRequest, Observation } from '../../src/core/analysis/observation.ts';
import { gridPoint, gridPoints } from '../../src/core/analysis/query-grid.ts';
import { instant, millis } from '../../src/core/units.ts';

const asked: Question[] = [];
/** A provider whose number at a moment is the moment. */
const providers: Providers = {
  async ask(_, question): Promise<Observation> {
    asked.push(question);
    const { request } = question;
    const values = (): readonly number[] =>
      request.kind === 'instant'
        ? []
        : Array.from({ length: gridPoints(request.grid) }, (_, index) => gridPoint(request.grid, index));
    const outcome: Observation['outcome'] =
      request.kind === 'instant'
        ? { kind: 'sample', value: request.at }
        : request.kind === 'range'
          ? { kind: 'series', values: values() }
          : { kind: 'grouped', groups: [{ value: '0.1', values: values() }] };
    return { provider: question.provider, request, fetchedAt: instant(9), outcome };
  },
  problems: () => [],
};
const question = (request: MetricsRequest): Question => ({ release: 'scorer', provider: 'prod', request });
const range = (last: number, query = 'up'): MetricsRequest => ({
  kind: 'range',
  query,
  grid: { first: instant(100), last: instant(last), step: millis(100) },
});

const stretch = (until: number) => ({ since: instant(100), until: instant(until), every: millis(100) });

describe('a look back over history', () => {
  it('asks a question over a grid once, and gives each look its part', async () => {
    asked.length = 0;
    const history = createHistory(providers, stretch(1_050));
    for (const last of [100, 300, 1_000]) {
      const request = range(last);
      const observation = await history.ask(undefined, question(request));
      expect(observation).toEqual(await providers.ask(undefined, question(request)));
    }
    expect(
      asked.filter(({ request }) => request.kind === 'range' && request.grid.last === 1_000),
    ).toHaveLength(2);
    expect(asked).toHaveLength(4);
  });

  it('gives a part of every group', async () => {
    const history = createHistory(providers, stretch(1_000));
    const request: MetricsRequest = { ...range(200), kind: 'grouped', by: 'le' } as MetricsRequest;
    const { outcome } = await history.ask(undefined, question(request));
    expect(outcome).toEqual({ kind: 'grouped', groups: [{ value: '0.1', values: [100, 200] }] });
  });

  it('asks for one moment of every look at once, and other queries on their own', async () => {
    asked.length = 0;
    const history = createHistory(providers, stretch(1_000));
    for (const at of [205, 305, 905]) {
      const { outcome } = await history.ask(
        undefined,
        question({ kind: 'instant', query: 'up', at: instant(at) }),
      );
      expect(outcome).toEqual({ kind: 'sample', value: at });
    }
    await history.ask(undefined, question(range(200)));
    await history.ask(undefined, question(range(200, 'down')));
    expect(asked).toHaveLength(3);
  });

  it('answers grids that end where the look is, as thresholds ask them, from one question', async () => {
    asked.length = 0;
    const history = createHistory(providers, stretch(2_000));
    for (const last of [500, 700, 1_900]) {
      const grid = { first: instant(last - 300), last: instant(last), step: millis(100) };
      const request: MetricsRequest = { kind: 'range', query: 'up', grid };
      const { outcome } = await history.ask(undefined, question(request));
      expect(outcome).toEqual({ kind: 'series', values: [last - 300, last - 200, last - 100, last] });
    }
    expect(asked).toHaveLength(1);
  });

  it('asks for a long stretch in parts that fit into an answer, and joins them', async () => {
    asked.length = 0;
    const history = createHistory(providers, stretch(120_100));
    const request: MetricsRequest = { ...range(120_100), kind: 'grouped', by: 'le' } as MetricsRequest;
    const { outcome } = await history.ask(undefined, question(request));
    expect(asked.map((one) => one.request.kind === 'grouped' && gridPoints(one.request.grid))).toEqual([
      500, 500, 201,
    ]);
    const values = outcome.kind === 'grouped' ? outcome.groups[0]!.values : [];
    expect(values).toEqual(Array.from({ length: 1_201 }, (_, index) => 100 * (index + 1)));
  });
});

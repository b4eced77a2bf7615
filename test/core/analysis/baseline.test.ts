import { describe, expect, it } from 'vitest';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import type { ProportionSpec } from '../../../src/core/manifest/release-schema.ts';
import {
  checkNamed,
  counts,
  errors,
  evaluationOf,
  evidenceOf,
  judge,
  minute,
  type World,
} from './scenario.ts';

const clumped: ProportionSpec = { ...errors, dispersion: 'history' };
const replicated: ProportionSpec = {
  ...errors,
  replicas: {
    bad: 'sum by (pod) (increase(bad{v="{{version}}"}[{{window}}]))',
    total: 'sum by (pod) (increase(all{v="{{version}}"}[{{window}}]))',
    by: 'pod',
  },
};
const now = 31;
const sick = counts('errors', [30, 1_000, 90, 9_000]);
/** Ticks that go up and down by so much, an hour of the day before the start and all others. */
const past = (swing: number): World => ({
  'errors/history-bad/stable': ({ tick }) => 90 + (Math.round(tick) % 2 === 0 ? swing : -swing),
  'errors/history-total/stable': 9_000,
});

describe("stable's day before the rollout", () => {
  it('is asked on a grid that ends when the rollout starts, whatever the moment', () => {
    const ask = (at: number) =>
      planQueries(evaluationOf({ now: at, checks: [clumped] })).filter(({ id }) => id.includes('history'));
    expect(ask(31)).toEqual(ask(301));
    const [bad] = ask(31);
    expect(bad!.id).toBe('errors/history-bad/stable');
    expect(bad!.request).toMatchObject({
      kind: 'range',
      query: 'sum(increase(bad{v="3.4.1"}[5m]))',
      grid: { first: minute(-24 * 60 + 5), last: minute(0) },
    });
  });

  it('says how many events come together, and evidence is divided by it', () => {
    const read = (world: World) => evidenceOf(judge({ now, checks: [clumped] }, { ...sick, ...world }));
    expect(read(past(9)).parameters.dispersion).toBeGreaterThan(1);
    expect(read(past(30)).parameters.dispersion).toBeGreaterThan(Number(read(past(9)).parameters.dispersion));
    expect(read(past(30)).logHarm).toBeLessThan(read(past(9)).logHarm);
    expect(read(past(0)).parameters.dispersion).toBe(1);
  });

  it('is not made up when there is none', () => {
    const assessment = judge({ now, checks: [clumped] }, sick);
    expect(assessment.overall).toBe('error');
    expect(checkNamed(assessment, 'errors').sentence).toBe(
      'errors: could not be asked: query "errors/history-bad/stable": empty: the day before the start has no two ticks with traffic and events, so dispersion: history cannot be estimated; write a number',
    );
  });

  it('asks for replicas by the hour, by their label', () => {
    const asked = planQueries(evaluationOf({ now, checks: [replicated] }));
    expect(asked.find(({ id }) => id === 'errors/replicas-bad/stable')?.request).toMatchObject({
      kind: 'grouped',
      by: 'pod',
      query: 'sum by (pod) (increase(bad{v="3.4.1"}[1h]))',
      grid: { first: minute(-23 * 60), last: minute(0), step: 60 * 60_000 },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import type { RateSpec } from '../../../src/core/manifest/release-schema.ts';
import {
  absent,
  checkNamed,
  evaluationOf,
  evidenceOf,
  judge,
  type Source,
  type Story,
  type World,
} from './scenario.ts';

const crashes: RateSpec = {
  name: 'crashes',
  kind: 'rate',
  provider: 'prod',
  events: 'sum(increase(restarts{v="{{version}}"}[{{window}}]))',
  exposure: 'sum(avg_over_time(ready{v="{{version}}"}[{{window}}]))',
  trim: 0,
};
const story = (part: Partial<RateSpec> = {}, now = 121): Story => ({
  now,
  checks: [{ ...crashes, ...part }],
});
const world = (...[events, exposure, stableEvents, stableExposure]: readonly Source[]): World => ({
  'crashes/events/candidate': events!,
  'crashes/exposure/candidate': exposure!,
  'crashes/events/stable': stableEvents!,
  'crashes/exposure/stable': stableExposure!,
});
const says = (told: Story, given: World): string => checkNamed(judge(told, given), 'crashes').sentence;

describe('a rate check', () => {
  it('asks for events and exposure of both arms', () => {
    expect(planQueries(evaluationOf(story())).map(({ id, request }) => [id, request.query])).toEqual([
      ['crashes/events/candidate', 'sum(increase(restarts{v="3.5.0"}[5m]))'],
      ['crashes/exposure/candidate', 'sum(avg_over_time(ready{v="3.5.0"}[5m]))'],
      ['crashes/events/stable', 'sum(increase(restarts{v="3.4.1"}[5m]))'],
      ['crashes/exposure/stable', 'sum(avg_over_time(ready{v="3.4.1"}[5m]))'],
    ]);
  });

  it('tolerates half as many again by default', () => {
    expect(says(story(), world(5, 10, 4, 40))).toContain('more than the 1.5 times allowed');
    expect(judge(story({}, 601), world(1, 10, 4, 40)).overall).toBe('pass');
  });

  it('passes within its limit where nothing ever crashes', () => {
    expect(judge(story({}, 601), world(0, 10, 0, 90)).overall).toBe('inconclusive');
    expect(judge(story({ limit: 0.1 }), world(0, 10, 0, 90)).overall).toBe('pass');
    expect(judge(story({ safe: { relative: 0.5, absolute: 0.1 } }), world(0, 10, 0, 90)).overall).toBe(
      'pass',
    );
  });

  it('grants small steps what its budget is at their share', () => {
    const budget = story({ safe: { budget: 0.025 } });
    expect(says(budget, world(0, 10, 0, 90))).toContain('(up to 0.1)');
  });

  it('may see more events than exposure', () => {
    expect(evidenceOf(judge(story(), world(20, 10, 4, 40)), 'crashes').totals?.candidate).toEqual({
      events: 480,
      exposure: 240,
    });
  });

  it.each<[string, World, string]>([
    ['no series', world(absent('empty'), 1, 1, 9), 'candidate events: no series'],
    ['a negative count', world(-1, 1, 1, 9), 'candidate: -1 events in 1, as after a counter reset'],
    ['events of nobody', world(3, 0, 1, 9), 'candidate: 3 events without exposure'],
    ['no stable exposure', world(1, 1, 1, 'missing'), 'stable exposure: no sample'],
    ['too much to count', world(1, 1, 1, 1e300), 'stable: 1e+300 is more than can be counted'],
  ])('does not use a tick with %s', (_, given, reason) => {
    expect(says(story({}, 31), given)).toBe(`crashes: no usable tick since this step began: ${reason}`);
  });

  it('takes no series for no events where the manifest says so', () => {
    const given = world(absent('empty'), 10, 'missing', 90);
    expect(judge(story({ absentIsZero: true, limit: 0.1 }), given).overall).toBe('pass');
    expect(judge(story({ absentIsZero: true }), world('not-a-number', 10, 1, 90)).overall).toBe('no-data');
  });

  it('is judged by its limit alone at 100 %', () => {
    const bake: Story = {
      ...story({ limit: 0.1 }, 241),
      weights: [
        [5, 0],
        [25, 60],
        [100, 120],
      ],
    };
    expect(judge(bake, world(0, 10, 'missing', 'missing')).overall).toBe('pass');
    expect(judge(bake, world(3, 10, 'missing', 'missing')).overall).toBe('fail');
    expect(judge({ ...bake, checks: [crashes] }, world(0, 10, 1, 90)).overall).toBe('inconclusive');
  });
});

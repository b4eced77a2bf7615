import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/core/analysis/assess.ts';
import type { Absence, Group, Observation, PointAbsence } from '../../../src/core/analysis/observation.ts';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { gridPoints } from '../../../src/core/analysis/query-grid.ts';
import { judgeSight, planSight } from '../../../src/core/decision/sight.ts';
import type { LatencySpec } from '../../../src/core/manifest/release-schema.ts';
import { absent, checkNamed, evaluationOf, minute, releaseOf, type Story } from './scenario.ts';

const slow: LatencySpec = {
  name: 'slow',
  kind: 'latency',
  provider: 'prod',
  buckets: 'sum by (le) (increase(seconds_bucket{v="{{version}}"}[{{window}}]))',
  trim: 0,
};
const BOUNDS = ['0.1', '0.4', '0.45', '1', '+Inf'];
type Cell = number | PointAbsence;
/** Cumulative counts per tick by bound, the same in every tick unless told by tick. */
type Arm = Absence | readonly (Cell | ((tick: number) => Cell))[];

const story = (part: Partial<LatencySpec>, now = 61): Story => ({ now, checks: [{ ...slow, ...part }] });

function groupsOf(cells: Exclude<Arm, Absence>, points: number): readonly Group[] {
  return cells.map((cell, row) => ({
    value: BOUNDS[row]!,
    values: Array.from({ length: points }, (_, index) =>
      typeof cell === 'function' ? cell(index + 1) : cell,
    ),
  }));
}

function outcomeOf(arm: Arm, points: number): Observation['outcome'] {
  return 'kind' in arm ? arm : { kind: 'grouped', groups: groupsOf(arm, points) };
}

function look(told: Story, candidate: Arm, stable: Arm) {
  const evaluation = evaluationOf(told);
  const observations = planQueries(evaluation).map((query): [string, Observation] => {
    const { request, provider } = query;
    if (request.kind !== 'grouped') throw new Error(`${query.id}: ${request.kind}`);
    const outcome = outcomeOf(query.id.endsWith('/stable') ? stable : candidate, gridPoints(request.grid));
    return [query.id, { provider, request, fetchedAt: evaluation.now, outcome }];
  });
  return checkNamed(assess(evaluation, new Map(observations)), 'slow');
}

const healthy: Arm = [100, 900, 950, 990, 1_000];
const baseline: Arm = [1_900, 17_100, 18_050, 18_810, 19_000];
const sick: Arm = [50, 700, 800, 950, 1_000];

describe('a latency check', () => {
  it('asks for the buckets of both arms by le', () => {
    const requests = planQueries(evaluationOf(story({ bound: 0.4 }))).map(({ id, request }) => [id, request]);
    expect(requests).toMatchObject([
      ['slow/buckets/candidate', { kind: 'grouped', by: 'le' }],
      ['slow/buckets/stable', { kind: 'grouped', by: 'le' }],
    ]);
  });

  it('means by bound the share above it', () => {
    expect(look(story({ bound: 0.4 }), sick, baseline)).toMatchObject({
      verdict: 'fail',
      sentence: expect.stringMatching(
        /^slow: above 0\.4: 3,600 of 12,000 \(30%\) against 22,800 of 228,000 \(10%\); .* more than the 1\.1 times allowed; /,
      ) as string,
      evidence: { of: 'latency', members: [{ name: 'tail' }] },
    });
    expect(look(story({ bound: 0.4 }), healthy, baseline).verdict).toBe('pass');
  });

  it('means by quantile a factor, which is 1.1 unless the manifest says another', () => {
    const sentence = (part: Partial<LatencySpec>) =>
      look(story({ quantile: 0.9, ...part }), sick, baseline).sentence;
    expect(sentence({})).toContain('slower than the 1.1 times allowed');
    expect(sentence({ tolerate: { relative: 0.12 } })).toContain('slower than the 1.12 times allowed');
    // no two bounds are 1.15 to 2 times apart, so that nothing between can be seen
    expect(sentence({ tolerate: { relative: 0.15 } })).toContain('neither harm nor safety is proven');
    // p93 is between 0.4 and 0.45 on both, and these are close enough for a factor of 1.25
    expect(look(story({ quantile: 0.93 }), healthy, baseline).verdict).toBe('pass');
  });

  it('judges its limit alone at 100 %', () => {
    const bake: Story = {
      ...story({ bound: 0.4, limit: 0.15 }, 241),
      weights: [
        [5, 0],
        [25, 60],
        [100, 120],
      ],
    };
    expect(look(bake, healthy, absent('empty')).verdict).toBe('pass');
    expect(look(bake, sick, absent('empty')).verdict).toBe('fail');
  });

  it.each<[string, Arm, string]>([
    ['no series', absent('empty'), 'candidate buckets: no series'],
    [
      'a bucket that is no number',
      [1, 'not-a-number', 3, 4, 5],
      'candidate buckets: the one up to 0.4: not a number',
    ],
    ['a counter reset', [5, 3, 6, 7, 8], 'candidate buckets: 3 up to 0.4 after 5, as after a counter reset'],
    [
      'a negative count',
      [-1, 3, 6, 7, 8],
      'candidate buckets: -1 up to 0.1 after 0, as after a counter reset',
    ],
    ['no +Inf', [1, 2, 3, 4, 'missing'], 'candidate buckets: no bucket up to +Inf, which has them all'],
    ['nothing', ['missing', 'missing', 'missing', 'missing', 'missing'], 'candidate buckets: no sample'],
    ['too much', [1, 2, 3, 4, 1e300], 'candidate: 1e+300 is more than can be counted'],
  ])('does not use a tick with %s', (_, candidate, reason) => {
    expect(look(story({ bound: 0.4 }), candidate, baseline).sentence).toBe(
      `slow: no usable tick since this step began: ${reason}`,
    );
  });

  it('drops the one tick in which the bound has no sample', () => {
    const torn: Arm = [100, (tick) => (tick === 3 ? 'missing' : 900), 950, 990, 1_000];
    expect(look(story({ bound: 0.4 }), torn, baseline).evidence).toMatchObject({
      ticksUsed: 11,
      dropped: [{ at: minute(15), reason: 'candidate: no bucket up to 0.4 in this tick' }],
    });
  });

  it('counts fractions against the claim', () => {
    const third = (arm: readonly number[]) => arm.map((count) => count / 3);
    const evidence = look(story({ bound: 0.4 }), third([0, 1, 1, 1, 2]), third([0, 18, 18, 18, 38])).evidence;
    expect(JSON.stringify(evidence)).not.toMatch(/NaN|null/);
  });
});

describe('before a rollout starts, stable’s buckets', () => {
  const sight = (part: Partial<LatencySpec>, stable: Arm) => {
    const release = releaseOf({ now: 0, checks: [{ ...slow, ...part }] });
    const answers = planSight(release, minute(60)).map((planned) => ({
      planned,
      observation: {
        provider: 'prod',
        request: planned.request,
        fetchedAt: minute(60),
        outcome: outcomeOf(stable, 3),
      },
    }));
    return judgeSight(release, answers).map(({ planned, key, what }) => [planned.id, key, what]);
  };

  it('must have a bound that can answer', () => {
    expect(sight({ bound: 0.4 }, baseline)).toEqual([]);
    expect(sight({ bound: 2 }, baseline)).toEqual([
      ['slow/buckets/stable', 'buckets', 'no bucket bound at or above 2; the highest is 1'],
    ]);
    expect(sight({ bound: 0.4 }, absent('empty'))).toEqual([['slow/buckets/stable', 'buckets', 'no series']]);
  });

  it('must be fine enough around the quantile that is waited for', () => {
    expect(sight({ quantile: 0.93 }, baseline)).toEqual([]);
    expect(sight({ quantile: 0.98 }, baseline)).toEqual([
      [
        'slow/buckets/stable',
        'buckets',
        "the bucket bounds around stable's p98, 0.45 and 1, are 2.2 times apart, so that within 1.25 times can hardly be proven; add bounds between them",
      ],
    ]);
    expect(sight({ quantile: 0.98, required: false }, baseline)).toEqual([]);
    expect(sight({ quantile: 0.98, safe: { relative: 1.5 } }, baseline)).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswers } from '../../../src/core/analysis/answers.ts';
import { assess } from '../../../src/core/analysis/assess.ts';
import { collect } from '../../../src/core/analysis/collect.ts';
import { checkQueries, planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { judgeSight, planSight } from '../../../src/core/decision/sight.ts';
import type { EvidenceCheck } from '../../../src/core/judge/evidence.ts';
import type { DistributionSpec, GaugeSpec, SplitSpec } from '../../../src/core/manifest/release-schema.ts';
import { announceSeed } from '../stats/seeded-random.ts';
import {
  absent,
  checkNamed,
  counts,
  errors,
  evaluationOf,
  evidenceOf,
  judge,
  minute,
  minutes,
  observe,
  releaseOf,
  type Source,
  type Story,
  type World,
} from './scenario.ts';

const gauge: GaugeSpec = {
  name: 'calibration',
  kind: 'gauge',
  provider: 'prod',
  value: 'avg(error{v="{{version}}"})',
  worse: 'higher',
};
const scores: DistributionSpec = {
  name: 'scores',
  kind: 'distribution',
  provider: 'prod',
  bins: 'sum by (le) (increase(score_bucket{v="{{version}}"}[{{window}}]))',
};
const classes: DistributionSpec = {
  ...scores,
  name: 'classes',
  by: 'class',
  bins: 'sum by (class) (increase(given{v="{{version}}"}[{{window}}]))',
};
const split: SplitSpec = {
  name: 'split',
  kind: 'split',
  provider: 'prod',
  total: 'sum(increase(requests{v="{{version}}"}[{{window}}]))',
};

/** The evidence of a check that stands alone in a story. */
function evidence(story: Story, world: World): EvidenceCheck {
  const evaluation = evaluationOf(story);
  const [queries] = checkQueries(evaluation);
  if (queries?.kind !== 'evidence') throw new Error('no evidence');
  return collect(queries, evaluation, readAnswers(evaluation, observe(evaluation, world))).check;
}

const armsOf = ({ ticks }: EvidenceCheck, arm: 'candidate' | 'stable') =>
  ticks.map((one) => (one[arm].kind === 'seen' ? one[arm].value : one[arm].reason));
const asked = (checks: Story['checks'] & object) =>
  planQueries(evaluationOf({ now: 11, checks })).map(({ id, request }) => [id, request.kind]);
const jitter = (tick: number): number => ((tick * 7919) % 97) / 97;

describe('a gauge of a manifest', () => {
  const world = (value: Source, stable: Source): World => ({
    'calibration/value/candidate': value,
    'calibration/value/stable': stable,
  });

  it('asks one number of each version', () => {
    expect(asked([gauge])).toEqual([
      ['calibration/value/candidate', 'range'],
      ['calibration/value/stable', 'range'],
    ]);
  });

  it('weighs a quarter of a count, and is averaged over five minutes', () => {
    const story: Story = { now: 11, checks: [gauge], health: { tick: minutes(2) } };
    expect(evidence(story, world(1, 2))).toMatchObject({
      weight: 0.25,
      batch: 3,
      harm: { difference: 0.5, unit: 'sd' },
      safe: { difference: 0.5, unit: 'sd' },
    });
    expect(evidence({ ...story, checks: [{ ...gauge, critical: true }] }, world(1, 2)).weight).toBe(0.5);
    expect(
      evidence({ ...story, checks: [{ ...gauge, weight: 1, critical: true }] }, world(1, 2)).weight,
    ).toBe(1);
  });

  it.each<[Partial<GaugeSpec>, object]>([
    [{ tolerate: { sd: 1 } }, { harm: { difference: 1, unit: 'sd' }, safe: { difference: 1, unit: 'sd' } }],
    [
      { tolerate: { sd: 0.1 } },
      { harm: { difference: 0.1, unit: 'sd' }, safe: { difference: 0.5, unit: 'sd' } },
    ],
    [
      { tolerate: { absolute: 2 } },
      { harm: { difference: 2, unit: 'absolute' }, safe: { difference: 2, unit: 'absolute' } },
    ],
    [{ safe: { sd: 2 } }, { harm: { difference: 0.5, unit: 'sd' }, safe: { difference: 2, unit: 'sd' } }],
  ])('reads its margins from %j', (written, margins) => {
    expect(evidence({ now: 11, checks: [{ ...gauge, ...written }] }, world(1, 2))).toMatchObject(margins);
  });

  it('uses no tick in which a version has no number', () => {
    const value: Source = ({ tick }) => (tick === 1 ? 'not-a-number' : tick === 2 ? 1e200 : 5);
    expect(armsOf(evidence({ now: 17, checks: [gauge] }, world(value, 4)), 'candidate')).toEqual([
      'candidate value: not a number',
      'candidate value: 1e+200 is too large to be compared',
      { value: 5 },
    ]);
  });

  it('fails a candidate that is worse and holds while it is too early', () => {
    const worse = world(
      ({ tick }) => 5 + jitter(tick),
      ({ tick }) => 3 + jitter(tick + 40),
    );
    expect(judge({ now: 241, checks: [gauge] }, worse).overall).toBe('fail');
    const early = judge({ now: 31, checks: [gauge] }, worse);
    expect(early.overall).toBe('inconclusive');
    expect(checkNamed(early, 'calibration').sentence).toBe(
      'calibration: 5.57 against 3.47 on average over 6 ticks; too early to judge: 6 ticks in this step, 12 are needed to know how much it varies; 0% of the evidence needed to advance',
    );
  });
});

describe('a distribution of a manifest', () => {
  const world = (name: string, candidate: Source, stable: Source): World => ({
    [`${name}/bins/candidate`]: candidate,
    [`${name}/bins/stable`]: stable,
  });
  const read = (spec: DistributionSpec, candidate: Source, stable: Source = candidate) => {
    const check = evidence({ now: 6, checks: [spec] }, world(spec.name, candidate, stable));
    if (check.kind !== 'distribution') throw new Error(check.kind);
    return {
      labels: check.labels,
      candidate: armsOf(check, 'candidate'),
      stable: armsOf(check, 'stable'),
      check,
    };
  };

  it('asks the groups of both versions, and of the candidate alone where the reference is fixed', () => {
    expect(asked([scores])).toEqual([
      ['scores/bins/candidate', 'grouped'],
      ['scores/bins/stable', 'grouped'],
    ]);
    expect(asked([{ ...scores, against: 'reference', reference: [1, 2] }])).toEqual([
      ['scores/bins/candidate', 'grouped'],
    ]);
  });

  it('makes counts of the buckets of a histogram', () => {
    const { labels, candidate, check } = read(scores, { groups: { '0.1': 3, '0.5': 13, '+Inf': 35 } });
    expect([labels, candidate]).toEqual([['0.1', '0.5', '+Inf'], [{ bins: [3, 10, 22] }]]);
    expect(check).toMatchObject({ ordered: true, tolerance: 0.02, safe: { tolerance: 0.05 }, trim: 1 });
  });

  it('compares at the bounds that both versions have', () => {
    const { labels, candidate, stable } = read(
      scores,
      { groups: { '0.1': 3, '0.25': 6, '0.5': 13, '+Inf': 35 } },
      { groups: { '0.1': 30, '0.5': 130, '1': 200, '+Inf': 350 } },
    );
    expect(labels).toEqual(['0.1', '0.5', '+Inf']);
    expect([candidate, stable]).toEqual([[{ bins: [3, 10, 22] }], [{ bins: [30, 100, 220] }]]);
  });

  it.each<[string, Source, string]>([
    [
      'no total',
      { groups: { '0.1': 3, '0.5': 13 } },
      'candidate bins: no bucket up to +Inf, which has them all',
    ],
    [
      'no bound in common',
      { groups: { '9': 3, '+Inf': 13 } },
      'candidate and stable have no bucket bound in common',
    ],
    [
      'fewer below a higher bound',
      { groups: { '0.1': 30, '0.5': 13, '+Inf': 35 } },
      'candidate bins: 13 up to 0.5 after 30, as after a counter reset',
    ],
    [
      'a negative count',
      { groups: { '0.1': -1, '0.5': 13, '+Inf': 35 } },
      'candidate bins: le="0.1": -1, as after a counter reset',
    ],
    [
      'no number',
      { groups: { '0.1': 1, '0.5': 'not-a-number', '+Inf': 35 } },
      'candidate bins: le="0.5": not a number',
    ],
    [
      'no samples',
      { groups: { '0.1': 'missing', '0.5': 'missing', '+Inf': 'missing' } },
      'candidate bins: no sample',
    ],
    ['no groups', absent('empty'), 'candidate bins: no series'],
  ])('uses no tick with %s', (_, candidate, reason) => {
    expect(read(scores, candidate, { groups: { '0.1': 3, '0.5': 13, '+Inf': 35 } }).candidate).toEqual([
      reason,
    ]);
  });

  it('leaves out the one tick in which a bucket is missing and keeps the bucket', () => {
    const { check, labels } = read(scores, { groups: { '0.1': 3, '+Inf': 35 } });
    expect(labels).toEqual(['0.1', '+Inf']);
    expect(check.ticks).toHaveLength(1);
    const story: Story = { now: 16, checks: [scores] };
    const once: Source = { groups: { '0.1': ({ tick }) => (tick === 2 ? 'missing' : 3), '+Inf': 35 } };
    expect(armsOf(evidence(story, world('scores', once, once)), 'stable')).toEqual([
      { bins: [3, 32] },
      'stable: no bucket up to 0.1 in this tick',
      { bins: [3, 32] },
    ]);
  });

  it('smooths what extrapolation leaves uneven', () => {
    expect(read(scores, { groups: { '0.1': 3, '0.5': 2.9, '+Inf': 35 } }).candidate).toEqual([
      { bins: [3, 0, 32] },
    ]);
  });

  it('counts no series of a category as nobody, where the version has any', () => {
    const { labels, candidate, stable, check } = read(
      classes,
      { groups: { cat: 3, fox: 1 } },
      { groups: { cat: 30, dog: 50, fox: 'missing' } },
    );
    expect(labels).toEqual(['cat', 'dog', 'fox']);
    expect([candidate, stable, check.ordered]).toEqual([
      [{ bins: [3, 0, 1] }],
      [{ bins: [30, 50, 0] }],
      false,
    ]);
  });

  it('keeps to the declared order and puts what it does not name into one bin at the end', () => {
    const ordered: DistributionSpec = { ...classes, order: ['low', 'mid', 'high'] };
    const { labels, candidate, check } = read(ordered, { groups: { high: 1, low: 2, odd: 4, worse: 8 } });
    expect([labels, candidate, check.ordered]).toEqual([
      ['low', 'mid', 'high', 'any other'],
      [{ bins: [2, 0, 1, 12] }],
      true,
    ]);
    expect(read(ordered, { groups: { high: 1, low: 2 } }).labels).toEqual(['low', 'mid', 'high']);
  });

  it('only notifies against a fixed reference, and nothing waits for it', () => {
    const fixed: DistributionSpec = { ...scores, against: 'reference', reference: [1, 1, 2] };
    const { check } = read(fixed, { groups: { '0.1': 30, '0.5': 60, '+Inf': 90 } });
    expect(check).toMatchObject({ action: 'notify', required: false, reference: [1, 1, 2] });
    const other = read(fixed, { groups: { '0.1': 30, '+Inf': 90 } });
    expect(other.candidate).toEqual(['candidate bins: 2 buckets, where the reference has 3']);
    const story: Story = { now: 241, checks: [errors, fixed] };
    const assessment = judge(story, {
      ...counts('errors', [10, 1_000, 90, 9_000]),
      'scores/bins/candidate': { groups: { '0.1': 90, '0.5': 120, '+Inf': 200 } },
    });
    expect(checkNamed(assessment, 'scores')).toMatchObject({ verdict: 'fail', gating: false });
    expect(assessment.overall).toBe('pass');
  });

  it('fails a candidate whose scores moved', () => {
    const assessment = judge(
      { now: 121, checks: [scores] },
      world('scores', { groups: { '0.5': 60, '+Inf': 100 } }, { groups: { '0.5': 1_000, '+Inf': 2_000 } }),
    );
    expect(assessment.overall).toBe('fail');
    expect(checkNamed(assessment, 'scores').sentence).toContain(
      'furthest apart at 0.5: 60% up to there against 50%',
    );
  });
});

describe('a split of a manifest', () => {
  const world = (candidate: Source, stable: Source): World => ({
    'split/total/candidate': candidate,
    'split/total/stable': stable,
  });

  it('asks the traffic of each version', () => {
    expect(asked([split])).toEqual([
      ['split/total/candidate', 'range'],
      ['split/total/stable', 'range'],
    ]);
  });

  it('gives the serving system time to follow every new weight', () => {
    const story: Story = {
      now: 91,
      checks: [split],
      weights: [
        [5, 0],
        [25, 62],
      ],
    };
    const held = ({ minute: at }: { minute: number }) => (at <= 75 ? 50 : 250);
    const assessment = judge(story, world(held, 1_000));
    const dropped = evidenceOf(assessment, 'split').dropped;
    expect(dropped.map(({ at, reason }) => [(at - minute(0)) / 60_000, reason])).toEqual([
      [5, 'traffic has 10m to follow a new weight'],
      [10, 'traffic has 10m to follow a new weight'],
      [65, 'weight changed'],
      [70, 'traffic has 10m to follow a new weight'],
      [75, 'traffic has 10m to follow a new weight'],
    ]);
    const strict = judge({ ...story, checks: [{ ...split, settle: minutes(0) }] }, world(held, 1_000));
    expect(evidenceOf(strict, 'split').dropped).toHaveLength(1);
  });

  it('holds and never rolls back when traffic is not split as declared', () => {
    const story: Story = { now: 121, checks: [errors, split] };
    const healthy = counts('errors', [10, 1_000, 90, 9_000]);
    const uneven = judge(story, { ...healthy, ...world(1_000, 9_000) });
    expect(checkNamed(uneven, 'split')).toMatchObject({ verdict: 'fail', action: 'hold' });
    expect([checkNamed(uneven, 'errors').verdict, uneven.overall]).toEqual(['pass', 'inconclusive']);
    const even = judge(story, { ...healthy, ...world(50, 950) });
    expect(even.overall).toBe('pass');
    expect(checkNamed(even, 'split').sentence).toBe(
      'split: traffic is split as declared, as far as can be told: 5% observed, 5% declared (1,100 of 22,000)',
    );
    expect(judge(story, { ...healthy, ...world('missing', 950) }).overall).toBe('no-data');
  });
});

describe('before a rollout', () => {
  it('stable is looked at, and a key of the manifest is named', () => {
    const release = releaseOf({ now: 0, checks: [gauge, scores, split] });
    const planned = planSight(release, minute(60));
    expect(planned.map(({ id }) => id)).toEqual([
      'calibration/value/stable',
      'scores/bins/stable',
      'split/total/stable',
    ]);
    const answers = planned.map((one) => ({
      planned: one,
      observation: {
        provider: 'prod',
        request: one.request,
        fetchedAt: minute(60),
        outcome: absent('empty'),
      },
    }));
    expect(judgeSight(release, answers).map(({ index, key }) => [index, key])).toEqual([
      [0, 'value'],
      [1, 'bins'],
      [2, 'total'],
    ]);
  });
});

describe('whatever comes', () => {
  it('an assessment is finite, survives JSON, and says no NaN', () => {
    const seed = announceSeed('laws of compared kinds', 20261121);
    const point = fc.oneof(
      fc.integer({ min: 0, max: 900 }),
      fc.double({ min: -1, max: 900, noNaN: true }),
      fc.constantFrom('missing', 'not-a-number', 'infinite'),
    );
    const series = fc
      .array(point, { minLength: 30, maxLength: 30 })
      .map((values) => (({ tick }) => values[Math.ceil(tick) - 1] ?? 'missing') as Source);
    const groups = fc
      .record({ '0.1': series, '0.5': series, '+Inf': series })
      .map((one) => ({ groups: one }) as Source);
    const story: Story = {
      now: 151,
      checks: [gauge, scores, { ...classes, order: ['0.1', '+Inf'] }, split],
      weights: [
        [5, 0],
        [25, 62],
      ],
    };
    fc.assert(
      fc.property(series, series, groups, groups, (one, two, three, four) => {
        const evaluation = evaluationOf(story);
        const given = {
          'calibration/value/candidate': one,
          'calibration/value/stable': two,
          'scores/bins/candidate': three,
          'scores/bins/stable': four,
          'classes/bins/candidate': four,
          'classes/bins/stable': three,
          'split/total/candidate': one,
          'split/total/stable': two,
        };
        const assessment = assess(evaluation, observe(evaluation, given));
        expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
        for (const { sentence } of assessment.checks)
          expect(sentence).not.toMatch(/NaN|Infinity|undefined|\n/);
      }),
      { seed, numRuns: 40 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/core/analysis/assess.ts';
import type { Assessment } from '../../../src/core/analysis/assessment.ts';
import { guaranteeOf } from '../../../src/core/analysis/guarantee.ts';
import type { Observation } from '../../../src/core/analysis/observation.ts';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { gridPoints } from '../../../src/core/analysis/query-grid.ts';
import type { CheckSpec } from '../../../src/core/manifest/release-schema.ts';
import { checkNamed, errors, evaluationOf, evidenceOf, judge, minutes, type Story } from './scenario.ts';

const query = (metric: string) => `${metric}{v="{{version}}"}[{{window}}]`;
const accuracy: CheckSpec = {
  name: 'accuracy',
  kind: 'accuracy',
  provider: 'prod',
  correct: query('correct'),
  labelled: query('labelled'),
  labelDelay: minutes(6 * 60),
};
const fairness: CheckSpec = {
  name: 'fairness',
  kind: 'fairness',
  provider: 'prod',
  bad: query('bad'),
  total: query('all'),
  by: 'region',
  groups: ['de', 'fr'],
  trim: 0,
};
const calibration: CheckSpec = {
  name: 'calibration',
  kind: 'calibration',
  provider: 'prod',
  positives: query('positive'),
  total: query('labelled'),
  claims: query('claimed'),
  by: 'bin',
  bins: ['0.10', '0.9'],
};

type Groups = Readonly<Record<string, number | 'missing'>>;
/** Judges when every grouped question gets one value per group at each tick; a question that is not named gets nothing. */
function judgeGroups(story: Story, world: Readonly<Record<string, Groups>>): Assessment {
  const evaluation = evaluationOf(story);
  const observations = planQueries(evaluation).map(({ id, provider, request }): [string, Observation] => {
    const groups = world[id];
    if (request.kind !== 'grouped' || !groups)
      return [
        id,
        {
          provider,
          request,
          fetchedAt: evaluation.now,
          outcome: { kind: 'absent', reason: 'empty', detail: 'none' },
        },
      ];
    const points = gridPoints(request.grid);
    const series = Object.entries(groups).map(([value, one]) => ({
      value,
      values: Array.from({ length: points }, () => one),
    }));
    return [
      id,
      { provider, request, fetchedAt: evaluation.now, outcome: { kind: 'grouped', groups: series } },
    ];
  });
  return assess(evaluation, new Map(observations));
}

describe('accuracy', () => {
  const story: Story = { now: 61, checks: [accuracy] };
  const labels = (right: number, all: number, stableRight: number, stableAll: number) => ({
    'accuracy/correct/candidate': right,
    'accuracy/labelled/candidate': all,
    'accuracy/correct/stable': stableRight,
    'accuracy/labelled/stable': stableAll,
  });

  it('asks by the names of the manifest and counts the wrong ones', () => {
    expect(planQueries(evaluationOf(story)).map(({ id }) => id)).toEqual([
      'accuracy/correct/candidate',
      'accuracy/labelled/candidate',
      'accuracy/correct/stable',
      'accuracy/labelled/stable',
    ]);
    const judged = judge(story, labels(170, 200, 3_420, 3_800));
    const evidence = evidenceOf(judged, 'accuracy');
    expect([evidence.of, evidence.question]).toEqual(['proportion', 'accuracy']);
    expect(evidence.totals?.candidate).toEqual({ events: 360, exposure: 2_400 });
    expect(checkNamed(judged, 'accuracy').verdict).toBe('fail');
    expect(checkNamed(judged, 'accuracy').sentence).toContain(
      'accuracy: 360 wrong of 2,400 labelled (15%) against 4,560 wrong of 45,600 labelled (10%)',
    );
  });

  it('does not take missing right answers for wrong ones, unless the manifest says so', () => {
    const { 'accuracy/correct/candidate': _, ...world } = labels(0, 200, 3_420, 3_800);
    const check = checkNamed(judge(story, world), 'accuracy');
    expect([check.verdict, check.sentence]).toEqual([
      'no-data',
      expect.stringContaining('candidate correct: no series'),
    ]);
    const told = { ...story, checks: [{ ...accuracy, absentIsZero: true }] };
    expect(checkNamed(judge(told, world), 'accuracy').verdict).toBe('fail');
  });

  it('says how much later than other evidence its own may come', () => {
    const check = checkNamed(judge(story, labels(0, 0, 3_420, 3_800)), 'accuracy');
    expect([check.verdict, check.labelDelay]).toEqual(['no-data', minutes(360)]);
    expect('labelDelay' in checkNamed(judge({ now: 61 }, {}), 'errors')).toBe(false);
  });

  it('is not blind while labels may still come, a day of silence is', () => {
    const until =
      (last: number) =>
      (right: number) =>
      ({ minute }: { minute: number }) =>
        minute <= last ? right : 0;
    const sparse = until(60);
    const world = {
      ...labels(0, 0, 0, 0),
      'accuracy/correct/candidate': sparse(180),
      'accuracy/labelled/candidate': sparse(200),
      'accuracy/correct/stable': sparse(3_420),
      'accuracy/labelled/stable': sparse(3_800),
    };
    const at = (now: number) => checkNamed(judge({ ...story, now }, world), 'accuracy').verdict;
    expect(at(60 + 6 * 60)).not.toBe('no-data');
    expect(at(60 + 8 * 60)).toBe('no-data');
  });
});

describe('fairness', () => {
  const story: Story = { now: 61, checks: [fairness] };
  const world = (de: number, fr: number) => ({
    'fairness/bad/candidate': { de, fr, xx: 1_000 },
    'fairness/total/candidate': { de: 500, fr: 500, xx: 1_000 },
    'fairness/bad/stable': { de: 95, fr: 95 },
    'fairness/total/stable': { de: 9_500, fr: 9_500 },
  });

  it('asks one series per group and names the group that is worse off', () => {
    const [first] = planQueries(evaluationOf(story));
    expect(first?.request).toMatchObject({ kind: 'grouped', by: 'region' });
    const check = checkNamed(judgeGroups(story, world(5, 20)), 'fairness');
    expect(check.verdict).toBe('fail');
    expect(check.sentence).toContain('fairness: group fr: 240 of 6,000 (4%) against 1,140 of 114,000 (1%)');
    expect(checkNamed(judgeGroups(story, world(5, 5)), 'fairness').verdict).not.toBe('fail');
  });

  it('takes a group without a series for one without traffic', () => {
    const given = { ...world(5, 5), 'fairness/total/candidate': { de: 500 } };
    expect(checkNamed(judgeGroups(story, given), 'fairness').verdict).not.toBe('no-data');
  });

  it.each([
    ['a group has traffic and no series of bad events', { de: 5 }, 'candidate bad of "fr": no sample'],
    [
      'more are bad than there are',
      { de: 5, fr: 900 },
      'candidate "fr": 900 bad of 500 in all, as after a counter reset',
    ],
  ])('cannot use a tick in which %s', (_, bad, reason) => {
    const given = { ...world(5, 5), 'fairness/bad/candidate': bad as Groups };
    const check = checkNamed(judgeGroups(story, given), 'fairness');
    expect([check.verdict, check.sentence]).toEqual(['no-data', expect.stringContaining(reason)]);
  });

  it('takes no series of bad events for none where the manifest says so', () => {
    const told: Story = { now: 61, checks: [{ ...fairness, absentIsZero: true }] };
    const { 'fairness/bad/candidate': _, ...given } = world(5, 5);
    expect(checkNamed(judgeGroups(told, given), 'fairness').verdict).toBe('pass');
  });
});

describe('calibration', () => {
  const story: Story = { now: 121, checks: [calibration] };
  const world = (high: number) => ({
    'calibration/positives/candidate': { '0.1': 10, '0.9': high },
    'calibration/total/candidate': { '0.1': 100, '0.9': 100 },
    'calibration/claims/candidate': { '0.1': 10, '0.9': 85 },
    'calibration/positives/stable': { '0.1': 190, '0.9': 1_615 },
    'calibration/total/stable': { '0.1': 1_900, '0.9': 1_900 },
    'calibration/claims/stable': { '0.1': 190, '0.9': 1_615 },
  });

  it('holds what came true against what the predictions claimed', () => {
    const check = checkNamed(judgeGroups(story, world(60)), 'calibration');
    expect(check.verdict).toBe('fail');
    expect(check.sentence).toContain(
      'bin 0.9: 1,440 of 2,400 came true (60%) where 85% is claimed; with stable 85%',
    );
    expect(checkNamed(judgeGroups(story, world(85)), 'calibration').verdict).not.toBe('fail');
  });

  it('cannot use claims that are no probability', () => {
    const given = { ...world(85), 'calibration/claims/candidate': { '0.1': 10, '0.9': 850 } };
    expect(checkNamed(judgeGroups(story, given), 'calibration').sentence).toContain(
      'candidate claims of "0.9": 850 over 100 predictions is no probability',
    );
  });

  it('takes what a bin claims from the manifest or from its name', () => {
    const { claims: _, ...rest } = calibration as Extract<CheckSpec, { kind: 'calibration' }>;
    const said = (check: CheckSpec) =>
      checkNamed(judgeGroups({ now: 121, checks: [check] }, world(60)), 'calibration').sentence;
    expect(said(rest)).toContain('where 90% is claimed');
    expect(said({ ...rest, claimed: { '0.9': 0.8, '0.10': 0.1 } })).toContain('where 80% is claimed');
  });
});

describe('the guarantee of a rollout', () => {
  it('holds the question and which of its margins were left to the default', () => {
    const release = evaluationOf({ now: 61, checks: [accuracy, errors, fairness, calibration] }).release;
    expect(guaranteeOf(release, undefined).checks.accuracy).toMatchObject({
      kind: 'proportion',
      question: 'accuracy',
      harm: { ratio: 1, difference: 0.01 },
      asks: { correct: accuracy.kind === 'accuracy' && accuracy.correct },
      defaults: ['tolerate', 'safe', 'trim', 'dispersion', 'weight'],
    });
  });
});

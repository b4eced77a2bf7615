import { describe, expect, it } from 'vitest';
import type { ForeseenStep, Foresight } from '../../../src/core/analysis/foresee.ts';
import {
  findLookProblems,
  findStepProblems,
  findTrialProblems,
} from '../../../src/core/decision/preflight-problems.ts';
import type { Trial } from '../../../src/core/decision/trials.ts';
import type { Release } from '../../../src/core/manifest/release-schema.ts';
import { instant, millis } from '../../../src/core/units.ts';

const HOUR = 60;
const release = { spec: { rollout: { deadline: millis(72 * HOUR * 60_000) } } } as Release;

/** A step of an hour whose one check proves 2 and 5 times what is tolerated after so many minutes; undefined: never. */
function stepOf(
  twice: number | undefined,
  fivefold: number | undefined,
  { safe = 50, ...more }: Partial<ForeseenStep> & { readonly safe?: number | undefined } = {},
): ForeseenStep {
  const regressions = [
    { times: 1, rate: 0.1, median: undefined, ninety: undefined },
    { times: 2, rate: 0.2, median: twice, ninety: twice },
    { times: 5, rate: 0.5, median: fivefold, ninety: fivefold },
  ];
  const check = {
    name: 'errors',
    effects: [],
    regressions,
    safe: { median: 30, ninety: safe },
    required: true,
  };
  return { weight: 5, hold: millis(HOUR * 60_000), checks: [check], stay: HOUR, remarks: [], ...more };
}

const problemsOf = (step: ForeseenStep) =>
  findStepProblems(release, { steps: [step], traffic: [] } as unknown as Foresight).map(
    ({ code, severity }) => [code, severity],
  );

describe('problems of queries', () => {
  const look = (isStale: boolean) => ({
    planned: { check: 'errors', provider: 'prod', request: { query: 'sum(a)' } },
    ...{ arm: 'stable', index: 0, key: 'bad', state: 'blind', found: 'stale, as told', isStale },
  });
  const messageOf = (isStale: boolean) =>
    findLookProblems([look(isStale)] as unknown as Parameters<typeof findLookProblems>[0])[0]?.message;

  it('blame the name of a metric where there is no series, and not where its samples are old', () => {
    expect(messageOf(false)).toContain('correct the name of the metric');
    expect(messageOf(true)).toContain('Nothing is known of the query before there are newer samples');
    expect(messageOf(true)).not.toContain('correct the name');
  });
});

describe('problems of steps', () => {
  it.each([
    ['a step that sees twice in its hold', stepOf(60, 10), []],
    ['a hold that is too short', stepOf(65, 10), [['STEP_TOO_SHORT', 'warning']]],
    [
      'a step in which nothing is proven',
      stepOf(undefined, 300),
      [
        ['STEP_LEARNS_NOTHING', 'error'],
        ['STEP_TOO_SHORT', 'warning'],
      ],
    ],
    [
      'one that waits long enough for safety',
      stepOf(65, 300, { safe: 300 }),
      [['STEP_TOO_SHORT', 'warning']],
    ],
    [
      'one that nobody leaves',
      stepOf(60, 10, { stay: undefined, remarks: [{ kind: 'safe-never', check: 'errors' }] }),
      [['STEP_NEVER_SAFE', 'error']],
    ],
    ['one without a check that counts', stepOf(60, 10, { checks: [] }), []],
  ])('%s', (_, step, expected) => {
    expect(problemsOf(step)).toEqual(expected);
  });
});

describe('a hold that is too short', () => {
  const messages = (step: ForeseenStep) =>
    findStepProblems(release, {
      steps: [step],
      traffic: [
        { name: 'errors', kind: 'seen', exposure: 1200, rate: 0.01, unit: 'share', ticks: 9, asked: 9 },
      ],
    } as unknown as Foresight).map(({ message }) => message);

  it('says what is given, what is needed, and at which traffic', () => {
    expect(messages(stepOf(130, 10))).toEqual([
      "at 5%: the hold of 1h is too short to prove twice what is tolerated, nine times out of ten: errors needs 2h at 1,200 events a minute, 60 of them the candidate's. Until then only the proof of safety keeps a bad candidate here; hold longer, or give it more weight",
    ]);
    expect(messages(stepOf(undefined, 10))[0]).toContain(
      'errors never proves it by the deadline at 1,200 events a minute',
    );
  });
});

describe('a step on which nothing is learned', () => {
  it('says the times of its rows, from which it follows', () => {
    const [problem] = findStepProblems(release, {
      steps: [stepOf(undefined, 300)],
      traffic: [],
    } as unknown as Foresight);
    expect(problem).toMatchObject({
      code: 'STEP_LEARNS_NOTHING',
      message:
        'at 5%: nothing is learned here: 5 times what is tolerated is proven by errors in 5h, nine times out of ten, and the step is over before (its hold is 1h, and what is waited for is proven safe within 50m); give it more weight or a longer hold, or leave it out',
    });
  });

  it('is not one of a step that is left by nobody before it is proven', () => {
    expect(problemsOf(stepOf(60, 300, { safe: 300 }))).toEqual([]);
    expect(problemsOf(stepOf(60, 301, { safe: 300 }))).toEqual([['STEP_LEARNS_NOTHING', 'error']]);
  });
});

describe('problems of trials', () => {
  const at = instant(0);
  const trial = (end: Trial['end'], by: Partial<Trial> = {}): Trial => ({
    ...{ startedAt: at, endedAt: at, end, proven: [], ruled: [], reason: '' },
    ...by,
  });
  const HOURS = 3_600_000;
  const find = (trials: readonly Trial[], seen = 48, course = 24, stretch = 168) =>
    findTrialProblems(
      {
        ...{ seed: '1', since: at, until: instant(seen * HOURS), every: millis(1), leftOut: [] },
        ...{ promised: 0.01, trials },
      },
      { course: millis(course * HOURS), stretch: millis(stretch * HOURS) },
    ).map(({ message }) => message);
  const healthy = (count: number) => Array.from({ length: count }, () => trial('promoted'));

  it('are told for any rule, and for evidence only where the promise does not explain it', () => {
    const one = trial('rolled-back', { proven: ['errors'] });
    expect(find(healthy(20))).toEqual([]);
    expect(find([...healthy(19), one])).toEqual([]);
    expect(find([...healthy(18), one, one])[0]).toContain('2 of 20 rollouts of stable against itself');
    expect(find([...healthy(19), trial('rolled-back', { ruled: ['rule'] })])[0]).toContain('by rule');
  });

  it('are told when there is less of stable than a rollout takes, with what to do about it', () => {
    const head = (seen: string, takes: string) =>
      `the backtest has ${seen} of stable's numbers, and a rollout takes ${takes} at least, so none was promoted and the later steps were not played; `;
    const young =
      'the provider has no older ones: look again when stable has been served for 1d, or let the provider keep its numbers longer';
    expect(find(healthy(20), 2)).toEqual([`${head('2h', '1d')}${young}`]);
    expect(find(healthy(20), 168, 192)).toEqual([`${head('7d', '8d')}look back over 9 days (days: 9)`]);
    expect(find(healthy(20), 720, 960, 720)[0]).toContain('30 days are the most that is looked back over');
    expect(find(healthy(20), 24)).toEqual([]);
    // what shows nothing is told of with the queries
    expect(find([], 0)).toEqual([]);
  });
});

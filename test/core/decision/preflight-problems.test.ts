import { describe, expect, it } from 'vitest';
import type { ForeseenStep, Foresight } from '../../../src/core/analysis/foresee.ts';
import { findStepProblems, findTrialProblems } from '../../../src/core/decision/preflight-problems.ts';
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
  findStepProblems(release, { steps: [step] } as unknown as Foresight).map(({ code, severity }) => [
    code,
    severity,
  ]);

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

describe('a step on which nothing is learned', () => {
  it('says the times of its rows, from which it follows', () => {
    const [problem] = findStepProblems(release, { steps: [stepOf(undefined, 300)] } as unknown as Foresight);
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
  const find = (trials: readonly Trial[]) =>
    findTrialProblems({
      ...{ seed: '1', since: at, until: at, every: millis(1), leftOut: [], promised: 0.01 },
      trials,
    }).map(({ message }) => message);
  const healthy = (count: number) => Array.from({ length: count }, () => trial('promoted'));

  it('are told for any rule, and for evidence only where the promise does not explain it', () => {
    const one = trial('rolled-back', { proven: ['errors'] });
    expect(find(healthy(20))).toEqual([]);
    expect(find([...healthy(19), one])).toEqual([]);
    expect(find([...healthy(18), one, one])[0]).toContain('2 of 20 rollouts of stable against itself');
    expect(find([...healthy(19), trial('rolled-back', { ruled: ['rule'] })])[0]).toContain('by rule');
  });
});

import { describe, expect, it } from 'vitest';
import type { FairnessCheck, GroupedCounts } from '../../../src/core/judge/evidence.ts';
import { groupLogE } from '../../../src/core/stats/groups.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';
import { BASE, counts, judgeOne, numbersIn, ticksOf, unusable, WHOLE } from './judged.ts';

const check = (
  [candidate, stable, times]: readonly [GroupedCounts['groups'], GroupedCounts['groups'], number],
  more: Partial<FairnessCheck> = {},
): FairnessCheck => ({
  ...BASE,
  name: 'fairness',
  kind: 'fairness',
  groups: ['de', 'fr', 'lu'],
  harm: { ratio: 1.1, difference: 0 },
  safe: { ratio: 1.25, difference: 0.0025 },
  disparity: undefined,
  minShare: 0.05,
  ticks: ticksOf(times, { groups: candidate }, { groups: stable }),
  ...more,
});
const STABLE = { de: counts(95, 9_500), fr: counts(95, 9_500), lu: counts(1, 100) };
const SAME = { de: counts(5, 500), fr: counts(5, 500), lu: counts(0, 5) };
const BOTH = { de: counts(95, 9_500), fr: counts(380, 9_500) };

describe('a fairness check', () => {
  it.each([
    {
      name: 'one group is four times as badly off',
      given: check([{ ...SAME, fr: counts(20, 500) }, STABLE, 12]),
      verdict: 'fail',
      says: 'group fr: 240 of 6,000 (4%) against 1,140 of 114,000 (1%); between 3.1 and 5.2 times as many; more than the 1.1 times allowed; evidence ',
    },
    {
      name: 'no group is, and the small one is not waited for',
      given: check([SAME, STABLE, 80]),
      verdict: 'pass',
      says: 'the least certain of 2 groups is group ',
    },
    {
      name: 'a group has no traffic: that is no failure',
      given: check([{ de: SAME.de, fr: SAME.fr }, { de: STABLE.de, fr: STABLE.fr }, 80]),
      verdict: 'pass',
      says: '; too little traffic to wait for: lu; evidence',
    },
    {
      name: 'too early',
      given: check([SAME, STABLE, 3]),
      verdict: 'inconclusive',
      says: 'the worst off of 3 groups is group ',
    },
    {
      name: 'stable treats them as differently as the candidate',
      given: check([{ de: counts(5, 500), fr: counts(20, 500) }, BOTH, 20]),
      verdict: 'pass',
      says: '',
    },
    {
      name: 'the same, where the manifest bounds the difference',
      given: check([{ de: counts(5, 500), fr: counts(20, 500) }, BOTH, 20], {
        disparity: { ratio: 1.25, difference: 0.01 },
      }),
      verdict: 'fail',
      says: 'group fr: 400 of 10,000 (4%) against 100 of 10,000 (1%) of group de, both with the candidate; more than the 1.25 times plus 1 percentage points allowed between groups',
    },
    { name: 'none of the groups has traffic', given: check([{}, {}, 3]), verdict: 'no-data', says: '' },
  ])('says $verdict when $name', ({ given, verdict, says }) => {
    const one = judgeOne(given);
    expect(one.text).toContain(says);
    expect(one.verdict).toBe(verdict);
    const { weighed, ...plain } = one;
    expect(numbersIn(plain).every(Number.isFinite)).toBe(true);
    expect(one.text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('waits for a small group where the share asked for is less', () => {
    expect(judgeOne(check([SAME, STABLE, 160], { minShare: 0.001 })).text).toContain(
      'the least certain of 3 groups is group lu',
    );
  });

  it('looks at no group that was not named before', () => {
    const other = { ...SAME, xx: counts(400, 500) };
    expect(judgeOne(check([other, STABLE, 80])).verdict).toBe('pass');
  });

  it('has the evidence of its groups together, whatever they are called', () => {
    const given = check([SAME, STABLE, 8], { groups: ['de', 'fr'] });
    const ticks = Array.from({ length: 8 }, () => ({ candidate: SAME.de, stable: STABLE.de }));
    const expected = groupLogE(
      [
        { name: 'a', ticks },
        { name: 'b', ticks },
      ],
      { side: 'harm', margin: given.harm, dispersion: 1, trim: 0 },
    );
    expect(judgeOne(given).logHarm).toBeCloseTo(expected.logE, 12);
  });

  it('never has less evidence of harm with one more bad event in a group', () => {
    const harm = (extra: number) =>
      judgeOne(check([{ ...SAME, fr: counts(5 + extra, 500) }, STABLE, 6])).logHarm!;
    // Proof ends the play: bets stop at their goal, and more evidence is not looked for.
    for (let extra = 1; harm(extra - 1) < Math.log(100); extra += 1)
      expect(harm(extra)).toBeGreaterThanOrEqual(harm(extra - 1));
  });

  it('drops a tick that cannot be used and finds harm that comes late', () => {
    const late = check([{ ...SAME, fr: counts(30, 500) }, STABLE, 12]).ticks;
    const given = check([SAME, STABLE, 12], {
      ticks: [
        ...check([SAME, STABLE, 12]).ticks,
        { period: 0, candidate: unusable('candidate total: no sample'), stable: unusable('') },
        ...late,
      ],
    });
    const one = judgeOne(given);
    expect(one.verdict).toBe('fail');
    expect(one.weighed.dropped).toEqual([{ index: 12, reason: 'candidate total: no sample' }]);
  });

  it('is not left while the newest ticks speak for a fault in one group, and is left when they have cleared', () => {
    const calm = check([SAME, STABLE, 160]).ticks;
    const faulty = check([{ ...SAME, fr: counts(12, 500) }, STABLE, 2]).ticks;
    const now = judgeOne(check([SAME, STABLE, 0], { ticks: [...calm, ...faulty] }));
    expect(now.logSafe).toBeGreaterThan(now.safeThreshold);
    expect(now.verdict).toBe('inconclusive');
    expect(now.text).toContain('for a fault that has just begun; waits for them to clear');
    const later = [...calm, ...faulty, ...calm.slice(0, 12)];
    expect(judgeOne(check([SAME, STABLE, 0], { ticks: later })).verdict).toBe('pass');
  });

  it('says with a proof that events come together more than was declared', () => {
    const clumped = Array.from(
      { length: 24 },
      (_, index) => check([{ ...SAME, fr: counts(index % 2 === 0 ? 60 : 0, 500) }, STABLE, 1]).ticks[0]!,
    );
    const one = judgeOne(check([SAME, STABLE, 0], { ticks: clumped }));
    expect(one.verdict).toBe('fail');
    expect(one.text).toContain('events seem to come in clumps of about ');
  });

  it('lays new bets at a new weight', () => {
    const ticks = [
      ...check([SAME, STABLE, 36]).ticks,
      ...check([{ ...SAME, fr: counts(10, 500) }, STABLE, 3]).ticks.map((one) => ({ ...one, period: 1 })),
    ];
    const [first, second] = [0.05, 0.1].map((share, step) => ({ step, whole: false, share }));
    const told = judgeOne(check([SAME, STABLE, 0], { ticks }), [first!, second!]);
    const untold = judgeOne(
      check([SAME, STABLE, 0], { ticks: ticks.map((one) => ({ ...one, period: 0 })) }),
      [first!],
    );
    expect(told.logHarm!).toBeGreaterThan(untold.logHarm! + 0.5);
  });

  it('has no vote at 100 %', () => {
    const one = judgeOne(check([SAME, {}, 12]), [WHOLE]);
    expect([one.verdict, one.weighed.able]).toEqual(['inconclusive', false]);
  });

  it('rolls back a fair candidate no more often than promised', () => {
    const random = seededRandom(announceSeed('fairness A/A', 20261121));
    const draw = (exposure: number) => {
      let events = 0;
      for (let i = 0; i < exposure; i += 1) if (random.uniform() < 0.02) events += 1;
      return counts(events, exposure);
    };
    const arm = (size: number) => ({ groups: { de: draw(size), fr: draw(size), lu: draw(size / 10) } });
    const runs = 200;
    let false_ = 0;
    for (let run = 0; run < runs; run += 1) {
      const ticks = Array.from({ length: 20 }, () => ticksOf(1, arm(60), arm(200))[0]!);
      const given = check([{}, {}, 0], {
        harm: { ratio: 1, difference: 0 },
        disparity: { ratio: 1, difference: 0 },
      });
      if ([10, 20].some((end) => judgeOne({ ...given, ticks: ticks.slice(0, end) }).verdict === 'fail'))
        false_ += 1;
    }
    console.log(`fairness, A/A, margin 0, 2 looks: ${false_} of ${runs} rolled back, promised 1 %`);
    expect(false_ / runs).toBeLessThanOrEqual(0.03);
  });
});

import { describe, expect, it } from 'vitest';
import type { Counts, ProportionCheck } from '../../../src/core/judge/evidence.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';
import { BASE, counts, judgeOne, ticksOf, WHOLE } from './judged.ts';

const STABLE = counts(570, 19_000);
const orders = (ticks: ProportionCheck['ticks'], more: Partial<ProportionCheck> = {}): ProportionCheck => ({
  ...BASE,
  name: 'orders',
  question: 'business',
  kind: 'proportion',
  worse: 'fewer',
  harm: { ratio: 1 / 0.98, difference: 0 },
  safe: { ratio: 1 / 0.9, difference: 0 },
  limit: undefined,
  ticks,
  ...more,
});

describe('a check of which fewer events are worse', () => {
  it.each([
    {
      name: 'a third fewer',
      check: orders(ticksOf(12, counts(20, 1_000), STABLE)),
      verdict: 'fail',
      says: '240 with an event of 12,000 users (2%) against 6,840 with an event of 228,000 users (3%); between 0.53 and 0.82 times as many; fewer than the 0.98 times allowed; evidence ',
    },
    {
      name: 'as many, for long',
      check: orders(ticksOf(100, counts(30, 1_000), STABLE)),
      verdict: 'pass',
      says: '3,000 with an event of 100,000 users (3%) against 57,000 with an event of 1,900,000 users (3%); between 0.94 and 1.07 times as many; not below the 0.9 times that count as safe; evidence ',
    },
    {
      name: 'twice as many: that is no harm',
      check: orders(ticksOf(12, counts(60, 1_000), STABLE)),
      verdict: 'pass',
      says: 'not below the 0.9 times',
    },
    {
      name: 'as many, not for long',
      check: orders(ticksOf(3, counts(30, 1_000), STABLE)),
      verdict: 'inconclusive',
      says: 'neither harm nor safety is proven',
    },
    {
      name: 'less than the least share, of which stable has enough',
      check: orders(ticksOf(12, counts(10, 1_000), counts(390, 19_000)), { limit: 0.02 }),
      verdict: 'fail',
      says: 'fewer than the 0.98 times allowed',
    },
    {
      name: 'less than the least share, like stable',
      check: orders(ticksOf(12, counts(10, 1_000), counts(190, 19_000)), { limit: 0.02 }),
      verdict: 'inconclusive',
      says: 'below the least of 2%; evidence',
    },
    { name: 'nobody', check: orders(ticksOf(3, counts(0, 0), STABLE)), verdict: 'no-data', says: '' },
  ])('says of $name: $verdict', ({ check, verdict, says }) => {
    const one = judgeOne(check);
    expect(one.text).toContain(says);
    expect(one.verdict).toBe(verdict);
  });

  it('is judged at 100 % by its least share alone', () => {
    const passing = judgeOne(orders(ticksOf(12, counts(30, 1_000), counts(0, 0)), { limit: 0.02 }), [WHOLE]);
    expect([passing.verdict, passing.text]).toEqual([
      'pass',
      expect.stringContaining('not below the least of 2%'),
    ]);
    const failing = judgeOne(orders(ticksOf(12, counts(12, 1_000), counts(0, 0)), { limit: 0.02 }), [WHOLE]);
    expect(failing.verdict).toBe('fail');
  });

  it('is the same test with the arms in each other’s place', () => {
    const ticks = ticksOf(12, counts(20, 1_000), STABLE);
    const swapped = ticks.map(() => ({ candidate: STABLE, stable: counts(20, 1_000) }));
    const margin = { ratio: 1 / 0.9, difference: 0 };
    expect(judgeOne(orders(ticks)).logSafe).toBeCloseTo(
      twinLogE(swapped, { side: 'safe', margin, dispersion: 1, trim: 0 }),
      12,
    );
  });

  it('never has less evidence of harm when an event is taken away', () => {
    const harm = (lost: number) =>
      judgeOne(
        orders([...ticksOf(6, counts(25, 1_000), STABLE), ...ticksOf(1, counts(25 - lost, 1_000), STABLE)]),
      ).logHarm!;
    for (let lost = 1; lost <= 25; lost += 1)
      expect(harm(lost)).toBeGreaterThanOrEqual(harm(lost - 1) - 1e-9);
  });

  it('rolls back a candidate that sells as much less often than promised', () => {
    const random = seededRandom(announceSeed('business A/A', 20261121));
    const draw = (exposure: number): Counts => {
      let events = 0;
      for (let i = 0; i < exposure; i += 1) if (random.uniform() < 0.03) events += 1;
      return counts(events, exposure);
    };
    const runs = 200;
    let false_ = 0;
    for (let run = 0; run < runs; run += 1) {
      const ticks = Array.from({ length: 40 }, () => ticksOf(1, draw(100), draw(400))[0]!);
      // Looked at often: any look that fails counts.
      if ([10, 20, 30, 40].some((end) => judgeOne(orders(ticks.slice(0, end))).verdict === 'fail'))
        false_ += 1;
    }
    console.log(`orders, A/A, 4 looks: ${false_} of ${runs} rolled back, promised 1 %`);
    expect(false_ / runs).toBeLessThanOrEqual(0.03);
  });
});

describe('the words of a question', () => {
  it('are the words of its kind with the question’s own nouns', () => {
    const check: ProportionCheck = {
      ...BASE,
      name: 'accuracy',
      question: 'accuracy',
      kind: 'proportion',
      harm: { ratio: 1, difference: 0.01 },
      safe: { ratio: 1, difference: 0.02 },
      limit: undefined,
      ticks: ticksOf(5, counts(150, 1_000), counts(1_900, 19_000)),
    };
    expect(judgeOne(check).text).toContain(
      '750 wrong of 5,000 labelled (15%) against 9,500 wrong of 95,000 labelled (10%); between 3.2 points and 6.9 points more; more than the 1 percentage points allowed (up to 11%); evidence ',
    );
    expect(judgeOne({ ...check, question: 'toString' }).text).toContain('750 of 5,000 (15%)');
  });
});

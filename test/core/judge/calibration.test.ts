import { describe, expect, it } from 'vitest';
import type { CalibrationCheck, ClaimedCounts } from '../../../src/core/judge/evidence.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';
import { BASE, judgeOne, numbersIn, ticksOf, WHOLE } from './judged.ts';

const bin = (events: number, exposure: number, claimed: number): ClaimedCounts => ({
  events,
  exposure,
  claimed,
});
const check = (
  [candidate, stable, times]: readonly [readonly ClaimedCounts[], readonly ClaimedCounts[], number],
  more: Partial<CalibrationCheck> = {},
): CalibrationCheck => ({
  ...BASE,
  name: 'calibration',
  kind: 'calibration',
  bins: ['0.2', '0.8'],
  tolerance: 0.02,
  safe: { tolerance: 0.05 },
  against: 'stable',
  minShare: 0.05,
  ticks: ticksOf(times, { bins: candidate }, { bins: stable }),
  ...more,
});
const GOOD = [bin(20, 100, 0.2), bin(80, 100, 0.8)];
const BAD = [bin(20, 100, 0.2), bin(60, 100, 0.8)];
const TOO_MANY = [bin(40, 100, 0.2), bin(80, 100, 0.8)];
const STABLE = [bin(400, 2_000, 0.2), bin(1_600, 2_000, 0.8)];
const STABLE_BAD = [bin(400, 2_000, 0.2), bin(1_200, 2_000, 0.8)];

describe('a calibration check', () => {
  it.each([
    {
      name: 'too few come true of what is claimed',
      given: check([BAD, STABLE, 12]),
      verdict: 'fail',
      says: 'bin 0.8: 720 of 1,200 came true (60%) where 80% is claimed; with stable 80%; calibration error 10% (between 7.17% and 15.3%); further from the claim and from stable than the 2 percentage points allowed; evidence ',
    },
    {
      name: 'too many do',
      given: check([TOO_MANY, STABLE, 12]),
      verdict: 'fail',
      says: 'bin 0.2: 480 of 1,200',
    },
    {
      name: 'what is claimed does',
      given: check([GOOD, STABLE, 40]),
      verdict: 'pass',
      says: 'the least certain is bin ',
    },
    {
      name: 'the world moved, and stable is off as well',
      given: check([BAD, STABLE_BAD, 40]),
      verdict: 'pass',
      says: 'with stable 60%',
    },
    {
      name: 'the candidate is right where stable is off',
      given: check([GOOD, STABLE_BAD, 40]),
      verdict: 'pass',
      says: '',
    },
    {
      name: 'stable is off as well, but the claims alone count',
      given: check([BAD, STABLE_BAD, 12], { against: 'claims' }),
      verdict: 'fail',
      says: 'where 80% is claimed; calibration error 10% (between 7.17% and 15.3%); further from the claim than the 2 percentage points allowed',
    },
    {
      name: 'it is too early',
      given: check([GOOD, STABLE, 3]),
      verdict: 'inconclusive',
      says: 'the furthest off is bin ',
    },
    {
      name: 'no label has come',
      given: check([[bin(0, 0, 0.2), bin(0, 0, 0.8)], STABLE, 3]),
      verdict: 'no-data',
      says: 'no usable tick',
    },
  ])('says $verdict when $name', ({ given, verdict, says }) => {
    const one = judgeOne(given);
    expect(one.text).toContain(says);
    expect(one.verdict).toBe(verdict);
    const { weighed, ...plain } = one;
    expect(numbersIn(plain).every(Number.isFinite)).toBe(true);
    expect(one.text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('does not wait for a bin that hardly anything falls into', () => {
    const rare = (all: readonly ClaimedCounts[]) => [all[0]!, bin(1, 1, 0.8)];
    const given = check([rare(GOOD), rare(STABLE), 40]);
    expect(judgeOne(given).verdict).toBe('pass');
    expect(judgeOne({ ...given, minShare: 0 }).verdict).toBe('inconclusive');
  });

  it.each(['stable', 'claims'] as const)(
    'against %s is not left while the newest ticks are off',
    (against) => {
      const calm = check([GOOD, STABLE, 80]).ticks;
      const ticks = [...calm, ...check([[GOOD[0]!, bin(64, 100, 0.8)], STABLE, 1]).ticks];
      const now = judgeOne(check([GOOD, STABLE, 0], { against, ticks }));
      expect(now.logSafe).toBeGreaterThan(now.safeThreshold);
      expect(now.verdict).toBe('inconclusive');
      expect(now.text).toContain('waits for them to clear');
      const later = [...ticks, ...calm.slice(0, 12)];
      expect(judgeOne(check([GOOD, STABLE, 0], { against, ticks: later })).verdict).toBe('pass');
    },
  );

  it('does not doubt while stable is off in the same way', () => {
    const ticks = [...check([GOOD, STABLE, 80]).ticks, ...check([BAD, STABLE_BAD, 2]).ticks];
    expect(judgeOne(check([GOOD, STABLE, 0], { ticks })).verdict).toBe('pass');
  });

  it('lays new bets at a new weight', () => {
    const bad = check([BAD, STABLE, 2]).ticks;
    const ticks = [...check([GOOD, STABLE, 36]).ticks, ...bad.map((one) => ({ ...one, period: 1 }))];
    const periods = [0.05, 0.1].map((share, step) => ({ step, whole: false, share }));
    const told = judgeOne(check([GOOD, STABLE, 0], { ticks }), [periods[0]!, periods[1]!]);
    const untold = judgeOne(
      check([GOOD, STABLE, 0], { ticks: ticks.map((one) => ({ ...one, period: 0 })) }),
      [periods[0]!],
    );
    expect(told.logHarm!).toBeGreaterThan(untold.logHarm! + 0.3);
  });

  it('judges at 100 % only against its claims', () => {
    const none = [bin(0, 0, 0.2), bin(0, 0, 0.8)];
    expect(judgeOne(check([GOOD, none, 40], { against: 'claims' }), [WHOLE]).verdict).toBe('pass');
    expect(judgeOne(check([BAD, none, 40], { against: 'claims' }), [WHOLE]).verdict).toBe('fail');
    expect(judgeOne(check([GOOD, none, 40]), [WHOLE]).weighed.able).toBe(false);
  });

  it('takes the claims of each tick as they were', () => {
    const drifting = [
      ...check([[bin(20, 100, 0.2), bin(70, 100, 0.7)], STABLE, 12]).ticks,
      ...check([[bin(20, 100, 0.2), bin(90, 100, 0.9)], STABLE, 12]).ticks,
    ];
    expect(judgeOne(check([GOOD, STABLE, 0], { against: 'claims', ticks: drifting })).logHarm).toBeLessThan(
      0,
    );
  });

  it('rolls back a calibrated candidate no more often than promised', () => {
    const random = seededRandom(announceSeed('calibration A/A', 20261121));
    const draw = (exposure: number, rate: number, claimed: number) => {
      let events = 0;
      for (let i = 0; i < exposure; i += 1) if (random.uniform() < rate) events += 1;
      return bin(events, exposure, claimed);
    };
    const runs = 150;
    let failed = { stable: 0, claims: 0 };
    for (let run = 0; run < runs; run += 1) {
      // The world is off the claims by ten points in both arms; against the claims alone it is not.
      const arm = (size: number, off: number) => ({
        bins: [draw(size, 0.2 + off, 0.2), draw(size, 0.8 - off, 0.8)],
      });
      const off = Array.from({ length: 20 }, () => ticksOf(1, arm(30, 0.1), arm(200, 0.1))[0]!);
      const calibrated = Array.from({ length: 20 }, () => ticksOf(1, arm(30, 0), arm(0, 0))[0]!);
      const given = { ...check([GOOD, STABLE, 0]), tolerance: 0 };
      if (judgeOne({ ...given, ticks: off }).verdict === 'fail')
        failed = { ...failed, stable: failed.stable + 1 };
      if (judgeOne({ ...given, against: 'claims', ticks: calibrated }).verdict === 'fail')
        failed = { ...failed, claims: failed.claims + 1 };
    }
    console.log(
      `calibration, A/A, tolerance 0: ${JSON.stringify(failed)} of ${runs} rolled back, promised 1 %`,
    );
    expect(failed.stable / runs).toBeLessThanOrEqual(0.03);
    expect(failed.claims / runs).toBeLessThanOrEqual(0.03);
  });
});

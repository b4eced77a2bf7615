import { describe, expect, it } from 'vitest';
import { type PlanOptions, planOneSample, planTwin } from '../../../src/core/stats/planner.ts';
import { checkPlan, PLANNED_CASES } from '../../bench/planner.ts';
import { announceSeed } from './seeded-random.ts';

const seed = announceSeed('planner', 7);
const given = { candidateExposure: 25, stableExposure: 475, candidateRate: 0.01, stableRate: 0.005 };
const harm: PlanOptions = { side: 'harm', alpha: 0.05 };
const margin = { ratio: 1, difference: 0 };

describe('planned beside simulated times', () => {
  it.each(PLANNED_CASES.filter(({ name }) => !name.startsWith('×1.2 at 500 ')))('$name', (planned) => {
    const got = checkPlan(planned, { seed, runs: 60, isReference: true });
    console.log(
      `${planned.name}: median ${got.planned.median.toFixed(0)} planned, ${got.median.toFixed(0)} simulated; 90 % ${got.planned.ninety.toFixed(0)} and ${got.ninety.toFixed(0)}`,
    );
    // A tick of five minutes is the finest that the simulation can say.
    expect(got.median).toBeLessThanOrEqual(1.4 * got.planned.median + 5);
    expect(got.median).toBeGreaterThanOrEqual(0.6 * got.planned.median - 5);
    expect(got.ninety).toBeLessThanOrEqual(1.5 * got.planned.ninety + 5);
    expect(got.ninety).toBeGreaterThanOrEqual(0.5 * got.planned.ninety - 5);
  });
});

describe('a plan', () => {
  it('is never when no bet gains or an arm has no traffic', () => {
    const none = planTwin({ ...given, candidateRate: 0.005 }, { ...harm, margin });
    expect(none.growth).toBeLessThanOrEqual(0);
    expect(none.minutes).toBe(Number.POSITIVE_INFINITY);
    expect(planTwin({ ...given, candidateExposure: 0 }, { ...harm, margin }).median).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(planOneSample({ exposure: 0, rate: 0.1, limit: 0.01 }, harm).ninety).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('takes φ times as long when events come in clumps of φ, and its median is before its nine tenths', () => {
    const plain = planTwin(given, { ...harm, margin });
    const clumped = planTwin(given, { ...harm, margin, dispersion: 4 });
    expect(clumped.minutes).toBeCloseTo(4 * plain.minutes, 6);
    expect(clumped.median).toBeCloseTo(4 * plain.median, 3);
    expect(plain.median).toBeLessThan(plain.minutes);
    expect(plain.minutes).toBeLessThan(plain.ninety);
  });

  it('is sooner with more traffic, a larger effect and a wider safe margin', () => {
    const minutes = (exposure: number, rate: number) =>
      planTwin({ ...given, candidateExposure: exposure, candidateRate: rate }, { ...harm, margin }).median;
    expect(minutes(50, 0.01)).toBeLessThan(minutes(25, 0.01));
    expect(minutes(25, 0.025)).toBeLessThan(minutes(25, 0.01));
    const safe = (difference: number) =>
      planTwin(
        { ...given, candidateRate: 0.005 },
        { side: 'safe', alpha: 0.05, margin: { ratio: 1, difference } },
      ).median;
    expect(safe(0.01)).toBeLessThan(safe(0.005));
  });

  it('pays for each bet its share of the stake when it is asked to', () => {
    const mixture = [
      { kappa: 1.5, weight: 1 },
      { kappa: 20, weight: 1_000 },
    ] as const;
    const free = planTwin(given, { ...harm, margin, mixture, cost: 0 });
    const paid = planTwin(given, { ...harm, margin, mixture, cost: 'share' });
    expect(paid.growth).toBe(free.growth);
    expect((paid.minutes - free.minutes) * paid.growth).toBeCloseTo(Math.log(1_001), 6);
    // a bet with all of the stake pays nothing
    const alone = { ...harm, margin, mixture: [{ kappa: 2, weight: 3 }] as const };
    expect(planTwin(given, { ...alone, cost: 'share' })).toEqual(planTwin(given, { ...alone, cost: 0 }));
  });

  it('takes at least the ticks longer that are forgiven', () => {
    const plain = planTwin(given, { ...harm, margin });
    const trimmed = planTwin(given, { ...harm, margin, forgiven: { ticks: 2, width: 5 } });
    expect(trimmed.minutes).toBeGreaterThan(plain.minutes + 10);
    expect(planTwin(given, { ...harm, margin, forgiven: { ticks: 0, width: 5 } })).toEqual(plain);
  });

  it('of a rate counts events that may outnumber the exposure', () => {
    const rate = planOneSample({ exposure: 1, rate: 4, limit: 2, isRate: true }, harm);
    expect(rate.median).toBeGreaterThan(0);
    expect(rate.median).toBeLessThan(20);
    const rare = { exposure: 1_000, rate: 0.00004, limit: 0.00002 };
    // of rare events a share is a rate
    const asRate = planOneSample({ ...rare, isRate: true }, harm).minutes;
    expect(asRate / planOneSample(rare, harm).minutes).toBeCloseTo(1, 3);
  });

  it('knows limits as well', () => {
    const far = planOneSample({ exposure: 100, rate: 0.05, limit: 0.02 }, harm);
    const near = planOneSample({ exposure: 100, rate: 0.025, limit: 0.02 }, harm);
    expect(far.median).toBeLessThan(near.median);
    expect(
      planOneSample({ exposure: 100, rate: 0.005, limit: 0.02 }, { side: 'safe', alpha: 0.05 }).median,
    ).toBeLessThan(60);
  });
});

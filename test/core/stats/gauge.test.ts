import { describe, expect, it } from 'vitest';
import {
  anytimeTLogE,
  anytimeTReach,
  type GaugeEvidence,
  type GaugeTest,
  type GaugeTick,
  gaugeEvidence,
} from '../../../src/core/stats/gauge.ts';
import { announceSeed, type SeededRandom, seededRandom } from './seeded-random.ts';

const seed = announceSeed('gauges', 20261121);
const absolute = (difference: number) => ({ difference, unit: 'absolute' }) as const;
const sd = (difference: number) => ({ difference, unit: 'sd' }) as const;
const test: GaugeTest = { worse: 'higher', harm: absolute(0), safe: absolute(0), alpha: 0.025 };

function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** Two arms of unit variance, each minute correlated with the one before, and a shared wave of a day. */
function autocorrelated(
  random: SeededRandom,
  given: { ar: number; minutes: number; shift: number },
): GaugeTick[] {
  const { ar, minutes, shift } = given;
  const noise = Math.sqrt(1 - ar * ar);
  let [candidate, stable] = [normal(random), normal(random)];
  return Array.from({ length: minutes }, (_, minute) => {
    candidate = ar * candidate + noise * normal(random);
    stable = ar * stable + noise * normal(random);
    const shared = 3 * Math.sin((2 * Math.PI * minute) / 1440);
    return { candidate: candidate + shared + shift, stable: stable + shared };
  });
}

function reading(evidence: GaugeEvidence) {
  if (evidence.kind !== 'usable') throw new Error(`unusable: ${evidence.obstacle}`);
  return evidence;
}

/** First minute at which the evidence of harm reaches 1/0.05, looked at every five minutes. */
function firesAt(ticks: readonly GaugeTick[]): number {
  for (let minutes = 60; minutes <= ticks.length; minutes += 5) {
    const got = gaugeEvidence(ticks.slice(0, minutes), test);
    if (got.kind === 'usable' && got.logHarm >= Math.log(20)) return minutes;
  }
  return Number.POSITIVE_INFINITY;
}

describe('looked at every five minutes for 24 hours', () => {
  it.each([
    { ar: 0, limit: 0.05 },
    { ar: 0.5, limit: 0.05 },
    { ar: 0.8, limit: 0.05 },
    // Nothing is promised here; it must not be wild.
    { ar: 0.95, limit: 0.12 },
  ])(
    'fires in at most a few percent of the worlds without a difference (correlation $ar)',
    ({ ar, limit }) => {
      const random = seededRandom(seed);
      const runs = 80;
      let fired = 0;
      for (let run = 0; run < runs; run += 1)
        if (firesAt(autocorrelated(random, { ar, minutes: 1440, shift: 0 })) < Number.POSITIVE_INFINITY)
          fired += 1;
      console.log(`gauge A/A, AR ${ar}: ${((100 * fired) / runs).toFixed(1)} % of ${runs}`);
      expect(fired / runs).toBeLessThanOrEqual(limit);
    },
  );

  it.each([
    { ar: 0, within: 120 },
    { ar: 0.8, within: 400 },
  ])('finds one standard deviation within hours (correlation $ar)', ({ ar, within }) => {
    const random = seededRandom(seed);
    const times = Array.from({ length: 30 }, () =>
      firesAt(autocorrelated(random, { ar, minutes: 1440, shift: 1 })),
    ).sort((a, b) => a - b);
    console.log(`gauge +1 sd, AR ${ar}: median ${times[15]} min, 90 % ${times[27]} min`);
    expect(times[15]).toBeLessThanOrEqual(within);
  });
});

describe('a gauge', () => {
  const steady = autocorrelated(seededRandom(seed), { ar: 0.3, minutes: 600, shift: 0.4 });

  it('is worse upwards or downwards, as it is told', () => {
    const up = reading(gaugeEvidence(steady, test));
    const mirrored = steady.map(({ candidate, stable }) => ({ candidate: -candidate, stable: -stable }));
    const down = reading(gaugeEvidence(mirrored, { ...test, worse: 'lower' }));
    expect(down.logHarm).toBeCloseTo(up.logHarm, 9);
    expect(down.logSafe).toBeCloseTo(up.logSafe, 9);
    expect(down.mean).toBeCloseTo(-up.mean, 9);
    expect(up.logHarm).toBeGreaterThan(3);
  });

  it('is harmful only beyond the harm margin and safe only within the safe one', () => {
    const given = reading(gaugeEvidence(steady, { ...test, harm: absolute(2), safe: absolute(2) }));
    expect(given.logHarm).toBeLessThan(0);
    expect(given.logSafe).toBeGreaterThan(3);
  });

  it('has an interval whose ends are the margins at which the test just decides', () => {
    const { interval } = reading(gaugeEvidence(steady, test));
    const at = (margin: number) =>
      reading(gaugeEvidence(steady, { ...test, harm: absolute(margin), safe: absolute(margin) }));
    expect(at(interval.low).logHarm).toBeCloseTo(-Math.log(0.025), 9);
    expect(at(interval.high).logSafe).toBeCloseTo(-Math.log(0.025), 9);
  });

  it("takes a margin in standard deviations of stable's own values", () => {
    const values = steady.map(({ stable }) => stable);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
    );
    const relative = reading(gaugeEvidence(steady, { ...test, harm: sd(0.5) }));
    const same = reading(gaugeEvidence(steady, { ...test, harm: absolute(0.5 * spread) }));
    expect(relative.logHarm).toBeCloseTo(same.logHarm, 9);
  });

  it('leaves ticks without two numbers out', () => {
    const holed = steady.flatMap((tick) => [tick, { candidate: Number.NaN, stable: 1 }]);
    expect(gaugeEvidence(holed, test)).toEqual(gaugeEvidence(steady, test));
  });
});

describe('a gauge says nothing', () => {
  it('before there are twelve batches', () => {
    const few = autocorrelated(seededRandom(seed), { ar: 0, minutes: 59, shift: 9 });
    expect(gaugeEvidence(few, test)).toEqual({
      kind: 'unusable',
      obstacle: 'too-few-batches',
      ticks: 59,
      needed: 60,
      correlation: undefined,
    });
    expect(gaugeEvidence([], test).kind).toBe('unusable');
  });

  it('when the difference only wanders, and says how many ticks it would take', () => {
    const wander = Array.from({ length: 400 }, (_, minute) => ({ candidate: minute / 100, stable: 0 }));
    const got = gaugeEvidence(wander, test);
    expect(got).toMatchObject({ kind: 'unusable', obstacle: 'autocorrelated', needed: 480 });
  });

  it('when nothing moves', () => {
    const stuck = Array.from({ length: 400 }, () => ({ candidate: 0.3, stable: 0.1 }));
    expect(gaugeEvidence(stuck, test)).toMatchObject({ kind: 'unusable', obstacle: 'no-spread' });
    const random = seededRandom(seed);
    const onlyCandidate = Array.from({ length: 400 }, () => ({ candidate: normal(random), stable: 0.1 }));
    expect(gaugeEvidence(onlyCandidate, test).kind).toBe('usable');
    expect(gaugeEvidence(onlyCandidate, { ...test, harm: sd(1) })).toMatchObject({ obstacle: 'no-spread' });
  });
});

describe('the t statistic', () => {
  it('falls with the mean all the way down and never helps both signs', () => {
    const at = (mean: number) => anytimeTLogE({ n: 20, mean, spread: 1 });
    const logs = Array.from({ length: 81 }, (_, index) => at(4 - index / 10));
    for (const [index, log] of logs.entries())
      if (index > 0) expect(log).toBeLessThanOrEqual(logs[index - 1]!);
    for (const mean of [0.1, 0.5, 1, 3]) expect(Math.min(at(mean), at(-mean))).toBeLessThanOrEqual(0);
  });

  it('has its limit without spread, and no reach for two observations at 1e-9', () => {
    expect(anytimeTLogE({ n: 12, mean: 1, spread: 0 })).toBeCloseTo((11 / 2) * Math.log(13), 9);
    expect(anytimeTReach({ n: 2, spread: 1, alpha: 1e-9 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('has an expectation of at most 1 under normal data, by simulation', () => {
    const random = seededRandom(seed);
    const runs = 20_000;
    let positive = 0;
    for (let run = 0; run < runs; run += 1) {
      const values = Array.from({ length: 12 }, () => normal(random));
      const mean = values.reduce((a, b) => a + b) / 12;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 11);
      positive += Math.exp(anytimeTLogE({ n: 12, mean, spread }));
    }
    console.log(`t: mean e ${(positive / runs).toFixed(3)}`);
    expect(positive / runs).toBeLessThanOrEqual(1);
  });
});

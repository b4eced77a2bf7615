import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFERENCE_MIXTURE, type Side } from '../../../src/core/stats/bets.ts';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { differenceInterval, ratioInterval } from '../../../src/core/stats/interval.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { type Margin, twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed } from './seeded-random.ts';
import { ticks } from './tables.ts';

const seed = announceSeed('laws of the evidence', 20261121);
const runs = { seed, numRuns: 300 };

const counts = (largest: number) =>
  fc
    .record({
      exposure: fc.integer({ min: 0, max: largest }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ exposure, share }) => ({ events: Math.round(exposure * share ** 4), exposure }));
const tick: fc.Arbitrary<Tick> = fc.record({ candidate: counts(2_000), stable: counts(40_000) });
const history = fc.array(tick, { maxLength: 12 });
const busyTick = tick.filter(({ candidate, stable }) => candidate.exposure > 0 && stable.exposure > 0);
const busyHistory = fc.array(busyTick, { minLength: 1, maxLength: 12 });
const side = fc.constantFrom<Side>('harm', 'safe');
const margin: fc.Arbitrary<Margin> = fc.record({
  ratio: fc.constantFrom(1, 1.1, 1.25, 2),
  difference: fc.constantFrom(0, 0.0025, 0.05),
});

describe('evidence against the margin', () => {
  it.each(['harm', 'safe'] as const)('is none without data (%s)', (which) => {
    expect(twinLogE([], { side: which, margin: { ratio: 1, difference: 0.1 } })).toBe(0);
    expect(oneSampleLogE([], { side: which, limit: 0.02 })).toBe(0);
  });

  it('of a mixture does not depend on the order of the ticks', () => {
    fc.assert(
      fc.property(busyHistory, side, margin, (given, which, border) => {
        const test = { side: which, margin: border, mixture: REFERENCE_MIXTURE[which] };
        const forward = twinLogE(given, test);
        const backward = twinLogE([...given].reverse(), test);
        expect(backward).toBeCloseTo(forward, 6);
      }),
      runs,
    );
  });

  it('is never raised by forgiving blips', () => {
    fc.assert(
      fc.property(history, side, margin, fc.integer({ min: 1, max: 4 }), (given, which, border, trim) => {
        const plain = twinLogE(given, { side: which, margin: border });
        expect(twinLogE(given, { side: which, margin: border, trim })).toBeLessThanOrEqual(plain + 1e-9);
      }),
      runs,
    );
  });

  it('is moved towards none by dispersion and never past it', () => {
    fc.assert(
      fc.property(history, side, margin, (given, which, border) => {
        const plain = twinLogE(given, { side: which, margin: border });
        const clumped = twinLogE(given, { side: which, margin: border, dispersion: 3 });
        expect(clumped).toBeLessThanOrEqual(Math.max(plain, 0) + 1e-9);
      }),
      runs,
    );
  });

  it('of harm, from a mixture, never falls when the candidate has more bad events', () => {
    fc.assert(
      fc.property(busyHistory, margin, fc.nat(), (given, border, choice) => {
        const place = choice % given.length;
        const worse = given.map((one, index) =>
          index === place
            ? { ...one, candidate: { ...one.candidate, events: one.candidate.events + 1 } }
            : one,
        );
        for (const [which, sign] of [
          ['harm', 1],
          ['safe', -1],
        ] as const) {
          const test = { side: which, margin: border, mixture: REFERENCE_MIXTURE[which] };
          const before = twinLogE(given, test);
          const after = twinLogE(worse, test);
          expect(sign * (after - before)).toBeGreaterThanOrEqual(-1e-9);
        }
      }),
      runs,
    );
  });

  it('is, from a mixture, never enough for both sides at the same ratio', () => {
    const needed = Math.log(1 / 0.05);
    fc.assert(
      fc.property(history, fc.double({ min: 0.2, max: 5, noNaN: true }), (given, ratio) => {
        const border = { ratio, difference: 0 };
        const [harm, safe] = (['harm', 'safe'] as const).map((which) =>
          twinLogE(given, { side: which, margin: border, mixture: REFERENCE_MIXTURE[which] }),
        );
        expect(Math.min(harm!, safe!)).toBeLessThan(needed);
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  it('of harm falls and of safety rises with the margin, from a mixture', () => {
    fc.assert(
      fc.property(history, margin, (given, border) => {
        const wider = { ratio: border.ratio * 1.2, difference: border.difference };
        const at = (which: Side) => (place: Margin) =>
          twinLogE(given, { side: which, margin: place, mixture: REFERENCE_MIXTURE[which] });
        const [harm, safe] = [at('harm'), at('safe')];
        if (border.difference === 0) {
          expect(harm(wider)).toBeLessThanOrEqual(harm(border) + 1e-9);
          expect(safe(wider)).toBeGreaterThanOrEqual(safe(border) - 1e-9);
        }
        const higher = { ratio: border.ratio, difference: border.difference + 0.01 };
        expect(harm(higher)).toBeLessThanOrEqual(harm(border) + 1e-9);
        expect(safe(higher)).toBeGreaterThanOrEqual(safe(border) - 1e-9);
      }),
      runs,
    );
  });

  it('waits for an arm without exposure and counts both ticks as one', () => {
    const border = { ratio: 1, difference: 0 };
    const split = ticks([3, 40, 0, 0], [1, 60, 4, 1900]);
    const whole = ticks([4, 100, 4, 1900]);
    expect(twinLogE(split, { side: 'harm', margin: border })).toBe(
      twinLogE(whole, { side: 'harm', margin: border }),
    );
    expect(twinLogE(split.slice(0, 1), { side: 'harm', margin: border })).toBe(0);
  });

  it('refuses a bet on the wrong side, for nothing would bound its error', () => {
    const given = ticks([1, 10, 1, 10]);
    const border = { ratio: 1, difference: 0 };
    const mixture = [{ kappa: 0.5, weight: 1 }] as const;
    expect(() => twinLogE(given, { side: 'harm', margin: border, mixture })).toThrow(RangeError);
    expect(twinLogE(given, { side: 'safe', margin: border, mixture })).toBeLessThan(0.1);
  });
});

describe('one arm against a limit', () => {
  it('gains harm and loses safety with every bad event', () => {
    const at = (events: number, which: Side) =>
      oneSampleLogE([{ events, exposure: 500 }], { side: which, limit: 0.02 });
    for (let events = 0; events < 60; events += 1) {
      expect(at(events + 1, 'harm')).toBeGreaterThan(at(events, 'harm'));
      expect(at(events + 1, 'safe')).toBeLessThan(at(events, 'safe'));
    }
  });
});

describe('intervals', () => {
  it('are nested: less sure is narrower', () => {
    fc.assert(
      fc.property(busyHistory, (given) => {
        for (const interval of [ratioInterval, differenceInterval]) {
          const wide = interval(given, { alpha: 0.01 });
          const narrow = interval(given, { alpha: 0.1 });
          expect(wide.low).toBeLessThanOrEqual(narrow.low + 1e-9 * Math.abs(narrow.low));
          expect(wide.high * (1 + 1e-9)).toBeGreaterThanOrEqual(narrow.high);
        }
      }),
      { seed, numRuns: 40 },
    );
  });

  it('say nothing without data', () => {
    expect(ratioInterval([], { alpha: 0.025 })).toEqual({ low: 0, high: Number.POSITIVE_INFINITY });
    expect(differenceInterval([], { alpha: 0.025 })).toEqual({ low: -1, high: 1 });
  });

  it('have no high end while stable has no bad event', () => {
    const { low, high } = ratioInterval(ticks([5, 1_000, 0, 9_000]), { alpha: 0.025 });
    expect(low).toBeGreaterThan(1);
    expect(high).toBe(Number.POSITIVE_INFINITY);
  });
});

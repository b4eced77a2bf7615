import { describe, expect, it } from 'vitest';
import type { Pair, Stretch } from '../../../src/core/judge/divide.ts';
import { isBeyond, plainestPart } from '../../../src/core/judge/plainest-part.ts';
import { BASE, counts, judgeOne, ticksOf } from './judged.ts';

/** Stretches whose ticks are plain numbers; evidence is their mean, times the root of how many there are. */
const stretch = (share: number, values: readonly number[]): Stretch<number> => ({
  period: { step: 0, whole: false, share },
  pairs: values.map((candidate): Pair<number> => ({ candidate, stable: 0 })),
  alone: values,
  lastSeen: undefined,
  played: values.length,
});
const logE = (stretches: readonly Stretch<number>[]): number => {
  const values = stretches.flatMap(({ alone }) => alone);
  const sum = values.reduce((a, b) => a + b, 0);
  return values.length === 0 ? 0 : sum / Math.sqrt(values.length);
};

const COMPARISON = { kind: 'comparison', margin: { ratio: 2, difference: 0.05 } } as const;

describe('the part in which harm is plainest', () => {
  it.each([
    {
      name: 'the whole, when it is everywhere',
      stretches: [
        [1, 1],
        [1, 1, 1],
      ],
      where: undefined,
    },
    {
      name: 'a step',
      stretches: [
        [9, 9, 9],
        [0, 0, 0, 0],
      ],
      where: 'at 5%',
    },
    {
      name: 'the step of now',
      stretches: [
        [0, 0, 0, 0],
        [9, 9, 9],
      ],
      where: 'at 25%',
    },
    {
      name: 'the last tick',
      stretches: [
        [0, 0, 0],
        [0, 0, 0, 9],
      ],
      where: 'in the last tick',
    },
    { name: 'the last ticks', stretches: [[0], [0, 0, 0, 0, 0, 9, 9]], where: 'in the last 2 ticks' },
  ])('is $name', ({ stretches, where }) => {
    const given = stretches.map((values, index) => stretch(index === 0 ? 0.05 : 0.25, values));
    expect(plainestPart(given, logE).where).toBe(where);
  });

  it('shows the harm, though evidence counts onsets within the whole too', () => {
    const given = [stretch(0.05, [0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3])];
    const most = (some: readonly Stretch<number>[]): number => (some === given ? 99 : logE(some));
    const mean = (some: readonly Stretch<number>[]): number => {
      const values = some.flatMap(({ alone }) => alone);
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    expect(plainestPart(given, most).where).toBeUndefined();
    expect(plainestPart(given, most, (some) => mean(some) > 1).where).toBe('in the last 4 ticks');
    expect(plainestPart(given, most, () => false).where).toBeUndefined();
  });

  it.each([
    { test: { kind: 'limit', limit: 0.02 }, alone: [3, 100], beyond: true },
    { test: { kind: 'limit', limit: 0.02 }, alone: [2, 100], beyond: false },
    { test: COMPARISON, candidate: [30, 100], stable: [10, 100], beyond: true },
    { test: COMPARISON, candidate: [24, 100], stable: [10, 100], beyond: false },
    { test: COMPARISON, candidate: [30, 100], stable: [0, 0], beyond: false },
  ] as const)('knows what is beyond $test.kind', ({ test, beyond, ...arms }) => {
    const {
      candidate = [0, 0],
      stable = [0, 0],
      alone = [0, 0],
    } = arms as Partial<Record<'candidate' | 'stable' | 'alone', readonly [number, number]>>;
    const totals = { candidate: counts(...candidate), stable: counts(...stable), alone: counts(...alone) };
    expect(isBeyond(test, totals)).toBe(beyond);
  });

  it('is what the sentence of a limit shows, where the whole keeps it', () => {
    const ticks = [
      ...ticksOf(40, counts(5, 1_000), counts(5, 1_000)),
      ...ticksOf(3, counts(60, 1_000), counts(5, 1_000)),
      ...ticksOf(2, counts(40, 1_000), counts(5, 1_000), 1),
    ];
    const { verdict, text } = judgeOne(
      { ...BASE, kind: 'limit', name: 'errors', max: 0.02, maxExcess: undefined, alerts: undefined, ticks },
      [
        { step: 0, whole: false, share: 0.05 },
        { step: 1, whole: false, share: 0.25 },
      ],
    );
    expect(verdict).toBe('fail');
    // 460 of 45,000, which is 1.02 %, would contradict what is said of it
    expect(text).toMatch(/^at 25%, 80 of 2,000 \(4%\); above the limit of 2%; /);
  });

  it.each([
    {
      name: 'at the end of an earlier step',
      segments: [
        [40, 5, 0],
        [5, 60, 0],
        [2, 5, 1],
      ],
      says: /^in 8 earlier ticks at 5%, 315 of 8,000 \(3\.94%\); above the limit of 2%; /,
    },
    {
      name: 'in the middle of a step',
      segments: [
        [40, 5, 0],
        [5, 60, 0],
        [20, 5, 0],
      ],
      says: /^in 8 earlier ticks, 315 of 8,000 \(3\.94%\); above the limit of 2%; /,
    },
  ] as const)('is some ticks before, where the harm was $name and went by', ({ segments, says }) => {
    const ticks = segments.flatMap(([length, bad, period]) =>
      ticksOf(length, counts(bad, 1_000), counts(5, 1_000), period),
    );
    const first = { step: 0, whole: false, share: 0.05 };
    const second = { step: 1, whole: false, share: 0.25 };
    const { verdict, text } = judgeOne(
      { ...BASE, kind: 'limit', name: 'errors', max: 0.02, maxExcess: undefined, alerts: undefined, ticks },
      segments.some(([, , period]) => period === 1) ? [first, second] : [first],
    );
    expect(verdict).toBe('fail');
    expect(text).toMatch(says);
  });

  it('is no earlier ticks, where a step or the last ones show it', () => {
    const bad = [stretch(0.05, [0, 9, 9, 0]), stretch(0.25, [0, 0, 0, 4])];
    const shows = (some: readonly Stretch<number>[]) => logE(some) > 3 && some !== bad;
    expect(plainestPart(bad, logE, shows).where).toBe('at 5%');
    const last = [stretch(0.05, [0, 9, 9, 0, 0, 0, 0, 0, 0, 0]), stretch(0.25, [0, 0, 0, 4])];
    const mean = (some: readonly Stretch<number>[]) => {
      const values = some.flatMap(({ alone }) => alone);
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    expect(plainestPart(last, logE, (some) => mean(some) > 3).where).toBe('in the last tick');
    expect(plainestPart(last, logE, (some) => mean(some) > 5).where).toBe('in 2 earlier ticks at 5%');
  });

  it('is the whole of nothing', () => {
    expect(plainestPart<number>([], logE)).toEqual({ stretches: [], where: undefined });
  });
});

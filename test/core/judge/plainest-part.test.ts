import { describe, expect, it } from 'vitest';
import type { Pair, Stretch } from '../../../src/core/judge/divide.ts';
import { plainestPart } from '../../../src/core/judge/plainest-part.ts';

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

  it('is the whole of nothing', () => {
    expect(plainestPart<number>([], logE)).toEqual({ stretches: [], where: undefined });
  });
});

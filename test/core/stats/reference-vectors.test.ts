import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFERENCE_MIXTURE, type Side } from '../../../src/core/stats/bets.ts';
import { differenceInterval, ratioInterval } from '../../../src/core/stats/interval.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { type Row, ticks } from './tables.ts';

interface Vector {
  readonly id: string;
  readonly args: readonly Row[] | readonly [number, number];
  readonly expected: number | readonly [number, number];
}

const file = new URL('../../reference/evidence-vectors.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;

const twin =
  (side: Side, ratio: number, rest: { difference?: number; dispersion?: number; trim?: number } = {}) =>
  ({ args }: Vector): number => {
    const { difference = 0, ...options } = rest;
    const mixture = REFERENCE_MIXTURE[side];
    return twinLogE(ticks(...(args as readonly Row[])), {
      side,
      margin: { ratio, difference },
      mixture,
      ...options,
    });
  };

const oneSample =
  (side: Side) =>
  ({ args }: Vector): number => {
    const [events, exposure] = args as readonly [number, number];
    return oneSampleLogE([{ events, exposure }], { side, limit: 0.01, mixture: REFERENCE_MIXTURE[side] });
  };

const computed: Record<string, (vector: Vector) => number | readonly number[]> = {
  V01: twin('harm', 1),
  V02: twin('harm', 1),
  V03: twin('harm', 1.25),
  V04: twin('safe', 2),
  V05: twin('safe', 1, { difference: 0.005 }),
  V06: twin('harm', 1, { difference: 0.005 }),
  V07: twin('harm', 1),
  V08: ({ args }) => Object.values(ratioInterval(ticks(...(args as Row[])), { alpha: 0.05 })),
  V09: ({ args }) => Object.values(differenceInterval(ticks(...(args as Row[])), { alpha: 0.05 })),
  V10: twin('harm', 1, { dispersion: 3 }),
  V24: twin('harm', 1),
  V27: twin('harm', 1, { trim: 1 }),
  V28: oneSample('harm'),
  V29: oneSample('safe'),
};

describe('reference values', () => {
  it.each(vectors)('agrees with $id to 1e-9', (vector) => {
    const got = [computed[vector.id]!(vector)].flat();
    const expected = [vector.expected].flat();
    expect(got).toHaveLength(expected.length);
    for (const [index, value] of expected.entries())
      expect(Math.abs(got[index]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(value), 1e-3));
  });

  it('covers every vector', () => {
    expect(vectors.map(({ id }) => id)).toEqual(Object.keys(computed));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Descent, descend, signChange } from '../../../src/core/stats/sign-change.ts';
import { announceSeed } from './seeded-random.ts';

const seed = announceSeed('sign changes', 20261121);
const limits = { from: -1_000, to: 1_000 };

describe('the place where a decreasing function stops being ≥ 0', () => {
  it('is found, from any guess and for any shape', () => {
    const shapes: ((gap: number) => number)[] = [
      (gap) => gap,
      (gap) => gap ** 3,
      (gap) => Math.exp(Math.min(gap, 300)) - 1,
      (gap) => Math.sign(gap) * Math.sqrt(Math.abs(gap)),
      (gap) => (gap >= 0 ? 1 : -1),
    ];
    const place = fc.double({ min: -900, max: 900, noNaN: true });
    fc.assert(
      fc.property(
        place,
        place,
        fc.double({ min: 1e-6, max: 50, noNaN: true }),
        fc.constantFrom(...shapes),
        (root, middle, spread, shape) => {
          const guess = { from: middle - spread, to: middle + spread };
          const found = signChange((at) => shape(root - at), guess, limits);
          expect(Math.abs(found - root)).toBeLessThanOrEqual(
            1e-9 * Math.max(1, Math.abs(root)) + (shape === shapes[1] ? 1e-3 : 0),
          );
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('is a limit where there is none', () => {
    expect(signChange(() => -1, { from: 0, to: 1 }, limits)).toBe(-1_000);
    expect(signChange(() => 1, { from: 0, to: 1 }, limits)).toBe(1_000);
  });

  it('costs a dozen looks when the function is smooth', () => {
    let looks = 0;
    const smooth = (at: number): number => {
      looks += 1;
      return 3 - at - 0.01 * at ** 2;
    };
    signChange(smooth, { from: 2, to: 2.1 }, limits);
    expect(looks).toBeLessThanOrEqual(12);
  });
});

describe('the same with a slope, beside a function that is nearly the same', () => {
  /** Each with its slope. The third has bends, the fourth is flat where it begins. */
  const shapes: readonly ((gap: number) => Descent)[] = [
    (gap) => ({ value: gap, slope: -1 }),
    (gap) => ({ value: Math.expm1(Math.min(gap, 300)), slope: -Math.exp(Math.min(gap, 300)) }),
    (gap) => (gap > 0.01 ? { value: 3 * gap - 0.02, slope: -3 } : { value: gap, slope: -1 }),
    (gap) => (gap > 2 ? { value: 2, slope: 0 } : { value: gap, slope: -1 }),
  ];
  const place = fc.double({ min: -900, max: 900, noNaN: true });

  it('is found, however good the other one is', () => {
    fc.assert(
      fc.property(
        place,
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.constantFrom(...shapes),
        (root, off, shape) => {
          const found = descend((at) => shape(root - at), {
            beside: (at) => root + off - at,
            limits,
          });
          expect(Math.abs(found - root)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(root)));
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('is a limit where there is none', () => {
    for (const sign of [-1, 1])
      expect(descend(() => ({ value: sign, slope: 0 }), { beside: () => sign, limits })).toBe(sign * 1_000);
  });

  it('costs three looks when the other one is close', () => {
    let looks = 0;
    const smooth = (at: number): Descent => {
      looks += 1;
      return { value: 3 - at - 0.01 * at ** 2, slope: -1 - 0.02 * at };
    };
    descend(smooth, { beside: (at) => 3.01 - at - 0.011 * at ** 2, limits });
    expect(looks).toBeLessThanOrEqual(3);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signChange } from '../../../src/core/stats/sign-change.ts';
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBounds, formatBound, parseBound } from '../../../src/core/judge/bucket-bound.ts';

describe('the bound of a bucket', () => {
  it.each<[string, string[]]>([
    ['0.1', ['0.1', '1e-1', '.1', '+0.1', '0.10', '1E-01', '100e-3']],
    ['1', ['1', '1.0', '1.', '01', '+1', '1e0']],
    ['0', ['0', '-0', '0.0', '-0e5']],
    ['-2.5', ['-2.5', '-25e-1']],
    ['+Inf', ['+Inf', 'Inf', 'inf', '+INF', 'Infinity', '+infinity']],
    ['-Inf', ['-Inf', '-infinity']],
    ['1e+21', ['1e21', '1000000000000000000000']],
  ])('is %s in every spelling', (canonical, spellings) => {
    for (const text of spellings) expect(formatBound(parseBound(text)!)).toBe(canonical);
  });

  it.each(['', ' ', ' 1', '1 ', 'x', '1x', '.', 'e1', '1e', '0x1', '1_0', '1,0', 'NaN', '--1', '+', '1e999'])(
    'is not %j',
    (text) => {
      expect(parseBound(text)).toBeUndefined();
    },
  );

  it('is read back from what is written, whatever number it is', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (bound) => {
        expect(parseBound(formatBound(bound))).toBe(bound + 0);
      }),
    );
  });

  it('rises to +Inf', () => {
    const rising = [Number.NEGATIVE_INFINITY, -1, 0, 5e-324, 1, Number.POSITIVE_INFINITY];
    expect(rising.toReversed().sort(compareBounds)).toEqual(rising);
    expect(compareBounds(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(0);
  });
});

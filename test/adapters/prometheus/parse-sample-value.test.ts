import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSampleValue } from '../../../src/adapters/prometheus/parse-sample-value.ts';

describe('parseSampleValue', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['2241', 2241],
    ['0.30000000000000004', 0.1 + 0.2],
    ['1e-300', 1e-300],
    ['1.5E+3', 1500],
    ['-2.5e2', -250],
    ['NaN', 'not-a-number'],
    ['+Inf', 'infinite'],
    ['-Inf', 'infinite'],
    ['1e999', 'infinite'],
    ['9'.repeat(400), 'infinite'],
  ])('reads %s', (text, expected) => {
    expect(parseSampleValue(text)).toBe(expected);
  });

  it.each(
    [
      '',
      ' ',
      ' 1',
      '1 ',
      '1\n',
      '+1',
      '.5',
      '5.',
      '1e',
      '0x10',
      '1_000',
      '1,5',
      'Inf',
      'inf',
      'nan',
      '-NaN',
      'Infinity',
      'null',
      'true',
      '١',
      '1e5.5',
    ].map((text) => [text]),
  )('refuses %j', (text) => {
    expect(parseSampleValue(text)).toBeUndefined();
  });

  it('never gives a number that is not finite, and reads what JavaScript writes back to the same number', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = parseSampleValue(text);
        expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseSampleValue(String(value))).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });
});

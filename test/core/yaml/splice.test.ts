import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applySplices } from '../../../src/core/yaml/splice.ts';

describe('applySplices', () => {
  it('replaces ranges by their place in the input, whatever their order', () => {
    const splices = [
      { start: 4, end: 5, text: 'EEE' },
      { start: 0, end: 1, text: '' },
    ];
    expect(applySplices('abcdef', splices)).toBe('bcdEEEf');
    expect(applySplices('abcdef', [...splices].reverse())).toBe('bcdEEEf');
  });

  it('inserts where a range is empty, at both ends too', () => {
    expect(applySplices('ab', [{ start: 0, end: 0, text: '<' }])).toBe('<ab');
    expect(applySplices('ab', [{ start: 2, end: 2, text: '>' }])).toBe('ab>');
  });

  it('keeps a replacement that looks like a pattern as it is', () => {
    expect(applySplices('a', [{ start: 0, end: 1, text: '$&$1' }])).toBe('$&$1');
  });

  it('gives the input for no splices', () => {
    expect(applySplices('\uFEFFa\r\n', [])).toBe('\uFEFFa\r\n');
  });

  it.each([
    [
      'overlap',
      [
        { start: 0, end: 2, text: '' },
        { start: 1, end: 3, text: '' },
      ],
    ],
    ['end before they start', [{ start: 2, end: 1, text: '' }]],
    ['reach behind the text', [{ start: 0, end: 7, text: '' }]],
  ])('throws when ranges %s', (_, splices) => {
    expect(() => applySplices('abcdef', splices)).toThrow(RangeError);
  });

  it('keeps every byte outside the ranges', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        fc.string(),
        (text, cuts, put) => {
          const bounds = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b);
          const ranges = bounds.flatMap((start, index) =>
            index % 2 === 0 ? [{ start, end: bounds[index + 1] ?? start }] : [],
          );
          let expected = '';
          let at = 0;
          for (const { start, end } of ranges) {
            expected += text.slice(at, start) + put;
            at = end;
          }
          expected += text.slice(at);
          expect(
            applySplices(
              text,
              ranges.map((range) => ({ ...range, text: put })),
            ),
          ).toBe(expected);
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineIndex } from '../../../src/core/yaml/line-index.ts';

const place = (text: string, offset: number) => {
  const { line, column } = new LineIndex('a', text).positionAt(offset);
  return [line, column];
};

describe('LineIndex', () => {
  it('counts lines and columns from 1', () => {
    expect([0, 1, 2, 3, 4, 5].map((offset) => place('ab\ncd', offset))).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
  });

  it('stays within the text', () => {
    expect(place('ab', 99)).toEqual([1, 3]);
    expect(place('ab', -5)).toEqual([1, 1]);
    expect(place('', 0)).toEqual([1, 1]);
  });

  it('leaves a byte order mark out of the first line', () => {
    expect(place('\uFEFFab\nc', 0)).toEqual([1, 1]);
    expect(place('\uFEFFab\nc', 1)).toEqual([1, 1]);
    expect(place('\uFEFFab\nc', 2)).toEqual([1, 2]);
    expect(place('\uFEFFab\nc', 4)).toEqual([2, 1]);
  });

  it('agrees with counting line ends before the offset', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r\n') }), fc.nat(40), (text, nat) => {
        const offset = Math.min(nat, text.length);
        const before = text.slice(0, offset).split('\n');
        expect(place(text, offset)).toEqual([before.length, (before.at(-1) ?? '').length + 1]);
      }),
    );
  });
});

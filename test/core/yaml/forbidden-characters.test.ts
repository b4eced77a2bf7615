import { describe, expect, it } from 'vitest';
import { findForbiddenCharacters } from '../../../src/core/yaml/forbidden-characters.ts';

const names = (text: string) => findForbiddenCharacters(text).map(({ name }) => name);

describe('findForbiddenCharacters', () => {
  it.each([
    ['control', [0x00, 0x07, 0x08, 0x0b, 0x0c, 0x1b, 0x7f, 0x80, 0x85, 0x9f]],
    ['bidirectional control', [0x061c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069]],
    ['zero width', [0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0x2064, 0xfeff]],
    ['line separator', [0x2028, 0x2029]],
    ['invisible', [0x00ad, 0xfff9, 0xfffb, 0xe0001, 0xe0041, 0xe007f]],
    ['broken', [0xd800, 0xdfff, 0xfffe, 0xffff]],
  ] as const)('finds every %s', (sort, codes) => {
    for (const code of codes) {
      const found = findForbiddenCharacters(`a${String.fromCodePoint(code)}b`);
      const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
      expect(found).toEqual([{ offset: 1, name, sort }]);
    }
  });

  it('lets letters, marks, spaces and emoji of any script pass', () => {
    expect(names('aÄ ß\u00a0\u0301 価格 العربية हिन्दी 🙂 👍🏽 ☺\ufe0f')).toEqual([]);
  });

  it('lets tabs and both line ends pass, but no carriage return alone', () => {
    expect(names('a\tb\nc\r\nd')).toEqual([]);
    expect(names('a\rb\r')).toEqual(['U+000D', 'U+000D']);
    expect(findForbiddenCharacters('\r\r\n')).toMatchObject([{ offset: 0 }]);
  });

  it('lets a byte order mark pass at the very start only', () => {
    expect(names('\uFEFFa')).toEqual([]);
    expect(findForbiddenCharacters('\uFEFF\uFEFF')).toMatchObject([{ offset: 1 }]);
  });

  it('finds all of them, in reading order', () => {
    expect(findForbiddenCharacters('\u200B🙂\u202Ex\u0000').map(({ offset }) => offset)).toEqual([0, 3, 5]);
  });
});

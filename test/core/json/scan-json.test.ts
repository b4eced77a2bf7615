import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from '../../../src/core/json/scan-json.ts';
import { announceSeed } from '../stats/seeded-random.ts';

const places = (text: string, ...paths: readonly PropertyKey[][]) => {
  const scan = scanJson(text, paths);
  if (scan.kind === 'broken') throw new Error(scan.why);
  return scan.places;
};

describe('the places in a JSON text', () => {
  it('are those of key and value, or of the nearest that is there', () => {
    const text = '{\n "a": [1, {"b\\u0063": null}],\n "d": ""\n}';
    expect(places(text, ['a', 1, 'bc'], ['a', 0], ['d'], ['a', 1, 'no', 'more'], ['x'], [])).toEqual([
      { key: text.indexOf('"b'), value: text.indexOf('null'), depth: 3 },
      { key: undefined, value: text.indexOf('1,'), depth: 2 },
      { key: text.indexOf('"d"'), value: text.indexOf('""'), depth: 1 },
      { key: undefined, value: text.indexOf('{"b'), depth: 2 },
      { key: undefined, value: 0, depth: 0 },
      { key: undefined, value: 0, depth: 0 },
    ]);
  });

  it('are of the last of two keys, which is the one that JSON.parse takes', () => {
    const text = '{"a": 1, "a": 2}';
    expect(places(text, ['a'])).toEqual([{ key: 9, value: 14, depth: 1 }]);
  });

  it.each([
    ['{"a": 1,}', 8, 'expected a key in double quotes, got "}"'],
    ['{"a" 1}', 5, 'expected ":" after the key, got "1"'],
    ['[1 2]', 3, 'expected "," or "]", got "2"'],
    ['{"a": 1', 7, 'expected "," or "}", got the end of the file'],
    ['[1] 2', 4, 'expected the end of the file, got "2"'],
    ['[01]', 2, 'expected "," or "]", got "1"'],
    ['[nul]', 1, 'expected a value, got "n"'],
    ['["a\n"]', 1, 'expected a text that ends on its line'],
    ['["\\x"]', 1, 'with escapes that JSON knows'],
    ['', 0, 'expected a value, got the end of the file'],
    ['// no\n{}', 0, 'JSON has no comments'],
  ])('are none of %j', (text, offset, why) => {
    expect(scanJson(text, [])).toMatchObject({
      kind: 'broken',
      offset,
      why: expect.stringContaining(why) as string,
    });
  });

  it('are refused where nobody nests so deep, without a crash', () => {
    const deep = '['.repeat(200_000);
    expect(scanJson(deep, [])).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining('256 levels') as string,
    });
  });

  it('are found in exactly what JSON.parse reads, and lead to the same values', () => {
    const seed = announceSeed('places in JSON', 7);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const paths: PropertyKey[][] = [];
        const walk = (one: unknown, path: PropertyKey[]): void => {
          paths.push(path);
          if (Array.isArray(one)) for (const [index, item] of one.entries()) walk(item, [...path, index]);
          else if (typeof one === 'object' && one !== null)
            for (const [key, item] of Object.entries(one)) walk(item, [...path, key]);
        };
        walk(value, []);
        for (const [index, place] of places(text, ...paths).entries()) {
          const path = paths[index]!;
          expect(place.depth).toBe(path.length);
          const wanted = JSON.stringify(
            path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown>)[step], value),
            undefined,
            indent,
          ).slice(0, 1);
          expect(text.slice(place.value, place.value + 1)).toBe(wanted);
        }
      }),
      { seed },
    );
  });

  it('are sought in what JSON.parse reads and nowhere else', () => {
    const seed = announceSeed('what is JSON', 8);
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
      '\\n',
      '\t',
      '0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(scanJson(text, []).kind).toBe(isJson ? 'sound' : 'broken');
      }),
      { seed, numRuns: 3_000 },
    );
  });
});

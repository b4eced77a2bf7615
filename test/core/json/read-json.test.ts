import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContract } from '../../../src/core/contract/read-contract.ts';
import { formatProblem } from '../../../src/core/errors.ts';
import { type JsonNode, nodeAt } from '../../../src/core/json/json-node.ts';
import { readJson } from '../../../src/core/json/read-json.ts';

function plain(node: JsonNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry)]));
}

function isExact(value: unknown): boolean {
  if (typeof value === 'number')
    return !Object.is(value, -0) && String(value).replace(/[^0-9]/g, '').length <= 12;
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact);
}

describe('a JSON text', () => {
  it('is read as JavaScript reads it, every value at its place', () => {
    const text = '{"a/b": [1, {"~": "x"}],\n "": -2.5e3, "e": {}, "n": null}';
    const reading = readJson('a.json', text);
    if (reading.kind === 'bad') throw new Error(reading.problems.map(formatProblem).join());
    const { root, lines } = reading.value;
    expect(plain(root)).toEqual(JSON.parse(text));
    const inner = nodeAt(root, '/a~1b/1/~0');
    expect(inner).toMatchObject({ value: 'x', pointer: '/a~1b/1/~0' });
    expect(lines.positionAt(inner!.offset)).toMatchObject({ line: 1, column: 19 });
    expect(lines.positionAt(nodeAt(root, '/')!.offset)).toMatchObject({ line: 2, column: 6 });
    for (const pointer of ['/x', '/a~1b/2', '/a~1b/01', '/n/x', 'a'])
      expect(nodeAt(root, pointer)).toBeUndefined();
  });

  it('is read like that whatever is in it', () => {
    const key = fc.string({ unit: 'grapheme-ascii' }).filter((text) => text !== '__proto__');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string({ unit: 'grapheme-ascii' })),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree.filter(isExact), fc.constantFrom(0, 2), (value, indent) => {
        const reading = readJson('a.json', JSON.stringify(value, null, indent));
        expect(reading.kind === 'ok' && plain(reading.value.root)).toEqual(value);
      }),
    );
  });

  it('holds no number that would be read as another one', () => {
    for (const text of ['0', '0e-9', '-0.0', '5e-324', '1e-300'])
      expect(readJson('a.json', text).kind).toBe('ok');
    const reading = readJson('a.json', '[1, 1e-400]');
    expect(reading.problems.map(formatProblem)).toEqual([
      'refused[SEC-06] a.json:1:5: write a number that is not read as 0, got 1e-400; programs hold none that small',
    ]);
  });

  it('is never more than JavaScript would read, and never an exception', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '.',
      'e9',
      'null',
      'tru',
      '\\',
      ' ',
      '\n',
      '\ufeff',
      '$ref',
      '"$ref":"#"',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        (text) => {
          const reading = readJson('a.json', text);
          if (reading.kind === 'ok')
            expect(plain(reading.value.root)).toEqual(JSON.parse(text.replace(/^\ufeff/, '')));
          for (const { at } of readContract('a.json', text).problems) expect(at.line).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

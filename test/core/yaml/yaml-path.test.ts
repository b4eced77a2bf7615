import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { formatPath, locate, quote } from '../../../src/core/yaml/yaml-path.ts';

describe('formatPath', () => {
  it.each([
    [[], ''],
    [['spec', 'rollout', 'steps', 2, 'weight'], 'spec.rollout.steps[2].weight'],
    [['a-b', 'c_d', '0'], 'a-b.c_d.0'],
    [['a', 'b c', 'd.e', ''], 'a["b c"]["d.e"][""]'],
    [['a\n::error::x'], '["a\\n::error::x"]'],
    [[0, 1], '[0][1]'],
  ])('writes %j as %s', (path, expected) => {
    expect(formatPath(path)).toBe(expected);
  });
});

describe('quote', () => {
  it('escapes all that would not be seen, or would be seen elsewhere', () => {
    expect(quote('a"b\\\n\u202e\u200b\u2028\u{e0041}')).toBe('"a\\"b\\\\\\n\\u202e\\u200b\\u2028\\u{e0041}"');
  });

  it('cuts long text', () => {
    expect(quote('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
    expect(quote('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
  });
});

describe('locate', () => {
  const document = parseDocument('a: {b: [x, y], c: }\n"d": 1');

  it('follows a path as far as it goes', () => {
    expect(locate(document, ['a', 'b', 1])).toMatchObject({
      depth: 3,
      value: { value: 'y' },
      key: undefined,
    });
    expect(locate(document, ['d'])).toMatchObject({ depth: 1, value: { value: 1 }, key: { value: 'd' } });
    expect(locate(document, ['a', 'b', 5, 'z'])).toMatchObject({ depth: 2, key: { value: 'b' } });
    expect(locate(document, ['a', 'toString'])).toMatchObject({ depth: 1, key: { value: 'a' } });
    expect(locate(document, ['a', 'b', 'length'])).toMatchObject({ depth: 2 });
  });

  it('has a key but no value where nothing is written', () => {
    expect(locate(document, ['a', 'c'])).toMatchObject({ depth: 2, value: undefined, key: { value: 'c' } });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAnchored } from '../../../../../src/adapters/openmetrics/promql/regexp/anchored-regexp.ts';
import { PatternError } from '../../../../../src/adapters/openmetrics/promql/regexp/parse-pattern.ts';

describe('compileAnchored', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['', [''], ['a']],
    ['abc', ['abc'], ['abcd', 'xabc', 'ab', '']],
    ['a|bc', ['a', 'bc'], ['ac', 'abc', 'b']],
    ['a|', ['a', ''], ['b']],
    ['.*', ['', 'abc', 'a b', '\u2028\r'], ['a\nb']],
    ['(?s).*', ['a\nb'], []],
    ['(?s:.)(?-s:.)', ['\na'], ['a\n']],
    ['.', ['é', '😀'], ['', 'ab']],
    ['3\\.[45]\\.\\d+', ['3.4.1', '3.5.10'], ['3.4.', '3x4.1', '3.6.0']],
    ['[^a-c]', ['d', '\n', '😀'], ['a', 'b', '']],
    ['[]a]', [']', 'a'], ['b']],
    ['[a-]', ['-', 'a'], ['b']],
    ['[\\d_-]+', ['1_2-3'], ['a']],
    ['[[:alpha:]_]+', ['Ab_'], ['a1', 'é']],
    ['[[:^alpha:]]', ['1', 'é'], ['a']],
    ['\\s', [' ', '\t', '\f'], ['\v', '\u00a0', 'a']],
    ['\\w\\W', ['a-', '_é'], ['aa', 'é-']],
    ['a{2}', ['aa'], ['a', 'aaa']],
    ['a{2,}', ['aa', 'aaaaa'], ['a']],
    ['a{1,2}b??', ['a', 'aab'], ['', 'aaa']],
    ['a{,2}', ['a{,2}'], ['a', 'aa']],
    ['x{', ['x{'], ['x']],
    ['(ab)+?c', ['abc', 'ababc'], ['c', 'aabc']],
    ['^a$', ['a'], ['aa']],
    ['\\Aa\\z', ['a'], ['']],
    ['a\\b.*', ['a', 'a b'], ['ab']],
    ['a\\B.*', ['ab'], ['a b', 'a']],
    ['\\x41\\x{1F600}\\a\\f', ['A😀\x07\f'], ['A']],
    ['\\.\\*\\_\\"', ['.*_"'], ['x']],
    ['(?:a|b)*', ['', 'abba'], ['c']],
    ['(a*)*b', ['b', 'aaab'], ['a']],
    ['(|a)+', ['', 'aaa'], ['b']],
  ])('%s matches what RE2 matches', (pattern, matching, others) => {
    const { test } = compileAnchored(pattern);
    expect(matching.filter((text) => !test(text))).toEqual([]);
    expect(others.filter((text) => test(text))).toEqual([]);
  });

  it.each([
    ...[
      '(',
      ')',
      '[',
      '[a',
      'a)',
      '*',
      '+a',
      'a**',
      'a{2}{3}',
      '{2}',
      'a{1001}',
      'a{2,1}',
      '[z-a]',
      '[a-\\d]',
    ],
    ...[
      '\\',
      '\\q',
      '\\1',
      '\\0',
      '\\C',
      '\\pL',
      '\\Qa\\E',
      '(?i)a',
      '(?m)a',
      '(?U)a',
      '(?=a)',
      '(?<n>a)',
      '(?',
    ],
    ...[
      '(?P<>a)',
      '(?P<n',
      '[[:nope:]]',
      '\\x{110000}',
      '\\xg1',
      '(?)a',
      `${'('.repeat(101)}${')'.repeat(101)}`,
    ],
    ...['((a{1000}){1000}){1000}', 'a'.repeat(1001)],
  ])('refuses %s', (pattern) => {
    expect(() => compileAnchored(pattern)).toThrow(PatternError);
  });

  it.each<[string, string, readonly (string | undefined)[]]>([
    ['(.*)-(.*)', 'a-b-c', ['a-b', 'c']],
    ['(.*?)-(.*)', 'a-b-c', ['a', 'b-c']],
    ['(a)|(b)', 'b', [undefined, 'b']],
    ['(a|ab)(c|bcd)?', 'abcd', ['a', 'bcd']],
    ['(?:(a)|b)*', 'ab', ['a']],
    ['(a*)+', 'aa', ['aa']],
    ['(a?)*b', 'aab', ['a']],
    ['(?:(a?)*[1-b]{1,2})*', 'aab11', ['']],
  ])('%s captures in %s as RE2 does', (pattern, text, expected) => {
    const captures = compileAnchored(pattern).captures(text);
    const found = expected.map((_, index) => {
      const start = captures?.[index * 2 + 2] ?? -1;
      return start < 0 ? undefined : text.slice(start, captures?.[index * 2 + 3]);
    });
    expect(found).toEqual(expected);
  });

  it('knows the names of captures', () => {
    const { captureNames } = compileAnchored('(?P<major>\\d+)\\.(\\d+)\\.(?P<patch>.*)');
    expect([...captureNames]).toEqual([
      ['major', 1],
      ['patch', 3],
    ]);
  });

  it('is not slowed down by patterns that make others backtrack for ever', () => {
    const text = `${'a'.repeat(3000)}!`;
    for (const pattern of ['(a+)+', '(a*)*b', '(a|aa)+', '(a?){500}a{500}', '(.*)(.*)(.*)(.*)(.*)x'])
      expect(compileAnchored(pattern).test(text)).toBe(false);
  });

  it('compiles repetitions of nothing without work', () => {
    expect(compileAnchored('(?:(?:(?:(?:){1000}){1000}){1000}){1000}').test('')).toBe(true);
  });

  it('agrees with JavaScript where the two syntaxes mean the same', () => {
    const char = fc.constantFrom('a', 'b', '-', '[ab]', '[^a]', '\\d', '\\w', '[a-c1]', 'é', '\\.');
    const pattern = fc.letrec((tie) => ({
      pattern: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        char,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}${b}`),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '*?'))
          .map(([a, repeat]) => `(?:${a})${repeat}`),
      ),
    })).pattern as fc.Arbitrary<string>;
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '-', '.', 'é'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (source, given) => {
        fc.pre(source.length < 200);
        expect(compileAnchored(source).test(given)).toBe(new RegExp(`^(?:${source})$`, 'u').test(given));
      }),
      { numRuns: 2000 },
    );
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { Composer, Parser } from 'yaml';
import { readYaml } from '../../../src/core/yaml/read-yaml.ts';

/** How often the library was given a lexeme or a token: its work, whatever the machine. */
function countWork(text: string): { lexemes: number; tokens: number; messages: readonly string[] } {
  const next = vi.spyOn(Parser.prototype, 'next');
  const compose = vi.spyOn(Composer.prototype, 'next');
  const { problems } = readYaml('a.yaml', text);
  const counted = { lexemes: next.mock.calls.length, tokens: compose.mock.calls.length };
  vi.restoreAllMocks();
  return { ...counted, messages: problems.map(({ message }) => message) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const isRead = (text: string) => readYaml('a.yaml', text).kind === 'ok';
const nested = (depth: number) =>
  Array.from({ length: depth }, (_, index) => `${' '.repeat(index)}a:`).join('\n');

describe('size', () => {
  it('64 KiB are read, one byte more is refused before anything is parsed', () => {
    const fits = `a: ${'x'.repeat(64 * 1024 - 3)}`;
    expect(isRead(fits)).toBe(true);
    const work = countWork(`${fits}x`);
    expect(work).toEqual({
      lexemes: 0,
      tokens: 0,
      messages: ['file is 65 KiB; limit 64 KiB; shorten it, a file describes one thing'],
    });
  });

  it('is counted in bytes of UTF-8', () => {
    expect(isRead(`a: ${'é'.repeat(32 * 1024 - 2)}`)).toBe(true);
    expect(isRead(`a: ${'é'.repeat(32 * 1024 - 1)}`)).toBe(false);
    expect(isRead(`a: ${'価'.repeat(21_844)}`)).toBe(true);
    expect(isRead(`a: ${'価'.repeat(21_845)}`)).toBe(false);
    expect(isRead(`a: ${'🙂'.repeat(16_383)}`)).toBe(true);
    expect(isRead(`a: ${'🙂'.repeat(16_384)}`)).toBe(false);
  });
});

describe('values', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: 1`).join('\n');

  it('1,000 are read (the map around them is one), the next is named', () => {
    expect(isRead(keys(999))).toBe(true);
    expect(readYaml('a.yaml', keys(1_000)).problems).toMatchObject([
      { code: 'SEC-06', at: { line: 1000, column: 7 }, path: 'k999' },
    ]);
  });

  it('four times as many end the parsing', () => {
    const work = countWork(`[${'a,'.repeat(30_000)}]`);
    expect(work.messages).toEqual(['more than 1000 values; shorten it, a file describes one thing']);
    expect(work.lexemes).toBeLessThan(20_000);
  });

  it('an empty list entry is a value as well', () => {
    expect(isRead('-\n'.repeat(999))).toBe(true);
    expect(isRead('-\n'.repeat(1_000))).toBe(false);
  });
});

describe('depth', () => {
  it.each([
    ['lists in brackets', '['.repeat(20) + ']'.repeat(20), '['.repeat(21) + ']'.repeat(21), '1:21'],
    [
      'maps in braces',
      `${'{a: '.repeat(20)}1${'}'.repeat(20)}`,
      `${'{a: '.repeat(21)}1${'}'.repeat(21)}`,
      '1:81',
    ],
    ['lists of lists', `${'- '.repeat(20)}a`, `${'- '.repeat(21)}a`, '1:41'],
    ['maps in maps', `${nested(20)} 1`, `${nested(21)} 1`, '21:22'],
  ])('20 levels of %s are read, the next is named where it begins', (_, fits, tooDeep, place) => {
    expect(isRead(fits)).toBe(true);
    const [problem, ...others] = readYaml('a.yaml', tooDeep).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: 'SEC-06',
      message: 'nesting deeper than 20 levels; write it flatter',
    });
    expect(`${problem?.at.line}:${problem?.at.column}`).toBe(place);
  });

  it.each([
    ['brackets', '['.repeat(60_000)],
    ['braces', '{'.repeat(60_000)],
    ['dashes', '- '.repeat(30_000)],
    ['question marks', '? '.repeat(30_000)],
    ['colons', ': '.repeat(30_000)],
  ])('tens of thousands of %s end the parsing within some dozen lexemes', (_, text) => {
    expect(countWork(text)).toMatchObject({
      tokens: 0,
      messages: ['nesting deeper than 20 levels; write it flatter'],
    });
    expect(countWork(text).lexemes).toBeLessThan(100);
  });
});

describe('work', () => {
  const HOSTILE: readonly (readonly [name: string, piece: string])[] = [
    ['closing brackets', ']'],
    ['quotes on lines', '"\n'],
    ['apostrophes on lines', "'\n"],
    ['line ends', '\n'],
    ['comments', '#\n'],
    ['indented comments', ' #\n'],
    ['keys without values', 'a:\n'],
    ['values without keys', ':\n'],
    ['directives', '%x\n'],
    ['document marks', '---\n'],
    ['document ends', '...\n'],
    ['tags', '!a '],
    ['anchors', '&a '],
    ['aliases', '*a '],
    ['block texts', '- |\n'],
    ['commas', ','],
    ['tabs', '\t'],
    ['spaces', ' '],
  ];

  it.each(HOSTILE)('grows no faster than the text: %s', (_, piece) => {
    const lexemes = (length: number) => countWork(piece.repeat(Math.floor(length / piece.length))).lexemes;
    const small = lexemes(3_000);
    const large = lexemes(60_000);
    expect(large).toBeLessThanOrEqual(small * 21 + 100);
    expect(large).toBeLessThanOrEqual(60_000 * 2 + 10);
  });

  it.each(HOSTILE)('ends in at most a hundred problems: %s', (_, piece) => {
    const { problems } = readYaml('a.yaml', piece.repeat(Math.floor(60_000 / piece.length)));
    expect(problems.length).toBeLessThanOrEqual(100);
  });

  it('says how many problems it does not show', () => {
    const { problems } = readYaml('a.yaml', `k: 1\n${'k: 1\n'.repeat(150)}`);
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)).toMatchObject({
      code: 'PROBLEMS_OMITTED',
      at: { line: 101 },
      message: '51 more problems from here on; mend those above first',
    });
  });

  it('shows twenty invisible characters and counts the others', () => {
    const { problems } = readYaml('a.yaml', `a: ${'\u200B'.repeat(30)}`);
    expect(problems).toHaveLength(20);
    expect(problems.at(-1)?.message).toBe(
      'contains U+200B (zero width); delete it, and 10 more such characters below',
    );
  });
});

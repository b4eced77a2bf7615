import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { Duration, ErrorRate, Label, Name, Ratio, RepoPath } from '../../../src/core/manifest/scalars.ts';

const read = (schema: z.ZodType, text: unknown) => {
  const result = schema.safeParse(text);
  return result.success ? result.data : 'refused';
};

describe('Duration', () => {
  it.each([
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['3d', 259_200_000],
    ['90s', 90_000],
    ['0s', 0],
    ['366d', 31_622_400_000],
  ])('%s is %i ms', (text, expected) => expect(read(Duration, text)).toBe(expected));

  it.each(['', '30', 'm', '1m1h', '1.5h', '-1h', '1h 30m', '1w', '367d', '8785h', '9'.repeat(400), 30])(
    '%s is none',
    (text) => expect(read(Duration, text)).toBe('refused'),
  );
});

describe('Ratio', () => {
  it.each([
    ['2%', 0.02],
    ['0.5%', 0.005],
    ['0%', 0],
    ['100%', 1],
    ['250%', 2.5],
  ])('%s is %d', (text, expected) => expect(read(Ratio, text)).toBe(expected));

  it.each(['2', '02%', '.5%', '-1%', '1e1%', '2 %', '10000%', 0.02])('%s is none', (text) =>
    expect(read(Ratio, text)).toBe('refused'),
  );

  it('an error rate is more than 0% and less than 50%', () => {
    expect(['0%', '0.1%', '49.9%', '50%'].map((text) => read(ErrorRate, text))).toEqual([
      'refused',
      0.001,
      0.499,
      'refused',
    ]);
  });
});

describe('names', () => {
  it.each(['a', 'fraud-scorer', '3d', `a${'b'.repeat(62)}`])('%s names a release', (text) =>
    expect(read(Name, text)).toBe(text),
  );
  it.each(['', 'A', 'a_b', '-a', 'a-', 'a.b', `a${'b'.repeat(63)}`, 'a\n', '$(id)', 'раураl'])(
    '%j does not',
    (text) => expect(read(Name, text)).toBe('refused'),
  );
  it.each(['3.4.1', '3.5.0+build.7', 'A_b-c'])('%s is a label', (text) =>
    expect(read(Label, text)).toBe(text),
  );
  it.each(['', '"', '}', 'a b', '.a', 'a.', 'a"b', "a'b", 'a\\b', 'a\n', 'a{{b}}'])('%j is none', (text) =>
    expect(read(Label, text)).toBe('refused'),
  );
});

describe('RepoPath', () => {
  it.each([
    'serving/fraud-scorer.yaml',
    'a',
    'a b/c.yaml',
    '.belay/x',
    '.gitops/x',
    '.githubx/y',
    'a/.github/x',
    'x.git/y',
    '...',
    'größe/價格.yaml',
  ])('%s is inside', (path) => expect(read(RepoPath, path)).toBe(path));

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../x',
    'a/..',
    '..',
    '.',
    './x',
    'a/./x',
    'a//x',
    'a/',
    'a\\x',
    'a\nb',
    'a\tb',
    'C:/x',
    ':/x',
    '-x',
    'a*',
    'a?',
    '.git/config',
    '.GIT/config',
    'a/.git/config',
    'a/.Git',
    '.github/workflows/x.yml',
    '.GitHub/x',
    '.github',
    `a/${'x'.repeat(254)}`,
  ])('%j is not, or may be read otherwise', (path) => expect(read(RepoPath, path)).toBe('refused'));
});

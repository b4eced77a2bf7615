import type { RefusalCase } from './case.ts';
import { insert, MANIFEST, spoil } from './manifest.ts';

/** SEC-06 and the table of measured facts about YAML: what the parser reads otherwise than a reviewer. */

const one = (name: string, content: string, ...expect: string[]): RefusalCase => ({
  source: 'SEC-06',
  name,
  content,
  expect: expect.length > 0 ? expect : ['SEC-06'],
});

const numbers: readonly (readonly [name: string, written: string])[] = [
  ['octal-of-1.1', '010'],
  ['octal', '0o10'],
  ['hexadecimal', '0x1F'],
  ['exponent', '1e1'],
  ['exponent-infinite', '1e999'],
  ['not-a-number', '.nan'],
  ['infinity', '.inf'],
  ['infinity-negative', '-.inf'],
  ['rounded', '9007199254740993'],
  ['plus', '+5'],
  ['minus-zero', '-0'],
  ['trailing-point', '5.'],
  ['leading-point', '.5'],
  ['ten-decimals', '0.1234567891'],
];

const booleans = ['no', 'No', 'NO', 'off', 'on', 'yes', 'y', 'N'];

const bomb = [
  '  a: ⟦&a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghij'.split('').map((key, index) => {
    const before = 'abcdefghi'[index];
    return `  ${key}: ⟦&${key} [${Array.from({ length: 9 }, () => `⟦*${before}`).join(',')}]`;
  }),
].join('\n');

const many = (line: (index: number) => string, count: number) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

export const YAML_CASES: readonly RefusalCase[] = [
  ...numbers.map(([name, written]) =>
    one(`number-${name}`, spoil('    weight: 0\n', `    weight: ⟦${written}\n`)),
  ),
  one('number-ten-digits', spoil('    weight: 0\n', '    weight: ⟦1234567890\n'), 'VALUE_OUT_OF_RANGE'),
  one('number-sexagesimal', spoil('    weight: 0\n', '    weight: ⟦1:30\n'), 'TYPE_MISMATCH'),
  one('number-underscored', spoil('    weight: 0\n', '    weight: ⟦1_000\n'), 'TYPE_MISMATCH'),
  ...booleans.map((word) =>
    one(
      `boolean-${word === word.toLowerCase() ? word : `${word.toLowerCase()}-${word.length > 1 && word === word.toUpperCase() ? 'upper' : 'capital'}`}`,
      spoil('paused: false', `paused: ⟦${word}`),
    ),
  ),
  one('directive-yaml-1.1', `⟦%YAML 1.1\n---\n${MANIFEST}`),
  one('directive-yaml-1.1-with-its-words', `⟦%YAML 1.1\n---\n${spoil('paused: false', 'paused: no')}`),
  one('directive-tag', `⟦%TAG ! tag:example.com,2026:\n---\n${MANIFEST}`),
  one('directive-unknown', `⟦%BELAY 1\n---\n${MANIFEST}`),
  one('merge-key', spoil('    strategy: canary\n', '    strategy: canary\n    ⟦<<: {weight: 100}\n')),
  one(
    'merge-key-quoted',
    spoil('    strategy: canary\n', '    strategy: canary\n    ⟦"<<": {weight: 100}\n'),
  ),
  one(
    'merge-key-of-an-alias',
    spoil('    strategy: canary\n', '    strategy: ⟦&b canary\n    <<: ⟦*b\n'),
    'SEC-06',
    'SEC-06',
  ),
  one('anchor-alone', spoil('strategy: canary', 'strategy: ⟦&a canary')),
  one('alias-of-nothing', spoil('strategy: canary', 'strategy: ⟦*a')),
  one(
    'anchor-and-alias',
    spoil('weight: 0', 'weight: ⟦&w 0').replace('paused: false', 'paused: ⟦*w'),
    'SEC-06',
    'SEC-06',
  ),
  one('alias-bomb', insert('spec:', bomb), ...Array.from({ length: 91 }, () => 'SEC-06')),
  one('alias-of-itself', insert('spec:', '  a: ⟦&a {b: ⟦*a}'), 'SEC-06', 'SEC-06'),
  one('duplicate-key', spoil('    weight: 0\n', '    weight: 0\n    ⟦weight: 100\n')),
  one('duplicate-key-quoted', spoil('    weight: 0\n', '    weight: 0\n    ⟦"weight": 100\n')),
  one('duplicate-key-single-quoted', spoil('    weight: 0\n', "    weight: 0\n    ⟦'weight': 100\n")),
  one('duplicate-key-escaped', spoil('    weight: 0\n', '    weight: 0\n    ⟦"\\x77eight": 100\n')),
  one('duplicate-key-explicit', spoil('    weight: 0\n', '    weight: 0\n    ? ⟦weight\n    : 100\n')),
  one('duplicate-key-in-braces', spoil('{weight: 5, hold: 1h}', '{weight: 5, hold: 1h, ⟦weight: 99}')),
  one('duplicate-key-at-root', `${MANIFEST}⟦kind: Release\n`),
  one('duplicate-key-number-and-text', spoil('{run: "mlflow:/runs/41d0"}', '{1: a, ⟦"1": b}')),
  one('depth-21', spoil('paused: false', `paused: ${'['.repeat(17)}⟦[${']'.repeat(18)}`)),
  one('depth-800', spoil('paused: false', `paused: ${'['.repeat(17)}⟦${'['.repeat(783)}${']'.repeat(800)}`)),
  one('depth-5000-open', `${'['.repeat(20)}⟦${'['.repeat(4_980)}`),
  one('depth-30000-dashes', `${'- '.repeat(20)}⟦${'- '.repeat(29_980)}`),
  one('depth-15000-braces', `${'{a: '.repeat(20)}⟦${'{a: '.repeat(14_980)}`),
  one('size-65-kib', `⟦${MANIFEST}${`# ${'x'.repeat(78)}\n`.repeat(810)}`),
  one('size-1000000-brackets', `⟦${'['.repeat(1_000_000)}`),
  one('size-20000-keys', `⟦${many((index) => `k${index}: 1`, 20_000)}\n`),
  one('values-1001', `${many((index) => `k${index}: 1`, 999)}\nk999: ⟦1\n`),
  one(
    'values-5000',
    `${many((index) => `k${index}: 1`, 1_334)}\nk1334: ⟦1\n${many((index) => `l${index}: 1`, 3_665)}\n`,
  ),
  {
    ...one(
      'keys-unknown',
      spoil('kind: Release\n', `kind: Release\n${many((index) => `⟦k${index}: 1`, 900)}\n`),
    ),
    expect: [...Array.from({ length: 99 }, () => 'KEY_UNKNOWN'), 'PROBLEMS_OMITTED'],
  },
  one('second-document', `${MANIFEST}⟦---\n${MANIFEST}`),
  one('second-document-empty', `${MANIFEST}⟦---\n`),
  one('second-document-after-end', `${MANIFEST}...\n⟦---\nkind: Release\n`),
  one('tag-binary', spoil('strategy: canary', 'strategy: ⟦!!binary Y2FuYXJ5')),
  one('tag-set', spoil('paused: false', 'paused: ⟦!!set {a, b}')),
  one('tag-js-function', spoil('strategy: canary', 'strategy: ⟦!!js/function "function(){}"')),
  one('tag-python-object', spoil('strategy: canary', 'strategy: ⟦!!python/object/apply:os.system ["id"]')),
  one('tag-string', spoil('version: 3.5.0', 'version: ⟦!!str 3.5')),
  one('tag-local', spoil('strategy: canary', 'strategy: ⟦!canary canary')),
  one('tag-verbatim', spoil('strategy: canary', 'strategy: ⟦!<tag:yaml.org,2002:str> canary')),
  one('tag-on-a-key', spoil('    strategy: canary', '    ⟦!!str strategy: canary')),
  one('broken-bracket', 'a: [1,2\n⟦b: 3\n', 'YAML_INVALID'),
  one('broken-quote', spoil('strategy: canary', 'strategy: "canary⟦'), 'YAML_INVALID'),
  one('tab-indentation', spoil('    strategy: canary', '⟦\tstrategy: canary'), 'YAML_INVALID'),
  one('number-rounded-in-text', spoil('version: 3.5.0', 'version: ⟦9007199254740993')),
];

import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/core/yaml/read-yaml.ts';

function value(text: string): unknown {
  const reading = readYaml('a.yaml', text);
  if (reading.kind === 'bad') throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  return reading.value.value;
}

/** `code line:column message` of every problem. */
function problems(text: string): readonly string[] {
  return readYaml('a.yaml', text).problems.map(
    ({ code, at, message }) => `${code} ${at.line}:${at.column} ${message}`,
  );
}

describe('what is read', () => {
  const cases: readonly { name: string; given: string; expected: unknown }[] = [
    {
      name: 'the booleans of YAML 1.1 are text',
      given: 'a: no\nb: off\non: yes',
      expected: { a: 'no', b: 'off', on: 'yes' },
    },
    {
      name: 'the booleans of YAML 1.2 are booleans',
      given: 'a: true\nb: False',
      expected: { a: true, b: false },
    },
    {
      name: 'underscores and sexagesimals are text',
      given: 'a: 1_000\nb: 1:30',
      expected: { a: '1_000', b: '1:30' },
    },
    {
      name: 'plain decimals are numbers',
      given: '[0, 5, -0.25, 1.50, 4294967295]',
      expected: [0, 5, -0.25, 1.5, 4294967295],
    },
    {
      name: 'quoted numbers are text',
      given: `['010', "0x1F", '1e999']`,
      expected: ['010', '0x1F', '1e999'],
    },
    { name: 'a number as a key is text', given: '1: a', expected: { '1': 'a' } },
    { name: 'nothing is null', given: 'a:\nb: ~\nc: null', expected: { a: null, b: null, c: null } },
    { name: 'an empty file is null', given: '', expected: null },
    { name: 'a date is text', given: 'a: 2026-11-21', expected: { a: '2026-11-21' } },
    { name: 'both line ends may be mixed', given: 'a: 1\r\nb: 2\n', expected: { a: 1, b: 2 } },
    { name: 'a byte order mark at the start is no part of it', given: '\uFEFFa: 1', expected: { a: 1 } },
    {
      name: 'any script and emoji may stand in text',
      given: 'a: Größe 価格 🙂',
      expected: { a: 'Größe 価格 🙂' },
    },
    {
      name: 'escapes that can be seen through are fine',
      given: String.raw`a: "\n\t\u00e4"`,
      expected: { a: '\n\tä' },
    },
    { name: 'one document may have its marks', given: '---\na: 1\n...\n', expected: { a: 1 } },
    {
      name: 'text that looks like an anchor, an alias or a tag is text',
      given: `a: "&x"\nb: '*x'\nc: |\n  !x &y *z\n`,
      expected: { a: '&x', b: '*x', c: '!x &y *z\n' },
    },
  ];
  for (const { name, given, expected } of cases) it(name, () => expect(value(given)).toEqual(expected));

  it('is plain data: ordinary objects with own keys only', () => {
    const data = value('a: {b: [1]}') as { a: { b: number[] } };
    expect(Object.getPrototypeOf(data.a)).toBe(Object.prototype);
    expect(Object.keys(data.a)).toEqual(['b']);
  });
});

describe('what is refused', () => {
  const cases: readonly { name: string; given: string; expected: readonly string[] }[] = [
    {
      name: 'a directive, which could turn the file into YAML 1.1',
      given: '%YAML 1.1\n---\na: no\nb: 010\n',
      expected: ['SEC-06 1:1 YAML directives are not allowed; delete the line'],
    },
    {
      name: 'anchors and aliases, each where it stands',
      given: 'a: &a {b: *a}',
      expected: [
        'SEC-06 1:4 anchors and aliases are not allowed, got "&a"; delete it, and write the value out where it is used',
        'SEC-06 1:11 anchors and aliases are not allowed, got "*a"; write the value out',
      ],
    },
    {
      name: 'a merge key',
      given: 'a: {<<: 1}',
      expected: ['SEC-06 1:5 merge keys (<<) are not allowed; write the keys out'],
    },
    {
      name: 'tags of any sort',
      given: 'a: !!binary x\nb: !mine x\nc: ! x\nd: !<tag:x> x',
      expected: ['"!!binary"', '"!mine"', '"!"', '"!<tag:x>"'].map(
        (tag, index) => `SEC-06 ${index + 1}:4 tags are not allowed, got ${tag}; write the plain value`,
      ),
    },
    {
      name: 'duplicate keys, however they are quoted',
      given: 'weight: 1\nx: 2\n"weight": 3\n1: a\n"1": b',
      expected: [
        'SEC-06 3:1 duplicate key "weight" (first at 1:1); keep one of them',
        'SEC-06 5:1 duplicate key "1" (first at 4:1); keep one of them',
      ],
    },
    {
      name: 'a key that is not text',
      given: '? [a]\n: b',
      expected: [
        'YAML_INVALID 1:3 not valid YAML: a map or list where a key is expected; put text that begins with { or [ in quotes',
      ],
    },
    {
      name: 'further documents',
      given: 'a: 1\n---\nb: 2\n---\nc: 3',
      expected: [
        'SEC-06 2:1 a second document begins here; one file holds one document: move what follows into a file of its own',
      ],
    },
    {
      name: 'keys that reach a prototype',
      given: '__proto__: {paused: false}\na:\n  constructor: 1\n  "prototype": 2',
      expected: [
        'SEC-07 1:1 key "__proto__" is not allowed; rename it',
        'SEC-07 3:3 key "constructor" is not allowed; rename it',
        'SEC-07 4:3 key "prototype" is not allowed; rename it',
      ],
    },
    {
      name: 'text that an editor shows on another line than the parser',
      given: 'a: 1 # ok\u2028weight: 100',
      expected: ['SEC-12 1:10 contains U+2028 (line separator); delete it'],
    },
    {
      name: 'an escape that stands for an invisible character',
      given: String.raw`a: "x\u202e"`,
      expected: ['SEC-12 1:4 an escape stands for U+202E (bidirectional control); delete it'],
    },
    {
      name: 'several things at once, in reading order',
      given: 'b: 0x1F\na: 1\n"a": 010\nconstructor: 1',
      expected: [
        'SEC-06 1:4 write a plain decimal number, got 0x1F; at most 15 digits, or put text in quotes',
        'SEC-06 3:1 duplicate key "a" (first at 2:1); keep one of them',
        'SEC-06 3:6 write a plain decimal number, got 010; at most 15 digits, or put text in quotes',
        'SEC-07 4:1 key "constructor" is not allowed; rename it',
      ],
    },
  ];
  for (const { name, given, expected } of cases) it(name, () => expect(problems(given)).toEqual(expected));

  for (const number of [
    '010',
    '0o10',
    '0x1F',
    '1e9',
    '1e999',
    '.nan',
    '-.inf',
    '+5',
    '.5',
    '5.',
    '-0',
    '-0.0',
  ])
    it(`the number spelling ${number}`, () => {
      expect(problems(`a: ${number}`)).toEqual([
        `SEC-06 1:4 write a plain decimal number, got ${number}; at most 15 digits, or put text in quotes`,
      ]);
    });

  it('a number of more digits than a number holds', () => {
    expect(problems('a: 9007199254740993')).toHaveLength(1);
    expect(problems('a: 123456789.123456789')).toHaveLength(1);
    expect(problems('a: 123456789012345')).toEqual([]);
    expect(problems('a: 0.123456789')).toEqual([]);
  });

  it('a broken file, without handing out what could be read of it', () => {
    const reading = readYaml('a.yaml', 'a: [1, 2\nb: 3');
    expect(reading).toEqual({ kind: 'bad', problems: [expect.objectContaining({ code: 'YAML_INVALID' })] });
  });

  it('leaves no trace on the prototype of anything', () => {
    readYaml('a.yaml', '__proto__: {admin: true}\nconstructor: {prototype: {admin: true}}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('syntax errors', () => {
  const cases: readonly { name: string; given: string; place: string; says: string }[] = [
    { name: 'a tab', given: 'a:\n\tb: 1', place: '2:1', says: 'a tab in the indentation' },
    { name: 'a misaligned line', given: 'a:\n  b: 1\n c: 2', place: '3:2', says: 'indented differently' },
    { name: 'a second colon', given: 'a: foo: bar', place: '1:4', says: 'a second ": " on one line' },
    { name: 'an at sign', given: 'a: [@x]', place: '1:5', says: 'text cannot begin with "@"' },
    { name: 'a missing quote', given: 'a: "x\nb: 1', place: '2:5', says: 'the closing quote is missing' },
    {
      name: 'a missing bracket',
      given: 'a: [1, 2\nb: 3',
      place: '2:1',
      says: 'a bracket that is not closed',
    },
    { name: 'braces without quotes', given: 'a: {{version}}', place: '1:5', says: 'in quotes' },
    { name: 'an unknown escape', given: String.raw`a: "\d"`, place: '1:5', says: 'an unknown escape' },
    { name: 'a comma too many', given: 'a: {b: 1,, c: 2}', place: '1:10', says: 'check the brackets' },
    { name: 'a list entry among keys', given: 'a: 1\n- b', place: '2:1', says: 'not valid YAML' },
  ];
  for (const { name, given, place, says } of cases)
    it(`${name} is named where it stands, once`, () => {
      const found = problems(given);
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(`YAML_INVALID ${place} not valid YAML: `);
      expect(found[0]).toContain(says);
    });
});

describe('positions', () => {
  const source = (text: string) => {
    const reading = readYaml('a.yaml', text);
    if (reading.kind === 'bad') throw new Error('expected a sound file');
    return reading.value;
  };
  const text = 'a:\n  b: {c: 1, "d": [x, y]}\n  e:\nf: |\n  g\n';

  it.each([
    [['a', 'b', 'c'], 'value', '2:10'],
    [['a', 'b', 'c'], 'key', '2:7'],
    [['a', 'b', 'd', 1], 'value', '2:22'],
    [['a', 'b', 'd', 1], 'key', '2:22'],
    [['a', 'b'], 'value', '2:6'],
    [['a', 'e'], 'value', '3:3'],
    [['f'], 'value', '4:4'],
    [['a', 'b', 'missing'], 'value', '2:3'],
    [['a', 'b', 'd', 7, 'x'], 'value', '2:13'],
    [['missing'], 'value', '1:1'],
    [[], 'value', '1:1'],
  ] as const)('%j: the %s stands at %s', (path, what, expected) => {
    const { line, column } = source(text).positionOf(path, what);
    expect(`${line}:${column}`).toBe(expected);
  });

  it('do not count a byte order mark, count an emoji as two, and name the file', () => {
    expect(source('\uFEFFa: 1').positionOf(['a'])).toEqual({ file: 'a.yaml', line: 1, column: 4 });
    expect(source('🙂: 1').positionOf(['🙂'])).toEqual({ file: 'a.yaml', line: 1, column: 5 });
  });

  it('are the same with either line end', () => {
    const crlf = source(text.replaceAll('\n', '\r\n'));
    expect(crlf.positionOf(['a', 'b', 'd', 1])).toEqual({ file: 'a.yaml', line: 2, column: 22 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMap, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import {
  type BlockResult,
  deleteEntry,
  deleteItem,
  type EntryRef,
  entryLines,
  insertEntry,
  replaceValue,
} from '../../../src/core/yaml/block.ts';
import { applySplices, type Splice } from '../../../src/core/yaml/splice.ts';

type Path = readonly (string | number)[];

function entryAt(text: string, path: Path): EntryRef {
  const document = parseDocument(text);
  expect(document.errors).toEqual([]);
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(map)) throw new Error(`no map above ${path.join('.')}`);
  return { map: map as YAMLMap, key: String(path.at(-1)) };
}

function apply(text: string, result: BlockResult<Splice | readonly Splice[]>): string {
  if (result.kind === 'refused') return `refused: ${result.reason} at ${result.offset}`;
  return applySplices(text, [result.value].flat());
}

function data(text: string): unknown {
  const document = parseDocument(text);
  expect(document.errors).toEqual([]);
  return document.toJS();
}

const remove = (text: string, ...path: Path): string => apply(text, deleteEntry(text, entryAt(text, path)));
const copy = (text: string, from: Path, to: Path): string =>
  apply(text, replaceValue(text, entryAt(text, to), entryAt(text, from)));

describe('entryLines', () => {
  const linesOf = (text: string, ...path: Path): string => {
    const range = entryLines(text, entryAt(text, path));
    return range.kind === 'ok' ? text.slice(range.value.start, range.value.end) : `refused: ${range.reason}`;
  };

  it.each([
    ['a scalar with the comment on its line', '# above\na: 1 # on\n# below\nb: 2\n', ['a'], 'a: 1 # on\n'],
    ['a block map', 'a:\n  b:\n    c: 1\n\n  d: 2\ne: 3\n', ['a'], 'a:\n  b:\n    c: 1\n\n  d: 2\n'],
    ['an inner block map', 'a:\n  b:\n    c: 1\n\n  d: 2\ne: 3\n', ['a', 'b'], '  b:\n    c: 1\n'],
    ['a list at the column of its key', 'a:\n- 1\n- 2\nb: 3\n', ['a'], 'a:\n- 1\n- 2\n'],
    [
      'comments below that are deeper than the key',
      'a:\n  b: 1\n\n  # in\n # in too\n# out\nc: 2\n',
      ['a'],
      'a:\n  b: 1\n\n  # in\n # in too\n',
    ],
    ['no value', 'a: # none\nb: 2\n', ['a'], 'a: # none\n'],
    ['an inner entry without value', 'a:\n  b:\nc: 2\n', ['a'], 'a:\n  b:\n'],
    ['a literal, its trailing blank lines left', 'a: |\n  x\n\n  y\n\nb: 2\n', ['a'], 'a: |\n  x\n\n  y\n'],
    ['a literal that keeps its trailing blank lines', 'a: |+\n  x\n\nb: 2\n', ['a'], 'a: |+\n  x\n\n'],
    ['a flow map over two lines', 'a: {b: 1,\n  c: 2} # on\nd: 3\n', ['a'], 'a: {b: 1,\n  c: 2} # on\n'],
    ['line ends of Windows', 'a:\r\n  b: 1\r\nc: 2\r\n', ['a'], 'a:\r\n  b: 1\r\n'],
    ['the last line without line end', 'a: 1\nb: 2', ['b'], 'b: 2'],
    ['the first line behind a byte order mark', '\uFEFFa: 1\nb: 2\n', ['a'], 'a: 1\n'],
    ['a quoted key', '"a" : 1\nb: 2\n', ['a'], '"a" : 1\n'],
    ['an entry of a list item', '- a: 1\n  b: 2\n', [0, 'b'], '  b: 2\n'],
  ])('spans %s', (_, text, path, expected) => {
    expect(linesOf(text, ...path)).toBe(expected);
  });

  it.each([
    ['a missing key', 'a: 1\n', ['b'], 'missing'],
    ['a flow map', 'a: {b: 1, c: 2}\n', ['a', 'b'], 'flow-style'],
    ['a key behind a dash', '- a: 1\n  b: 2\n', [0, 'a'], 'shared-line'],
    ['a key with a question mark', '? a\n: 1\n', ['a'], 'explicit-key'],
    ['a key with an anchor', '&x a: 1\n', ['a'], 'has-anchor'],
    ['a key with a tag', '!!str a: 1\n', ['a'], 'has-tag'],
    ['a scalar on the line below its key', 'a:\n  1\nb: 2\n', ['a'], 'shared-line'],
    ['a list that ends in an empty item', 'a:\n- 1\n-\nb: 2\n', ['a'], 'empty'],
  ])('refuses %s', (_, text, path, reason) => {
    expect(linesOf(text, ...path)).toBe(`refused: ${reason}`);
  });
});

describe('deleteEntry', () => {
  it.each([
    ['an entry with its lines', 'a: 1\nb:\n  c: 2 # x\nd: 3\n', ['b'], 'a: 1\nd: 3\n'],
    ['the last entry of a file without line end', 'a: 1\nb: 2', ['b'], 'a: 1\n'],
    ['the first entry of a list item', '- a: 1 # x\n  b: 2\n', [0, 'a'], '- b: 2\n'],
    [
      'the first entry of a list item above a comment',
      '-   a: 1\n\n    # c\n    b: 2\n',
      [0, 'a'],
      '-   # c\n    b: 2\n',
    ],
    ['an entry with an alias', 'a: &x 1\nb: *x\n', ['b'], 'a: &x 1\n'],
  ])('removes %s', (_, text, path, expected) => {
    expect(remove(text, ...path)).toBe(expected);
    expect(() => data(expected)).not.toThrow();
  });

  it('refuses the only entry and an anchored value', () => {
    expect(remove('a:\n  b: 1\n', 'a', 'b')).toBe('refused: only-entry at 5');
    expect(remove('a:\n  b: &x 1\nc: *x\n', 'a')).toBe('refused: has-anchor at 11');
  });
});

describe('deleteItem', () => {
  const removeItem = (text: string, path: Path, index: number): string => {
    const seq = parseDocument(text).getIn(path, true);
    if (!isSeq(seq)) throw new Error('no list');
    return apply(text, deleteItem(text, seq as YAMLSeq, index));
  };

  it.each([
    ['the first', 'a:\n- x: 1\n  y: 2 # on\n- z\n', 0, 'a:\n- z\n'],
    [
      'the last',
      'a:\n  - x\n  # between\n  - y: 1\n    # inside\nb: 1\n',
      1,
      'a:\n  - x\n  # between\nb: 1\n',
    ],
    ['one that begins below its dash', 'a:\r\n-\r\n  x: 1\r\n- y\r\n', 0, 'a:\r\n- y\r\n'],
    ['one of scalars', 'a:\n  - 1\n  - 2', 1, 'a:\n  - 1\n'],
  ])('removes %s', (_, text, index, expected) => {
    expect(removeItem(text, ['a'], index)).toBe(expected);
  });

  it('removes an item of a list at the start of the text', () => {
    expect(removeItem('- 1\n- 2\n', [], 0)).toBe('- 2\n');
  });

  it.each([
    ['the only item', 'a:\n- 1\n', 0, 'only-entry'],
    ['an item of a flow list', 'a: [1, 2]\n', 0, 'flow-style'],
    ['an item that is not there', 'a:\n- 1\n- 2\n', 2, 'missing'],
    ['an anchored item', 'a:\n- &x 1\n- *x\n', 0, 'has-anchor'],
    ['an item without value', 'a:\n-\n- 1\n', 0, 'shared-line'],
  ])('refuses %s', (_, text, index, reason) => {
    expect(removeItem(text, ['a'], index)).toMatch(`refused: ${reason}`);
  });
});

describe('insertEntry', () => {
  const insert = (text: string, path: Path, lines: readonly string[]): string =>
    apply(text, insertEntry(text, entryAt(text, path), lines));

  it.each([
    ['below a scalar', 'a: 1 # on\nb: 2\n', ['a'], ['n: 3'], 'a: 1 # on\nn: 3\nb: 2\n'],
    [
      'below a block value',
      'a:\n  b: 1\n  # in\nc: 2\n',
      ['a'],
      ['n: 3'],
      'a:\n  b: 1\n  # in\nn: 3\nc: 2\n',
    ],
    [
      'at the column of a key behind a dash',
      'a:\n-   b: 1\n',
      ['a', 0, 'b'],
      ['n: 3'],
      'a:\n-   b: 1\n    n: 3\n',
    ],
    [
      'with the line ends of the file',
      'a: 1\r\nb: 2\r\n',
      ['a'],
      ['n:', '  m: 3'],
      'a: 1\r\nn:\r\n  m: 3\r\nb: 2\r\n',
    ],
    ['at the end of a file without line end', 'a: 1', ['a'], ['n: 3'], 'a: 1\nn: 3'],
  ])('inserts %s', (_, text, path, lines, expected) => {
    expect(insert(text, path, lines)).toBe(expected);
  });

  it('refuses in a flow map', () => {
    expect(insert('a: {b: 1}\n', ['a', 'b'], ['n: 3'])).toBe('refused: flow-style at 3');
  });
});

describe('replaceValue', () => {
  it.each([
    [
      'a block map by a shallower one',
      'x:\n    k: # key\n        a: 1\nf: # from\n  # in\n  b: 2 # on\n\n  c:\n  - 3\n',
      ['f'],
      ['x', 'k'],
      'x:\n    k: # key\n        # in\n        b: 2 # on\n\n        c:\n        - 3\nf: # from\n  # in\n  b: 2 # on\n\n  c:\n  - 3\n',
    ],
    [
      'a block map by a deeper one',
      'k:\n a: 1\nx:\n- f:\n      b: |\n          l1\n            l2\n   \n          l3\n  t: 1\n',
      ['x', 0, 'f'],
      ['k'],
      'k:\n b: |\n     l1\n       l2\n\n     l3\nx:\n- f:\n      b: |\n          l1\n            l2\n   \n          l3\n  t: 1\n',
    ],
    ['a scalar by a scalar', 'k: 1 # on\nf: "x"\n', ['f'], ['k'], 'k: "x" # on\nf: "x"\n'],
    ['a scalar by a block map', 'k: 1 # on\nf:\n   a: 1\n', ['f'], ['k'], 'k: # on\n   a: 1\nf:\n   a: 1\n'],
    [
      'a block map by a flow map',
      'k: # on\n  a: 1\nx:\n  f: {b: 1,\n     c: 2}\n',
      ['x', 'f'],
      ['k'],
      'k: {b: 1,\n   c: 2} # on\nx:\n  f: {b: 1,\n     c: 2}\n',
    ],
    [
      'nothing by a list at the column of its key',
      'x:\n  k:\nf:\n- 1\n- 2',
      ['f'],
      ['x', 'k'],
      'x:\n  k:\n  - 1\n  - 2\nf:\n- 1\n- 2',
    ],
    [
      'the last value of a file without line end',
      'f:\n  a: 1\nk:\n  b: 2',
      ['f'],
      ['k'],
      'f:\n  a: 1\nk:\n  a: 1',
    ],
    [
      'a value in a file with line ends of Windows',
      'k:\r\n  a: 1\r\nf:\r\n    b: 2\r\n',
      ['f'],
      ['k'],
      'k:\r\n  b: 2\r\nf:\r\n    b: 2\r\n',
    ],
    ['a map by a list', 'k:\n    a: 1\nf:\n- 1\n', ['f'], ['k'], 'k:\n- 1\nf:\n- 1\n'],
    ['a scalar by a literal', 'k: 1\nf: |\n  x\n', ['f'], ['k'], 'k: |\n  x\nf: |\n  x\n'],
  ])('replaces %s', (_, text, from, to, expected) => {
    expect(copy(text, from, to)).toBe(expected);
    const before = parseDocument(text);
    const after = parseDocument(expected);
    expect(after.errors).toEqual([]);
    const value = (document: typeof before, path: Path) => JSON.stringify(document.getIn(path));
    expect(value(after, to)).toEqual(value(before, from));
    expect(value(after, from)).toEqual(value(before, from));
  });

  it('moves a value together with deleteEntry', () => {
    const text = 'stable: # s\n  v: 1\n# c\ncandidate:\n    v: 2 # new\nrollout: 1\n';
    const moved = replaceValue(text, entryAt(text, ['stable']), entryAt(text, ['candidate']));
    const deleted = deleteEntry(text, entryAt(text, ['candidate']));
    if (moved.kind === 'refused' || deleted.kind === 'refused') throw new Error('refused');
    expect(applySplices(text, [...moved.value, deleted.value])).toBe(
      'stable: # s\n  v: 2 # new\n# c\nrollout: 1\n',
    );
  });

  it.each([
    ['a missing key', 'k: 1\nf: 2\n', ['g'], ['k'], 'missing'],
    ['no value', 'k: 1\nf:\n', ['f'], ['k'], 'empty'],
    ['an anchor that would be lost', 'k: &x 1\nf: 2\ng: *x\n', ['f'], ['k'], 'has-anchor'],
    ['an anchor that would stand twice', 'k: 1\nf:\n  a: &x 1\n', ['f'], ['k'], 'has-anchor'],
    [
      'an alias that might come to stand before its anchor',
      'k: 1\nx: &x 2\nf:\n  a: *x\n',
      ['f'],
      ['k'],
      'has-alias',
    ],
    ['a tag', 'k: 1\nf: !!map\n  a: 1\n', ['f'], ['k'], 'has-tag'],
    ['a literal that would swallow a comment', 'k: 1 # on\nf: |\n  x\n', ['f'], ['k'], 'has-comment'],
    ['a flow map', 'k: 1\nf: {a: 1, b: 2}\n', ['f', 'a'], ['k'], 'flow-style'],
  ])('refuses %s', (_, text, from, to, reason) => {
    expect(copy(text, from, to)).toMatch(`refused: ${reason}`);
  });
});

describe('laws of block edits', () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constantFrom('l1\nl2\n', ' l1\n\n  l2', '# no comment\n', 'x\n\n\n', '- a', 'a: b', 'true'),
    fc.constant(null),
  );
  const key = fc.stringMatching(/^[a-z]{1,4}$/);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      leaf,
      fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  const root = fc.tuple(
    fc.record({ one: tree, two: tree, last: tree }),
    fc.record({
      indent: fc.integer({ min: 1, max: 8 }),
      indentSeq: fc.boolean(),
      lineWidth: fc.constantFrom(0, 20),
      nested: fc.boolean(),
    }),
    fc.boolean(),
  );
  const write = (value: object, options: object, isWindows: boolean): string => {
    const text = stringify(value, options);
    return isWindows ? text.replaceAll('\n', '\r\n') : text;
  };
  let applied = 0;
  const check = (result: string, expected: unknown): void => {
    if (result.startsWith('refused:')) return;
    applied += 1;
    expect(data(result)).toEqual(expected);
  };

  it('deletes exactly one entry', () => {
    fc.assert(
      fc.property(root, fc.constantFrom('one', 'two', 'last'), ([value, options, isWindows], name) => {
        const text = write(value, options, isWindows);
        const expected: Record<string, unknown> = { ...(data(text) as object) };
        delete expected[name];
        check(remove(text, name), expected);
      }),
    );
    expect(applied).toBeGreaterThan(50);
  });

  it('copies exactly one value, at any depth and between any indentations', () => {
    fc.assert(
      fc.property(root, root, ([value, options, isWindows], [other, otherOptions]) => {
        const text =
          write({ to: { inner: value } }, options, isWindows) +
          write({ from: [{ deep: other }] }, otherOptions, isWindows);
        const before = data(text) as { to: { inner: object }; from: [{ deep: Record<string, unknown> }] };
        check(copy(text, ['from', 0, 'deep', 'two'], ['to', 'inner', 'one']), {
          ...before,
          to: { inner: { ...before.to.inner, one: before.from[0].deep.two } },
        });
        check(copy(text, ['to', 'inner', 'two'], ['from', 0, 'deep', 'last']), {
          ...before,
          from: [{ deep: { ...before.from[0].deep, last: (before.to.inner as { two: unknown }).two } }],
        });
      }),
    );
  });

  it('inserts exactly one entry', () => {
    fc.assert(
      fc.property(root, fc.constantFrom('one', 'two', 'last'), ([value, options, isWindows], name) => {
        const text = write(value, options, isWindows);
        const result = apply(text, insertEntry(text, entryAt(text, [name]), ['new: 7']));
        check(result, { ...(data(text) as object), new: 7 });
      }),
    );
  });
});

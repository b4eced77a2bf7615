import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/core/errors.ts';
import { addNumber, applyEdits, type Edit, setNumber, shapeOf } from '../../src/targets/edit.ts';
import { descend, mapOf, rootOf, type Spot } from '../../src/targets/spot.ts';
import { type Found, readTargetSource, type TargetSource } from '../../src/targets/target-source.ts';

function need<T>(result: Found<T>): T {
  if (result.kind === 'mismatch') throw new Error(JSON.stringify(result.problems));
  return result.value;
}

function open(text: string): TargetSource {
  return need(readTargetSource('in.yaml', text));
}

function spotAt(source: TargetSource, ...keys: readonly string[]): Spot {
  return need(descend(need(rootOf(source, 0)), keys, 'MISSING'));
}

function add(text: string, ...keys: readonly string[]): string {
  const source = open(text);
  const edits = addNumber(need(mapOf(spotAt(source, ...keys))), 'weight', 5);
  if (edits.kind === 'mismatch') return edits.problems.map(({ code }) => code).join();
  const rendering = applyEdits(source, edits.value);
  return rendering.kind === 'rendered' ? rendering.text : '';
}

describe('addNumber', () => {
  it.each([
    [
      'behind the last entry of a block map',
      'a:\n  b: 1 # on\n  # below\n',
      'a:\n  b: 1 # on\n  weight: 5\n  # below\n',
    ],
    ['behind the last value of a flow map', 'a: { b: 1, c: [2] }\n', 'a: { b: 1, c: [2], weight: 5 }\n'],
    ['before the comma at the end of a flow map', 'a: {b: 1,}\n', 'a: {b: 1, weight: 5,}\n'],
    ['in a flow map over lines', 'a: {\n  b: 1 # on\n}\n', 'a: {\n  b: 1, weight: 5 # on\n}\n'],
    ['quoted where keys are', '{"a": {"b": 1}}', '{"a": {"b": 1, "weight": 5}}'],
  ])('writes %s', (_, text, expected) => {
    expect(add(text, 'a')).toBe(expected);
  });

  it.each([
    ['an empty map', 'a: {}\n'],
    ['a flow map that ends without a value', 'a: {b}\n'],
    ['a map that ends in an explicit key', 'a:\n  ? b\n  : 1\n'],
  ])('refuses %s', (_, text) => {
    expect(add(text, 'a')).toBe('EDIT_REFUSED');
  });
});

describe('applyEdits', () => {
  it('throws when an edit changes more than it says', () => {
    const source = open('a: 1\nb: 2\n');
    const [edit] = setNumber(spotAt(source, 'a'), 3);
    const wrong = { ...edit!, splices: [{ start: 3, end: 4, text: '3\nc: 4' }] };
    expect(() => applyEdits(source, [wrong])).toThrow(ToolError);
  });

  it('throws when an edit does not change what it says', () => {
    const source = open('a: 1\nb: 2\n');
    const wrong: Edit = { path: [0, 'a'], splices: [{ start: 8, end: 9, text: '3' }], value: shapeOf(null) };
    expect(() => applyEdits(source, [wrong])).toThrow(/in\.yaml: editing a went wrong/);
  });

  it('throws when the text cannot be read afterwards', () => {
    const source = open('a: 1\nb: 2\n');
    const [edit] = setNumber(spotAt(source, 'a'), 3);
    const wrong = { ...edit!, splices: [{ start: 3, end: 4, text: '[3' }] };
    expect(() => applyEdits(source, [wrong])).toThrow(/not valid YAML/);
  });

  it('throws when an anchor, an alias or a type changes with it', () => {
    for (const [before, after] of [
      ['b: &x 2', 'b: &y 2'],
      ['b: !!str 2', 'b: 2'],
      ['b: 2', 'b: "2"'],
      ['b: 2', 'b: {2: 2}'],
    ]) {
      const text = `a: 1\n${before}\n`;
      const splices = [{ start: 5, end: text.length, text: `${after}\n` }];
      expect(() =>
        applyEdits(open(text), [
          { path: [0, 'a'], splices, value: shapeOf(open('1').documents[0]?.contents) },
        ]),
      ).toThrow(ToolError);
    }
  });
});

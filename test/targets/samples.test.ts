import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isScalar, parseAllDocuments, type Scalar, visit } from 'yaml';
import type { YamlPath } from '../../src/core/yaml/yaml-path.ts';
import { applyEdits, setNumber } from '../../src/targets/edit.ts';
import { entryOf, itemsOf, rootOf, type Spot } from '../../src/targets/spot.ts';
import { readTargetSource, type TargetSource } from '../../src/targets/target-source.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/targets/samples', import.meta.url));
const SAMPLES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:ya?ml|json)$/.test(name))
  .sort();

interface NumberInText {
  readonly path: YamlPath;
  readonly start: number;
  readonly end: number;
}

function numbersOf(text: string): readonly NumberInText[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const numbers: NumberInText[] = [];
    visit(document, {
      Scalar(key, node: Scalar, ancestors) {
        if (key === 'key' || typeof node.value !== 'number' || !node.range) return;
        const [start, end] = node.range;
        numbers.push({ path: [index, ...pathOf([...ancestors, node])], start, end });
      },
    });
    return numbers;
  });
}

function pathOf(ancestors: readonly unknown[]): YamlPath {
  return ancestors.flatMap((ancestor, index): YamlPath => {
    const above = ancestors[index - 1] as { items?: unknown[] } | undefined;
    if (ancestor !== null && typeof ancestor === 'object' && 'key' in ancestor && isScalar(ancestor.key))
      return [String(ancestor.key.value)];
    return above?.items &&
      !above.items.some((item) => typeof item === 'object' && item !== null && 'key' in item)
      ? [above.items.indexOf(ancestor)]
      : [];
  });
}

function walk(source: TargetSource, [document, ...steps]: YamlPath): Spot {
  let spot = need(rootOf(source, Number(document)));
  for (const step of steps)
    spot = typeof step === 'number' ? need(itemsOf(spot))[step]! : need(entryOf(spot, step));
  return spot;
}

function need<T>(result: { kind: string; value?: T }): T {
  expect(result.kind).toBe('found');
  return result.value as T;
}

describe('every number of every sample', () => {
  it('is a set of 25 files with more than 70 numbers', () => {
    const counts = SAMPLES.map((name) => numbersOf(readFileSync(`${FOLDER}/${name}`, 'utf8')).length);
    expect(SAMPLES).toHaveLength(25);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(70);
  });

  it.each(SAMPLES)('changes alone, to the byte: %s', (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const source = need(readTargetSource(name, text));
    for (const { path, start, end } of numbersOf(text)) {
      const spot = walk(source, path);
      const expected = `${text.slice(0, start)}77${text.slice(end)}`;
      expect(applyEdits(source, setNumber(spot, 77))).toEqual({ kind: 'rendered', text: expected });
    }
  });

  it.each(SAMPLES)('stays as it is when it is the asked one: %s', (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const source = need(readTargetSource(name, text));
    for (const { path, start, end } of numbersOf(text)) {
      const written = text.slice(start, end);
      if (/^\d+$/.test(written)) expect(setNumber(walk(source, path), Number(written))).toEqual([]);
    }
  });
});

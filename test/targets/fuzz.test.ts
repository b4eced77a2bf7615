import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../src/core/manifest/release-schema.ts';
import { renderTarget } from '../../src/targets/render-target.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

const FOLDER = fileURLToPath(new URL('../golden/targets', import.meta.url));
const CASES = readdirSync(FOLDER).map((name) => {
  const { target, split } = JSON.parse(readFileSync(`${FOLDER}/${name}/case.json`, 'utf8')) as {
    target: TargetSpec;
    split: SplitInShort;
  };
  return { target, split: makeSplit(split), text: readFileSync(`${FOLDER}/${name}/${target.file}`, 'utf8') };
});

/** Pieces that mean something to YAML. */
const PIECES = [
  '\n',
  '\r\n',
  ' ',
  '  ',
  '\t',
  '#',
  ' # c',
  ':',
  ': ',
  '- ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|',
  '>',
  '&x ',
  '*x',
  '!t ',
  '<<: *x',
  '---\n',
  '...\n',
  '%',
  '0',
  '\uFEFF',
];

describe('a damaged file', () => {
  it('is edited soundly or refused with a place in it, and never breaks the tool', () => {
    let edited = 0;
    const damage = fc.record({ at: fc.nat(2_000), cut: fc.nat(6), put: fc.constantFrom('', ...PIECES) });
    fc.assert(
      fc.property(
        fc.constantFrom(...CASES),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        ({ target, split, text }, damages) => {
          let broken = text;
          for (const { at, cut, put } of damages) {
            const place = at % broken.length;
            broken = broken.slice(0, place) + put + broken.slice(place + cut);
          }
          const rendering = renderTarget(target, broken, split);
          if (rendering.kind === 'rendered') {
            edited += 1;
            expect(renderTarget(target, rendering.text, split)).toEqual(rendering);
            return;
          }
          const lines = broken.split('\n').length;
          for (const { at } of rendering.problems) {
            expect(at.line).toBeGreaterThanOrEqual(1);
            expect(at.line).toBeLessThanOrEqual(lines);
          }
          expect(rendering.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 400 },
    );
    expect(edited).toBeGreaterThan(20);
  });
});

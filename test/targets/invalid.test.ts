import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/core/errors.ts';
import type { TargetSpec } from '../../src/core/manifest/release-schema.ts';
import { renderTarget } from '../../src/targets/render-target.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

/** Files that cannot be edited, each beside the problems that say why: code, path, line and column. */
const FOLDER = fileURLToPath(new URL('../fixtures/targets/invalid', import.meta.url));

interface InvalidCase {
  readonly target: TargetSpec;
  readonly split: SplitInShort;
  readonly problems: readonly unknown[];
}

const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''))
  .sort();

describe('files that cannot be edited as asked', () => {
  it.each(names)('%s', (name) => {
    const text = readFileSync(`${FOLDER}/${name}.yaml`, 'utf8');
    const expected = JSON.parse(readFileSync(`${FOLDER}/${name}.expected.json`, 'utf8')) as InvalidCase;
    const rendering = renderTarget(expected.target, text, makeSplit(expected.split));
    expect(rendering.kind).toBe('mismatch');
    const problems = rendering.kind === 'mismatch' ? rendering.problems : [];
    expect(problems.map(({ code, path, at }) => ({ code, path, line: at.line, column: at.column }))).toEqual(
      expected.problems,
    );
    for (const problem of problems) {
      expect(problem.severity).toBe('error');
      // What is wrong, then what to do; on one line, without a full stop.
      expect(formatProblem(problem)).toMatch(
        /^(?:refused\[SEC-\d+\] )?in\.yaml:\d+:\d+.*: [^\n]+[;,:] [^\n]+[^.\n]$/,
      );
    }
  });
});

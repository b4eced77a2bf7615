import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../src/core/manifest/release-schema.ts';
import { renderTarget } from '../../src/targets/render-target.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

/**
 * Pairs of files: `in` and what it becomes. BELAY_UPDATE_GOLDEN=1 writes the second; the difference is for review.
 */
const FOLDER = fileURLToPath(new URL('../golden/targets', import.meta.url));

interface GoldenCase {
  readonly about: string;
  readonly target: TargetSpec;
  readonly split: SplitInShort;
}

describe('golden targets', () => {
  it.each(readdirSync(FOLDER).sort())('%s', (name) => {
    const folder = `${FOLDER}/${name}`;
    const { target, split } = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as GoldenCase;
    const output = `${folder}/${target.file.replace('in.', 'out.')}`;
    const rendering = renderTarget(
      target,
      readFileSync(`${folder}/${target.file}`, 'utf8'),
      makeSplit(split),
    );
    const text = rendering.kind === 'rendered' ? rendering.text : JSON.stringify(rendering, null, 2);
    if (process.env.BELAY_UPDATE_GOLDEN === '1') writeFileSync(output, text);
    expect(existsSync(output)).toBe(true);
    expect(text).toBe(readFileSync(output, 'utf8'));
    expect(renderTarget(target, text, makeSplit(split))).toEqual({ kind: 'rendered', text });
  });
});

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as stories from '../../examples/fraud-scorer/demo/stories.mjs';
import { readLocalPulls } from '../../src/adapters/local/local-forge.ts';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { createStage, type Stage } from '../../src/cli/demo/replay-demo.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { readDrills } from '../../src/core/record/drill-file.ts';
import { DRILL_VARIANTS } from '../../src/core/record/drill-schema.ts';
import { instant } from '../../src/core/units.ts';
import { git } from '../lab/git/run-git.ts';

/** `belay drill` in the example's repository. */

const MANIFEST = 'releases/fraud-scorer.yaml';

interface Place {
  readonly stage: Stage;
  readonly directory: string;
  ask(...args: readonly string[]): Promise<string>;
  drill(...flags: readonly string[]): Promise<{ readonly code: number; readonly out: string }>;
  change(path: string, edit: (text: string) => string): Promise<void>;
}

/** The example, with stable adopted as good unless it is to be new. */
async function openExample(how: 'adopted' | 'new' = 'adopted'): Promise<Place> {
  const [story] = stories.STORIES;
  const stage = await createStage(stories);
  const { directory } = stage.repository;
  const ask = async (...args: readonly string[]) =>
    (
      await git({
        dir: directory,
        args: ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', ...args],
      })
    )
      .toString('utf8')
      .trim();
  const text = await readFile(stories.recordingFile(story), 'utf8');
  const provider = createOpenMetricsProvider({ name: 'prod', text, clock: stage.clock });
  if (how === 'adopted') await stage.tick(instant(Date.parse(story.startsAt) + 300_000), provider);
  return {
    stage,
    directory,
    ask,
    drill: async (...flags) => {
      let out = '';
      const sink = { write: (said: string) => (out += said) };
      const code = await runCli(['drill', 'fraud-scorer', '--dir', directory, ...flags], {
        env: {},
        cwd: directory,
        stdout: sink,
        stderr: sink,
      });
      return { code, out };
    },
    change: async (path, edit) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${directory}/${path}`, edit(await readFile(`${directory}/${path}`, 'utf8')));
      await ask('commit', '--quiet', '--all', '-m', 'Change');
    },
  };
}

/** Seconds that the lines of a table say. */
const lengthsIn = (out: string) =>
  [...out.matchAll(/^ {2}\S.* {2,}(\d+\.\d{3}) s$/gm)].map((match) => Number(match[1]));

describe('a drill of a healthy rollback', () => {
  let place: Place;
  let before = '';
  let told: Awaited<ReturnType<Place['drill']>>;
  beforeAll(async () => {
    place = await openExample();
    before = await place.ask('rev-parse', 'main');
    told = await place.drill();
  });

  it('passes, and its phases add up to the total', () => {
    console.log(told.out);
    expect(told).toMatchObject({
      code: 0,
      out: expect.stringContaining('DRILL fraud-scorer (healthy): passed'),
    });
    const lengths = lengthsIn(told.out);
    const total = lengths.at(-1) ?? 0;
    expect(lengths).toHaveLength(9);
    expect(lengths.slice(0, -1).reduce((sum, length) => sum + length, 0)).toBeCloseTo(total, 3);
  });

  it('leaves the default branch with its record, and nothing else', async () => {
    expect(await place.ask('diff', '--name-only', before, 'main')).toBe(
      '.belay/drills/fraud-scorer/0001.json',
    );
    expect(await place.ask('rev-list', '--count', `${before}..main`)).toBe('1');
    expect(await place.ask('for-each-ref', '--format=%(refname)', 'refs/heads/belay')).toBe('');
  });

  it('opened a pull request into its own branch alone, which says what it is', async () => {
    const [pull, ...others] = await readLocalPulls({ directory: place.directory });
    expect(others).toEqual([]);
    expect(pull).toMatchObject({
      state: 'merged',
      title: expect.stringMatching(/^DRILL: release\(fraud-scorer\): roll back drill-\d{8}T/),
      description: expect.stringContaining('**DRILL: this is a rehearsal'),
      base: expect.stringMatching(/^belay\/drill\/fraud-scorer\/\d{8}T\d+Z\/base$/),
      branch: expect.stringMatching(/^belay\/drill\/fraud-scorer\/\d{8}T\d+Z\/revert\//),
    });
  });
});

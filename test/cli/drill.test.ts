import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as stories from '../../examples/fraud-scorer/demo/stories.mjs';
import { readLocalPulls } from '../../src/adapters/local/local-forge.ts';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { drill } from '../../src/app/drill.ts';
import { createDrillForge } from '../../src/app/drill-forge.ts';
import { createStage, HISTORY_PATH, type Stage } from '../../src/cli/demo/replay-demo.ts';
import { openDrill } from '../../src/cli/open-drill.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { ToolError } from '../../src/core/errors.ts';
import { readDrills } from '../../src/core/record/drill-file.ts';
import { DRILL_VARIANTS } from '../../src/core/record/drill-schema.ts';
import { formatInstant, instant } from '../../src/core/units.ts';
import type { CommitRequest } from '../../src/ports/forge.ts';
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
      await writeFile(`${directory}/${path}`, edit(await readFile(`${directory}/${path}`, 'utf8')));
      await ask('commit', '--quiet', '--all', '-m', 'Change');
    },
  };
}

const contextOf = ({ directory }: Place) => {
  const sink = { write: () => undefined };
  return { env: {}, cwd: directory, stdout: sink, stderr: sink };
};

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
      base: expect.stringMatching(/^belay\/drill\/fraud-scorer\/\d{8}T\d+Z-[0-9a-f]{4}\/base$/),
      branch: expect.stringMatching(/^belay\/drill\/fraud-scorer\/\d{8}T\d+Z-[0-9a-f]{4}\/revert\//),
    });
  });
});

async function recordsOf({ directory }: Place) {
  const folder = '.belay/drills/fraud-scorer';
  const paths = (await readdir(join(directory, folder))).map((name) => `${folder}/${name}`);
  const texts = await Promise.all(paths.map((path) => readFile(join(directory, path), 'utf8')));
  return readDrills('fraud-scorer', new Map(paths.map((path, index) => [path, texts[index] ?? ''])), sha256);
}

describe('a drill in which something goes wrong on purpose', () => {
  let place: Place;
  let before = '';
  beforeAll(async () => {
    place = await openExample();
    before = await place.ask('rev-parse', 'main');
  });

  it.each(DRILL_VARIANTS)('passes when Belay does what it should: %s', async (variant) => {
    const told = await place.drill('--variant', variant);
    expect(told).toMatchObject({ code: 0, out: expect.stringContaining(`(${variant}): passed`) });
    expect(await place.ask('for-each-ref', '--format=%(refname)', 'refs/heads/belay')).toBe('');
  });

  it('is recorded in a chain of its own, and nothing else is written', async () => {
    const { drills, problems } = await recordsOf(place);
    expect(problems).toEqual([]);
    expect(drills.map(({ variant, passed }) => [variant, passed])).toEqual(
      DRILL_VARIANTS.map((variant) => [variant, true]),
    );
    for (const { phases, total, restore, target } of drills) {
      expect(phases.reduce((sum, { length }) => sum + length, 0)).toBe(total);
      expect(restore).toBeLessThanOrEqual(target);
    }
    const changed = (await place.ask('diff', '--name-only', before, 'main')).split('\n');
    expect(changed.filter((path) => !path.startsWith('.belay/drills/'))).toEqual([]);
  });

  it('fails when nobody is named for what only a person can do, and says what to add', async () => {
    await place.change(MANIFEST, (text) => text.replace(/^ *owners: .*\n/m, ''));
    const told = await place.drill('--variant', 'target-missing');
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/\(target-missing\): failed[\s\S]*NOBODY_NAMED: .*add metadata\.owners/);
    expect((await recordsOf(place)).drills.at(-1)).toMatchObject({
      passed: false,
      findings: [{ code: 'NOBODY_NAMED' }],
    });
  });

  it('fails when it is slower than the target', async () => {
    await place.change('.belay/config.yaml', (text) => `${text}\ndrill: {target: 0s}\n`);
    const told = await place.drill();
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/TOO_SLOW: a rollback took \d+ ms, expected at most 0 ms/);
    // what never was a rollback was none that took too long
    expect(await place.drill('--variant', 'permission-lost')).toMatchObject({ code: 0 });
  });

  it('is refused for a variant, a release or a record that is not there', async () => {
    expect(await place.drill('--variant', 'flood')).toMatchObject({
      code: 1,
      out: expect.stringContaining('--variant: expected one of healthy, provider-down'),
    });
    const { drills } = await recordsOf(place);
    await place.change('.belay/drills/fraud-scorer/0001.json', (text) => text.replace('true', 'false'));
    const told = await place.drill();
    expect(told.code).toBe(1);
    expect(told.out).toContain('restore the file from history');
    expect((await readdir(join(place.directory, '.belay/drills/fraud-scorer'))).length).toBe(drills.length);
  });
});

describe('a drill where the config cannot be read', () => {
  it('is refused before anything is written', async () => {
    const place = await openExample();
    await place.change('.belay/config.yaml', (text) => text.replace('kind: Config', 'kind: Conf'));
    const refs = await place.ask('for-each-ref');
    expect(await place.drill()).toMatchObject({
      code: 1,
      out: expect.stringContaining('.belay/config.yaml is not there or cannot be read'),
    });
    expect(await place.ask('for-each-ref')).toBe(refs);
  });
});

describe('a drill of a release that was never adopted', () => {
  it('fails, and says that there is nothing to restore', async () => {
    const place = await openExample('new');
    const told = await place.drill();
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/failed[\s\S]*NOTHING_TO_RESTORE: there is no version to go back to/);
    expect(told.out).toContain(
      'run "belay advance" once, which takes the version that serves everyone as good',
    );
    expect(told.out).toContain('nothing was restored, so no time is held against the target');
    expect(told.out).not.toContain('time to restore');
    expect((await recordsOf(place)).drills).toMatchObject([{ passed: false, variant: 'healthy' }]);
  });
});

describe('a drill beside a branch that keeps rollbacks away', () => {
  it('fails, and says which one is to go', async () => {
    const place = await openExample();
    await place.ask('branch', 'belay');
    const told = await place.drill();
    expect(told.code).toBe(1);
    expect(told.out).toContain('BRANCH_IN_THE_WAY: there is a branch "belay", and git holds no branch below');
    await place.ask('branch', '-D', 'belay');
    expect((await place.drill()).code).toBe(0);
  });
});

describe('a drill of a release that is in flight', () => {
  it('takes back what is in flight on its own branch, and leaves the rollout where it is', async () => {
    const [story] = stories.STORIES;
    const place = await openExample();
    const { stage, directory } = place;
    const text = await readFile(stories.recordingFile(story), 'utf8');
    await mkdir(join(directory, 'metrics'));
    await writeFile(join(directory, HISTORY_PATH), text);
    const provider = createOpenMetricsProvider({ name: 'prod', text, clock: stage.clock });
    const at = (minute: number) => instant(Date.parse(story.startsAt) + minute * 60_000);
    await stage.repository.mergeCandidate(story, at(20));
    for (const minute of [20, 25, 40]) await stage.tick(at(minute), provider);
    const main = await place.ask('rev-parse', 'main');
    const told = await place.drill('--now', formatInstant(at(45)));
    expect(told).toMatchObject({ code: 0, out: expect.stringContaining('passed, taking back 3.5.0') });
    expect(await place.ask('diff', '--name-only', main, 'main')).toBe('.belay/drills/fraud-scorer/0001.json');
    expect(await readFile(join(directory, 'releases/fraud-scorer.yaml'), 'utf8')).toMatch(/^ {4}weight: 1$/m);
  });
});

describe('a drill and what others do', () => {
  const REAL = 'belay/rollback/fraud-scorer/3.5.0-0123456789ab';

  /** Somebody's rollback is open. */
  async function openRollback({ stage: { forge } }: Place): Promise<void> {
    const head = await forge.refresh();
    const state = await forge.inspect({ branch: REAL, families: [] });
    const operation = '0123456789ab'.padEnd(64, '0');
    await forge.propose({
      parent: head,
      files: [{ path: 'releases/notes.txt', text: 'back\n' }],
      subject: 'Roll back',
      body: `Belay-Op: ${operation}`,
      operation,
      branch: REAL,
      state,
      title: 'Roll back',
      description: '',
    });
  }

  it('stops before it begins when a rollback is open, and writes nothing', async () => {
    const place = await openExample();
    await openRollback(place);
    const refs = await place.ask('for-each-ref');
    const told = await place.drill();
    expect(told.code).toBe(2);
    expect(told.out).toMatch(/aborted: real incident open: pull request #1 \(belay\/rollback\//);
    expect(await place.ask('for-each-ref')).toBe(refs);
  });

  it('stops between its phases when one is opened, takes away what it made, and leaves that one alone', async () => {
    const place = await openExample();
    const main = await place.ask('rev-parse', 'main');
    const { world, scratch } = await openDrill({ dir: place.directory }, contextOf(place));
    const report = await drill(
      world,
      {
        ...scratch,
        create: async (branch, at) => {
          await openRollback(place);
          return scratch.create(branch, at);
        },
      },
      { release: 'fraud-scorer', variant: 'healthy', suffix: '0a1b' },
    );
    expect(report.result).toMatchObject({ kind: 'aborted', reason: expect.stringContaining(REAL) });
    expect(await place.ask('rev-parse', 'main')).toBe(main);
    expect(await place.ask('for-each-ref', '--format=%(refname:short)', 'refs/heads/belay')).toBe(REAL);
    expect(await readLocalPulls({ directory: place.directory })).toMatchObject([
      { state: 'open', branch: REAL },
    ]);
  });

  it('is told apart from one that began at the same moment at the same commit', async () => {
    const place = await openExample();
    const { world, scratch } = await openDrill({ dir: place.directory }, contextOf(place));
    const at = world.clock.now();
    const still = { ...world, clock: { ...world.clock, now: () => at } };
    const unrecorded = {
      ...still.forge,
      commit: async ({ parent }: CommitRequest) => ({ kind: 'head-moved', expected: parent }) as const,
    };
    const options = { release: 'fraud-scorer', suffix: '0a1b' };
    const first = await drill({ ...still, forge: unrecorded }, scratch, { ...options, variant: 'healthy' });
    expect(first.receipt).toEqual({ kind: 'head-moved' });
    const second = await drill(still, scratch, { ...options, variant: 'auto-merge-off', suffix: '0a1c' });
    expect(second).toMatchObject({ result: { kind: 'passed' }, findings: [] });
  });

  it('takes its own time where it is told to begin at another moment, and has a name of its own each time', async () => {
    const place = await openExample();
    const moment = ['--now', '2027-01-04T09:00:00Z'];
    for (const variant of ['healthy', 'auto-merge-off'])
      expect(await place.drill(...moment, '--variant', variant)).toMatchObject({ code: 0 });
    const { drills } = await recordsOf(place);
    expect(drills).toHaveLength(2);
    for (const { at, restore, total } of drills) {
      expect(at).toBeGreaterThanOrEqual(Date.parse('2027-01-04T09:00:00Z'));
      expect(at).toBeLessThan(Date.parse('2027-01-04T10:00:00Z'));
      expect(Math.min(restore, total)).toBeGreaterThan(0);
    }
    expect(new Set((await readLocalPulls(place)).map(({ base }) => base)).size).toBe(2);
  });

  it('removes what it can when one branch cannot be deleted, and says of that one why', async () => {
    const place = await openExample();
    const { world, scratch } = await openDrill({ dir: place.directory }, contextOf(place));
    const remove: typeof scratch.remove = async (branch) => {
      if (!branch.name.endsWith('/base')) return scratch.remove(branch);
      throw new ToolError({ code: 'FORGE_REFUSED', message: 'a rule forbids to delete it' });
    };
    const options = { release: 'fraud-scorer', variant: 'auto-merge-off', suffix: '0a1b' } as const;
    const report = await drill(world, { ...scratch, remove }, options);
    expect(report.findings).toMatchObject([
      { code: 'DRILL_LEFTOVER', text: expect.stringContaining('/base could not be deleted (a rule forbids') },
    ]);
    const left = await place.ask('for-each-ref', '--format=%(refname:short)', 'refs/heads/belay');
    expect(left).toMatch(/^belay\/drill\/fraud-scorer\/\d{8}T\d+Z-0a1b\/base$/);
  });

  it('removes what a killed drill left, and no other branch', async () => {
    const place = await openExample();
    const killed = 'belay/drill/fraud-scorer/20260101T000000Z-0a1b/base';
    const young = `belay/drill/fraud-scorer/${new Date().toISOString().replace(/[-:.]/g, '')}-0a1b/base`;
    const others = ['belay/drill/by-hand', 'belay/drilling/x', 'my/belay/drill', young];
    for (const name of [killed, ...others]) await place.ask('branch', name, 'main');
    expect(await place.drill()).toMatchObject({ code: 0 });
    const left = await place.ask('for-each-ref', '--format=%(refname:short)', 'refs/heads/');
    expect(left.split('\n')).toEqual(['main', ...others].sort());
  });
});

describe('the forge of a drill', () => {
  it('refuses every ref that is not of the drill (SEC-32)', async () => {
    const place = await openExample();
    const { world, scratch } = await openDrill({ dir: place.directory }, contextOf(place));
    const under = 'belay/drill/fraud-scorer/20261130T000000Z/';
    const steps = { beforeWrite: async () => undefined, decided: () => undefined, proposed: () => undefined };
    const options = { under, steps };
    expect(() => createDrillForge(world.forge, options)).toThrow('refused[SEC-32]');
    expect(() => createDrillForge(world.forge, { ...options, under: 'main' })).toThrow('refused[SEC-32]');
    expect(() => scratch.onto('main')).toThrow('plain names below belay/');
    await scratch.create(`${under}base`, await world.forge.refresh());
    const forge = createDrillForge(scratch.onto(`${under}base`), options);
    const foreign = 'belay/drill-record/fraud-scorer/x';
    await expect(forge.inspect({ branch: foreign, families: [] })).rejects.toThrow('refused[SEC-32]');
    await expect(
      forge.inspect({ branch: 'belay/rollback/fraud-scorer/x', families: ['belay/'] }),
    ).rejects.toThrow('refused[SEC-32]');
  });
});

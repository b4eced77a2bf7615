import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { orderOf } from '../../src/app/answer-comment.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import { isOutdated, readBrought } from '../../src/app/open-rollbacks.ts';
import { readSnapshot } from '../../src/app/read-snapshot.ts';
import { rollback } from '../../src/app/rollback.ts';
import { readCommand } from '../../src/core/command/command.ts';
import { ToolError } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { minute } from '../builders/release.ts';
import { moveTo, writeRoute } from '../builders/world.ts';
import { type Bench, type Health, holdToLaws, only, told, writeManifest } from './bench.ts';
import {
  bring,
  type Manifest,
  open,
  openWithScorerTried,
  pathOf,
  recordsOf,
  rollOut,
  takeBack,
  versionsIn,
  write,
} from './dependents.ts';
import { baseOf, filesOf, problemsOf } from './directory.ts';

holdToLaws();

const NAMES = ['store', 'scorer', 'ranker'];
const ORDER = { reason: 'it is slow', onlyIfFailing: false, dryRun: false } as const;

/** Scorer and ranker write one file, so they cannot go back in one pull request. */
async function openWithSharedFile(): Promise<Bench> {
  const routes = ['scorer', 'ranker'].map((name) =>
    writeRoute({ 'scorer-a': 100, 'scorer-b': 0, 'scorer-c': 0 }).replace(
      'name: scorer\n',
      `name: ${name}\n`,
    ),
  );
  const setup = (name: string): Manifest => ({
    targets: [{ kind: 'gateway-api', file: 'serving/all.yaml', route: name }],
  });
  const bench = open({
    names: NAMES,
    files: {
      [pathOf('scorer')]: write('scorer', 'one', setup('scorer')),
      [pathOf('ranker')]: write('ranker', 'one', setup('ranker')),
      'serving/all.yaml': routes.join('---\n'),
    },
  });
  await bench.tick(0);
  await rollOut(bench, 'store', 0);
  await rollOut(bench, 'scorer', 97, setup('scorer'));
  await rollOut(bench, 'ranker', 194, setup('ranker'));
  return bench;
}

/** Serves scorer-2 by hand, without a record that names an earlier good version: it has no way back. */
async function openWithScorerStuck(): Promise<Bench> {
  const bench = open();
  await bench.tick(0);
  await rollOut(bench, 'store', 0);
  bench.forge.push({
    [pathOf('scorer')]: write('scorer', 'two'),
    'serving/scorer.yaml': writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
    '.belay/records/scorer/0001.json': null,
  });
  await bench.tick(98);
  return bench;
}

interface Words {
  readonly name: string;
  readonly release: string;
  readonly version?: string;
  readonly reason?: string;
}

/** A person orders something. */
async function order(bench: Bench, at: number, words: Words) {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  const given = { version: undefined, reason: undefined, until: undefined, from: undefined };
  const command = readCommand({ ...given, ...words });
  const from = { person: { login: 'ana', id: 7 }, source: { kind: 'comment' as const, id: 1, on: 12 } };
  const trigger = { kind: 'comment' as const, actor: 'ana', order: orderOf(command, from) };
  await obeyCommand({ ...bench.world, trigger }, command, { dryRun: false });
}

/** The store goes back, and looking for the way back of the scorer breaks. */
async function leaveBehind(bench: Bench): Promise<RunReport> {
  const { forge } = bench.world;
  const history: typeof forge.history = async (at, path) => {
    if (path !== pathOf('scorer')) return forge.history(at, path);
    throw new ToolError({ code: 'CORRUPT', message: 'git: an object is damaged' });
  };
  const broken = new Proxy(forge, {
    get: (target, key) => {
      const value = key === 'history' ? history : Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  bench.forge.checkout();
  return rollback({ ...bench.world, forge: broken }, { ...ORDER, release: 'store', from: 'store-2' });
}

describe('a dependent that does not go back in the same pull request', () => {
  it('follows one that was itself only taken along', async () => {
    const bench = await openWithSharedFile();
    expect(only(await takeBack(bench, 300), 'store').along).toEqual(['scorer']);
    expect(versionsIn(bench, 'ranker')[0]).toBe('ranker-2');
    expect(told(await bench.tick(301), 'ranker')).toEqual(['rollback', 'DEPENDENCY_ROLLED_BACK', 'merged']);
    expect(versionsIn(bench, 'ranker')[0]).toBe('ranker-1');
  });

  it('stands in the record of the rollback', async () => {
    const bench = await openWithScorerStuck();
    await takeBack(bench, 100);
    const { reasons } = recordsOf(bench, 'store').at(-1).decision;
    expect(reasons[1]).toMatchObject({
      code: 'DEPENDENT_LEFT',
      text: expect.stringContaining('scorer-2 needs'),
    });
    // and once in the pull request
    expect(bench.forge.pulls[0]?.description.match(/scorer-2 needs store store-2/g)).toHaveLength(1);
  });

  it('is told when its manifest cannot be read', async () => {
    const bench = await openWithScorerTried();
    const text = bench.forge.textAt(pathOf('scorer'))!.replace('strategy: canary', 'strategy: leap');
    bench.forge.push({ [pathOf('scorer')]: text });
    const report = await takeBack(bench, 132);
    expect(told(report, 'store')[2]).toBe('merged');
    expect(only(report, 'store').problems).toMatchObject([
      {
        code: 'DEPENDENT_LEFT',
        at: { file: pathOf('scorer') },
        message: expect.stringContaining('cannot be read'),
      },
    ]);
  });

  it('keeps nothing from being done when looking for its way back breaks', async () => {
    const bench = await openWithScorerTried();
    const report = await leaveBehind(bench);
    expect(told(report, 'store')[2]).toBe('merged');
    expect(only(report, 'store').problems[0]?.message).toContain('an object is damaged');
    expect(told(await bench.tick(134), 'scorer')).toEqual(['rollback', 'DEPENDENCY_ROLLED_BACK', 'merged']);
  });

  it.each([false, true])(
    'is taken back on proof though a person closed what followed without any (paused: %s)',
    async (pauses) => {
      const health = { 'scorer-2': ((at) => (at < 138 ? 0.005 : 0.08)) as Health };
      const bench = await openWithScorerTried({ health });
      await leaveBehind(bench);
      bench.forge.setRules({ pending: 'ci' });
      expect(told(await bench.tick(134), 'scorer')).toEqual(['rollback', 'DEPENDENCY_ROLLED_BACK', 'armed']);
      bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
      bench.forge.setRules({});
      expect(told(await bench.tick(135), 'scorer')[2]).toBe('suppressed');
      if (pauses) await order(bench, 136, { name: 'pause', release: 'scorer', reason: 'looking' });
      expect(told(await bench.tick(145), 'scorer')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
      expect(recordsOf(bench, 'scorer').at(-1)).toMatchObject({ quarantine: { version: 'scorer-2' } });
    },
  );

  it('follows with what it serves when what it tries would be fine', async () => {
    const bench = await openWithSharedFile();
    const manifest = parse(bench.forge.textAt(pathOf('ranker'))!);
    manifest.spec.candidate = parse(
      writeManifest({ stable: { version: 'ranker-3', backend: 'scorer-c', digit: '9' } }),
    ).spec.stable;
    bench.forge.push({ [pathOf('ranker')]: stringify(manifest) });
    expect(told(await bench.tick(299), 'ranker')[0]).toBe('start');
    await takeBack(bench, 300);
    const report = await bench.tick(301);
    expect(told(report, 'ranker')).toEqual(['rollback', 'DEPENDENCY_ROLLED_BACK', 'merged']);
    expect(only(report, 'ranker').decision.reasons[0]?.text).toContain('ranker-2 needs scorer scorer-2');
    expect(versionsIn(bench, 'ranker')).toEqual(['ranker-1', undefined]);
  });

  it('is told still when the version that it needs may come again', async () => {
    const bench = await openWithScorerStuck();
    await takeBack(bench, 100);
    expect(told(await bench.tick(101), 'scorer')[1]).toBe('DEPENDENCY_NOT_MET');
    await order(bench, 102, {
      name: 'lift-quarantine',
      release: 'store',
      version: 'store-2',
      reason: 'it was the feed',
    });
    const report = await bench.tick(103);
    expect(told(report, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(exitCodeOf(report)).toBe(2);
  });
});

describe('a pull request that rolls several releases back', () => {
  it('holds what is in it, also what depends on it over another', async () => {
    const bench = open({ names: NAMES });
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    await rollOut(bench, 'scorer', 97);
    bring(bench, 'ranker');
    for (const at of [194, 226]) await bench.tick(at);
    expect(versionsIn(bench, 'ranker')).toEqual(['ranker-1', 'ranker-2']);
    bench.forge.setRules({ pending: 'ci' });
    expect(only(await takeBack(bench, 228), 'store').along).toEqual(['ranker', 'scorer']);
    const held = await bench.tick(260);
    expect(told(held, 'ranker')).toEqual(['hold', 'ROLLBACK_PENDING', 'none']);
    bench.forge.setRules({});
    expect(NAMES.map((name) => versionsIn(bench, name)[0])).toEqual(['store-1', 'scorer-1', 'ranker-1']);
  });

  it('may never land when a release that it takes along was changed', async () => {
    const bench = await openWithScorerTried();
    bench.forge.setRules({ pending: 'ci' });
    await takeBack(bench, 132);
    const isOld = async (): Promise<boolean> => {
      const snapshot = await readSnapshot(bench.world, bench.forge.tip('main')!);
      const file = snapshot.releases.find((one) => one.path === pathOf('store'));
      if (file?.kind !== 'readable') throw new Error('store cannot be read');
      return isOutdated(
        bench.world,
        snapshot,
        await readBrought(bench.world, { file, pull: bench.forge.pulls[0]! }),
      );
    };
    expect(await isOld()).toBe(false);
    const text = bench.forge.textAt(pathOf('scorer'))!.replace('deadline: 24h', 'deadline: 25h');
    bench.forge.push({ [pathOf('scorer')]: text });
    expect(await isOld()).toBe(true);
  });

  it('lists what each manifest loses, and whom to tell', async () => {
    const bench = await openWithScorerTried();
    const text = bench.forge.textAt(pathOf('scorer'))!.replace('deadline: 24h', 'deadline: 25h');
    bench.forge.push({ [pathOf('scorer')]: text }, { message: 'Give it an hour more' });
    await takeBack(bench, 132);
    const [, scorer] = bench.forge.pulls[0]!.description.split('#### scorer');
    expect(scorer).toContain('`releases/scorer.yaml` gets back its bytes of');
    expect(scorer).toContain('Give it an hour more');
  });

  it.each(['branch', 'commit', 'pull'] as const)(
    'is one with one record each when a run is cut off after the %s',
    async (point) => {
      const bench = await openWithScorerTried();
      bench.forge.crashNext(point);
      await expect(takeBack(bench, 132)).rejects.toThrow();
      const again = await takeBack(bench, 133);
      expect(told(again, 'store')[2]).toBe('merged');
      expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['merged']);
      for (const name of ['store', 'scorer'])
        expect(recordsOf(bench, name).filter(({ decision }) => decision.kind === 'rollback')).toHaveLength(1);
      expect(told(await takeBack(bench, 134), 'store')[0]).toBe('nothing');
    },
  );

  it('goes on from another branch when somebody pushed to its own', async () => {
    const health = { 'store-2': ((at) => (at < 131 ? 0.005 : 0.06)) as Health };
    const bench = await openWithScorerTried({ health }, { watch: '12h' });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.tick(150), 'store')).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    bench.forge.push({ 'evil.txt': 'x' }, { branch: bench.forge.pulls[0]!.branch });
    expect(told(await bench.tick(151), 'store')[2]).toBe('armed');
    expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['closed', 'open']);
    bench.forge.setRules({});
    expect(bench.forge.textAt('evil.txt')).toBeUndefined();
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', undefined]);
  });

  it('takes nothing up with it when a person closed it', async () => {
    const health = { 'store-2': ((at) => (at < 131 ? 0.005 : 0.06)) as Health };
    const bench = await openWithScorerTried({ health }, { watch: '12h' });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(150);
    bench.forge.closePull(1);
    bench.forge.setRules({});
    const report = await bench.tick(165);
    expect(told(report, 'store')[2]).toBe('suppressed');
    expect(told(report, 'scorer')).toEqual(['hold', 'ROLLBACK_PENDING', 'none']);
    expect(only(report, 'scorer').decision.reasons[0]?.text).toContain('does not go up until');
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('is refused with a release that needs nothing of it', async () => {
    const bench = await openWithScorerTried({}, { needs: null });
    const settled = filesOf(bench);
    const was = filesOf(bench);
    await takeBack(bench, 132);
    const store = filesOf(bench);
    await bench.rollBack(134, { release: 'scorer' });
    const scorer = filesOf(bench);
    const path = Object.keys(scorer).find((one) => !(one in store) && one.includes('/scorer/'))!;
    const record = JSON.parse(scorer[path]!);
    const decision = { ...record.decision, reasons: [{ code: 'DEPENDENCY_ROLLED_BACK', text: 'so' }] };
    const forged = { ...scorer, [path]: JSON.stringify({ ...record, quarantine: null, decision }) };
    const account = { id: 77, login: 'acme-belay[bot]', isApp: true };
    const branch = 'belay/rollback/store/store-2-0123456789ab';
    const earlier = { ...settled, [pathOf('scorer')]: write('scorer', 'one') };
    const problems = await problemsOf(forged, {
      base: baseOf(was, earlier),
      origin: { kind: 'known', isFork: false, branch, account, sender: account },
    });
    expect(problems.find(({ code, at }) => code === 'SEC-29' && at.file === path)?.message).toContain(
      'needs',
    );
  });
});

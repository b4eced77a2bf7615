import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CONFIG, writeRoute } from '../builders/world.ts';
import { FakeCrash } from '../fakes/forge.ts';
import { type Health, holdToLaws, only, sick, told, writeManifest } from './bench.ts';
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
import { baseOf, type Files, filesOf, problemsOf } from './directory.ts';

holdToLaws();

describe('a release that depends on another one', () => {
  it('is rolled out once that one is settled, also where its name comes later', async () => {
    const bench = open({ names: ['store', 'viewer'] });
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    await rollOut(bench, 'viewer', 97);
  });
});

describe('a rollback of what others need', () => {
  it('takes a version that is being tried along, in one pull request with a record each', async () => {
    const bench = await openWithScorerTried();
    const report = await takeBack(bench, 132);
    expect(told(report, 'store')).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(only(report, 'store').along).toEqual(['scorer']);
    expect([versionsIn(bench, 'store'), versionsIn(bench, 'scorer')]).toEqual([
      ['store-1', undefined],
      ['scorer-1', undefined],
    ]);
    expect(bench.forge.textAt('serving/scorer.yaml')).toBe(writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }));
    const [pull, ...others] = bench.forge.pulls;
    expect(others).toEqual([]);
    expect(pull).toMatchObject({ state: 'merged', title: expect.stringContaining(', with scorer (record ') });
    expect(pull?.description).toContain('### What goes back with it');
    expect(pull?.description).toMatch(
      /\| scorer \| `scorer-2` \| `scorer-1` \| scorer-2 needs store store-2/,
    );
    expect(recordsOf(bench, 'store').at(-1)).toMatchObject({
      decision: { kind: 'rollback', reasons: [{}, { code: 'DEPENDENCY_ROLLED_BACK' }] },
      quarantine: { version: 'store-2' },
    });
    expect(recordsOf(bench, 'scorer').at(-1)).toMatchObject({
      decision: { kind: 'rollback', from: 25, reasons: [{ code: 'DEPENDENCY_ROLLED_BACK' }] },
      quarantine: null,
      restored: { version: { version: 'scorer-1' } },
    });
    for (const name of ['store', 'scorer']) expect(told(await bench.tick(134), name)[0]).toBe('nothing');
  });

  it('writes the pull request that the documentation shows', async () => {
    const bench = await openWithScorerTried();
    await takeBack(bench, 132);
    const [pull] = bench.forge.pulls;
    const docs = readFileSync('docs/contracts.md', 'utf8');
    const [, shown = ''] = /```markdown\n(### What goes back[\s\S]*?)\n```/.exec(docs) ?? [];
    expect(pull?.description).toContain(shown);
    expect(docs).toContain(`\`${pull?.title}\``);
  });

  it('takes a version that was promoted along, and one that needs that one', async () => {
    const bench = open({ names: ['store', 'scorer', 'ranker'] });
    await bench.tick(0);
    for (const [index, name] of ['store', 'scorer', 'ranker'].entries())
      await rollOut(bench, name, index * 97);
    const report = await takeBack(bench, 300);
    expect(only(report, 'store').along).toEqual(['ranker', 'scorer']);
    expect(['store', 'scorer', 'ranker'].map((name) => versionsIn(bench, name)[0])).toEqual([
      'store-1',
      'scorer-1',
      'ranker-1',
    ]);
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('goes by what the checks prove as by an order', async () => {
    const health = { 'store-2': ((at) => (at < 131 ? 0.005 : 0.06)) as Health };
    const bench = await openWithScorerTried({ health }, { watch: '12h' });
    const report = await bench.tick(150);
    expect(told(report, 'store')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(told(report, 'scorer')).toEqual(['nothing', 'SETTLED', 'none']);
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('leaves alone what works with the restored version', async () => {
    const bench = await openWithScorerTried({}, { needs: null });
    await takeBack(bench, 132);
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', 'scorer-2']);
    expect(bench.forge.pulls[0]?.title).not.toContain('with scorer');
  });

  it('lets a version that was only taken along come again, once what it needs is served', async () => {
    const bench = await openWithScorerTried();
    await takeBack(bench, 132);
    const next = { version: 'store-3', backend: 'scorer-b', digit: '7' };
    bench.forge.push({ [pathOf('scorer')]: write('scorer', 'both') }, { message: 'Again' });
    const waits = await bench.tick(134);
    expect(told(waits, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(exitCodeOf(waits)).toBe(2);
    const settled = writeManifest({ name: 'store', stable: next });
    bench.forge.push({
      [pathOf('store')]: settled,
      'serving/store.yaml': writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
    });
    expect(told(await bench.tick(140), 'store')).toEqual(['adopt', 'STABLE_CHANGED_BY_HAND', 'committed']);
    const unsure = await bench.tick(142);
    expect(told(unsure, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(only(unsure, 'scorer').decision.reasons[0]?.text).toContain('write store-3 in "needs" if it has');
    bench.forge.push({ [pathOf('scorer')]: write('scorer', 'both', { needs: { store: 'store-3' } }) });
    expect(told(await bench.tick(145), 'scorer')).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('is never kept by a dependent that cannot go back, which every later run tells', async () => {
    const bench = open();
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    bench.forge.push({
      [pathOf('scorer')]: write('scorer', 'two'),
      'serving/scorer.yaml': writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
      '.belay/records/scorer/0001.json': null,
    });
    await bench.tick(98);
    const report = await takeBack(bench, 100);
    expect(told(report, 'store')).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(only(report, 'store').problems).toMatchObject([
      { code: 'DEPENDENT_LEFT', severity: 'warning', at: { file: pathOf('scorer') } },
    ]);
    expect(bench.forge.pulls[0]?.description).toMatch(
      /### Look at this\n- `releases\/scorer\.yaml`: scorer-2 needs store store-2 .* It cannot be taken back/,
    );
    const later = await bench.tick(105);
    expect(told(later, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(exitCodeOf(later)).toBe(2);
    expect(only(later, 'scorer').decision.reasons[0]?.text).toContain('it cannot be taken back');
    expect(versionsIn(bench, 'scorer')[0]).toBe('scorer-2');
    const third = { version: 'scorer-3', backend: 'scorer-a', digit: '8' };
    const way = parse(write('scorer', 'two'));
    way.spec.candidate = parse(writeManifest({ stable: third })).spec.stable;
    bench.forge.push({ [pathOf('scorer')]: stringify(way) }, { message: 'Bring a way out' });
    expect(told(await bench.tick(110), 'scorer')).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(told(await bench.tick(115), 'scorer')[0]).toBe('hold');
  });

  it('is followed by a pull request of its own where both write one file', async () => {
    const shared = writeRoute({ 'scorer-a': 100, 'scorer-b': 0 });
    const routes = ['store', 'scorer'].map((name) => shared.replace('name: scorer\n', `name: ${name}\n`));
    const target = (name: string) => [{ kind: 'gateway-api', file: 'serving/all.yaml', route: name }];
    const setup = (name: string): Manifest => ({ targets: target(name) });
    const bench = open({
      files: {
        [pathOf('store')]: write('store', 'one', setup('store')),
        [pathOf('scorer')]: write('scorer', 'one', setup('scorer')),
        'serving/all.yaml': routes.join('---\n'),
      },
    });
    await bench.tick(0);
    await rollOut(bench, 'store', 0, setup('store'));
    await rollOut(bench, 'scorer', 97, setup('scorer'));
    await takeBack(bench, 200);
    expect(versionsIn(bench, 'scorer')[0]).toBe('scorer-2');
    expect(told(await bench.tick(201), 'scorer')).toEqual(['rollback', 'DEPENDENCY_ROLLED_BACK', 'merged']);
    expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['merged', 'merged']);
    expect(bench.forge.pulls[1]?.description).toContain('nothing is proven against it');
    expect(bench.forge.textAt('serving/all.yaml')).toBe(routes.join('---\n'));
  });

  it('waits for a requirement as a whole: nothing of a dependent moves meanwhile', async () => {
    const bench = await openWithScorerTried();
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await takeBack(bench, 140), 'store')[2]).toBe('armed');
    const held = await bench.tick(163);
    expect(told(held, 'scorer')).toEqual(['hold', 'ROLLBACK_PENDING', 'none']);
    expect(only(held, 'scorer').decision.reasons[0]?.text).toContain('it depends on store');
    bench.forge.setRules({});
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', undefined]);
    expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['merged']);
  });

  it('is found again by the next run when one was lost before the merge', async () => {
    const bench = await openWithScorerTried();
    bench.forge.crashNext('pull');
    await expect(takeBack(bench, 140)).rejects.toBeInstanceOf(FakeCrash);
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', 'scorer-2']);
    expect(told(await takeBack(bench, 145), 'store')[2]).toBe('merged');
    expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['merged']);
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', undefined]);
  });

  it('leaves a dependent to its own rollback where that is open', async () => {
    const bench = await openWithScorerTried();
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.rollBack(132), 'scorer')[2]).toBe('armed');
    const report = await takeBack(bench, 134);
    expect(told(report, 'store')[2]).toBe('armed');
    expect(only(report, 'store').problems[0]?.message).toContain('Another pull request takes it back');
  });

  it('passes validation as a pull request of Belay’s own, and what is forged does not', async () => {
    const bench = open();
    const settled = filesOf(bench);
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    bring(bench, 'scorer');
    for (const at of [98, 130]) await bench.tick(at);
    const was = filesOf(bench);
    await takeBack(bench, 132);
    const is = filesOf(bench);
    const path = Object.keys(is).find((one) => !(one in was) && one.includes('/scorer/'))!;
    const judge = async (files: Files, branch = 'belay/rollback/store/store-2-0123456789ab') => {
      const account = { id: 77, login: 'acme-belay[bot]', isApp: true };
      const origin = { kind: 'known', isFork: false, branch, account, sender: account } as const;
      const problems = await problemsOf(files, { base: baseOf(was, settled), origin });
      return problems.filter(({ severity }) => severity === 'error').map(({ code, at }) => [code, at.file]);
    };
    expect(await judge(is)).toEqual([]);
    expect(await judge(is, 'belay/rollback/other/1-0123456789ab')).toContainEqual(['SEC-29', path]);
    const quarantine = JSON.parse(is[path]!).candidate;
    const forged = JSON.stringify({ ...JSON.parse(is[path]!), quarantine });
    expect(await judge({ ...is, [path]: forged })).toContainEqual(['SEC-29', path]);
    const proven = is[path]!.replace('"DEPENDENCY_ROLLED_BACK"', '"HARM_PROVEN"');
    expect(await judge({ ...is, [path]: proven })).toContainEqual(['SEC-29', path]);
  });

  it('shows in a dry run what would go back with it', async () => {
    const bench = await openWithScorerTried();
    const report = await bench.rollBack(132, { release: 'store', from: 'store-2', dryRun: true });
    expect(only(report, 'store').edits.map(({ path }) => path)).toEqual([
      pathOf('store'),
      'serving/store.yaml',
      pathOf('scorer'),
      'serving/scorer.yaml',
    ]);
  });
});

describe('a version to go back to', () => {
  it('is none that needs more than is served, as long as another is good', async () => {
    const files = { 'serving/scorer.yaml': writeRoute({ 'scorer-a': 100, 'scorer-b': 0, 'scorer-c': 0 }) };
    const bench = open({ files });
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    await rollOut(bench, 'scorer', 97);
    const manifest = parse(write('scorer', 'two'));
    const third = { version: 'scorer-3', backend: 'scorer-c', digit: '8' };
    manifest.spec.candidate = parse(writeManifest({ stable: third })).spec.stable;
    bench.forge.push({ [pathOf('scorer')]: stringify(manifest) });
    expect(told(await bench.tick(200), 'scorer')[0]).toBe('start');
    await takeBack(bench, 210);
    expect(recordsOf(bench, 'scorer').at(-1)).toMatchObject({
      candidate: { version: 'scorer-3' },
      restored: {
        version: { version: 'scorer-1' },
        passedOver: [{ version: 'scorer-2', reason: expect.stringContaining('needs store store-2') }],
      },
    });
  });

  it('is one that needs more than is served when harm is proven and none else is good', async () => {
    const bench = open({ health: { 'scorer-3': (at) => (at < 111 ? 0.005 : 0.06) } });
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    bench.forge.push({
      [pathOf('scorer')]: write('scorer', 'two'),
      'serving/scorer.yaml': writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
      '.belay/records/scorer/0001.json': null,
    });
    await bench.tick(98);
    await takeBack(bench, 100);
    const manifest = parse(write('scorer', 'two'));
    const third = { version: 'scorer-3', backend: 'scorer-a', digit: '8' };
    manifest.spec.candidate = parse(writeManifest({ stable: third })).spec.stable;
    bench.forge.push({ [pathOf('scorer')]: stringify(manifest) });
    expect(told(await bench.tick(110), 'scorer')[0]).toBe('start');
    const report = await bench.tick(135);
    expect(told(report, 'scorer')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(only(report, 'scorer').problems).toMatchObject([
      { code: 'DEPENDENCY_NOT_MET', severity: 'warning' },
    ]);
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-2', undefined]);
  });
});

describe('a rollout beside that of a dependency', () => {
  it('does not start before the other has ended', async () => {
    const bench = open();
    await bench.tick(0);
    bring(bench, 'store');
    bring(bench, 'scorer');
    const first = await bench.tick(1);
    expect(told(first, 'store')).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(told(first, 'scorer')).toEqual(['hold', 'DEPENDENCY_IN_FLIGHT', 'none']);
    expect(exitCodeOf(first)).toBe(0);
    for (const at of [32, 64, 97]) await bench.tick(at);
    expect(told(await bench.tick(100), 'scorer')).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('keeps the dependency from starting under it', async () => {
    const bench = open();
    await bench.tick(0);
    bring(bench, 'scorer', { needs: null });
    expect(told(await bench.tick(1), 'scorer')[0]).toBe('start');
    bring(bench, 'store');
    expect(told(await bench.tick(5), 'store')).toEqual(['hold', 'DEPENDENCY_IN_FLIGHT', 'none']);
  });

  it('is still taken back when harm is proven', async () => {
    const bench = open({ health: { 'scorer-2': sick } });
    await bench.tick(0);
    bring(bench, 'scorer', { needs: null });
    await bench.tick(1);
    bring(bench, 'store');
    expect(told(await bench.tick(25), 'scorer')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });

  it('does not start while nobody can read what is served', async () => {
    const bench = open();
    await bench.tick(0);
    bring(bench, 'scorer');
    bench.forge.push({ [pathOf('store')]: 'kind: Release\n' });
    const report = await bench.tick(1);
    expect(told(report, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(only(report, 'scorer').decision.reasons[0]?.text).toContain('cannot be read; mend that first');
  });

  it('does not start while nobody can tell whether the other moves', async () => {
    const bench = open();
    await bench.tick(0);
    bring(bench, 'scorer', { needs: null });
    bench.forge.push({ [pathOf('store')]: 'kind: Release\n' });
    const report = await bench.tick(1);
    expect(told(report, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(only(report, 'scorer').decision.reasons[0]?.text).toBe(
      'it depends on store, which cannot be read, so nobody knows whether a version is being rolled out there; mend that first',
    );
  });

  it('does not start above one that nobody can read and that may be in the middle of a rollout', async () => {
    const bench = open();
    await bench.tick(0);
    bring(bench, 'scorer', { needs: null });
    expect(told(await bench.tick(1), 'scorer')[0]).toBe('start');
    const text = bench.forge.textAt(pathOf('scorer')) ?? '';
    bench.forge.push({ [pathOf('scorer')]: text.replace('strategy: canary', 'strategy: by-ear') });
    bring(bench, 'store');
    const report = await bench.tick(5);
    expect(told(report, 'store')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(only(report, 'store').decision.reasons[0]?.text).toContain(
      'scorer, which cannot be read, depends on it',
    );
  });

  it('does not start while an older version is served than it needs', async () => {
    const bench = open({ config: CONFIG });
    await bench.tick(0);
    bring(bench, 'scorer');
    const report = await bench.tick(1);
    expect(told(report, 'scorer')).toEqual(['hold', 'DEPENDENCY_NOT_MET', 'none']);
    expect(only(report, 'scorer').decision.reasons[0]?.text).toBe(
      'scorer-2 needs store store-2 or a later one, and store-1 serves there; it goes on when such a version is rolled out',
    );
  });
});

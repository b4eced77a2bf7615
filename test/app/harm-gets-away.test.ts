import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ToolError } from '../../src/core/errors.ts';
import type { Sha } from '../../src/core/units.ts';
import { exitCodeOf, findNeeds } from '../../src/report/exit-code.ts';
import { CONFIG } from '../builders/world.ts';
import { type Bench, CHECKS, type Health, healthy, holdToLaws, only, openInFlight, told } from './bench.ts';
import { bring, open, pathOf, rollOut, takeBack, versionsIn } from './dependents.ts';

/** What is proven harmful gets away from people whatever else is broken, closed or waiting, or somebody is told in every run. */

holdToLaws();

const from =
  (since: number): Health =>
  (at) =>
    at < since ? 0.005 : 0.06;
const braked = (onFail: string) => ({ checks: [{ ...CHECKS[0], onFail }] });
const DOWN = { ...braked('step-down'), rollback: { mode: 'step-down', every: '10m' } };
const BY_PULL = { '.belay/config.yaml': `${CONFIG}advance: {mode: pull-request}\n` };
const weightIn = (bench: Bench): number => parse(bench.forge.textAt(pathOf('scorer'))!).spec.rollout.weight;
const codesOf = (bench: Awaited<ReturnType<Bench['tick']>>) =>
  only(bench, 'scorer').decision.reasons.map(({ code }) => code);

/** No commit can be read from a pull request. */
function hide({ forge }: Bench, head: Sha): void {
  const read = forge.read.bind(forge);
  forge.read = async (at, paths) => {
    if (at === head) throw new ToolError({ code: 'CORRUPT', message: `git: could not fetch ${head}` });
    return read(at, paths);
  };
}

describe('a step down that does not land', () => {
  it.each([
    ['step-down', DOWN, 'STEP_DOWN'],
    ['reduce', braked('reduce'), 'EXPOSURE_REDUCED'],
  ] as const)(
    'is told in every run, while it waits and after a person closed it: %s',
    async (_, setup, code) => {
      const bench = await openInFlight(3, { health: { '3.4.1': healthy, '3.5.0': from(34) } }, setup);
      bench.forge.push(BY_PULL);
      bench.forge.setRules({ pending: 'ci' });
      const waiting = await bench.tick(48);
      expect(told(waiting)).toEqual(['reduce', code, 'waiting']);
      expect(exitCodeOf(waiting)).toBe(2);
      expect(findNeeds(waiting)).toEqual(['scorer STEP_WAITS']);
      bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
      bench.forge.setRules({});
      for (const at of [52, 120]) {
        const report = await bench.tick(at);
        expect(told(report)).toEqual(['reduce', code, 'suppressed']);
        expect(only(report).receipt).toMatchObject({ message: expect.stringContaining('keeps its traffic') });
        expect(exitCodeOf(report)).toBe(2);
      }
    },
  );

  it('is taken in a rewritten history as well', async () => {
    const bench = await openInFlight(3, { health: { '3.4.1': healthy, '3.5.0': from(34) } }, DOWN);
    const { tree } = bench.forge.commitAt(bench.forge.tip('main')!);
    let root = bench.forge.tip('main')!;
    for (let next: Sha | undefined = root; next; next = bench.forge.commitAt(root).parents[0]) root = next;
    bench.forge.setBranch('other', root);
    bench.forge.push(Object.fromEntries(tree) as Record<string, string>, { branch: 'other' });
    bench.forge.setBranch('main', bench.forge.tip('other')!);
    expect(told(await bench.tick(48))).toEqual(['reduce', 'STEP_DOWN', 'committed']);
    expect(told(await bench.tick(60))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });
});

describe('a call for help whose pull request a person closed', () => {
  it('is heard in every run', async () => {
    const silent: Health = (at) => (at < 40 ? 0.005 : undefined);
    const bench = await openInFlight(3, { health: { '3.4.1': silent, '3.5.0': silent } });
    bench.forge.push(BY_PULL);
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.tick(120))).toEqual(['pause', 'EVIDENCE_MISSING', 'waiting']);
    bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
    const report = await bench.tick(130);
    expect(told(report)).toEqual(['pause', 'EVIDENCE_MISSING', 'suppressed']);
    expect(exitCodeOf(report)).toBe(2);
  });
});

describe('harm of a release that depends on another one', () => {
  it('is braked although a person closed its rollback, which only followed', async () => {
    const bench = open({ health: { 'scorer-2': from(150) } });
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    bring(bench, 'scorer', DOWN);
    for (const at of [98, 130]) await bench.tick(at);
    const sound = bench.forge.textAt(pathOf('scorer'))!;
    bench.forge.push({ [pathOf('scorer')]: `${sound}broken: [\n` });
    await takeBack(bench, 132);
    bench.forge.push({ [pathOf('scorer')]: sound });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.tick(134), 'scorer')).toEqual(['rollback', 'DEPENDENCY_ROLLED_BACK', 'armed']);
    bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
    bench.forge.setRules({});
    expect(told(await bench.tick(140), 'scorer')[2]).toBe('suppressed');
    const report = await bench.tick(165);
    expect(told(report, 'scorer')).toEqual(['reduce', 'STEP_DOWN', 'committed']);
    expect(codesOf(report)).toContain('HARM_PROVEN');
    expect(weightIn(bench)).toBe(5);
  });

  it('is braked while its own rollback, which only follows, cannot be proposed, and both are told', async () => {
    const bench = open({ health: { 'scorer-2': from(150) } });
    await bench.tick(0);
    await rollOut(bench, 'store', 0);
    bring(bench, 'scorer', DOWN);
    for (const at of [98, 130]) await bench.tick(at);
    const sound = bench.forge.textAt(pathOf('scorer'))!;
    bench.forge.push({ [pathOf('scorer')]: `${sound}broken: [\n` });
    await takeBack(bench, 132);
    bench.forge.push({ [pathOf('scorer')]: sound });
    bench.forge.setRules({ propose: { kind: 'refused', code: 'PULL_REQUESTS_NOT_ALLOWED', message: 'off' } });
    const report = await bench.tick(165);
    expect(told(report, 'scorer')).toEqual(['reduce', 'STEP_DOWN', 'committed']);
    expect(only(report, 'scorer').problems).toMatchObject([{ code: 'DEPENDENCY_ROLLED_BACK' }]);
    expect(weightIn(bench)).toBe(5);
  });

  it('is no need of its own beside an armed rollback that takes it along', async () => {
    const bench = open({ health: { 'store-2': from(165), 'scorer-2': from(165) } });
    await bench.tick(0);
    await rollOut(bench, 'store', 0, { watch: '6h' });
    bring(bench, 'scorer', DOWN);
    for (const at of [98, 130]) await bench.tick(at);
    bench.forge.setRules({ pending: 'ci' });
    const report = await bench.tick(180);
    expect(told(report, 'store')).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    expect(told(report, 'scorer')).toEqual(['hold', 'ROLLBACK_PENDING', 'none']);
    expect(exitCodeOf(report)).toBe(0);
  });

  it('is braked while the rollback that would take it along cannot be proposed', async () => {
    const bench = open({ health: { 'store-2': from(165), 'scorer-2': from(165) } });
    await bench.tick(0);
    await rollOut(bench, 'store', 0, { watch: '6h' });
    bring(bench, 'scorer', DOWN);
    for (const at of [98, 130]) await bench.tick(at);
    const message = 'GitHub Actions is not permitted to create pull requests';
    bench.forge.setRules({ propose: { kind: 'refused', code: 'PULL_REQUESTS_NOT_ALLOWED', message } });
    const report = await bench.tick(180);
    expect(told(report, 'store')).toEqual(['rollback', 'HARM_PROVEN', 'blocked']);
    expect(told(report, 'scorer')).toEqual(['reduce', 'STEP_DOWN', 'committed']);
    expect(weightIn(bench)).toBe(5);
  });
});

describe('a pull request whose commit cannot be read', () => {
  it('keeps no rollback of another release away', async () => {
    const bench = open({ names: ['store', 'scorer', 'viewer'], health: { 'store-2': from(210) } });
    await bench.tick(0);
    await rollOut(bench, 'store', 0, { watch: '10h' });
    await rollOut(bench, 'scorer', 100);
    const branch = 'belay/rollback/viewer/viewer-2-0123456789ab';
    bench.forge.push({ 'notes.txt': 'x\n' }, { branch });
    bench.forge.openPull(branch);
    hide(bench, bench.forge.tip(branch)!);
    expect(told(await bench.tick(225), 'store')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(versionsIn(bench, 'store')[0]).toBe('store-1');
  });
});

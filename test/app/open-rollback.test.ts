import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/core/errors.ts';
import type { Sha } from '../../src/core/units.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import {
  type Bench,
  type Health,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';
import { bring, open } from './dependents.ts';
import { order } from './orders.ts';

/** What runs do about a rollback that is open and that they do not decide themselves. */

holdToLaws();

async function openOrdered(rules: {
  readonly pending: string;
  readonly autoMerge?: boolean;
}): Promise<Bench> {
  const bench = await openInFlight(2);
  bench.forge.setRules(rules);
  expect(told(await bench.rollBack(20))[1]).toBe('ASKED_BY_PERSON');
  return bench;
}

const PAUSE = { name: 'pause', reason: 'odd scores' };
const NO_AUTO = { pending: 'ci', autoMerge: false };

describe('a rollback that a person ordered and that is open', () => {
  it('is said by every run, also by one that has nothing to do, and merged by the first that may', async () => {
    const bench = await openOrdered(NO_AUTO);
    for (const at of [21, 25, 29]) {
      const report = await bench.tick(at);
      expect(only(report).decision).toMatchObject({ kind: 'hold', reasons: [{ code: 'ROLLBACK_OPEN' }, {}] });
      expect(only(report).receipt).toMatchObject({ kind: 'blocked', code: 'AUTO_MERGE_OFF' });
      expect(exitCodeOf(report)).toBe(1);
    }
    bench.forge.setRules({});
    expect(told(await bench.tick(30))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(weightOf(bench)).toBe(0);
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('is green while it is armed and young, and red when its requirement is overdue', async () => {
    const bench = await openOrdered({ pending: 'ci' });
    const young = await bench.tick(21);
    expect(told(young)).toEqual(['hold', 'ROLLBACK_PENDING', 'armed']);
    expect(exitCodeOf(young)).toBe(0);
    expect(exitCodeOf(await bench.tick(29))).toBe(2);
  });

  it('is told as one that may never land once its files were changed, and is not merged', async () => {
    const bench = await openOrdered(NO_AUTO);
    const text = bench.forge.textAt(MANIFEST)!;
    bench.forge.push({ [MANIFEST]: `${text}# looked at by mona\n` });
    bench.forge.setRules({});
    const report = await bench.tick(25);
    expect(told(report)).toEqual(['hold', 'ROLLBACK_OPEN', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('files that it writes were changed since');
    expect(exitCodeOf(report)).toBe(2);
    expect(weightOf(bench)).toBe(5);
  });

  it('is not merged with what somebody pushed to it, nor any more once it is closed', async () => {
    const pushed = await openOrdered(NO_AUTO);
    const { branch } = pushed.forge.pulls.at(-1)!;
    pushed.forge.push({ 'notes.md': 'mine\n' }, { branch });
    pushed.forge.setRules({});
    const report = await pushed.tick(25);
    expect(only(report).receipt).toMatchObject({ kind: 'blocked', code: 'BRANCH_TAKEN' });
    expect(weightOf(pushed)).toBe(5);
    const closed = await openOrdered(NO_AUTO);
    closed.forge.closePull(closed.forge.pulls.at(-1)!.number);
    closed.forge.setRules({});
    expect(told(await closed.tick(25))[0]).toBe('hold');
    expect(weightOf(closed)).toBe(5);
  });

  it('costs no request once nobody can be waiting for it', async () => {
    const bench = await openOrdered(NO_AUTO);
    bench.forge.setRules({});
    const { requests } = await bench.tick(25);
    expect((await bench.tick(26)).requests).toBe(requests);
  });

  it('hides no harm that is proven meanwhile', async () => {
    const late: Health = (at) => (at < 34 ? 0.005 : 0.06);
    const bench = await openInFlight(
      3,
      { health: { '3.4.1': healthy, '3.5.0': late } },
      { rollback: { mode: 'step-down', every: '10m' } },
    );
    bench.forge.setRules(NO_AUTO);
    await bench.rollBack(36);
    const report = await bench.tick(52);
    expect(told(report)[0]).toBe('hold');
    expect(only(report).decision.reasons.map(({ code }) => code)).toContain('HARM_PROVEN');
  });
});

describe('an open rollback beside what others do', () => {
  const FORGED = `0123456789ab${'0'.repeat(52)}`;

  /** A pull request of somebody's under the name of a rollback, with the trailer of a commit of Belay's. */
  function forge(bench: Bench, name: string, version: string): Sha {
    const branch = `belay/rollback/${name}/${version}-0123456789ab`;
    bench.forge.push({ 'n.md': 'x\n' }, { branch, message: `Mine\n\nBelay-Op: ${FORGED}` });
    bench.forge.openPull(branch);
    return bench.forge.tip(branch)!;
  }

  it.each(['with Belay’s trailer', 'without'])(
    'lands although somebody opened one like it %s',
    async (how) => {
      const bench = await openOrdered(NO_AUTO);
      const branch = 'belay/rollback/scorer/3.5.0-0123456789ab';
      if (how === 'without') {
        bench.forge.push({ 'n.md': 'x\n' }, { branch });
        bench.forge.openPull(branch);
      } else forge(bench, 'scorer', '3.5.0');
      bench.forge.setRules({});
      expect(told(await bench.tick(25))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
      expect(weightOf(bench)).toBe(0);
    },
  );

  it('is the fault of its own release alone where its commit cannot be read, and keeps no order away', async () => {
    const bench = open({ names: ['store', 'viewer'] });
    await bench.tick(0);
    bring(bench, 'viewer');
    bring(bench, 'store');
    await bench.tick(1);
    const head = forge(bench, 'viewer', 'viewer-2');
    const read = bench.forge.read.bind(bench.forge);
    bench.forge.read = async (at, paths) => {
      if (at === head) throw new ToolError({ code: 'CORRUPT', message: `git: could not fetch ${head}` });
      return read(at, paths);
    };
    for (const at of [2, 35]) {
      const report = await bench.tick(at);
      expect(told(report, 'viewer')).toEqual(['hold', 'ROLLBACK_OPEN', 'failed']);
      expect(exitCodeOf(report)).toBe(3);
    }
    expect(told(await order(bench, 36, { ...PAUSE, release: 'store' }), 'store')[2]).toBe('committed');
    expect(told(await order(bench, 37, { ...PAUSE, release: 'viewer' }), 'viewer')[2]).toBe('committed');
  });

  it('lands before an order that waits and would take the number of its record', async () => {
    const bench = await openInFlight(3, { config: `${CONFIG}advance: {mode: pull-request}\n` });
    bench.forge.setRules(NO_AUTO);
    await order(bench, 34, PAUSE);
    await bench.rollBack(36);
    bench.forge.setRules({});
    expect(told(await bench.tick(40))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(weightOf(bench)).toBe(0);
    const report = await bench.tick(41);
    expect(report.problems).toMatchObject([{ code: 'ORDER_OPEN' }]);
    expect(exitCodeOf(report)).toBe(1);
  });

  it('is looked at again in a run that moves the branch', async () => {
    const late: Health = (at) => (at < 34 ? 0.005 : 0.06);
    const files = { ...writeFiles(), ...writeFiles({ name: 'other' }) };
    const bench = openBench({ files, health: { '3.4.1': healthy, '3.5.0': late, '3.6.0': healthy } });
    await bench.tick(0);
    const slow = { candidate: { ...CANDIDATE, version: '3.6.0' }, steps: [{ weight: 5, hold: '3h' }] };
    bench.forge.push({
      'releases/other.yaml': writeManifest({ name: 'other', candidate: CANDIDATE }),
      [MANIFEST]: writeManifest({ ...slow, steps: [...slow.steps, { weight: 100, hold: '3h' }] }),
    });
    for (const at of [1, 32]) await bench.tick(at);
    bench.forge.setRules(NO_AUTO);
    await bench.rollBack(33);
    bench.forge.setRules({});
    const report = await bench.tick(50);
    expect(told(report, 'other')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(told(report, 'scorer')).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
  });

  it('keeps orders away only while its commit is Belay’s', async () => {
    const bench = await openOrdered(NO_AUTO);
    const { branch, head } = bench.forge.pulls.at(-1)!;
    const { message } = bench.forge.commitAt(head);
    bench.forge.push({ 'n.md': 'x\n' }, { branch, message: message.trimEnd() });
    const inspect = bench.forge.inspect.bind(bench.forge);
    bench.forge.inspect = async (asked) => {
      const state = await inspect(asked);
      if (asked.branch !== branch || !state.branch) return state;
      return { ...state, branch: { ...state.branch, operation: undefined } };
    };
    expect(only(await bench.tick(25)).receipt).toMatchObject({ kind: 'blocked', code: 'BRANCH_TAKEN' });
    expect(told(await order(bench, 26, { name: 'looks-wrong', reason: 'odd' }))[2]).toBe('committed');
  });
});

describe('a rollback that was decided on and is open', () => {
  it('lands although the watch over the version has ended', async () => {
    const late: Health = (at) => (at < 130 ? 0.005 : 0.06);
    const bench = await openInFlight(5, { health: { '3.4.1': healthy, '3.5.0': late } }, { watch: '1h' });
    bench.forge.setRules(NO_AUTO);
    expect(told(await bench.tick(150))).toEqual(['rollback', 'HARM_PROVEN', 'blocked']);
    expect(told(await bench.tick(170))).toEqual(['hold', 'ROLLBACK_OPEN', 'blocked']);
    bench.forge.setRules({});
    expect(told(await bench.tick(175))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toContain('version: 3.4.1');
  });
});

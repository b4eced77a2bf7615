import { describe, expect, it } from 'vitest';
import { runResult } from '../../src/cli/run-result.ts';
import { ToolError } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import {
  type Bench,
  bringCandidate,
  type Health,
  healthy,
  holdToLaws,
  only,
  openInFlight,
  STEPS,
  sick,
  told,
  weightOf,
  writeManifest,
} from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';

/** What waits at a pull request while the world goes on: it lands when it is decided, or not at all. */

holdToLaws();

const config = `${CONFIG}advance: {mode: pull-request}\n`;
const turnsSick: Health = (at) => (at < 34 ? healthy(at) : 0.2);
const health = { [STABLE.version]: healthy, [CANDIDATE.version]: turnsSick };

/** At 5 %, the step to 25 % is proposed at minute 32 and waits for a check. */
async function openWaitingStep(): Promise<Bench> {
  const bench = await openInFlight(2, { config, health });
  bench.forge.setRules({ pending: 'ci' });
  expect(told(await bench.tick(32))[2]).toBe('waiting');
  return bench;
}

describe('a step that waits for a check while the candidate turns bad', () => {
  it('is closed by the rollback, and the check that passes afterwards lands the rollback alone', async () => {
    const bench = await openWaitingStep();
    bench.forge.armPull(3);
    const from = bench.forge.requests.length;
    expect(told(await bench.tick(60))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    expect(bench.forge.requests.slice(from)).toEqual(['inspect', 'propose', 'close', 'merge']);
    expect(bench.forge.pulls[2]).toMatchObject({
      state: 'closed',
      armed: false,
      comments: [expect.stringContaining('3.5.0 is being rolled back')],
    });
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(0);
    expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['merged', 'merged', 'closed', 'merged']);
  });

  it('does not keep the rollback from landing when it gets in between', async () => {
    const bench = await openWaitingStep();
    bench.forge.armPull(3);
    const close = bench.forge.close.bind(bench.forge);
    bench.forge.close = async (request) => {
      bench.forge.close = close;
      bench.forge.setRules({});
      return close(request);
    };
    expect(told(await bench.tick(60))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(weightOf(bench)).toBe(0);
    expect(bench.forge.textAt(MANIFEST)).not.toContain('candidate:');
  });

  it('is not merged when the rollback cannot close it: its record is taken', async () => {
    const bench = await openWaitingStep();
    bench.forge.close = async () => undefined;
    bench.forge.setRules({});
    expect(told(await bench.tick(60))[2]).toBe('merged');
    const { pulls } = bench.forge;
    const request = { method: 'merge', whenPending: 'leave', subject: 's', body: '' } as const;
    expect(await bench.forge.merge({ ...request, pull: pulls[2]!, head: pulls[2]!.head })).toMatchObject({
      kind: 'blocked',
      code: 'CONFLICT',
    });
  });

  it('may be due again when the rollback it made way for was not: Belay closed it, and no person', async () => {
    const bench = await openWaitingStep();
    const [pull] = (await bench.forge.inspect({ branch: bench.forge.pulls[2]!.branch, families: [] })).pulls;
    await bench.forge.close({ pull: pull!, comment: 'Closed by Belay.' });
    bench.forge.setRules({});
    expect(told(await bench.tick(33))).toEqual(['advance', 'CHECKS_PASS', 'merged']);
  });
});

describe('a rollback that a person closed', () => {
  it('is not brought back, and every run says with exit code 2 what stays in service and how to go on', async () => {
    const bench = await openInFlight(2, { health: { ...health, [CANDIDATE.version]: sick } });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(20);
    bench.forge.closePull(1);
    bench.forge.setRules({});
    for (const at of [25, 30, 35]) {
      const report = await bench.tick(at);
      const { exitCode, problems, text, summary } = runResult(report);
      expect(exitCode).toBe(2);
      expect(problems).toMatchObject([{ code: 'PULL_CLOSED', severity: 'warning' }]);
      for (const said of [problems[0]!.message, text, summary]) {
        expect(said).toContain('3.5.0 is not rolled back and keeps its traffic');
        expect(said).toContain('Reopen it');
      }
    }
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('is respected too when somebody pushes to its branch afterwards', async () => {
    const bench = await openInFlight(2, { health: { ...health, [CANDIDATE.version]: sick } });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(20);
    bench.forge.closePull(1);
    bench.forge.push({ 'notes.md': 'mine\n' }, { branch: bench.forge.pulls[0]!.branch });
    bench.forge.setRules({});
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'suppressed']);
  });

  it('does not count when the pull request was never this change: whoever can push could stop a rollback with it', async () => {
    const dry = await openInFlight(2, { health: { ...health, [CANDIDATE.version]: sick } });
    await dry.tick(20);
    const { branch } = dry.forge.pulls[0]!;
    const bench = await openInFlight(2, { health: { ...health, [CANDIDATE.version]: sick } });
    const tip = bench.forge.push({ 'notes.md': 'mine\n' }, { branch });
    bench.forge.openPull(branch);
    bench.forge.closePull(1);
    expect(told(await bench.tick(20))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.pulls.map((pull) => [pull.branch, pull.state])).toEqual([
      [branch, 'closed'],
      [`${branch}-2`, 'merged'],
    ]);
    expect(bench.forge.tip(branch)).toBe(tip);
  });
});

describe('an armed rollback that somebody pushed to', () => {
  it('is closed by the next run that decides it, which arms its own commit on another branch', async () => {
    const bench = await openInFlight(2, { health: { ...health, [CANDIDATE.version]: sick } });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(20);
    const { branch } = bench.forge.pulls[0]!;
    bench.forge.push({ 'notes.md': 'mine\n' }, { branch });
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    expect(bench.forge.pulls).toMatchObject([
      { state: 'closed', armed: false },
      { state: 'open', armed: true, branch: `${branch}-2` },
    ]);
    // and is found there again
    expect(told(await bench.tick(30))[2]).toBe('armed');
    expect(bench.forge.pulls).toHaveLength(2);
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(0);
    expect(bench.forge.textAt('notes.md')).toBeUndefined();
  });

  it('and that a person ordered is disarmed by the next step, which stays held: exit 1', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    bench.forge.push({ 'notes.md': 'mine\n' }, { branch: bench.forge.pulls[0]!.branch });
    const report = await bench.tick(70);
    expect(told(report)).toEqual(['hold', 'ROLLBACK_OPEN', 'blocked']);
    expect(only(report).receipt).toMatchObject({ code: 'BRANCH_TAKEN', pull: { number: 1 } });
    expect(exitCodeOf(report)).toBe(1);
    await bench.tick(75);
    expect(bench.forge.pulls).toMatchObject([
      { state: 'open', armed: false, comments: [expect.stringContaining('Auto-merge was taken back')] },
    ]);
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(25);
    expect(told(await bench.rollBack(80))[2]).toBe('merged');
    expect(weightOf(bench)).toBe(0);
  });
});

describe('a rollback of a release whose records a person deleted', () => {
  it('is waited for all the same: nothing is written under it', async () => {
    const bench = await openInFlight(1);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(15);
    const records = [...bench.forge.commitAt(bench.forge.tip('main')!).tree.keys()].filter((path) =>
      path.startsWith('.belay/records/'),
    );
    bench.forge.push(Object.fromEntries(records.map((path) => [path, null])));
    expect(told(await bench.tick(20))).toEqual(['hold', 'ROLLBACK_OPEN', 'none']);
  });
});

describe('a rollback that a person was quicker than', () => {
  it('is closed when the candidate was taken out by hand, and the release goes on', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    bench.forge.push({ [MANIFEST]: writeManifest() }, { message: 'Take it out' });
    const report = await bench.tick(45);
    expect(told(report)).toEqual(['adopt', 'CANDIDATE_WITHDRAWN', 'committed']);
    expect(bench.forge.pulls).toMatchObject([
      { state: 'closed', comments: [expect.stringContaining('not in the manifest any more')] },
    ]);
    const from = bench.forge.requests.length;
    expect(told(await bench.tick(50))).toEqual(['nothing', 'SETTLED', 'none']);
    expect(bench.forge.requests.slice(from)).toEqual([]);
  });

  it('is closed when the next candidate came by hand', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    bringCandidate(bench, {
      candidate: { ...CANDIDATE, version: '3.6.0' },
    });
    await bench.tick(45);
    expect(bench.forge.pulls).toMatchObject([{ state: 'closed' }]);
  });

  it('stays, and the release held, while it cannot be closed', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    bench.forge.push({ [MANIFEST]: writeManifest({ steps: STEPS }) });
    bench.forge.failNext('close', new ToolError({ code: 'FORGE_REFUSED', message: 'merged meanwhile' }));
    expect(told(await bench.tick(45))).toEqual(['hold', 'ROLLBACK_PENDING', 'none']);
  });
});

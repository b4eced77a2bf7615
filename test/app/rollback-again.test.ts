import { describe, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { rollback } from '../../src/app/rollback.ts';
import { ToolError } from '../../src/core/errors.ts';
import type { Refusal } from '../../src/ports/forge.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { summariseRun } from '../../src/report/summary.ts';
import { printRun } from '../../src/report/terminal.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';
import { type CrashPoint, FakeCrash } from '../fakes/forge.ts';
import {
  type Bench,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  sick,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

const SETTLED = writeManifest();
const BAD = { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } };

function records({ forge }: Bench): number {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return [...tree.keys()].filter((path) => path.startsWith('.belay/records/scorer/')).length;
}

describe.each<CrashPoint>(['branch', 'commit', 'pull'])('a run that is lost after the %s', (point) => {
  it('is finished by the next one: one pull request, one record', async () => {
    const bench = await openInFlight(3);
    bench.forge.crashNext(point);
    await expect(bench.rollBack(40)).rejects.toBeInstanceOf(FakeCrash);
    const report = await bench.rollBack(47, { reason: 'asked again' });
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(bench.forge.pulls).toHaveLength(1);
    expect(records(bench)).toBe(4);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('is finished by the next tick, with the evidence of either', async () => {
    const bench = await openInFlight(2, BAD);
    bench.forge.crashNext(point);
    await expect(bench.tick(20)).rejects.toBeInstanceOf(FakeCrash);
    bench.forge.push({ 'README.md': 'in between\n' });
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.pulls).toHaveLength(1);
    expect(records(bench)).toBe(3);
  });
});

describe('a pull request that could not be opened', () => {
  const refusal: Refusal = {
    kind: 'refused',
    code: 'PULL_REQUESTS_NOT_ALLOWED',
    message: 'Actions may not create pull requests here. Switch it on in the settings',
  };

  it('is opened from the same branch when the setting was changed', async () => {
    const bench = await openInFlight(2, BAD);
    bench.forge.setRules({ propose: refusal });
    for (const at of [20, 25, 30]) {
      const report = await bench.tick(at);
      expect(only(report).receipt).toMatchObject({ kind: 'blocked', message: refusal.message });
      expect(exitCodeOf(report)).toBe(1);
    }
    bench.forge.setRules({});
    expect(told(await bench.tick(35))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.pulls).toHaveLength(1);
  });
});

describe('a branch that moves during a rollback', () => {
  it('before the pull request is opened: it is decided again', async () => {
    const bench = await openInFlight(3);
    const inspect = bench.forge.inspect.bind(bench.forge);
    bench.forge.inspect = async (proposal) => {
      bench.forge.inspect = inspect;
      bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 25, deadline: '30h' }) });
      return inspect(proposal);
    };
    expect(told(await bench.rollBack(40))[2]).toBe('merged');
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('between inspect and propose: it is decided again', async () => {
    const bench = await openInFlight(3);
    bench.forge.beforeNextWrite(() =>
      bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 25, deadline: '30h' }) }),
    );
    expect(told(await bench.rollBack(40))[2]).toBe('merged');
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('by an advance between propose and merge: the rollback is computed again and wins', async () => {
    const bench = await openInFlight(3);
    const merge = bench.forge.merge.bind(bench.forge);
    bench.forge.merge = async (request) => {
      bench.forge.merge = merge;
      bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 100 }) });
      return merge(request);
    };
    const report = await bench.rollBack(40);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(bench.forge.pulls.map((pull) => pull.state)).toEqual(['closed', 'merged']);
  });

  it('every time: nothing is done, and who gave the order hears of it: exit 1', async () => {
    const bench = await openInFlight(3);
    const inspect = bench.forge.inspect.bind(bench.forge);
    let pushes = 0;
    bench.forge.inspect = async (proposal) => {
      pushes += 1;
      bench.forge.push({ 'README.md': `${pushes}\n` });
      return inspect(proposal);
    };
    const report = await bench.rollBack(40);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'head-moved']);
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.pulls).toEqual([]);
    expect(weightOf(bench)).toBe(25);
  });

  it('because a person took the candidate out: there is nothing left to do', async () => {
    const bench = await openInFlight(3);
    const inspect = bench.forge.inspect.bind(bench.forge);
    bench.forge.inspect = async (proposal) => {
      bench.forge.inspect = inspect;
      bench.forge.push({ [MANIFEST]: SETTLED });
      return inspect(proposal);
    };
    expect(told(await bench.rollBack(40))).toEqual(['nothing', 'SETTLED', 'none']);
  });
});

describe('a pull request that cannot be merged', () => {
  it('is armed while a requirement is pending, and found again', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    const report = await bench.rollBack(40);
    expect(told(report)[2]).toBe('armed');
    expect(exitCodeOf(report)).toBe(0);
    expect(told(await bench.rollBack(45))[2]).toBe('armed');
    expect(bench.forge.pulls).toHaveLength(1);
    bench.forge.setRules({});
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('stays open when auto-merge is off: exit 1, and merged by a later run', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    const report = await bench.rollBack(40);
    expect(only(report).receipt).toMatchObject({
      kind: 'blocked',
      code: 'AUTO_MERGE_OFF',
      pull: { number: 1 },
    });
    expect(exitCodeOf(report)).toBe(1);
    bench.forge.setRules({});
    expect(told(await bench.rollBack(45))[2]).toBe('merged');
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('stays open when it conflicts again and again: exit 1', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({
      merge: { kind: 'blocked', code: 'CONFLICT', message: 'conflicts with its base' },
    });
    const report = await bench.rollBack(40);
    expect(only(report).receipt).toMatchObject({ kind: 'blocked', code: 'CONFLICT', pull: { number: 1 } });
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('keeps ticks from moving the release on under it', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    const report = await bench.tick(70);
    expect(told(report)).toEqual(['hold', 'ROLLBACK_PENDING', 'armed']);
    expect(only(report).decision.reasons[0].text).toContain('pull request #1');
    expect(weightOf(bench)).toBe(25);
    bench.forge.setRules({});
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('no longer does so when a person closes it', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    bench.forge.closePull(1);
    bench.forge.setRules({});
    expect(told(await bench.tick(70))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });

  it('does not come back by itself when a person closed it, and does when a person asks', async () => {
    const bench = await openInFlight(2, BAD);
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(20);
    bench.forge.closePull(1);
    bench.forge.setRules({});
    const tick = await bench.tick(25);
    expect(told(tick)).toEqual(['rollback', 'HARM_PROVEN', 'suppressed']);
    expect(exitCodeOf(tick)).toBe(2);
    const asked = await bench.rollBack(26);
    expect(told(asked)[2]).toBe('merged');
    expect(exitCodeOf(asked)).toBe(0);
    expect(bench.forge.pulls.map((pull) => pull.state)).toEqual(['closed', 'merged']);
  });

  it('is not merged again when somebody brought the bad bytes back by hand: exit 1', async () => {
    const bench = await openInFlight(2, BAD);
    const before = bench.forge.commitAt(bench.forge.tip('main')!).tree;
    await bench.tick(20);
    const after = bench.forge.commitAt(bench.forge.tip('main')!).tree;
    const undo = [...after.keys()].map((path) => [path, before.get(path) ?? null] as const);
    bench.forge.push(Object.fromEntries(undo), { message: 'Revert "roll back"' });
    const report = await bench.tick(25);
    expect(only(report).receipt).toMatchObject({ kind: 'blocked', code: 'MERGED_BEFORE' });
    // nothing was written, so nothing is said to be done or quarantined
    const said = printRun(report, { diff: false });
    expect(said).toMatch(/: rollback .*, not done$/m);
    for (const text of [said, summariseRun(report)]) expect(text).not.toContain('stays quarantined');
    expect(exitCodeOf(report)).toBe(1);
  });
});

describe('a branch that is taken', () => {
  async function takeBranch(bench: Bench): Promise<string> {
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    const dry = await openInFlight(3);
    await dry.rollBack(40);
    return dry.forge.pulls[0]!.branch;
  }

  it('by a person: left alone, and the rollback is merged from a second one', async () => {
    const bench = await openInFlight(3);
    const branch = await takeBranch(bench);
    const tip = bench.forge.push({ 'notes.md': 'mine\n' }, { branch });
    bench.forge.setRules({});
    const from = bench.forge.requests.length;
    expect(told(await bench.rollBack(40))[2]).toBe('merged');
    expect(bench.forge.requests.slice(from)).toEqual(['inspect', 'propose', 'inspect', 'propose', 'merge']);
    expect(bench.forge.pulls).toMatchObject([{ state: 'merged', branch: `${branch}-2` }]);
    expect(bench.forge.tip(branch)).toBe(tip);
    expect(weightOf(bench)).toBe(0);
  });

  it('by another run of the same decision at another moment: it is taken over, and no second one is made', async () => {
    const bench = await openInFlight(3);
    const { propose } = bench.forge;
    bench.forge.propose = async (request) => {
      bench.forge.propose = propose;
      bench.forge.crashNext('pull');
      const other = { ...bench.world, clock: createFixedClock(minute(39)) };
      const order = {
        release: 'scorer',
        reason: 'first',
        from: undefined,
        onlyIfFailing: false,
        dryRun: false,
      };
      await expect(rollback(other, order)).rejects.toBeInstanceOf(FakeCrash);
      return bench.forge.propose(request);
    };
    expect(told(await bench.rollBack(40))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(bench.forge.pulls).toMatchObject([{ state: 'merged' }]);
    expect(records(bench)).toBe(4);
  });

  it('all nine of them: nothing is merged, exit 1, and the message says what to do', async () => {
    const bench = await openInFlight(3);
    const branch = await takeBranch(bench);
    for (const end of ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'])
      bench.forge.push({ 'notes.md': 'mine\n' }, { branch: `${branch}${end}` });
    bench.forge.setRules({});
    const report = await bench.rollBack(40);
    expect(only(report).receipt).toMatchObject({
      kind: 'blocked',
      code: 'BRANCH_TAKEN',
      message: expect.stringContaining('delete or rename it, the next run makes its own'),
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.pulls).toEqual([]);
  });

  it('by a push to the open pull request: that is closed, and the rollback is merged from a second branch', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    await bench.rollBack(40);
    bench.forge.push({ 'notes.md': 'mine\n' }, { branch: bench.forge.pulls[0]!.branch });
    bench.forge.setRules({});
    expect(told(await bench.rollBack(45))[2]).toBe('merged');
    const [first, second] = bench.forge.pulls;
    expect(first).toMatchObject({
      state: 'closed',
      comments: [expect.stringContaining('commits that it did not make')],
    });
    expect(second).toMatchObject({ state: 'merged', branch: `${first!.branch}-2` });
    expect(bench.forge.tip(first!.branch)).toBe(first!.head);
    expect(bench.forge.textAt('notes.md')).toBeUndefined();
    expect(weightOf(bench)).toBe(0);
  });

  it('by a push just before the merge: not merged, exit 1', async () => {
    const bench = await openInFlight(3);
    const merge = bench.forge.merge.bind(bench.forge);
    bench.forge.merge = async (request) => {
      bench.forge.push({ 'notes.md': 'mine\n' }, { branch: request.pull.branch });
      return merge(request);
    };
    expect(only(await bench.rollBack(40)).receipt).toMatchObject({ kind: 'blocked', code: 'BRANCH_TAKEN' });
    expect(weightOf(bench)).toBe(25);
  });

  it('is not merged unseen: when its commit cannot be read, the next run looks again', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(40);
    const read = bench.forge.read.bind(bench.forge);
    const known = bench.forge.pulls[0]!.head;
    bench.forge.read = async (at, paths) => {
      if (at === known)
        throw new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'git: no such commit here' });
      return read(at, paths);
    };
    await expect(bench.rollBack(45)).rejects.toThrow('no such commit here');
    expect(bench.forge.requests.at(-1)).toBe('inspect');
    bench.forge.read = read;
    expect(told(await bench.rollBack(50))[2]).toBe('armed');
  });

  it('is not merged with a smuggled file, whatever its trailer says', async () => {
    const bench = await openInFlight(3);
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    await bench.rollBack(40);
    const pull = bench.forge.pulls[0]!;
    const { message } = bench.forge.commitAt(pull.head);
    bench.forge.push({ 'smuggled.sh': 'evil\n' }, { branch: pull.branch, message });
    bench.forge.setRules({});
    expect(told(await bench.rollBack(45))[2]).toBe('merged');
    expect(bench.forge.pulls.map(({ state }) => state)).toEqual(['closed', 'merged']);
    expect(bench.forge.textAt('smuggled.sh')).toBeUndefined();
    expect(weightOf(bench)).toBe(0);
  });
});

describe('a second order, of two who press the button at once', () => {
  it('reads that it is done, and by which record', async () => {
    const bench = await openInFlight(3);
    await bench.rollBack(40);
    const again = await bench.rollBack(41);
    expect(told(again)).toEqual(['nothing', 'SETTLED', 'none']);
    expect(only(again).decision.reasons[0].text).toBe(
      'settled on 3.4.1 since record 4 took 3.5.0 back: no candidate to roll back. To go back from 3.4.1 itself, say --from 3.4.1',
    );
  });
});

describe('long names', () => {
  it('do not keep a rollback from being done', async () => {
    const long = { ...CANDIDATE, version: `3.5.0-${'x'.repeat(110)}` };
    const bench = await openInFlight(1);
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: long }) });
    expect(told(await bench.rollBack(1))[2]).toBe('merged');
    const [pull] = bench.forge.pulls;
    expect(pull!.title.length).toBeLessThanOrEqual(256);
    expect(pull!.branch.length).toBeLessThanOrEqual(200);
  });

  it('of everything at once do not either', async () => {
    const name = 'n'.repeat(63);
    const stable = { ...STABLE, version: `3.4.1-${'s'.repeat(120)}` };
    const candidate = { ...CANDIDATE, version: `3.5.0-${'x'.repeat(120)}` };
    const bench = openBench({ files: writeFiles({ name, stable }) });
    await bench.tick(0);
    bench.forge.push({ [`releases/${name}.yaml`]: writeManifest({ name, stable, candidate }) });
    expect(told(await bench.rollBack(1, { release: name }), name)[2]).toBe('merged');
    expect(bench.forge.pulls[0]!.title).toHaveLength(256);
    expect(bench.forge.pulls[0]!.branch.length).toBeLessThanOrEqual(200);
  });
});

import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, minute } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  STEPS,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

const config = `${CONFIG}advance: {mode: pull-request}\n`;

/** A person presses the merge button. */
function mergeByHand(bench: Bench, number: number): void {
  const { branch, head } = bench.forge.pulls[number - 1]!;
  const { tree } = bench.forge.commitAt(head);
  const base = bench.forge.commitAt(head).parents[0]!;
  const before = bench.forge.commitAt(base).tree;
  const edits = [...tree].filter(([path, text]) => before.get(path) !== text);
  bench.forge.push(Object.fromEntries(edits), { message: `Merge pull request #${number}` });
  bench.forge.setBranch(branch, undefined);
}

describe('mode pull-request', () => {
  it('makes one pull request per step and merges it', async () => {
    const bench = await openInFlight(3, { config });
    expect(bench.forge.pulls.map(({ state, title }) => [state, title])).toEqual([
      ['merged', 'release(scorer): adopt 3.4.1 as good (record 0001)'],
      ['merged', 'release(scorer): start 3.5.0 at 5% (record 0002)'],
      ['merged', 'release(scorer): canary 5% → 25% (1 of 1 pass, record 0003)'],
    ]);
    expect(weightOf(bench)).toBe(25);
    expect(bench.forge.requests).not.toContain('commit');
  });

  it('leaves a pull request whose requirement is pending open and unarmed: it lands in a tick that decides it', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'waiting']);
    expect(exitCodeOf(report)).toBe(0);
    expect(bench.forge.pulls[2]).toMatchObject({ state: 'open', armed: false });
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(5);
    expect(told(await bench.tick(37))).toEqual(['advance', 'CHECKS_PASS', 'merged']);
    expect(weightOf(bench)).toBe(25);
    expect(bench.forge.pulls).toHaveLength(3);
  });

  it('takes back auto-merge that somebody armed on a step', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    bench.forge.armPull(3);
    expect(told(await bench.tick(37))[2]).toBe('waiting');
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(5);
  });

  it('finds its open pull request again and makes no second one', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    const from = bench.forge.requests.length;
    const report = await bench.tick(37);
    expect(told(report)[2]).toBe('waiting');
    expect(bench.forge.requests.slice(from)).toEqual(['inspect', 'propose', 'merge']);
    expect(bench.forge.pulls).toHaveLength(3);
  });

  it('counts the hold from the moment at which the step landed', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    bench.forge.setRules({});
    await bench.tick(90);
    const { standing } = only(await bench.tick(95));
    expect(standing).toMatchObject({ index: 1, enteredAt: minute(90), holdUntil: minute(120) });
    expect(told(await bench.tick(119))[0]).toBe('hold');
    expect(told(await bench.tick(121))).toEqual(['advance', 'CHECKS_PASS', 'merged']);
  });

  it('leaves a step alone whose pull request a person closed', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    bench.forge.closePull(3);
    bench.forge.setRules({});
    const report = await bench.tick(37);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'suppressed']);
    expect(exitCodeOf(report)).toBe(0);
    expect(bench.forge.pulls).toHaveLength(3);
    expect(weightOf(bench)).toBe(5);
  });

  it('proposes anew after a relevant edit, and closes the older pull request', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, deadline: '25h' }) });
    await bench.tick(37);
    const [, , older, newer] = bench.forge.pulls;
    expect(older).toMatchObject({ state: 'closed', comments: [expect.stringContaining('#4')] });
    expect(newer).toMatchObject({ state: 'open', armed: false });
  });

  it('proposes again what Belay itself closed as out of date, when the edit is taken back', async () => {
    const bench = await openInFlight(2, { config });
    const before = bench.forge.textAt(MANIFEST)!;
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, deadline: '25h' }) });
    await bench.tick(37);
    bench.forge.push({ [MANIFEST]: before });
    expect(told(await bench.tick(42))[2]).toBe('waiting');
    const [, , first, , again] = bench.forge.pulls;
    expect(first).toMatchObject({ state: 'closed' });
    expect(again).toMatchObject({ state: 'open', branch: first!.branch });
    bench.forge.closePull(5);
    expect(told(await bench.tick(47))[2]).toBe('suppressed');
  });

  it('does not propose anew after an edit of something else', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(32);
    bench.forge.push({ 'README.md': 'hello\n' });
    expect(told(await bench.tick(37))[2]).toBe('waiting');
    expect(bench.forge.pulls).toHaveLength(3);
  });

  it.each([
    { name: 'with a commit of its own', message: 'Raise it a little more' },
    { name: 'with a commit that bears our name', message: undefined },
  ])('does not merge what somebody pushed to the branch $name: exit 1', async ({ message }) => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    await bench.tick(32);
    const { branch, head } = bench.forge.pulls[2]!;
    const amended = writeManifest({ candidate: CANDIDATE, weight: 100 });
    bench.forge.push(
      { [MANIFEST]: amended },
      { branch, message: message ?? bench.forge.commitAt(head).message },
    );
    bench.forge.setRules({});
    const report = await bench.tick(37);
    expect(only(report).receipt).toMatchObject({
      kind: 'blocked',
      code: 'BRANCH_TAKEN',
      pull: { number: 3 },
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(weightOf(bench)).toBe(5);
  });

  it('is not stopped by an older pull request that cannot be closed', async () => {
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    await bench.tick(32);
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, deadline: '25h' }) });
    bench.forge.setRules({});
    bench.forge.failNext(
      'close',
      new ToolError({ code: 'FORGE_REFUSED', message: 'it was merged meanwhile' }),
    );
    expect(told(await bench.tick(37))[2]).toBe('merged');
    expect(bench.log.join('\n')).toContain('#3 is out of date and could not be closed');
  });
});

describe('a step that asks for approval', () => {
  const steps = [STEPS[0]!, { ...STEPS[1]!, approval: 'required' as const }, STEPS[2]!];

  async function openAtApproval(): Promise<Bench> {
    const bench = openBench({ files: writeFiles({ steps }) });
    await bench.tick(0);
    bringCandidate(bench, { steps });
    await bench.tick(1);
    return bench;
  }

  it('is proposed, and not merged by Belay however often it runs', async () => {
    const bench = await openAtApproval();
    expect(told(await bench.tick(32))).toEqual(['advance', 'CHECKS_PASS', 'awaiting-approval']);
    expect(told(await bench.tick(37))[2]).toBe('awaiting-approval');
    expect(bench.forge.pulls).toHaveLength(1);
    expect(bench.forge.requests).not.toContain('merge');
    expect(weightOf(bench)).toBe(5);
    expect(bench.forge.pulls[0]!.description).toContain('approve this pull request');
  });

  it('begins its hold when a person merges it', async () => {
    const bench = await openAtApproval();
    await bench.tick(32);
    await bench.tick(80);
    mergeByHand(bench, 1);
    expect(weightOf(bench)).toBe(25);
    const { standing } = only(await bench.tick(85));
    expect(standing).toMatchObject({ index: 1, enteredAt: minute(80), holdUntil: minute(110) });
    expect(told(await bench.tick(109))[0]).toBe('hold');
    expect(told(await bench.tick(112))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });

  it('is closed when the candidate turns bad meanwhile, saying why', async () => {
    const bench = await openAtApproval();
    await bench.tick(32);
    await bench.rollBack(40);
    expect(weightOf(bench)).toBe(0);
    expect(bench.forge.pulls).toMatchObject([
      {
        state: 'closed',
        comments: ['Closed by Belay: 3.5.0 is being rolled back, so this step may not land any more.'],
      },
      { state: 'merged' },
    ]);
  });
});

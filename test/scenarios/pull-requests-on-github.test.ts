import { afterEach, describe, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { advance } from '../../src/app/advance.ts';
import type { World } from '../../src/app/world.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { type GitHubBench, openGitHubBench } from '../adapters/github/github-bench.ts';
import { type Health, healthy, readRecording, told, writeFiles, writeManifest } from '../app/bench.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import { VirtualClock } from '../lab/clock.ts';

/** Pull requests that wait on GitHub while the candidate turns bad. */

const turnsSick: Health = (at) => (at < 34 ? healthy(at) : 0.2);
const health = { [STABLE.version]: healthy, [CANDIDATE.version]: turnsSick };

function worldAt(forge: Forge, at: number): World {
  const log = () => undefined;
  return {
    forge,
    openProvider: async () => readRecording(health),
    clock: createFixedClock(minute(at)),
    log: { info: log, warn: log, debug: log },
    sha256,
    tool: 'belay test',
    trigger: { kind: 'schedule', actor: null },
  };
}

describe('pull requests on GitHub that wait for a check', () => {
  let bench: GitHubBench;
  afterEach(() => bench.close());

  const tick = (forge: Forge, at: number) => {
    // a step that came by pull request counts from when it landed by GitHub's clock
    const { clock } = bench.lab;
    if (clock instanceof VirtualClock) clock.advance(minute(at) - clock.now());
    return advance(worldAt(forge, at), { only: [], dryRun: false });
  };
  const manifest = async () => bench.text(MANIFEST, (await bench.tip('main'))!);
  const numbered = (number: number) => bench.repo.pulls.find((pull) => pull.number === number)!;

  /** At 5 %, with the step to 25 % waiting as #3. */
  async function openWaitingStep(): Promise<void> {
    const config = `${CONFIG}advance: {mode: pull-request}\n`;
    bench = await openGitHubBench(
      { '.belay/config.yaml': config, ...writeFiles() },
      { settings: { autoMergeAllowed: true } },
    );
    await tick(bench.forge, 0);
    await bench.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE }) });
    await tick(bench.reopen(), 1);
    bench.repo.configure({ rules: { checks: ['ci'] } });
    expect(told(await tick(bench.reopen(), 32))).toEqual(['advance', 'CHECKS_PASS', 'waiting']);
    expect(numbered(3)).toMatchObject({ state: 'OPEN', autoMerge: undefined });
  }

  it('land neither a step whose check passes late nor one that a person armed, once harm is proven', async () => {
    await openWaitingStep();
    await bench.forge.merge({
      pull: (await bench.forge.inspect({ branch: numbered(3).head, families: [] })).pulls[0]!,
      head: (await bench.tip(numbered(3).head))!,
      method: 'merge',
      whenPending: 'arm',
      subject: 's',
      body: '',
    });
    expect(numbered(3).autoMerge).toBeDefined();
    const step = await bench.tip(numbered(3).head);
    const forge = bench.reopen();
    expect(told(await tick(forge, 60))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    // look, propose and close at once, merge
    expect(forge.cost()).toEqual({ requests: 4, roundTrips: 3 });
    expect(numbered(3)).toMatchObject({ state: 'CLOSED', autoMerge: undefined });
    expect((await bench.pull(3)).comments).toEqual([expect.stringContaining('3.5.0 is being rolled back')]);
    await bench.repo.check(step!, 'ci', 'success');
    expect(await manifest()).toContain('candidate:');
    await bench.repo.check((await bench.tip(numbered(4).head))!, 'ci', 'success');
    expect(await manifest()).toBe(writeManifest());
    expect(bench.lab.violations).toEqual([]);
  });

  it('are merged by the tick that decides the step again, when the check has passed', async () => {
    await openWaitingStep();
    await bench.repo.check((await bench.tip(numbered(3).head))!, 'ci', 'success');
    expect(await manifest()).toContain('weight: 5\n');
    const forge = bench.reopen();
    expect(told(await tick(forge, 33))).toEqual(['advance', 'CHECKS_PASS', 'merged']);
    expect(await manifest()).toContain('weight: 25\n');
  });

  it('are proposed on another branch when somebody pushed to an armed rollback, which is closed', async () => {
    await openWaitingStep();
    await tick(bench.reopen(), 60);
    const { head } = numbered(4);
    const smuggled = await bench.push({ 'notes.md': 'mine\n' }, { branch: head });
    expect(told(await tick(bench.reopen(), 65))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    expect(numbered(4)).toMatchObject({ state: 'CLOSED', autoMerge: undefined });
    expect(numbered(5)).toMatchObject({ state: 'OPEN', head: `${head}-2` });
    await bench.repo.check(smuggled, 'ci', 'success');
    await bench.repo.check((await bench.tip(`${head}-2`))!, 'ci', 'success');
    expect(await manifest()).toBe(writeManifest());
    expect(await bench.text('notes.md', (await bench.tip('main'))!)).toBeUndefined();
    expect(await bench.tip(head)).toBe(smuggled);
  });

  it('stay closed when a person closed the rollback, also after Belay had closed it once: exit 2', async () => {
    await openWaitingStep();
    await tick(bench.reopen(), 60);
    const { head } = numbered(4);
    const look = async () => (await bench.reopen().inspect({ branch: head, families: [] })).pulls[0]!;
    await bench.forge.close({ pull: await look(), comment: 'Out of date.' });
    expect(await look()).toMatchObject({ state: 'closed', withdrawn: true });
    expect(told(await tick(bench.reopen(), 65))[2]).toBe('armed');
    expect(numbered(5)).toMatchObject({ state: 'OPEN', head });
    await bench.repo.closePull(5);
    const report = await tick(bench.reopen(), 70);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'suppressed']);
    expect(exitCodeOf(report)).toBe(2);
    expect(await look()).toMatchObject({ state: 'closed', withdrawn: false });
  });
});

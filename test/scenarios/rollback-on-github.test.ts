import { afterEach, describe, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { advance } from '../../src/app/advance.ts';
import { rollback } from '../../src/app/rollback.ts';
import type { World } from '../../src/app/world.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { type GitHubBench, openGitHubBench } from '../adapters/github/github-bench.ts';
import { readRecording, told, writeFiles, writeManifest } from '../app/bench.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';

/** A run at a minute, on a checkout of its own. */
function worldAt(forge: Forge, at: number): World {
  const log = () => undefined;
  return {
    forge,
    openProvider: async () => readRecording(),
    clock: createFixedClock(minute(at)),
    log: { info: log, warn: log, debug: log },
    sha256,
    tool: 'belay test',
    trigger: { kind: 'manual', actor: 'mona' },
  };
}

const tick = (forge: Forge, at: number) => advance(worldAt(forge, at), { only: [], dryRun: false });
const rollBack = (forge: Forge, at: number) =>
  rollback(worldAt(forge, at), {
    release: 'scorer',
    reason: 'it is slow',
    from: undefined,
    onlyIfFailing: false,
    dryRun: false,
  });

describe('a rollback on GitHub', () => {
  let bench: GitHubBench | undefined;
  afterEach(() => bench?.close());

  it('that waits for a check keeps ticks from moving the release on, and is merged when it passes', async () => {
    bench = await openGitHubBench(
      { '.belay/config.yaml': CONFIG, ...writeFiles() },
      { settings: { autoMergeAllowed: true } },
    );
    await tick(bench.forge, 0);
    await bench.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE }) });
    await tick(bench.reopen(), 1);
    bench.repo.configure({ rules: { checks: ['ci'] } });
    const asked = await rollBack(bench.reopen(), 30);
    expect(told(asked)).toEqual(['rollback', 'ASKED_BY_PERSON', 'armed']);
    const forge = bench.reopen();
    expect(told(await tick(forge, 32))).toEqual(['hold', 'ROLLBACK_PENDING', 'armed']);
    // what is open, whose it is, merge, what its checks say
    expect(forge.cost().requests).toBe(4);
    expect(told(await rollBack(bench.reopen(), 33))[2]).toBe('armed');
    const { siblings } = await bench.forge.inspect({ branch: 'belay/look', families: ['belay/rollback/'] });
    await bench.repo.check(siblings[0]!.head, 'ci', 'success');
    expect(await bench.text(MANIFEST, (await bench.tip('main'))!)).toBe(writeManifest());
    expect(told(await tick(bench.reopen(), 35))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  /** A rollback at whose merge somebody is quicker with another text of the manifest. */
  async function rollBackAgainst(text: string): Promise<GitHubBench> {
    bench = await openGitHubBench({ '.belay/config.yaml': CONFIG, ...writeFiles() });
    await tick(bench.forge, 0);
    await bench.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE }) });
    await tick(bench.reopen(), 1);
    const forge = bench.reopen();
    const { push } = bench;
    let isLate = false;
    const hurried: Forge = {
      ...forge,
      merge: async (request) => {
        if (!isLate) await push({ [MANIFEST]: text });
        isLate = true;
        return forge.merge(request);
      },
    };
    expect(told(await rollBack(hurried, 10))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    return bench;
  }

  it('is computed again when a step lands before its merge, and leaves one merged pull request', async () => {
    const { pull, tip, text, forge } = await rollBackAgainst(
      writeManifest({ candidate: CANDIDATE, weight: 25 }),
    );
    expect(await text(MANIFEST, (await tip('main'))!)).toBe(writeManifest());
    expect((await pull(1)).comments).toEqual([expect.stringContaining('Replaced by #2')]);
    const state = await forge.inspect({ branch: 'belay/look', families: ['belay/rollback/'] });
    expect(state.siblings).toEqual([]);
  });

  it('keeps an edit of another line that lands before its merge', async () => {
    const { tip, text } = await rollBackAgainst(
      writeManifest({ candidate: CANDIDATE, weight: 5, deadline: '30h' }),
    );
    expect(await text(MANIFEST, (await tip('main'))!)).toBe(writeManifest({ deadline: '30h' }));
  });

  it('takes along what needs the version that is left: one pull request, one commit, a record each', async () => {
    const store = { name: 'store', stable: { ...STABLE, version: '1.0.0' } };
    const next = { ...CANDIDATE, version: '1.1.0' };
    const scorer = (setup: Parameters<typeof writeManifest>[0]): string =>
      writeManifest(setup)
        .replace('name: scorer\n', 'name: scorer\n  dependsOn: [store]\n')
        .replace('version: 3.5.0\n', 'version: 3.5.0\n    needs: {store: 1.1.0}\n');
    bench = await openGitHubBench({
      '.belay/config.yaml': CONFIG,
      ...writeFiles(store),
      ...writeFiles(),
      [MANIFEST]: scorer({}),
    });
    await tick(bench.forge, 0);
    await bench.push({ ...writeFiles({ ...store, stable: next }, { 'scorer-a': 0, 'scorer-b': 100 }) });
    await tick(bench.reopen(), 1);
    await bench.push({ [MANIFEST]: scorer({ candidate: CANDIDATE }) });
    expect(told(await tick(bench.reopen(), 2))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    const order = { release: 'store', reason: 'slow', from: '1.1.0', onlyIfFailing: false, dryRun: false };
    const report = await rollback(worldAt(bench.reopen(), 10), order);
    expect(told(report, 'store')).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    const head = (await bench.tip('main'))!;
    expect(await bench.text(MANIFEST, head)).toBe(scorer({}));
    expect(await bench.text('releases/store.yaml', head)).toBe(writeManifest(store));
    for (const [name, number] of [
      ['store', '0003'],
      ['scorer', '0003'],
    ] as const)
      expect(await bench.text(`.belay/records/${name}/${number}.json`, head), name).toContain('"rollback"');
    expect((await bench.repo.log())[0]?.parents).toHaveLength(2);
    expect(bench.repo.pulls.map(({ state }) => state)).toEqual(['MERGED']);
    expect(bench.lab.takeViolations()).toEqual([]);
    for (const name of ['store', 'scorer'])
      expect(told(await tick(bench.reopen(), 12), name)[0]).toBe('nothing');
  });
});

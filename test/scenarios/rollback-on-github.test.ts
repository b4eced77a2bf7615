import { afterEach, describe, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { advance } from '../../src/app/advance.ts';
import { rollback } from '../../src/app/rollback.ts';
import type { World } from '../../src/app/world.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { type GitHubBench, openGitHubBench } from '../adapters/github/github-bench.ts';
import { readRecording, told, writeFiles, writeManifest } from '../app/bench.ts';
import { CANDIDATE, minute } from '../builders/release.ts';
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
    expect(told(await tick(forge, 32))).toEqual(['hold', 'ROLLBACK_PENDING', 'none']);
    expect(forge.cost().requests).toBe(1);
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
});

import { afterEach, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { advance } from '../../src/app/advance.ts';
import type { World } from '../../src/app/world.ts';
import type { Sha } from '../../src/core/units.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { type GitHubBench, openGitHubBench } from '../adapters/github/github-bench.ts';
import { type Health, healthy, readRecording, told, writeFiles, writeManifest } from '../app/bench.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';

/** Somebody who may push leaves the record of a revert that tells another story, on the branch of the revert. */

const turnsSick: Health = (at) => (at < 8 ? healthy(at) : 0.2);
const RECORD = '.belay/records/scorer/0003.json';
let bench: GitHubBench;
afterEach(() => bench.close());

function tick(forge: Forge, at: number) {
  const log = () => undefined;
  const world: World = {
    forge,
    openProvider: async () => readRecording({ [STABLE.version]: healthy, [CANDIDATE.version]: turnsSick }),
    clock: createFixedClock(minute(at)),
    log: { info: log, warn: log, debug: log },
    sha256,
    tool: 'belay test',
    trigger: { kind: 'schedule', actor: null },
  };
  return advance(world, { only: [], dryRun: false });
}

it('is not taken over: the revert lands from another branch, with the record of the run that decided it', async () => {
  bench = await openGitHubBench(
    { '.belay/config.yaml': CONFIG, ...writeFiles() },
    { settings: { autoMergeAllowed: true } },
  );
  await tick(bench.forge, 0);
  await bench.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE }) });
  await tick(bench.reopen(), 1);
  bench.repo.configure({ rules: { checks: ['ci'] } });
  expect(told(await tick(bench.reopen(), 20))[2]).toBe('armed');
  const { head: branch } = bench.repo.pulls[0]!;
  const own = (await bench.tip(branch)) as Sha;
  const { message, parents } = await bench.commitAt(own);
  const record = (await bench.text(RECORD, own)) ?? '';
  const forged = record.replace('"kind": "schedule"', '"kind": "manual"');
  expect(forged).not.toBe(record);
  const texts = Object.fromEntries(
    await Promise.all(
      [MANIFEST, 'serving/scorer.yaml'].map(async (path) => [path, (await bench.text(path, own)) ?? '']),
    ),
  );
  await bench.setBranch(branch, parents[0]);
  bench.repo.configure({ rules: {} });
  const tip = await bench.push({ ...texts, [RECORD]: forged }, { branch, message });
  expect(told(await tick(bench.reopen(), 25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  expect(await bench.tip(branch)).toBe(tip);
  const landed = (await bench.text(RECORD, (await bench.tip('main')) as Sha)) ?? '';
  expect(JSON.parse(landed)).toMatchObject({ at: '2026-11-21T08:25:00Z', trigger: { kind: 'schedule' } });
  expect(bench.repo.pulls.filter(({ state }) => state === 'MERGED')).toMatchObject([{ head: `${branch}-2` }]);
});

import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { orderOf } from '../../src/app/answer-comment.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import { plan } from '../../src/app/plan.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { readCommand } from '../../src/core/command/command.ts';
import type { FileSource } from '../../src/ports/forge.ts';
import { printPreview } from '../../src/report/preview.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, moveTo } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  CHECKS,
  healthy,
  openBench,
  openInFlight,
  writeFiles,
  writeManifest,
} from './bench.ts';

function directory(files: ReadonlyMap<string, string>): FileSource {
  return {
    list: async (folder) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort(),
    read: async (paths) =>
      new Map(
        paths.flatMap((path) => {
          const text = files.get(path);
          return text === undefined ? [] : [[path, { kind: 'text', path, text } as const]];
        }),
      ),
  };
}

/** What is printed of the release at a minute. */
async function printAt(files: ReadonlyMap<string, string>, at: number, name = 'scorer'): Promise<string> {
  const now = minute(at);
  const { releases } = await plan(directory(files), { sha256, checkQuery: checkPromql, only: [name], now });
  return printPreview(releases[0]!, { now, zone: 'UTC' });
}

const filesOf = ({ forge }: Pick<Bench, 'forge'>): ReadonlyMap<string, string> => {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return new Map([...tree].map(([path, text]) => [path, String(text)]));
};

const edit = ({ forge }: Pick<Bench, 'forge'>, change: (text: string) => string): void => {
  forge.push({ [MANIFEST]: change(forge.textAt(MANIFEST)!) }, { message: 'Edit the manifest' });
};

async function order(bench: Bench, at: number, name: string): Promise<void> {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  const given = { version: undefined, until: undefined, from: undefined };
  const command = readCommand({ ...given, release: 'scorer', name, reason: 'odd answers' });
  const source = { kind: 'comment' as const, id: 1, on: 12 };
  const told = orderOf(command, { person: { login: 'ana', id: 7 }, source });
  const trigger = { kind: 'comment' as const, actor: 'ana', order: told };
  await obeyCommand({ ...bench.world, trigger }, command, { dryRun: false });
}

const expectStopped = (text: string): void => {
  expect(text).toContain('stopped: no finish can be told');
  expect(text).not.toContain('at the earliest');
};

describe('the plan of a release that is stopped', () => {
  it('says who paused, since when, why, and how to go on', async () => {
    const bench = await openInFlight(3);
    expect(await printAt(filesOf(bench), 36)).toContain('at the earliest; paused after');
    await order(bench, 37, 'pause');
    const text = await printAt(filesOf(bench), 40);
    expectStopped(text);
    expect(text).toContain(
      '  stopped: paused by ana since 2026-11-21T08:37:00Z: odd answers; "/belay resume scorer" goes on',
    );
  });

  it('says to whom it looks wrong', async () => {
    const bench = await openInFlight(3);
    await order(bench, 37, 'looks-wrong');
    const text = await printAt(filesOf(bench), 40);
    expectStopped(text);
    expect(text).toContain('stopped: looks wrong to ana since 2026-11-21T08:37:00Z: odd answers');
  });

  it('says that a settled release is paused: no candidate would start', async () => {
    const bench = await openInFlight(1);
    edit(bench, () => writeManifest());
    await order(bench, 5, 'pause');
    const text = await printAt(filesOf(bench), 8);
    expectStopped(text);
    expect(text).toContain('stopped: paused by ana');
  });

  it('says where the manifest pauses it, and at the last step shows no way back to the first', async () => {
    const bench = await openInFlight(4);
    edit(bench, (text) => text.replace('strategy: canary', '$&\n    paused: true'));
    const text = await printAt(filesOf(bench), 70);
    expectStopped(text);
    expect(text).toContain(
      `stopped: rollout.paused is true in ${MANIFEST}: take it out to go on; "git log -G`,
    );
    expect(text).not.toMatch(/changes:/);
  });

  it.each([
    ['pause', /stopped: stays at 50% since .*, and a person decides: edit the manifest to go on/, '100%'],
    ['reduce', /stopped: stays at 5% since .*, and a person decides: edit the manifest to go on/, '25%'],
  ])('says which brake holds it: %s', async (onFail, expected, next) => {
    const steps = [5, 25, 50, 100].map((weight) => ({ weight, hold: '30m' }));
    const checks = CHECKS.map((check) => ({ ...check, onFail }));
    const bench = openBench({
      health: { [STABLE.version]: healthy, [CANDIDATE.version]: (at) => (at < 66 ? 0.005 : 0.06) },
    });
    await bench.tick(0);
    bringCandidate(bench, { steps, checks });
    for (const at of [1, 32, 64, 78]) await bench.tick(at);
    const text = await printAt(filesOf(bench), 80);
    expectStopped(text);
    expect(text).toMatch(expected);
    expect(text).toContain(`the next step, to ${next}, changes:`);
    expect(text).not.toContain('the first step');
  });
});

describe('the plan of a release that depends on another', () => {
  const both = (stop: boolean): ReadonlyMap<string, string> => {
    const after = writeManifest({ candidate: CANDIDATE }).replace(
      'name: scorer',
      'name: scorer\n  dependsOn: [store]',
    );
    const store = writeFiles({ name: 'store', candidate: CANDIDATE });
    const paused = Object.fromEntries(
      Object.entries(store).map(([path, text]) => [
        path,
        stop ? text.replace('strategy: canary', '$&\n    paused: true') : text,
      ]),
    );
    return new Map(
      Object.entries({ '.belay/config.yaml': CONFIG, ...writeFiles(), ...paused, [MANIFEST]: after }),
    );
  };

  it('begins where that one ends', async () => {
    expect(await printAt(both(false), 0, 'store')).toContain('finished Sat 2026-11-21 09:30 UTC');
    const text = await printAt(both(false), 0);
    expect(text).toMatch(/5% {3}Sat 2026-11-21 09:30/);
    expect(text).toContain('finished Sat 2026-11-21 11:00 UTC at the earliest, after what it depends on;');
  });

  it('has no dates while that one is stopped', async () => {
    const text = await printAt(both(true), 0);
    expectStopped(text);
    expect(text).toContain(
      'stopped: waits for store, of which no finish can be told; "belay plan store" says why',
    );
  });
});

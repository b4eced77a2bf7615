import { describe, expect, it } from 'vitest';
import { advance } from '../../src/app/advance.ts';
import { type RollbackOptions, rollback } from '../../src/app/rollback.ts';
import type { World } from '../../src/app/world.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, moveTo } from '../builders/world.ts';
import { FakeCrash, type FakeForge } from '../fakes/forge.ts';
import {
  type Bench,
  bringCandidate,
  healthy,
  holdToLaws,
  openBench,
  openInFlight,
  writeFiles,
} from './bench.ts';
import { intercept } from './intercept.ts';

holdToLaws();

const READS: ReadonlySet<string> = new Set<keyof Forge>(['head', 'refresh', 'list', 'read', 'history']);
const WRITES: ReadonlySet<string> = new Set<keyof Forge>(['commit', 'inspect', 'propose', 'merge', 'close']);

/** Where a process ends: around the call of that number, counted from 1, before or after it takes effect. */
interface Kill {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** The forge as a process sees it that is killed. `calls` counts those of the given methods. */
function killedForge(forge: FakeForge, methods: ReadonlySet<string>, kill: Kill) {
  const seen = { calls: 0 };
  const proxy = intercept(forge, methods, async (name, run) => {
    seen.calls += 1;
    if (seen.calls < kill.call) return run();
    if (seen.calls === kill.call && kill.when === 'after') await run();
    throw new FakeCrash(`${kill.when} ${name}`);
  });
  return { proxy, seen };
}

/** What a repository holds, with the moments and the evidence taken out of the records. */
function contentOf({ forge }: Bench): unknown {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return [...tree].sort().map(([path, text]) => {
    if (!path.startsWith('.belay/records/')) return [path, text];
    const { decision, stable, candidate, good, quarantine, restored, manifest, targets, sequence } =
      RecordSchema.parse(JSON.parse(String(text)));
    const { kind, from, to } = decision;
    return [
      path,
      { sequence, kind, from, to, stable, candidate, good, quarantine, restored, manifest, targets },
    ];
  });
}

interface Story {
  readonly name: string;
  /** It takes traffic from a bad version: also two kills in a row must not keep it from doing so. */
  readonly isSafety: boolean;
  open(): Promise<Bench>;
  readonly at: number;
  run(world: World): Promise<unknown>;
}

const bad = { [STABLE.version]: healthy, [CANDIDATE.version]: (at: number) => (at < 20 ? 0.005 : 0.05) };
const asked: RollbackOptions = {
  release: 'scorer',
  reason: 'it is slow',
  from: undefined,
  onlyIfFailing: false,
  dryRun: false,
};
const tick = (world: World) => advance(world, { only: [], dryRun: false });

const STORIES: readonly Story[] = [
  { name: 'a step', isSafety: false, open: () => openInFlight(2), at: 32, run: tick },
  {
    name: 'a step by pull request',
    isSafety: false,
    open: () => openInFlight(2, { config: `${CONFIG}advance: {mode: pull-request}\n` }),
    at: 32,
    run: tick,
  },
  { name: 'a promotion', isSafety: false, open: () => openInFlight(4), at: 96, run: tick },
  {
    name: 'a rollback by decision',
    isSafety: true,
    open: () => openInFlight(2, { health: bad }),
    at: 40,
    run: tick,
  },
  {
    name: 'a rollback as asked',
    isSafety: true,
    open: () => openInFlight(3),
    at: 40,
    run: (world) => rollback(world, asked),
  },
  { name: 'a rollback beside a step', isSafety: true, open: openTwo, at: 40, run: tick },
];

/** One release whose candidate is sick, and one whose candidate is well. */
async function openTwo(): Promise<Bench> {
  const well = { ...CANDIDATE, version: '3.5.0-well' };
  const bench = openBench({
    files: { ...writeFiles(), ...writeFiles({ name: 'other' }) },
    health: { ...bad, [well.version]: healthy },
  });
  await bench.tick(0);
  bringCandidate(bench);
  bench.forge.push(writeFiles({ name: 'other', candidate: well }));
  await bench.tick(1);
  return bench;
}

/** Runs a story, killed where it is said; whether it was. */
async function runKilled(
  bench: Bench,
  story: Story,
  input: Kill & { methods: ReadonlySet<string>; at: number },
) {
  await moveTo(bench.clock, minute(input.at));
  bench.forge.checkout();
  const { proxy, seen } = killedForge(bench.forge, input.methods, input);
  try {
    await story.run({ ...bench.world, forge: proxy });
  } catch (fault) {
    if (!(fault instanceof FakeCrash)) throw fault;
  }
  return seen.calls >= input.call;
}

async function finish(bench: Bench, story: Story, at: number): Promise<unknown> {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  await story.run(bench.world);
  return contentOf(bench);
}

describe.each(STORIES)('$name', (story) => {
  it('ends in the same files when the run is killed anywhere and run again', async () => {
    const expected = await finish(await story.open(), story, story.at);
    const all = new Set([...READS, ...WRITES]);
    let kills = 0;
    for (const when of ['before', 'after'] as const)
      for (let call = 1; ; call += 1) {
        const bench = await story.open();
        const killed = await runKilled(bench, story, { call, when, methods: all, at: story.at });
        if (!killed) break;
        kills += 1;
        expect(await finish(bench, story, story.at + 3), `killed ${when} call ${call}`).toEqual(expected);
        expect(bench.forge.pulls.filter((pull) => pull.state === 'open')).toEqual([]);
      }
    expect(kills).toBeGreaterThan(10);
  });
});

describe.each(STORIES.filter((story) => story.isSafety))('$name', (story) => {
  it('ends in the same files when two runs are killed at any of their writes', async () => {
    const expected = await finish(await story.open(), story, story.at);
    for (const first of killsOf(3))
      for (const second of killsOf(3)) {
        const bench = await story.open();
        if (!(await runKilled(bench, story, { ...first, methods: WRITES, at: story.at }))) continue;
        await runKilled(bench, story, { ...second, methods: WRITES, at: story.at + 2 });
        expect(await finish(bench, story, story.at + 4)).toEqual(expected);
      }
  });
});

function killsOf(calls: number): readonly Kill[] {
  return Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) => [
    { call, when: 'before' } as const,
    { call, when: 'after' } as const,
  ]);
}

import { describe, expect, it } from 'vitest';
import { advance } from '../../src/app/advance.ts';
import type { ToolErrorCode } from '../../src/core/errors.ts';
import { ToolError } from '../../src/core/errors.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { type Bench, bringCandidate, type Health, healthy, openBench, sick, splitOf } from '../app/bench.ts';
import { checkLaws, checkPulls } from '../app/laws.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { brokenProvider, CONFIG, MANIFEST, moveTo } from '../builders/world.ts';
import { type SeededRandom, seededRandom } from '../core/stats/seeded-random.ts';
import { type CrashPoint, FakeCrash } from '../fakes/forge.ts';

/** Something goes wrong, or somebody does something, in one tick. */
type Mishap = (bench: Bench, random: SeededRandom) => void;

const pick = <Item>(random: SeededRandom, items: readonly Item[]): Item =>
  items[Math.floor(random.uniform() * items.length)]!;

const MISHAPS: Readonly<Record<string, Mishap>> = {
  'somebody pushes between read and write': ({ forge }) => {
    forge.beforeNextWrite(() => forge.push({ 'README.md': `${forge.requests.length}\n` }));
  },
  'the metrics server is down': ({ world, clock }) => {
    world.openProvider = async () => brokenProvider(clock);
  },
  'a call of the forge fails': ({ forge }, random) => {
    const method = pick<keyof Forge>(random, ['commit', 'inspect', 'propose', 'merge', 'close', 'refresh']);
    const code = pick<ToolErrorCode>(random, ['FORGE_UNAVAILABLE', 'CORRUPT', 'RATE_LIMITED']);
    forge.failNext(method, new ToolError({ code, message: 'as planned' }));
  },
  'the runner is lost within a proposal': ({ forge }, random) => {
    forge.crashNext(pick<CrashPoint>(random, ['branch', 'commit', 'pull']));
  },
  'a required check is slow': ({ forge }) => forge.setRules({ pending: 'ci' }),
  'direct commits are refused': ({ forge }) => {
    forge.setRules({
      commit: { kind: 'refused', code: 'RULE_VIOLATION', message: 'through a pull request' },
    });
  },
  'somebody edits a comment': ({ forge }, random) => {
    const text = forge.textAt(MANIFEST)!.replace(/# .*\n/g, '');
    forge.push({ [MANIFEST]: `${text}# ${Math.floor(random.uniform() * 1e6)}\n` });
  },
};

/** One tick in which things go wrong; what it said, if it lived to say it. */
async function tickBadly(bench: Bench, at: number, random: SeededRandom): Promise<readonly RunReport[]> {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  const run = () => advance(bench.world, { only: [], dryRun: false });
  const runs = await Promise.allSettled(random.uniform() < 0.2 ? [run(), run()] : [run()]);
  return runs.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    const { reason } = result;
    if (!(reason instanceof FakeCrash || reason instanceof ToolError)) throw reason;
    return [];
  });
}

/** Ticks for hours in which mishaps of some sorts come and go, then some in which nothing goes wrong any more. */
async function swarm(seed: number, candidate: Health, config: string): Promise<Bench> {
  const random = seededRandom(seed);
  const bench = openBench({ config, health: { [STABLE.version]: healthy, [CANDIDATE.version]: candidate } });
  const works = bench.world.openProvider;
  const sorts = Object.values(MISHAPS).filter(() => random.uniform() < 0.5);
  await bench.tick(0);
  bringCandidate(bench);
  for (let at = 5; at <= 300; at += at < 120 ? 5 : 15) {
    bench.world.openProvider = works;
    bench.forge.setRules({});
    bench.forge.beforeNextWrite(() => undefined);
    if (at < 120 && sorts.length > 0 && random.uniform() < 0.7) pick(random, sorts)(bench, random);
    const reports = await tickBadly(bench, at, random);
    checkPulls(bench.forge);
    const kinds = reports.flatMap((report) => report.releases.map((release) => release.decision.kind));
    if (candidate === healthy) expect(kinds).not.toContain('rollback');
  }
  checkLaws(bench.forge);
  return bench;
}

const SEEDS = Array.from({ length: Number(process.env.BELAY_SEEDS ?? 6) }, (_, index) => index + 1);
const CONFIGS = { commits: CONFIG, 'pull requests': `${CONFIG}advance: {mode: pull-request}\n` };

describe.each(Object.entries(CONFIGS))('a rollout by %s to which things happen', (_, config) => {
  it.each(SEEDS)('ends promoted when the candidate is healthy: seed %i', async (seed) => {
    const bench = await swarm(seed, healthy, config);
    expect(bench.forge.textAt(MANIFEST)).toContain('version: 3.5.0');
    expect(bench.forge.textAt(MANIFEST)).not.toContain('candidate:');
    expect(splitOf(bench)).toEqual([0, 100]);
    expect(bench.forge.pulls.filter((pull) => pull.state === 'open')).toEqual([]);
  });

  it.each(SEEDS)('ends where it began when the candidate is sick: seed %i', async (seed) => {
    const bench = await swarm(seed, sick, config);
    expect(bench.forge.textAt(MANIFEST)).toContain('version: 3.4.1');
    expect(bench.forge.textAt(MANIFEST)).not.toContain('candidate:');
    expect(splitOf(bench)).toEqual([100, 0]);
  });
});

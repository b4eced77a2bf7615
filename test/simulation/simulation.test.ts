import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Scratch } from '../../src/ports/scratch.ts';
import { describeForgeContract, type ForgeBench, type TextEdits } from '../adapters/forge-contract.ts';
import { describeScratchContract } from '../adapters/scratch-contract.ts';
import { createFakeForge } from '../fakes/forge.ts';
import { playAgain, playSeeds } from './campaign.ts';
import { drawScenario } from './draw.ts';
import { drawHistory, hasDrillBeside, withoutDrills } from './draw-drills.ts';
import { PLANTED_DRILLS } from './planted-drills.ts';
import { beginRun, RunForge } from './run-forge.ts';
import { CLEAN, type Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { buildSystem } from './system.ts';

const system = await buildSystem();
const REGRESSIONS: readonly { readonly found: string; readonly why: string; readonly scenario: Scenario }[] =
  JSON.parse(readFileSync(new URL('./regressions.json', import.meta.url), 'utf8'));

describe('histories that broke something once', () => {
  it.each(REGRESSIONS)('$why', async ({ scenario }) => {
    expect((await playAgain(system, scenario)).violations).toEqual([]);
  });
});

describe('a simulated history', () => {
  it('is the same for the same seed', async () => {
    for (const seed of [1, 2, 3]) {
      const first = await simulate(system, drawScenario(seed));
      const second = await simulate(system, drawScenario(seed));
      expect(second.digest).toBe(first.digest);
      expect((await simulate(system, drawScenario(seed + 1000))).digest).not.toBe(first.digest);
    }
  });

  it('is the same whether the flows remember what they read or not', async () => {
    const forgetful = await buildSystem({ memo: false });
    for (let seed = 1; seed <= 8; seed += 1) {
      const remembered = await simulate(system, drawScenario(seed));
      expect((await simulate(forgetful, drawScenario(seed))).digest).toBe(remembered.digest);
    }
  });

  it('shrinks to the happenings that matter', async () => {
    const broken = await buildSystem({
      mutations: [
        {
          file: 'core/decision/decide.ts',
          from: 'if (input.now < standing.holdUntil) {',
          to: 'if (input.now < standing.enteredAt) {',
        },
      ],
    });
    const campaign = await playSeeds(broken, { from: 1, count: 200, stopAfter: 1 });
    const { scenario, violation } = campaign.failures[0]!;
    const small = await shrink(scenario, violation.invariant, { play: (one) => playAgain(broken, one) });
    expect(small.happenings.length).toBeLessThan(scenario.happenings.length / 2);
    expect((await playAgain(broken, small)).violations[0]?.invariant).toBe(violation.invariant);
  });
});

describe('a history with drills', () => {
  it('has the same events as the one without', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const drilled = drawHistory(seed, { drills: true });
      const owners = drilled.releases.map(({ hasOwners: _, ...release }) => release);
      expect({ ...withoutDrills(drilled), releases: owners }).toEqual(drawScenario(seed));
      const drills = drilled.happenings.filter((one) => one.kind === 'drill' || hasDrillBeside(one));
      expect(drills.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('is the same for the same seed, and shrinks with its drills', async () => {
    const { mutations } = PLANTED_DRILLS.find(({ name }) => name === 'what a killed drill left stays')!;
    const broken = await buildSystem({ mutations });
    const { failures } = await playSeeds(broken, { from: 1, count: 40, drills: true, stopAfter: 1 });
    const { scenario, seed, violation } = failures[0]!;
    expect(drawHistory(seed, { drills: true })).toEqual(scenario);
    const play = (one: Scenario) => playAgain(broken, one);
    const small = await shrink(scenario, violation.invariant, { play, budget: 60 });
    expect(small.happenings.length).toBeLessThan(scenario.happenings.length / 2);
    const [first, second] = [await play(small), await play(JSON.parse(JSON.stringify(small)))];
    expect(first.violations[0]?.invariant).toBe(violation.invariant);
    expect(second.digest).toBe(first.digest);
  });
});

describe('a mutation', () => {
  it('is refused when its place is not there, or not the only one', async () => {
    const build = (from: string) => buildSystem({ mutations: [{ file: 'core/errors.ts', from, to: '' }] });
    const decide = (from: string) =>
      buildSystem({ mutations: [{ file: 'core/decision/decide.ts', from, to: '' }] });
    await expect(decide('never written')).rejects.toThrow('found it 0 times');
    await expect(decide('return')).rejects.toThrow('expected "return" once');
    await expect(build('never loaded')).rejects.toThrow('core/errors.ts: not a source of the flows');
  });
});

async function open(files: TextEdits): Promise<ForgeBench & { readonly scratch: Scratch }> {
  const shared = createFakeForge({ files });
  const nothing = () => undefined;
  const watcher = { seen: nothing, struck: nothing, act: nothing };
  const forge = new RunForge(beginRun(shared, shared.tip('main')!, CLEAN, watcher));
  return {
    forge,
    scratch: forge.scratch(),
    push: async (edits, options) => shared.push(edits, options),
    setBranch: async (branch, tip) => shared.setBranch(branch, tip),
    tip: async (branch) => shared.tip(branch),
    commitAt: async (id) => shared.commitAt(id),
    text: async (path, at) => shared.textAt(path, at),
    pushOddities: async () =>
      shared.push({
        'odd/link': { unreadable: 'symlink' },
        'odd/sub': { unreadable: 'submodule' },
        'odd/latin': { unreadable: 'not-utf8' },
        'odd/large': { unreadable: 'too-large' },
        'odd/plain': 'plain\n',
      }),
    closePull: async (number) => shared.closePull(number),
    pull: async (number) => shared.pulls[number - 1]!,
    close: async () => undefined,
  };
}

describeForgeContract({ name: 'simulated', hasRequests: true, open });
describeScratchContract({ name: 'simulated', open });

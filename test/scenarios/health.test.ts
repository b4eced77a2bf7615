import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import {
  CHECKS,
  type Health,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  splitOf,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';

holdToLaws();

const health = (candidate: Health, stable: Health = healthy) => ({
  health: { [STABLE.version]: stable, [CANDIDATE.version]: candidate },
});

describe('a candidate that turns bad', () => {
  it.each([
    { name: 'at its first step', moves: 2, from: 10, at: 25, weight: 5 },
    { name: 'at its second step', moves: 3, from: 40, at: 55, weight: 25 },
    { name: 'in the bake, where only its limit can tell', moves: 4, from: 70, at: 85, weight: 100 },
  ] as const)('$name is taken back', async ({ moves, from, at, weight }) => {
    const bench = await openInFlight(
      moves,
      health((minute) => (minute < from ? 0.005 : 0.05)),
    );
    expect(weightOf(bench)).toBe(weight);
    const report = await bench.tick(at);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toBe(writeManifest());
    expect(splitOf(bench)).toEqual([100, 0]);
  });

  it('after its promotion is not watched any more, and can be left by name', async () => {
    const bench = await openInFlight(
      5,
      health((minute) => (minute < 100 ? 0.005 : 0.5)),
    );
    expect(told(await bench.tick(140))).toEqual(['nothing', 'SETTLED', 'none']);
    expect(told(await bench.rollBack(141, { from: CANDIDATE.version }))[2]).toBe('merged');
    expect(splitOf(bench)).toEqual([100, 0]);
  });
});

describe('an outage that hits both versions alike', () => {
  it('is not blamed on the candidate, as long as no limit is broken', async () => {
    const checks = CHECKS.map((check) => ({ ...check, limit: '20%' }));
    const outage: Health = (minute) => (minute < 10 ? 0.005 : 0.05);
    const both = { [STABLE.version]: outage, [CANDIDATE.version]: outage };
    const bench = openBench({ health: both, files: writeFiles({ checks }) });
    await bench.tick(0);
    bench.forge.push({ [MANIFEST]: writeManifest({ checks, candidate: CANDIDATE }) });
    const kinds: string[] = [];
    for (let at = 1; at <= 60; at += 5) kinds.push(told(await bench.tick(at))[0]);
    expect(kinds).not.toContain('rollback');
  });
});

describe('a candidate that gets no traffic', () => {
  it('is held, told of once past the deadline, and goes on when traffic comes', async () => {
    const bench = await openInFlight(
      2,
      health((minute) => (minute < 150 ? undefined : 0.005)),
    );
    expect(told(await bench.tick(32))).toEqual(['hold', 'CHECK_NO_DATA', 'none']);
    const late = await bench.tick(70);
    expect(told(late)).toEqual(['pause', 'EVIDENCE_MISSING', 'committed']);
    expect(exitCodeOf(late)).toBe(2);
    expect(exitCodeOf(await bench.tick(75))).toBe(0);
    expect(weightOf(bench)).toBe(5);
    expect(told(await bench.tick(185))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });
});

describe('ticks that do not come', () => {
  it('cost time and nothing else: one step per tick, each after its hold and on evidence of its own', async () => {
    const bench = await openInFlight(2);
    const weights: number[] = [];
    for (const at of [300, 301, 331, 332, 340, 371]) {
      await bench.tick(at);
      weights.push(weightOf(bench));
    }
    expect(weights).toEqual([25, 25, 100, 100, 100, 0]);
    expect(only(await bench.tick(372)).stable).toBe(CANDIDATE.version);
  });
});

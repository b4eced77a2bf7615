import { describe, expect, it } from 'vitest';
import type { WrittenRecord } from '../../src/core/record/record-schema.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST, SERVING } from '../builders/world.ts';
import {
  type Bench,
  type BenchInput,
  bringCandidate,
  CHECKS,
  type Health,
  healthy,
  openBench,
  type Setup,
  told,
  writeManifest,
} from './bench.ts';

/** Four steps, so that there is a way down. */
const STEPS = [
  { weight: 5, hold: '30m' },
  { weight: 25, hold: '30m' },
  { weight: 50, hold: '30m' },
  { weight: 100, hold: '30m' },
];
const DOWN: Setup = { steps: STEPS, rollback: { mode: 'step-down' } };

/** At 50 % since minute 64; from here on the candidate does harm, and the tick at 78 sees it. */
const HARM = 66;
const SEEN = 78;

const failing =
  (share = 0.06, until = Number.POSITIVE_INFINITY): Health =>
  (at) =>
    at < HARM || at >= until ? 0.005 : share;

async function openAtHalf(setup: Setup, input: BenchInput = {}): Promise<Bench> {
  const bench = openBench(input);
  await bench.tick(0);
  bringCandidate(bench, setup);
  for (const at of [1, 32, 64]) await bench.tick(at);
  expect(weightIn(bench)).toBe(50);
  return bench;
}

function weightIn({ forge }: Pick<Bench, 'forge'>): number {
  return Number(/^ {4}weight: (\d+)$/m.exec(forge.textAt(MANIFEST)!)?.[1]);
}

function newestRecord(bench: Pick<Bench, 'forge'>): WrittenRecord {
  const tip = bench.forge.commitAt(bench.forge.tip('main')!).tree;
  const path = [...tip.keys()]
    .filter((one) => one.startsWith('.belay/records/scorer/'))
    .sort()
    .at(-1)!;
  return JSON.parse(String(tip.get(path)));
}

/** A person edits the manifest as it is now. */
function edit(bench: Pick<Bench, 'forge'>, change: (text: string) => string): void {
  bench.forge.push({ [MANIFEST]: change(bench.forge.textAt(MANIFEST)!) }, { message: 'Edit the manifest' });
}

const withSick = (candidate: Health): BenchInput => ({
  health: { [STABLE.version]: healthy, [CANDIDATE.version]: candidate },
});

describe('a step down', () => {
  it('takes proven harm down one declared step at a time, and ends in the revert', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing()));
    expect(told(await bench.tick(SEEN))).toEqual(['reduce', 'STEP_DOWN', 'committed']);
    expect(weightIn(bench)).toBe(25);
    expect(bench.forge.textAt(SERVING)).toMatch(/scorer-b\n.*\n +weight: 25/);
    expect(bench.forge.commitAt(bench.forge.tip('main')!).message).toContain('canary 50% → 25%, step down');
    expect(told(await bench.tick(SEEN + 4))).toEqual(['hold', 'STEP_DOWN', 'none']);
  });
});

import { describe, expect, it } from 'vitest';
import type { CountTest } from '../../../src/core/judge/method.ts';
import { planTest, wholeTickMinutes } from '../../../src/core/judge/plan-test.ts';
import type { Counts } from '../../../src/core/stats/counts.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { poissonLogE } from '../../../src/core/stats/poisson.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';

const seed = announceSeed('times that people are told', 20261121);
const RUNS = 60;
const TICK = 5;

interface Cell {
  readonly name: string;
  readonly side: 'harm' | 'safe';
  readonly test: CountTest;
  readonly unit?: 'rate';
  /** A minute, both arms together, and the candidate's share. */
  readonly exposure: number;
  readonly share: number;
  readonly rate: number;
  readonly effect: number;
  readonly trim: number;
}

const margin = { ratio: 1.1, difference: 0 };
const CELLS: readonly Cell[] = [
  {
    name: 'harm ×1.5, 500 a minute, 25 %',
    side: 'harm',
    test: { kind: 'comparison', margin },
    exposure: 500,
    share: 0.25,
    rate: 0.005,
    effect: 1.5,
    trim: 0,
  },
  {
    name: 'harm ×5, 500 a minute, 5 %, one tick forgiven',
    side: 'harm',
    test: { kind: 'comparison', margin },
    exposure: 500,
    share: 0.05,
    rate: 0.005,
    effect: 5,
    trim: 1,
  },
  {
    name: 'safe within ×1.25 + 0.25 points, 500 a minute, 25 %, one tick forgiven',
    side: 'safe',
    test: { kind: 'comparison', margin: { ratio: 1.25, difference: 0.0025 } },
    exposure: 500,
    share: 0.25,
    rate: 0.005,
    effect: 1,
    trim: 1,
  },
  {
    name: 'safe within a limit of 2 %, alone',
    side: 'safe',
    test: { kind: 'limit', limit: 0.02 },
    exposure: 20,
    share: 1,
    rate: 0.005,
    effect: 1,
    trim: 0,
  },
  {
    name: 'a rate beyond its limit, alone',
    side: 'harm',
    test: { kind: 'limit', limit: 0.1 },
    unit: 'rate',
    exposure: 1,
    share: 1,
    rate: 0.1,
    effect: 2.5,
    trim: 0,
  },
];

const NEEDED = Math.log(200);

/** Minutes until the evidence that is played decides, run by run. */
function simulate(cell: Cell, longest: number): readonly number[] {
  const { exposure, share, rate, effect, side, trim, test } = cell;
  const random = seededRandom(seed);
  const draw = (trials: number, probability: number): Counts => ({
    // events of a rate: as many as fall into a thousand slices of each unit
    events:
      cell.unit === 'rate'
        ? random.binomial(trials * 1_000, probability / 1_000)
        : random.binomial(trials, probability),
    exposure: trials,
  });
  const logE = (ticks: readonly { candidate: Counts; stable: Counts }[]): number => {
    if (test.kind === 'comparison') return twinLogE(ticks, { side, margin: test.margin, trim });
    const alone = ticks.map(({ candidate }) => candidate);
    return cell.unit === 'rate'
      ? poissonLogE(alone, { side, rate: test.limit, trim })
      : oneSampleLogE(alone, { side, limit: test.limit, trim });
  };
  return Array.from({ length: RUNS }, () => {
    const ticks: { candidate: Counts; stable: Counts }[] = [];
    for (let minutes = TICK; minutes <= longest; minutes += TICK) {
      ticks.push({
        candidate: draw(Math.round(exposure * share * TICK), rate * effect),
        stable: draw(Math.round(exposure * (1 - share) * TICK), rate),
      });
      if (logE(ticks) >= NEEDED) return minutes;
    }
    return Number.POSITIVE_INFINITY;
  }).sort((a, b) => a - b);
}

describe('a planned time', () => {
  it.each(CELLS)('is what simulated rollouts need: $name', (cell) => {
    const { exposure, share, rate, effect, side, trim, test, unit = 'share' } = cell;
    const flow = {
      candidateExposure: exposure * share,
      stableExposure: exposure * (1 - share),
      candidateRate: rate * effect,
      stableRate: rate,
    };
    const planned = planTest(test, flow, {
      side,
      needed: NEEDED,
      play: { unit, trim, dispersion: 1 },
      tick: TICK,
    });
    const times = simulate(cell, 6 * planned.ninety + 100);
    const [median, ninety] = [times[RUNS / 2]!, times[0.9 * RUNS]!];
    console.log(
      `${cell.name}: median ${planned.median.toFixed(0)} planned, ${median} simulated; 90 % ${planned.ninety.toFixed(0)} and ${ninety}`,
    );
    for (const [said, seen] of [
      [planned.median, median],
      [planned.ninety, ninety],
    ] as const) {
      expect(seen).toBeLessThanOrEqual(1.4 * said + TICK);
      expect(seen).toBeGreaterThanOrEqual(0.65 * said - TICK);
    }
  });

  it('is told in whole ticks, at least one, and never is never', () => {
    expect(wholeTickMinutes(0, 5)).toBe(5);
    expect(wholeTickMinutes(5.1, 5)).toBe(10);
    expect(wholeTickMinutes(Number.POSITIVE_INFINITY, 5)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { probability } from '../../../src/core/units.ts';
import { announceSeed, type SeededRandom, seededRandom } from '../stats/seeded-random.ts';
import { counts, errors, judge, type Source, type Story, type World } from './scenario.ts';

const seed = announceSeed('false rollbacks', 20261121);

/** Scrapes every 15 s do not reach the edges of a 5 minute window; `increase()` makes up for it by this factor. */
const EXTRAPOLATION = 300 / 285;
const RATE = 0.05;
const weights = [
  [5, 0],
  [25, 123],
  [100, 304],
] as const;
const story: Omit<Story, 'now'> = {
  checks: [
    { ...errors, tolerate: { relative: 0 }, limit: 0.02 },
    { ...errors, name: 'timeouts', bad: 'timeouts', total: 'timeouts-total', tolerate: { relative: 0 } },
  ],
  health: { falseRollbackRate: probability(RATE) },
  weights,
};

function weightAt(minute: number): number {
  return weights.findLast(([, since]) => minute > since)?.[0] ?? 0;
}

/** 500 requests a minute; a rate of bad events that both arms share and that swings with the hour, up to `effect` times as high on the candidate. */
function tell(random: SeededRandom, effect: number): World {
  const arms = (base: number): readonly [Source, Source, Source, Source] => {
    const rows = Array.from({ length: 100 }, (_, index) => {
      const minute = 5 * (index + 1);
      const shared = base * 4 ** Math.sin(minute / 60);
      const load = Math.round(2_500 * (1 + 0.6 * Math.sin(minute / 200)));
      const exposure = Math.round((load * weightAt(minute)) / 100);
      return [
        random.binomial(exposure, shared * effect),
        exposure,
        random.binomial(load - exposure, shared),
        load - exposure,
      ].map((count) => count * EXTRAPOLATION);
    });
    const column =
      (at: number): Source =>
      ({ tick }) =>
        rows[tick - 1]?.[at] ?? 'missing';
    return [column(0), column(1), column(2), column(3)];
  };
  return { ...counts('errors', arms(0.005)), ...counts('timeouts', arms(0.002)) };
}

/** The first look, one every 30 minutes for 8 hours, that rolls back; undefined if none does. */
function firstRollback(random: SeededRandom, effect: number): number | undefined {
  const world = tell(random, effect);
  for (let now = 31; now <= 481; now += 30)
    if (judge({ ...story, now }, world).overall === 'fail') return now;
  return undefined;
}

describe('a rollout looked at again and again', () => {
  it('is rolled back without reason at most as often as declared', () => {
    const random = seededRandom(seed);
    const runs = 120;
    let rolledBack = 0;
    for (let run = 0; run < runs; run += 1) if (firstRollback(random, 1) !== undefined) rolledBack += 1;
    console.log(`healthy: ${rolledBack} of ${runs} rolled back, declared ${100 * RATE} %`);
    // What chance adds in one seed of twenty at most.
    expect(rolledBack / runs).toBeLessThanOrEqual(RATE + 1.65 * Math.sqrt((RATE * (1 - RATE)) / runs));
  });

  it('is rolled back every time when the candidate fails three times as often', () => {
    const random = seededRandom(seed + 1);
    const found = Array.from({ length: 30 }, () => firstRollback(random, 3) ?? Number.POSITIVE_INFINITY);
    const sorted = found.sort((a, b) => a - b);
    console.log(`three times as bad: median ${sorted[15]} minutes, latest ${sorted[29]}`);
    expect(sorted[29]).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

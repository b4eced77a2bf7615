import { describe, expect, it } from 'vitest';
import { REFERENCE_MIXTURE, type Side } from '../../../src/core/stats/bets.ts';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { logSum } from '../../../src/core/stats/log-space.ts';
import { type Margin, mergedTwinLogE, twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed, type SeededRandom, seededRandom } from './seeded-random.ts';

const seed = announceSeed('false alarms', 7);
const TICKS = 288;
const ALPHA = 0.05;
const RUNS = 250;
/** What chance adds to the count of false alarms in one seed of twenty at most. */
const CHANCE = 1.65 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

/** Half a percent bad, moving thirtyfold with the hour for both arms alike; candidate at 5 % of 500 requests a minute. */
function* world(random: SeededRandom, margin: Margin, effect: number): Generator<Tick> {
  for (let index = 0; index < TICKS; index += 1) {
    const load = 1 + 0.6 * Math.sin((2 * Math.PI * index) / TICKS);
    const base = 0.005 * 30 ** (Math.sin((6 * Math.PI * index) / TICKS) ** 2) * 0.3;
    const exposure = { candidate: Math.round(125 * load), stable: Math.round(2_375 * load) };
    const rate = Math.min(1, effect * (margin.ratio * base + margin.difference));
    yield {
      candidate: { events: random.binomial(exposure.candidate, rate), exposure: exposure.candidate },
      stable: { events: random.binomial(exposure.stable, base), exposure: exposure.stable },
    };
  }
}

/** Whether the evidence ever reached 1/α when looked at after every tick. */
function everFires(random: SeededRandom, test: { side: Side; margin: Margin; effect: number }): boolean {
  const running = REFERENCE_MIXTURE[test.side].map(() => 0);
  for (const tick of world(random, test.margin, test.effect)) {
    for (const [index, bet] of REFERENCE_MIXTURE[test.side].entries())
      running[index]! += mergedTwinLogE([tick], { ...test, mixture: [bet] });
    if (logSum(running) - Math.log(running.length) >= Math.log(1 / ALPHA)) return true;
  }
  return false;
}

describe('looked at after every tick for a day', () => {
  it.each<{ side: Side; margin: Margin }>([
    { side: 'harm', margin: { ratio: 1, difference: 0 } },
    { side: 'harm', margin: { ratio: 1.25, difference: 0 } },
    { side: 'safe', margin: { ratio: 1.25, difference: 0 } },
    { side: 'safe', margin: { ratio: 1, difference: 0.005 } },
  ])(
    'fires in at most 5 % of the worlds that lie exactly at the margin ($side, $margin)',
    ({ side, margin }) => {
      const random = seededRandom(seed);
      let fired = 0;
      for (let run = 0; run < RUNS; run += 1) if (everFires(random, { side, margin, effect: 1 })) fired += 1;
      console.log(`${side} ${JSON.stringify(margin)}: ${((100 * fired) / RUNS).toFixed(1)} % of ${RUNS}`);
      expect(fired / RUNS).toBeLessThanOrEqual(ALPHA + CHANCE);
    },
  );

  it('finds three times as many bad events in every world of 50', () => {
    const random = seededRandom(seed);
    const margin = { ratio: 1, difference: 0 };
    for (let run = 0; run < 50; run += 1)
      expect(everFires(random, { side: 'harm', margin, effect: 3 })).toBe(true);
  });
});

describe('the default plan, looked at after every tick for a day', () => {
  const goal = Math.log(1 / ALPHA);
  const plays = 1_000;
  const chance = 1.65 * Math.sqrt((ALPHA * (1 - ALPHA)) / plays);

  it.each<{ name: string; margin: Margin; course: { trim?: number; changes?: number[]; horizon?: number } }>([
    { name: 'no more than stable', margin: { ratio: 1, difference: 0 }, course: {} },
    { name: 'a quarter more', margin: { ratio: 1.25, difference: 0 }, course: {} },
    { name: 'half a point more', margin: { ratio: 1, difference: 0.005 }, course: {} },
    {
      name: 'with new weights',
      margin: { ratio: 1, difference: 0 },
      course: { changes: [48, 144], horizon: 192 },
    },
    { name: 'with a blip forgiven', margin: { ratio: 1, difference: 0 }, course: { trim: 1 } },
  ])(
    'fires in at most 5 % of the worlds that lie exactly at the margin: $name',
    ({ name, margin, course }) => {
      const random = seededRandom(seed + 1);
      let fired = 0;
      // A plan stands still once it has reached its goal, so that its last value tells whether it ever did.
      for (let run = 0; run < plays; run += 1)
        if (twinLogE([...world(random, margin, 1)], { side: 'harm', margin, goal, ...course }) >= goal)
          fired += 1;
      console.log(`plan, ${name}: ${((100 * fired) / plays).toFixed(1)} % of ${plays}`);
      expect(fired / plays).toBeLessThanOrEqual(ALPHA + chance);
    },
  );

  it('finds twice as many bad events that begin after six hours in nine worlds of ten', () => {
    const random = seededRandom(seed + 2);
    const margin = { ratio: 1, difference: 0 };
    let found = 0;
    for (let run = 0; run < 100; run += 1) {
      const healthy = [...world(random, margin, 1)].slice(0, 72);
      const faulty = [...world(random, margin, 2)].slice(72, 120);
      if (twinLogE([...healthy, ...faulty], { side: 'harm', margin, goal }) >= goal) found += 1;
    }
    expect(found).toBeGreaterThanOrEqual(90);
  });
});

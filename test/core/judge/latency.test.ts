import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  CumulativeBuckets,
  Evidence,
  EvidenceTick,
  LatencyCheck,
  Period,
} from '../../../src/core/judge/evidence.ts';
import { judge } from '../../../src/core/judge/judge.ts';
import { settleBuckets } from '../../../src/core/judge/settle-buckets.ts';
import { wholeBuckets } from '../../../src/core/judge/whole-buckets.ts';
import type { Side } from '../../../src/core/stats/bets.ts';
import { type BucketTick, countsAbove } from '../../../src/core/stats/buckets.ts';
import { sumCounts } from '../../../src/core/stats/counts.ts';
import { announceSeed, type SeededRandom, seededRandom } from '../stats/seeded-random.ts';

const CANARY: Period = { step: 0, whole: false, share: 0.05 };
const WHOLE: Period = { step: 1, whole: true, share: 1 };
const FINE = [0.1, 0.2, 0.3, 0.32, 0.34, 0.36, 0.38, 0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.6, 0.8, 1];
const COARSE = [0.1, 0.25, 0.5, 1, 2.5];

type Arm = CumulativeBuckets | string | undefined;
type Ticks = readonly EvidenceTick<CumulativeBuckets>[];

function tick(candidate: Arm, stable: Arm, period = 0): EvidenceTick<CumulativeBuckets> {
  const seen = (arm: Arm) =>
    typeof arm === 'object'
      ? ({ kind: 'seen', value: arm } as const)
      : ({ kind: 'unusable', reason: arm ?? 'nothing' } as const);
  return { period, candidate: seen(candidate), stable: seen(stable) };
}

/** n requests whose durations have this tail: P(longer than b). */
function histogram(bounds: readonly number[], n: number, tail: (bound: number) => number): CumulativeBuckets {
  return {
    bounds: [...bounds, Number.POSITIVE_INFINITY],
    counts: [...bounds.map((bound) => Math.round(n * (1 - tail(bound)))), n],
  };
}

/** Exponential beyond 0.1: a hundredth is longer than `p99`. */
const exponential =
  (p99: number) =>
  (bound: number): number =>
    bound <= 0.1 ? 1 : Math.exp((-Math.log(100) * (bound - 0.1)) / (p99 - 0.1));

function ticksOf(
  count: number,
  part: { bounds?: readonly number[]; p99: number; stable?: number; n?: number },
): Ticks {
  const { bounds = FINE, p99, stable = 0.4, n = 5_000 } = part;
  const one = tick(histogram(bounds, n, exponential(p99)), histogram(bounds, 19 * n, exponential(stable)));
  return Array.from({ length: count }, () => one);
}

function check(part: Partial<LatencyCheck>): LatencyCheck {
  const one: LatencyCheck = {
    kind: 'latency',
    name: 'latency',
    weight: 1,
    action: 'rollback',
    required: true,
    dispersion: 1,
    trim: 0,
    bound: undefined,
    quantile: undefined,
    limit: undefined,
    harm: { ratio: 1.15, difference: 0 },
    safe: { ratio: 1.25, difference: 0 },
    ticks: [],
    ...part,
  };
  return { ...one, ticks: settleBuckets(one.ticks, one.bound) };
}

function look(part: Partial<LatencyCheck>, periods: Evidence['periods'] = [CANARY]) {
  const one = check(part);
  const evidence = { falseRollbackRate: 0.01, falseAdvanceRate: 0.05, steps: 1, periods, checks: [one] };
  return judge(evidence, [one], () => undefined).checks[0]!;
}

describe('a quantile', () => {
  it.each<{ name: string; ticks: Ticks; verdict: string; says: string }>([
    {
      name: 'half as slow again',
      ticks: ticksOf(12, { p99: 0.6 }),
      verdict: 'fail',
      says: 'slower than the 1.15 times allowed; evidence more than 1,000,000 to 1, needed 100 to 1',
    },
    {
      name: 'as fast as stable, for long',
      ticks: ticksOf(48, { p99: 0.4 }),
      verdict: 'pass',
      says: 'p99 between 0.38 and 0.42 against between 0.38 and 0.42; within the 1.25 times that count as safe',
    },
    {
      name: 'as fast as stable, not for long',
      ticks: ticksOf(1, { p99: 0.4, n: 100 }),
      verdict: 'inconclusive',
      says: 'neither harm nor safety is proven;',
    },
    {
      name: 'coarse buckets',
      ticks: ticksOf(48, { p99: 0.4, bounds: COARSE }),
      verdict: 'inconclusive',
      says: "p99 between 0.25 and 0.5 against between 0.25 and 0.5; neither harm nor safety is proven; the bucket bounds around stable's p99, 0.25 and 0.5, are 2 times apart, so that within 1.25 times can hardly be proven; add bounds between them; harm (slower than the 1.15 times allowed): evidence 0.44 to 1, needed 100 to 1; safety (within the 1.25 times that count as safe): evidence 0.5 to 1, needed 20 to 1; 0% of the evidence needed to advance",
    },
    {
      name: 'buckets that end too early',
      ticks: ticksOf(48, { p99: 0.4, bounds: [0.1, 0.2] }),
      verdict: 'inconclusive',
      says: "stable's p99 is above the highest bucket bound, 0.2",
    },
    {
      name: 'buckets that begin too late',
      ticks: ticksOf(48, { p99: 0.4, bounds: [0.5, 1] }),
      verdict: 'inconclusive',
      says: "stable's p99 is below the lowest bucket bound, 0.5",
    },
    { name: 'nothing', ticks: [], verdict: 'no-data', says: 'no usable tick' },
  ])('is judged by $name', ({ ticks, verdict, says }) => {
    const judged = look({ quantile: 0.99, ticks });
    expect(judged.text).toContain(says);
    expect(judged.verdict).toBe(verdict);
  });

  it('names the bounds at which it is slower, and shows where it lies', () => {
    const judged = look({ quantile: 0.99, ticks: ticksOf(12, { p99: 0.6 }) });
    expect(judged.text).toBe(
      'p99 between 0.5 and 0.8 against between 0.38 and 0.42; 3.64% above 0.46 where stable has 1% above 0.4; slower than the 1.15 times allowed; evidence more than 1,000,000 to 1, needed 100 to 1',
    );
    expect(judged.interval).toEqual({ of: 'value', low: 0.5, high: 0.8, level: 0.95 });
  });

  it('cannot be judged at 100 %', () => {
    const ticks = ticksOf(3, { p99: 0.4 }).map((one) => ({ ...one, period: 1 }));
    expect(look({ quantile: 0.99, ticks }, [CANARY, WHOLE])).toMatchObject({
      verdict: 'inconclusive',
      logSafe: undefined,
    });
  });
});

describe('the share above a bound', () => {
  it('is judged as a proportion', () => {
    const part = { bound: 0.4, ticks: ticksOf(12, { p99: 0.5 }) };
    expect(look(part)).toMatchObject({
      verdict: 'fail',
      text: 'above 0.4: 1,896 of 60,000 (3.16%) against 11,400 of 1,140,000 (1%); between 2.9 and 3.4 times as many; more than the 1.15 times allowed; evidence more than 1,000,000 to 1, needed 100 to 1',
      weighed: { totals: { candidate: { events: 1_896, exposure: 60_000 } } },
    });
    expect(look({ ...part, ticks: ticksOf(48, { p99: 0.4 }) }).verdict).toBe('pass');
  });

  it('is counted at the next bound where there is no such bucket, and says so', () => {
    expect(look({ bound: 0.45, ticks: ticksOf(12, { p99: 0.6 }) }).text).toMatch(
      /^above 0\.46, the next bucket bound after 0\.45: /,
    );
  });

  it('is not known above the highest bound', () => {
    const judged = look({ bound: 1.5, ticks: ticksOf(12, { p99: 0.6 }) });
    expect([judged.verdict, judged.text]).toEqual([
      'no-data',
      'no bucket bound at or above 1.5; the highest is 1',
    ]);
  });

  it('may not exceed its limit, with stable or without', () => {
    const slow = ticksOf(12, { p99: 0.5, stable: 0.5 });
    expect(look({ bound: 0.4, limit: 0.02, ticks: slow }).text).toContain('above the limit of 2%');
    const periods: Evidence['periods'] = [CANARY, WHOLE];
    const bake = (p99: number) =>
      ticksOf(12, { p99 }).map((one) => ({ ...one, period: 1, stable: tick('gone', 'gone').stable }));
    expect(look({ bound: 0.4, limit: 0.02, ticks: bake(0.5) }, periods)).toMatchObject({ verdict: 'fail' });
    expect(look({ bound: 0.4, quantile: 0.99, limit: 0.02, ticks: bake(0.4) }, periods)).toMatchObject({
      verdict: 'pass',
      text: expect.stringMatching(/^above 0\.4: 600 of 60,000 \(1%\); within the limit of 2%; /) as string,
    });
    expect(look({ bound: 0.4, ticks: bake(0.4) }, periods).logSafe).toBeUndefined();
  });
});

describe('both', () => {
  const both = { bound: 0.4, quantile: 0.99 };

  it('are members, and either may prove harm', () => {
    const judged = look({ ...both, limit: 0.5, ticks: ticksOf(12, { p99: 0.6 }) });
    expect(judged.weighed.members.map(({ name }) => name)).toEqual(['tail', 'quantile', 'limit']);
    expect(judged.verdict).toBe('fail');
  });

  it('must both be safe', () => {
    const ticks = ticksOf(48, { p99: 0.4, bounds: [0.1, 0.4, 1] });
    expect(look({ bound: 0.4, ticks }).verdict).toBe('pass');
    expect(look({ ...both, ticks }).verdict).toBe('inconclusive');
    expect(look({ ...both, ticks: ticksOf(48, { p99: 0.4 }) }).text).toMatch(
      /^above 0\.4: .* count as safe; p99 between .* count as safe; evidence /,
    );
  });
});

describe('buckets that do not fit', () => {
  const fine = histogram(FINE, 1_000, exponential(0.4));
  const other = histogram([0.1, 0.25, 0.4, 1], 9_000, exponential(0.4));

  it('are compared at the bounds that both versions have', () => {
    const judged = look({ bound: 0.3, ticks: Array.from({ length: 8 }, () => tick(fine, other)) });
    expect(judged.text).toMatch(/^above 0\.4, the next bucket bound after 0\.3: /);
    expect(judged.weighed.used).toBe(8);
  });

  it('have no answer without a bound in common', () => {
    const judged = look({
      quantile: 0.9,
      ticks: [
        tick(
          fine,
          histogram([0.15, 7], 90, () => 0.5),
        ),
      ],
    });
    expect([judged.verdict, judged.text]).toEqual([
      'no-data',
      'candidate and stable have no bucket bound in common',
    ]);
  });

  it('drop a tick in which a bound is missing by accident', () => {
    const torn = { bounds: fine.bounds.filter((bound) => bound !== 0.4), counts: fine.counts.slice(1) };
    const ticks = Array.from({ length: 20 }, (_, index) => tick(index === 4 ? torn : fine, fine));
    const judged = look({ bound: 0.4, ticks });
    expect(judged.weighed.dropped).toEqual([
      { index: 4, reason: 'candidate: no bucket up to 0.4 in this tick' },
    ]);
    expect(judged.text).toMatch(/^above 0\.4: /);
  });

  it('go on without a bound that was there for a part of the time only', () => {
    const later = histogram([0.1, 0.2, 0.5, 1], 1_000, exponential(0.4));
    const ticks = Array.from({ length: 20 }, (_, index) => tick(index < 10 ? fine : later, fine));
    const judged = look({ bound: 0.4, ticks });
    expect(judged.weighed.used).toBe(20);
    expect(judged.text).toMatch(/^above 0\.5, the next bucket bound after 0\.4: /);
  });

  it('wait for traffic, and take no buckets for no measurements', () => {
    const none = { bounds: [], counts: [] };
    const judged = look({ bound: 0.4, ticks: [tick(fine, fine), tick(none, fine), tick(none, fine)] });
    expect(judged.weighed.dropped).toEqual([
      { index: 1, reason: 'no traffic on the candidate' },
      { index: 2, reason: 'no traffic on the candidate' },
    ]);
  });
});

/** Durations of n requests at this p99, sorted into the fine buckets by chance. */
function measure(random: SeededRandom, n: number, p99: number): CumulativeBuckets {
  const tail = exponential(p99);
  const counts: number[] = [];
  let longer = n;
  let before = 1;
  for (const bound of FINE) {
    const chance = Math.min(1, before === 0 ? 0 : tail(bound) / before);
    longer = random.binomial(longer, chance);
    before = tail(bound);
    counts.push(n - longer);
  }
  return { bounds: [...FINE, Number.POSITIVE_INFINITY], counts: [...counts, n] };
}

describe('the promise', () => {
  it('is kept under a load that both versions share', () => {
    const random = seededRandom(announceSeed('quantiles', 20261121));
    const runs = 120;
    let failed = 0;
    for (let run = 0; run < runs; run += 1) {
      // both arms are equally slow, and slower and faster together
      const ticks = Array.from({ length: 24 }, (_, index) => {
        const p99 = 0.35 + 0.1 * Math.sin(index / 5);
        return tick(measure(random, 250, p99), measure(random, 4_750, p99));
      });
      const part = { bound: 0.4, quantile: 0.99, harm: { ratio: 1, difference: 0 } };
      const looks = [3, 6, 12, 18, 24].map((end) => look({ ...part, ticks: ticks.slice(0, end) }));
      if (looks.some(({ verdict }) => verdict === 'fail')) failed += 1;
    }
    console.log(`latency without a difference: ${failed} of ${runs} failed, declared 1 %`);
    expect(failed / runs).toBeLessThanOrEqual(0.01 + 1.65 * Math.sqrt((0.01 * 0.99) / runs));
  });
});

describe('fractions of requests', () => {
  it('are rounded against the claim, by less than one request per arm and bound over a step', () => {
    const seed = announceSeed('fractions of buckets', 20261121);
    const factor = fc.double({ min: 0.5, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(factor, factor, fc.constantFrom<Side>('harm', 'safe'), (ours, theirs, side) => {
        const scaled = ({ bounds, counts }: CumulativeBuckets, by: number) => ({
          bounds,
          counts: counts.map((count) => count * by),
        });
        const pair = {
          candidate: scaled(histogram(FINE, 1_001, exponential(0.45)), ours),
          stable: scaled(histogram(FINE, 19_003, exponential(0.4)), theirs),
        };
        const pairs = Array.from({ length: 7 }, () => pair);
        const whole = wholeBuckets([{ period: CANARY, pairs, alone: [], lastSeen: 6, played: 7 }], side);
        // not the lowest: above it are all, and there can be no more than all
        for (const bound of FINE.slice(1)) {
          const above = (arm: 'candidate' | 'stable', ticks: readonly BucketTick[]) =>
            sumCounts(ticks.map((one) => countsAbove(one[arm], bound)));
          for (const arm of ['candidate', 'stable'] as const) {
            const [raw, used] = [above(arm, pairs), above(arm, whole)];
            const [low, high] = (arm === 'candidate') === (side === 'harm') ? [-1, 1e-6] : [-1e-6, 1];
            expect(used.exposure).toBeCloseTo(raw.exposure, 6);
            expect(used.events - raw.events).toBeGreaterThan(low);
            expect(used.events - raw.events).toBeLessThan(high);
          }
        }
      }),
      { seed, numRuns: 60 },
    );
  });
});

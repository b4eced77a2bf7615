import { describe, expect, it } from 'vitest';
import { burnRateLogE, burnWindows, excessEvents, windowBurns } from '../../../src/core/stats/burn-rate.ts';
import {
  calibrationError,
  calibrationLogE,
  calibrationTwinLogE,
} from '../../../src/core/stats/calibration.ts';
import type { Counts } from '../../../src/core/stats/counts.ts';
import {
  historyDispersion,
  leastHarmRatio,
  replicaDispersion,
  replicaSpread,
} from '../../../src/core/stats/dispersion.ts';
import {
  distanceInterval,
  distributionLogE,
  observedDistance,
} from '../../../src/core/stats/distribution.ts';
import { disparityLogE, type Group, groupLogE } from '../../../src/core/stats/groups.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { riskMargin } from '../../../src/core/stats/risk-budget.ts';
import { exactSplitLogE, splitEvidence } from '../../../src/core/stats/split.ts';
import { stabilityIndex } from '../../../src/core/stats/stability-index.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { announceSeed, seededRandom } from './seeded-random.ts';
import { ticks } from './tables.ts';

const seed = announceSeed('kinds of checks', 20261121);
const counts = (events: number, exposure: number): Counts => ({ events, exposure });
const repeat = <T>(length: number, one: (index: number) => T): T[] =>
  Array.from({ length }, (_, i) => one(i));
const decides = Math.log(20);

describe('a distribution', () => {
  const same = { candidate: [100, 200, 100], stable: [1000, 2000, 1000] };
  const apart = { candidate: [150, 200, 50], stable: [1000, 2000, 1000] };

  it('that moved is harm, one that did not is safe, and each is not the other', () => {
    const tolerance = 0.04;
    expect(
      distributionLogE(
        repeat(20, () => apart),
        { side: 'harm', tolerance },
      ),
    ).toBeGreaterThan(decides);
    expect(
      distributionLogE(
        repeat(20, () => apart),
        { side: 'safe', tolerance },
      ),
    ).toBeLessThan(0);
    expect(
      distributionLogE(
        repeat(60, () => same),
        { side: 'safe', tolerance },
      ),
    ).toBeGreaterThan(decides);
    expect(
      distributionLogE(
        repeat(60, () => same),
        { side: 'harm', tolerance },
      ),
    ).toBeLessThan(0);
  });

  it('says where it is furthest off, and between which distances', () => {
    expect(observedDistance([apart])).toEqual({ cut: 1, direction: 'below', distance: 0.125 });
    const { low, high } = distanceInterval(
      repeat(20, () => apart),
      { alpha: 0.025 },
    );
    expect(low).toBeGreaterThan(0.05);
    expect(low).toBeLessThan(0.125);
    expect(high).toBeGreaterThan(0.125);
    expect(high).toBeLessThan(0.2);
    expect(observedDistance([{ candidate: [0, 0], stable: [1, 2] }])).toBeUndefined();
  });

  it('counts missing bins at the end as empty, and fewer than two bins say nothing', () => {
    const short = { candidate: [4, 3], stable: [40, 30, 0] };
    const whole = { candidate: [4, 3, 0], stable: [40, 30, 0] };
    const test = { side: 'harm', tolerance: 0.02 } as const;
    expect(distributionLogE([short], test)).toBe(distributionLogE([whole], test));
    expect(distributionLogE([{ candidate: [9], stable: [2] }], test)).toBe(0);
    expect(distributionLogE([], test)).toBe(0);
  });

  it('has a stability index within its interval', () => {
    const { observed, interval } = stabilityIndex([260, 240, 180, 170, 150], {
      reference: [1, 1, 1, 1, 1],
      alpha: 0.05,
    });
    expect(interval.low).toBeLessThan(observed!);
    expect(observed!).toBeLessThan(interval.high);
    expect(stabilityIndex([0, 0], { reference: [1, 1], alpha: 0.05 }).observed).toBeUndefined();
  });
});

describe('the split', () => {
  const minute = (candidate: number) => ({ candidate, stable: 1000 - candidate });

  it('is doubted when it is off either way, and not within its tolerance', () => {
    const test = { share: 0.05 };
    expect(
      splitEvidence(
        repeat(60, () => minute(65)),
        test,
      ).logE,
    ).toBeGreaterThan(decides);
    expect(
      splitEvidence(
        repeat(60, () => minute(35)),
        test,
      ).logE,
    ).toBeGreaterThan(decides);
    const near = splitEvidence(
      repeat(60, () => minute(53)),
      test,
    );
    expect(near.logE).toBeLessThan(0);
    expect(near.observed).toBeCloseTo(0.053, 12);
    expect(near.interval.low).toBeLessThan(0.053);
    expect(near.interval.high).toBeGreaterThan(0.053);
  });

  it('is not doubted because sessions stay together, when it is told that they do', () => {
    const random = seededRandom(seed);
    const sessions = repeat(200, () => ({ candidate: 10 * random.binomial(50, 0.05), stable: 0 })).map(
      ({ candidate }) => ({ candidate, stable: 500 - candidate }),
    );
    expect(splitEvidence(sessions, { share: 0.05, dispersion: 10 }).logE).toBeLessThan(decides);
    expect(exactSplitLogE(sessions, { share: 0.05 })).toBeGreaterThan(
      exactSplitLogE([{ candidate: 5_000, stable: 95_000 }], { share: 0.05 }),
    );
  });

  it('says nothing without traffic', () => {
    expect(splitEvidence([], { share: 0.05 })).toEqual({
      logE: 0,
      observed: undefined,
      interval: { low: 0, high: 1 },
    });
    expect(exactSplitLogE([], { share: 0.05 })).toBe(0);
    expect(exactSplitLogE([{ candidate: 3, stable: 0 }], { share: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('dispersion', () => {
  const clumps = (size: number) => {
    const random = seededRandom(seed);
    return () => counts(size * random.binomial(Math.round(1000 / size), 0.02), 1000);
  };

  it.each([1, 3, 10])('of clumps of %i is found from replicas and from history', (size) => {
    const draw = clumps(size);
    const replicas = replicaDispersion(repeat(300, () => repeat(4, draw)));
    const history = historyDispersion(repeat(900, draw));
    console.log(
      `clumps of ${size}: replicas ${replicas?.raw.toFixed(2)}, history ${history?.raw.toFixed(2)}`,
    );
    expect(replicas?.degrees).toBe(900);
    expect(history?.degrees).toBe(899);
    for (const found of [replicas, history]) expect(found?.raw).toBeGreaterThan(0.85 * size);
    for (const found of [replicas, history]) expect(found?.raw).toBeLessThan(1.15 * size);
  });

  it('is at least 1, and unknown without events or comparisons', () => {
    const even = repeat(10, () => counts(5, 100));
    expect(historyDispersion(even)).toEqual({ dispersion: 1, raw: 0, degrees: 9 });
    expect(historyDispersion([counts(0, 100), counts(0, 100)])).toBeUndefined();
    expect(historyDispersion([counts(1, 100), counts(0, 0), counts(2, 100)])).toBeUndefined();
    expect(replicaDispersion([[counts(1, 10)], [counts(0, 10), counts(0, 10)], []])).toBeUndefined();
  });

  it('of replicas leaves out what all of them share', () => {
    const random = seededRandom(seed);
    const incident = repeat(200, (index) =>
      repeat(4, () => counts(random.binomial(1000, index % 20 === 0 ? 0.3 : 0.01), 1000)),
    );
    expect(replicaDispersion(incident)?.raw).toBeLessThan(1.2);
    expect(historyDispersion(incident.map(([first]) => first!))?.raw).toBeGreaterThan(5);
  });
});

describe('the spread between replicas', () => {
  it('is found beyond sampling, and is 0 when sampling explains it', () => {
    const random = seededRandom(seed);
    const logNormal = (tau: number) =>
      Math.exp(
        tau * Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform()),
      );
    const found = replicaSpread(
      repeat(200, () => counts(random.binomial(100_000, 0.01 * logNormal(0.3)), 100_000)),
    );
    const none = replicaSpread(repeat(200, () => counts(random.binomial(100_000, 0.01), 100_000)));
    expect(found).toBeGreaterThan(0.25);
    expect(found).toBeLessThan(0.35);
    expect(none).toBeLessThan(0.02);
    expect(replicaSpread([counts(1, 10)])).toBeUndefined();
  });

  it('sets the least harm ratio', () => {
    const given = { spread: 0.2, candidateReplicas: 1, stableReplicas: 4 };
    expect(leastHarmRatio(given)).toBeCloseTo(Math.exp(0.4 * Math.sqrt(1.25)), 12);
    expect(leastHarmRatio({ ...given, spread: 0 })).toBe(1);
    expect(leastHarmRatio({ ...given, candidateReplicas: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('an error budget', () => {
  it('is tested at the burn rate times what the objective allows', () => {
    const given = [counts(30, 1000)];
    expect(burnRateLogE(given, { side: 'harm', target: 0.999, burnRate: 14.4 })).toBe(
      oneSampleLogE(given, { side: 'harm', limit: 14.4 * (1 - 0.999) }),
    );
    expect(burnRateLogE([counts(9, 9)], { side: 'harm', target: 0.9, burnRate: 14.4 })).toBeLessThanOrEqual(
      0,
    );
  });

  const day = 86_400_000;
  it('has the recommended windows for 30 days, and keeps their share of the budget for 28', () => {
    const rounded = (period: number) =>
      burnWindows(millis(period)).map(({ factor }) => Number(factor.toFixed(4)));
    expect(rounded(30 * day)).toEqual([14.4, 6, 3, 1]);
    expect(rounded(28 * day)).toEqual([13.44, 5.6, 2.8, 0.9333]);
    expect(burnWindows(millis(30 * day)).map(({ long, short }) => long / short)).toEqual([12, 12, 12, 12]);
  });

  it('burns only when the long and the short window do', () => {
    const minute = 60_000;
    const history = (bad: (minute: number) => number) =>
      repeat(120, (index) => ({
        from: instant(index * minute),
        to: instant((index + 1) * minute),
        ...counts(bad(index), 100),
      }));
    const burning = (bad: (minute: number) => number) =>
      windowBurns(history(bad), {
        target: 0.999,
        now: instant(120 * minute),
        windows: burnWindows(millis(30 * day)),
      })[0]!;
    expect(burning(() => 2)).toMatchObject({ isBurning: true, longBurn: { coverage: 1 } });
    expect(burning(() => 2).longBurn.rate).toBeCloseTo(20, 9);
    expect(burning((at) => (at < 110 ? 2 : 0)).isBurning).toBe(false);
    expect(burning((at) => (at < 115 ? 0 : 2)).isBurning).toBe(false);
  });

  it('of a young rollout says how much of the window it saw, and nothing without traffic', () => {
    const young = [{ from: instant(0), to: instant(600_000), ...counts(1, 10) }];
    const windows = [{ factor: 14.4, long: millis(3_600_000), short: millis(300_000) }];
    const [got] = windowBurns(young, { target: 0.99, now: instant(600_000), windows });
    expect(got?.longBurn.coverage).toBeCloseTo(1 / 6, 12);
    expect(got?.shortBurn.coverage).toBe(1);
    const [later] = windowBurns(young, { target: 0.99, now: instant(7_200_000), windows });
    expect(later?.longBurn).toEqual({ rate: undefined, coverage: 0 });
    expect(later?.isBurning).toBe(false);
  });

  it('caps the excess against the baseline of the same ticks', () => {
    // A tenfold incident that both arms share, while the split moves: nothing in excess.
    expect(excessEvents(ticks([1, 100, 9, 900], [50, 500, 50, 500]))).toBeCloseTo(0, 12);
    expect(excessEvents(ticks([12, 100, 0, 0], [0, 0, 9, 900], [3, 10, 0, 0]))).toBeCloseTo(11, 12);
    expect(excessEvents([])).toBe(0);
  });
});

describe('groups', () => {
  const group = (name: string, bad: number, stable = 10): Group => ({
    name,
    ticks: repeat(30, () => ({ candidate: counts(bad, 100), stable: counts(stable, 1000) })),
  });
  const margin = { ratio: 1.25, difference: 0.01 };

  it('name the one that is harmed', () => {
    const got = groupLogE([group('a', 1), group('b', 6), group('c', 1)], { side: 'harm', margin });
    expect(got.logE).toBeGreaterThan(decides);
    expect(got.decisive?.name).toBe('b');
  });

  it('are safe only when every one is, and a group without traffic is not', () => {
    const quiet: Group = { name: 'quiet', ticks: [] };
    const safe = { side: 'safe', margin: { ratio: 2, difference: 0.02 } } as const;
    expect(groupLogE([group('a', 1), group('b', 1)], safe).logE).toBeGreaterThan(decides);
    expect(groupLogE([group('a', 1), quiet], safe)).toMatchObject({ logE: 0, decisive: { name: 'quiet' } });
    expect(groupLogE([], safe)).toEqual({ logE: 0, decisive: undefined });
  });

  it('differ from each other although stable treats them alike, and report worst and best', () => {
    const got = disparityLogE([group('a', 2), group('b', 9), group('c', 3)], { side: 'harm', margin });
    expect(got.logE).toBeGreaterThan(decides);
    expect(got.decisive?.name).toBe('b against a');
    expect(got.worst).toEqual({ name: 'b', rate: 0.09 });
    expect(got.best).toEqual({ name: 'a', rate: 0.02 });
    expect(disparityLogE([group('a', 2)], { side: 'harm', margin }).logE).toBe(0);
  });
});

describe('calibration', () => {
  const bin = (claimed: number, came: number) => repeat(40, () => ({ ...counts(came, 100), claimed }));

  it('is off when too many or too few of a bin come true', () => {
    const test = { side: 'harm', tolerance: 0.05 } as const;
    for (const off of [45, 15])
      expect(calibrationLogE([bin(0.1, 10), bin(0.3, off)], test)).toBeGreaterThan(decides);
    expect(calibrationLogE([bin(0.1, 10), bin(0.3, 32)], test)).toBeLessThan(0);
    expect(calibrationLogE([bin(0.1, 10), bin(0.3, 32)], { ...test, side: 'safe' })).toBeGreaterThan(decides);
  });

  it('differs between the arms bin by bin', () => {
    const twin = (candidate: number) =>
      repeat(40, () => ({ candidate: counts(candidate, 100), stable: counts(300, 1000) }));
    const test = { side: 'harm', tolerance: 0.05 } as const;
    for (const off of [50, 15])
      expect(calibrationTwinLogE([twin(30), twin(off)], test)).toBeGreaterThan(decides);
    expect(calibrationTwinLogE([twin(30), twin(31)], test)).toBeLessThan(0);
  });

  it('has an expected error within its interval', () => {
    const { observed, interval } = calibrationError([bin(0.1, 10), bin(0.3, 40)], { alpha: 0.05 });
    expect(observed).toBeCloseTo(0.05, 12);
    expect(interval.low).toBeGreaterThan(0.02);
    expect(interval.low).toBeLessThan(0.05);
    expect(interval.high).toBeGreaterThan(0.05);
    expect(calibrationError([[]], { alpha: 0.05 })).toEqual({
      observed: undefined,
      interval: { low: 0, high: 1 },
    });
  });
});

describe('the risk budget', () => {
  it.each([
    { budget: 0.001, nextShare: 0.05, expected: 0.02 },
    { budget: 0.001, nextShare: 1, expected: 0.001 },
    { budget: 0, nextShare: 0, expected: 0 },
    { budget: 0.5, nextShare: 0.1, expected: 1 },
  ])('of $budget at a share of $nextShare allows $expected more', ({ expected, ...given }) => {
    expect(riskMargin(given)).toBeCloseTo(expected, 12);
  });
});

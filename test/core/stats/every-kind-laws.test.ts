import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BetOptions, REFERENCE_MIXTURE, type Side } from '../../../src/core/stats/bets.ts';
import { calibrationLogE, calibrationTwinLogE, worseClaimLogE } from '../../../src/core/stats/calibration.ts';
import type { Counts, Tick } from '../../../src/core/stats/counts.ts';
import { distributionLogE, referenceLogE } from '../../../src/core/stats/distribution.ts';
import { gaugeEvidence } from '../../../src/core/stats/gauge.ts';
import { disparityLogE, groupLogE } from '../../../src/core/stats/groups.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { poissonLogE } from '../../../src/core/stats/poisson.ts';
import { quantileSafeLogE } from '../../../src/core/stats/quantile-interval.ts';
import { shiftedLogE } from '../../../src/core/stats/shifted-buckets.ts';
import { splitEvidence } from '../../../src/core/stats/split.ts';
import { tailLogE } from '../../../src/core/stats/tail.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed } from './seeded-random.ts';

const seed = announceSeed('laws of every kind', 20261130);
const runs = { seed, numRuns: 120 };

const counts = fc
  .tuple(fc.integer({ min: 1, max: 3_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([exposure, part]) => ({ events: Math.round(exposure * part ** 3), exposure }));
const ticks = fc.array(fc.record({ candidate: counts, stable: counts }), { minLength: 1, maxLength: 6 });

type Play = (given: readonly Tick[], bets: BetOptions) => number;

const own = (given: readonly Tick[]): readonly Counts[] => given.map(({ candidate }) => candidate);
const claims = (given: readonly Tick[]) => own(given).map((one) => ({ ...one, claimed: 0.1 }));
const withClaims = (given: readonly Tick[]) =>
  given.map((tick, index) => ({ ...tick, candidate: claims(given)[index]! }));
const bins = ({ events, exposure }: Counts) => [events, Math.ceil((exposure - events) / 2), exposure];
const bounds = [1, 2, Number.POSITIVE_INFINITY];
const buckets = (given: readonly Tick[]) => {
  const arm = ({ events, exposure }: Counts) => ({
    bounds,
    counts: [exposure - events, exposure - Math.floor(events / 2), exposure],
  });
  return given.map(({ candidate, stable }) => ({ candidate: arm(candidate), stable: arm(stable) }));
};
const groups = (given: readonly Tick[]) => [
  { name: 'a', ticks: given },
  { name: 'b', ticks: given.map(({ candidate, stable }) => ({ candidate: stable, stable: candidate })) },
];
const margin = { ratio: 1, difference: 0 };

/** Each kind at the line itself, where what is not harmful may be safe: no tolerance, a ratio of 1. */
const KINDS: Readonly<Record<string, Play>> = {
  'two arms': (given, bets) => twinLogE(given, { ...bets, margin }),
  'one arm against a limit': (given, bets) => oneSampleLogE(own(given), { ...bets, limit: 0.1 }),
  'a rate against a limit': (given, bets) => poissonLogE(own(given), { ...bets, rate: 0.1 }),
  'tails of histograms': (given, bets) => tailLogE(buckets(given), { ...bets, margin, limits: [1, 2] }).logE,
  'groups against themselves': (given, bets) => groupLogE(groups(given), { ...bets, margin }).logE,
  'groups against each other': (given, bets) => disparityLogE(groups(given), { ...bets, margin }).logE,
  'claims alone': (given, bets) => calibrationLogE([claims(given)], { ...bets, tolerance: 0 }),
  'what the same claim is worth': (given, bets) => calibrationTwinLogE([given], { ...bets, tolerance: 0 }),
  'claims against stable': (given, bets) =>
    worseClaimLogE([{ ticks: withClaims(given) }], { ...bets, tolerance: 0 }),
  'two distributions': (given, bets) =>
    distributionLogE(
      given.map(({ candidate, stable }) => ({ candidate: bins(candidate), stable: bins(stable) })),
      { ...bets, tolerance: 0 },
    ),
  'a distribution against a fixed one': (given, bets) =>
    referenceLogE(own(given).map(bins), { ...bets, tolerance: 0, reference: [1, 4, 9] }),
};

/** What can only be harmful. */
const HARM_ONLY: Readonly<Record<string, Play>> = {
  'shifted histograms': (given, bets) => shiftedLogE(buckets(given), { ...bets, factor: 1 }).logE,
  'a split': (given, bets) =>
    splitEvidence(
      given.map(({ candidate, stable }) => ({ candidate: candidate.exposure, stable: stable.exposure })),
      { ...bets, share: 0.4 },
    ).logE,
};
/** What can only be safe. It begins at ln ½, which is never a proof. */
const quantile: Play = (given, { side: _, mixture: __, plan: ___, ...bets }) =>
  quantileSafeLogE(buckets(given), { ...bets, quantile: 0.9, factor: 1.5 });

const SIDES: readonly Side[] = ['harm', 'safe'];
const cases = [
  ...Object.entries(KINDS).flatMap(([name, play]) => SIDES.map((side) => ({ name, side, play }))),
  ...Object.entries(HARM_ONLY).map(([name, play]) => ({ name, side: 'harm' as const, play })),
  { name: 'a quantile', side: 'safe' as const, play: quantile },
];

describe.each(cases)('$name, $side', ({ name, side, play }) => {
  it('says nothing without data', () => {
    expect(play([], { side })).toBeCloseTo(name === 'a quantile' ? -Math.LN2 : 0, 12);
  });

  it('says the same of the same ticks', () => {
    fc.assert(
      fc.property(ticks, (given) => {
        expect(play(structuredClone(given), { side })).toBe(play(given, { side }));
      }),
      runs,
    );
  });

  it('does not look at the order of ticks when bets are plain', () => {
    fc.assert(
      fc.property(ticks, (given) => {
        const bets = { side, mixture: REFERENCE_MIXTURE[side] };
        const found = play(given, bets);
        expect(play([...given].reverse(), bets)).toBeCloseTo(
          found,
          6 - Math.ceil(Math.log10(1 + Math.abs(found))),
        );
      }),
      runs,
    );
  });

  it('never gains by forgiving ticks, plan or plain bets', () => {
    fc.assert(
      fc.property(ticks, fc.integer({ min: 1, max: 3 }), (given, trim) => {
        for (const bets of [{ side }, { side, mixture: REFERENCE_MIXTURE[side] }]) {
          const plain = play(given, bets);
          expect(play(given, { ...bets, trim })).toBeLessThanOrEqual(plain + 1e-9 * (1 + Math.abs(plain)));
        }
      }),
      runs,
    );
  });
});

describe.each(Object.entries(KINDS))('%s', (_, play) => {
  it('is never proven harmful and safe at the same line by plain bets', () => {
    const proof = Math.log(20);
    fc.assert(
      fc.property(ticks, (given) => {
        const [harm, safe] = SIDES.map((side) => play(given, { side, mixture: REFERENCE_MIXTURE[side] }));
        expect(harm! >= proof && safe! >= proof).toBe(false);
      }),
      runs,
    );
  });
});

describe('a gauge', () => {
  const value = fc.double({ min: -10, max: 10, noNaN: true });
  const measured = fc.array(fc.record({ candidate: value, stable: value }), { minLength: 12, maxLength: 80 });
  const line = { difference: 0.5, unit: 'absolute' } as const;
  const test = { worse: 'higher', harm: line, safe: line, alpha: 0.025, batch: 1 } as const;

  it('says nothing without data', () => {
    expect(gaugeEvidence([], test).kind).toBe('unusable');
  });

  it('says the same of the same ticks, and is never harmful and safe at the same line', () => {
    fc.assert(
      fc.property(measured, (given) => {
        const found = gaugeEvidence(given, test);
        expect(gaugeEvidence(structuredClone(given), test)).toEqual(found);
        if (found.kind === 'usable')
          expect(Math.min(found.logHarm, found.logSafe)).toBeLessThan(Math.log(20));
      }),
      runs,
    );
  });
});

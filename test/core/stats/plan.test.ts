import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFERENCE_MIXTURE } from '../../../src/core/stats/bets.ts';
import { type BettingPlan, DEFAULT_PLAN } from '../../../src/core/stats/betting-plan.ts';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { logSum } from '../../../src/core/stats/log-space.ts';
import { mergedTwinCurve, type TwinTest, twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed } from './seeded-random.ts';
import { binomialPmf, tick, ticks } from './tables.ts';

const seed = announceSeed('betting plans', 20261121);
const margin = { ratio: 1, difference: 0 };
const later = DEFAULT_PLAN.harm.later!;

/** A plan whose bets never look at a goal and are never closed, so that it is a mixture with weights known beforehand. */
const plain: BettingPlan = { opening: DEFAULT_PLAN.harm.opening, later: { ...later, salvage: 0 } };

/** ln E of `plain`, straight from the definition: every start, every bet. Quadratic. */
function byDefinition(given: readonly Tick[], trim = 0): number {
  const terms: number[] = [];
  const lay = (stake: number, bets: readonly { kappa: number; weight: number }[], from: number): void => {
    const whole = bets.reduce((sum, bet) => sum + bet.weight, 0);
    for (const { kappa, weight } of bets) {
      const mixture = [{ kappa, weight: 1 }] as const;
      const gains = given.slice(from).map((one) => twinLogE([one], { side: 'harm', margin, mixture }));
      const best = gains.filter((gain) => gain > 0).sort((a, b) => b - a);
      const forgiven = best.slice(0, trim).reduce((a, b) => a + b, 0);
      terms.push(Math.log((stake * weight) / whole) + gains.reduce((a, b) => a + b, 0) - forgiven);
    }
  };
  let rest = later.reserve;
  lay(1 - rest, plain.opening, 0);
  for (let index = 0; index < given.length; index += 1) {
    const share = Math.min(later.tail / (index + 10), later.pace / (288 - index));
    lay(rest * share, later.bets, index);
    rest *= 1 - share;
  }
  return logSum([...terms, Math.log(rest)]);
}

const arms = fc.record({
  candidate: fc
    .record({ exposure: fc.integer({ min: 1, max: 500 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ exposure, share }) => ({ events: Math.round(exposure * share ** 4), exposure })),
  stable: fc
    .record({
      exposure: fc.integer({ min: 1, max: 9_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ exposure, share }) => ({ events: Math.round(exposure * share ** 4), exposure })),
});
const history = fc.array(arms, { minLength: 1, maxLength: 14 });

describe('a betting plan', () => {
  it('is the weighted mean over every size and every start, in linear time', () => {
    fc.assert(
      fc.property(history, (given) => {
        const played = twinLogE(given, { side: 'harm', margin, plan: plain });
        expect(played).toBeCloseTo(byDefinition(given), 8);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('with everything laid at the first tick is the mixture itself, blips forgiven or not', () => {
    const plan: BettingPlan = { opening: REFERENCE_MIXTURE.harm, aim: DEFAULT_PLAN.harm.aim! };
    fc.assert(
      fc.property(history, fc.nat(3), fc.constantFrom(1, 3), (given, trim, dispersion) => {
        const shared = { side: 'harm', margin, trim, dispersion } as const;
        const played = twinLogE(given, { ...shared, plan });
        const summed = twinLogE(given, { ...shared, mixture: REFERENCE_MIXTURE.harm });
        expect(Math.abs(played - summed)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(summed)));
      }),
      { seed, numRuns: 200 },
    );
  });

  it('forgives the blips of each bet, and lies between the worst single blip and none forgiven', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 3 }), (given, trim) => {
        const test: TwinTest = { side: 'harm', margin };
        const forgiven = twinLogE(given, { ...test, trim });
        expect(forgiven).toBeLessThanOrEqual(twinLogE(given, { ...test, trim: trim - 1 }) + 1e-9);
        expect(twinLogE(given, { ...test, plan: plain, trim })).toBeGreaterThanOrEqual(
          byDefinition(given, trim) - 1e-9,
        );
      }),
      { seed, numRuns: 200 },
    );
  });

  it('lets one bad tick pass that would otherwise decide', () => {
    const blip = Array.from({ length: 48 }, (_, index) =>
      tick([index === 30 ? 40 : index % 2, 125, 12, 2_375]),
    );
    const test: TwinTest = { side: 'harm', margin, goal: Math.log(20) };
    expect(twinLogE(blip, test)).toBeGreaterThanOrEqual(Math.log(20));
    expect(twinLogE(blip, { ...test, trim: 1 })).toBeLessThan(1);
  });

  it('stands still once its goal is reached', () => {
    const bad = Array.from({ length: 20 }, () => tick([5, 125, 12, 2_375]));
    const test: TwinTest = { side: 'harm', margin, goal: 3 };
    const reached = twinLogE(bad, test);
    expect(reached).toBeGreaterThanOrEqual(3);
    const calm = Array.from({ length: 200 }, () => tick([0, 125, 12, 2_375]));
    expect(twinLogE([...bad, ...calm], test)).toBe(reached);
  });

  /** Ticks with one event of the candidate and none of stable until the goal is reached. */
  function ticksToGoal(shape: readonly [number, number], test: Omit<TwinTest, 'side' | 'margin'>): number {
    for (let count = 1; count < 1_000; count += 1) {
      const given = Array.from({ length: count }, () => tick([1, shape[0], 0, shape[1]]));
      const reached = twinLogE(given, { side: 'harm', margin: { ratio: 1.1, difference: 0 }, ...test });
      if (reached >= (test.goal ?? 0)) return count;
    }
    return Number.POSITIVE_INFINITY;
  }

  it.each<[number, number]>([
    [100, 1_900],
    [100, 100],
    [300, 100],
    [900, 100],
  ])('reaches its goal nearly as soon as if it did not slow down, %i against %i', (ours, theirs) => {
    const bold: BettingPlan = { ...DEFAULT_PLAN.harm, aim: { reach: 1e9, least: 0 } };
    for (const options of [{}, { trim: 1 }, { dispersion: 3 }])
      for (const rate of [0.05, 0.01]) {
        const test = { goal: -Math.log(rate), ...options };
        const aimed = ticksToGoal([ours, theirs], test);
        const unaimed = ticksToGoal([ours, theirs], { ...test, plan: bold });
        expect(aimed).toBeLessThanOrEqual(Math.max(unaimed + 1, 1.2 * unaimed));
      }
  });

  it('has a curve whose every point is the value of the ticks so far', () => {
    fc.assert(
      fc.property(
        history,
        fc.nat(2),
        fc.constantFrom<Partial<TwinTest>>({}, { goal: 2 }, { mixture: REFERENCE_MIXTURE.harm }),
        (given, trim, rest) => {
          const test: TwinTest = { side: 'harm', margin, trim, ...rest };
          const curve = mergedTwinCurve(given, test);
          expect(curve).toHaveLength(given.length);
          for (const [place, value] of curve.entries())
            expect(value).toBeCloseTo(twinLogE(given.slice(0, place + 1), test), 8);
        },
      ),
      { seed, numRuns: 100 },
    );
  });

  it('bets on a new weight when told of it, and finds a fault that begins there sooner', () => {
    const given = Array.from({ length: 160 }, (_, index) =>
      tick([index < 144 ? index % 2 : 1 + (index % 2), 125, 12, 2_375]),
    );
    const test: TwinTest = { side: 'harm', margin };
    expect(twinLogE(given, { ...test, changes: [144] })).toBeGreaterThan(twinLogE(given, test) + 0.5);
  });

  it('refuses shares that would lay more than there is', () => {
    const plan: BettingPlan = { ...DEFAULT_PLAN.harm, later: { ...later, reserve: 1.2 } };
    expect(() => twinLogE(ticks([1, 10, 1, 10]), { side: 'harm', margin, plan })).toThrow(RangeError);
  });
});

/** Largest E[e] over every history of `length` small ticks at the margin, and of a candidate that is better. */
function largestExpectation(
  length: number,
  test: Omit<TwinTest, 'side' | 'margin'>,
  border: TwinTest['margin'],
): number {
  const size = { candidate: 2, stable: 3 };
  let largest = 0;
  for (const rates of [
    [0.02, 0.3],
    [0.25, 0.05],
    [0.1, 0.1],
  ])
    for (const factor of [1, 0.6]) {
      const outcomes = rates.map((rate) => {
        const candidate = binomialPmf(
          size.candidate,
          Math.min(1, factor * (border.ratio * rate + border.difference)),
        );
        const stable = binomialPmf(size.stable, rate);
        return candidate.flatMap((p, x) =>
          stable.map((q, y) => ({ chance: p * q, tick: tick([x, size.candidate, y, size.stable]) })),
        );
      });
      const walk = (past: readonly Tick[], chance: number): number =>
        past.length === length
          ? chance * Math.exp(twinLogE(past, { side: 'harm', margin: border, ...test }))
          : outcomes[past.length % outcomes.length]!.reduce(
              (sum, next) => sum + walk([...past, next.tick], chance * next.chance),
              0,
            );
      largest = Math.max(largest, walk([], 1));
    }
  return largest;
}

describe('the expectation of the default plan', () => {
  it.each<{ name: string; test: Omit<TwinTest, 'side' | 'margin'> }>([
    { name: 'as it is', test: {} },
    { name: 'with a goal so near that every bet plays for it', test: { goal: 0.15 } },
    { name: 'with a short horizon and a new weight', test: { horizon: 2, changes: [1, 2], goal: 1 } },
    { name: 'with a blip forgiven', test: { trim: 1, goal: 1 } },
    { name: 'with clumps declared', test: { dispersion: 2, goal: 1 } },
    {
      name: 'when bets are closed as soon as they lose',
      test: { plan: { ...DEFAULT_PLAN.harm, later: { ...later, salvage: 0.97 } }, goal: 0.5 },
    },
  ])('is at most 1 over every history of three ticks whose rate moves, $name', ({ name, test }) => {
    let largest = 0;
    for (const border of [margin, { ratio: 1.25, difference: 0.02 }])
      largest = Math.max(largest, largestExpectation(3, test, border));
    console.log(`plan, ${name}: largest E[e] ${largest}`);
    expect(largest).toBeLessThanOrEqual(1 + 1e-12);
    expect(largest).toBeGreaterThan(0.85);
  });
});

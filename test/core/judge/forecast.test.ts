import { describe, expect, it } from 'vitest';
import type { Counts, Evidence, LimitCheck, ProportionCheck } from '../../../src/core/judge/evidence.ts';
import { termsOf } from '../../../src/core/judge/family.ts';
import { type CheckForecast, forecastCheck, forecastSafe } from '../../../src/core/judge/forecast.ts';
import { judge } from '../../../src/core/judge/judge.ts';
import { weigh as weighAt } from '../../../src/core/judge/weigh.ts';
import { millis } from '../../../src/core/units.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';

const MINUTE = 60_000;
/** Beyond what any evidence here reaches. */
const GOAL = 1_000;
const weigh = (given: Evidence, check: Evidence['checks'][number]) => weighAt(given, check, GOAL);
const base = { weight: 1, action: 'rollback', required: true, dispersion: 1, trim: 0 } as const;

const seen = (events: number, exposure: number) =>
  ({ kind: 'seen', value: { events, exposure } satisfies Counts }) as const;

/** So many equal ticks of both arms. */
function errors(
  count: number,
  [bad, all, stableBad, stableAll]: readonly [number, number, number, number],
  own: Partial<ProportionCheck> = {},
): ProportionCheck {
  const tick = { period: 0, candidate: seen(bad, all), stable: seen(stableBad, stableAll) };
  return {
    ...base,
    name: 'errors',
    kind: 'proportion',
    harm: { ratio: 1.1, difference: 0 },
    safe: { ratio: 1.25, difference: 0.0025 },
    limit: undefined,
    ticks: Array.from({ length: count }, () => tick),
    ...own,
  };
}

function evidence(check: Evidence['checks'][number], own: Partial<Evidence> = {}): Evidence {
  return {
    falseRollbackRate: 0.01,
    falseAdvanceRate: 0.05,
    steps: 4,
    periods: [{ step: 0, whole: false, share: 0.05 }],
    checks: [check],
    tick: millis(5 * MINUTE),
    ...own,
  };
}

function sentence(check: Evidence['checks'][number], own: Partial<Evidence> = {}): string {
  const given = evidence(check, own);
  return judge(given, given.checks, () => undefined).checks[0]!.text;
}

function foresee(check: Evidence['checks'][number], own: Partial<Evidence> = {}): CheckForecast {
  const given = evidence(check, own);
  const weighed = weigh(given, check);
  const forecast = forecastCheck(given, weighed, termsOf(given));
  if (forecast.kind !== 'foreseen') throw new Error(forecast.reason);
  return forecast;
}

const healthy = [1, 250, 24, 4_750] as const;

describe('the doubt about a check', () => {
  it('says how much longer it will last at this traffic', () => {
    expect(sentence(errors(6, healthy))).toBe(
      '6 of 1,500 (0.4%) against 144 of 28,500 (0.505%); between 0.14 and 2.4 times as many; neither harm nor safety is proven; harm (more than the 1.1 times allowed): evidence 0.44 to 1, needed 100 to 1; safety (within the 1.25 times plus 0.25 percentage points that count as safe (up to 0.882%)): evidence 6.1 to 1, needed 80 to 1; 41% of the evidence needed to advance; at this traffic about 50m more',
    );
    const little = errors(6, [0, 25, 3, 475]);
    expect(sentence(little)).toMatch(/; at this traffic about \d+h(?:30m)? more$/);
  });

  it('says that the deadline comes first, and with which margin it would not', () => {
    const late = sentence(errors(6, healthy), { left: 20 * MINUTE });
    expect(late).toMatch(
      /; at this traffic not within the deadline of this rollout; a safe margin of 1\.25 times plus [\d.]+ percentage points would be$/,
    );
    const past = sentence(errors(6, healthy), { left: -MINUTE });
    expect(past).toContain('; at this traffic not within the deadline of this rollout');
  });

  it('says when the margin is out of reach, and names one that is not', () => {
    const worse = errors(12, [1.6, 250, 24, 4_750], { safe: { ratio: 1.1, difference: 0 } });
    expect(sentence(worse)).toMatch(
      /; not reachable at this margin if it goes on like this; a safe margin of [\d.]+ times would be$/,
    );
    const { safe } = foresee(worse);
    if (safe.kind !== 'never' || safe.reachable?.kind !== 'comparison') throw new Error(safe.kind);
    expect(foresee({ ...worse, safe: safe.reachable.margin }).safe.kind).toBe('in');
  });

  it('says nothing of what comes where nobody said how wide a tick is, or too little was seen', () => {
    const without = sentence(errors(6, healthy), { tick: undefined });
    expect(without).toMatch(/of the evidence needed to advance$/);
    expect(sentence(errors(2, healthy))).toMatch(/of the evidence needed to advance$/);
    expect(sentence(errors(6, [0, 0, 24, 4_750]))).not.toContain('at this traffic');
  });

  it('leaves proofs as they are', () => {
    expect(sentence(errors(12, [200, 2_500, 240, 47_500]))).toMatch(/; evidence .* to 1, needed 100 to 1$/);
    expect(sentence(errors(40, [12, 2_500, 240, 47_500]))).toMatch(/needed 80 to 1$/);
  });
});

describe('a forecast', () => {
  it('is sooner the more evidence there is, the larger the effect and the more traffic', () => {
    const safeIn = (ticks: number) => {
      const { safe } = foresee(errors(ticks, healthy));
      return safe.kind === 'in' ? safe.median! : Number.POSITIVE_INFINITY;
    };
    expect(safeIn(30)).toBeLessThan(safeIn(10));
    const { effects } = foresee(errors(6, healthy));
    expect(effects.map(({ effect }) => effect)).toEqual([1.2, 1.5, 2, 5]);
    const medians = effects.map(({ median }) => median!);
    expect(medians.toSorted((a, b) => b - a)).toEqual(medians);
    const tenfold = foresee(errors(6, [10, 2_500, 240, 47_500])).effects;
    expect(tenfold[2]!.median!).toBeLessThan(effects[2]!.median! / 4);
  });

  it('gives a check with less weight in its family a longer wait', () => {
    const light = errors(6, healthy);
    const heavy = { ...light, name: 'other', weight: 9 };
    const given = { ...evidence(light), checks: [light, heavy] };
    const weighed = [light, heavy].map((check) => weigh(given, check));
    const times = weighed.map((one) => {
      const forecast = forecastCheck(given, one, termsOf(given));
      return forecast.kind === 'foreseen' ? forecast.effects[2]!.median! : 0;
    });
    expect(times[0]!).toBeGreaterThan(times[1]!);
  });

  it('rests at 100 % on the limit alone, and on what stable did before', () => {
    const check = errors(6, [24, 5_000, 0, 0], { limit: 0.006 });
    const whole = check.ticks.map((tick) => ({ ...tick, period: 1 }));
    const forecast = foresee(
      { ...check, ticks: [...errors(6, healthy).ticks, ...whole] },
      {
        periods: [
          { step: 0, whole: false, share: 0.05 },
          { step: 3, whole: true, share: 1 },
        ],
      },
    );
    expect(forecast.safe.kind).toBe('in');
    // twice 0.5 % is beyond the limit of 0.6 %, 1.2 times that is just at it
    expect(forecast.effects[2]!.median).toBeGreaterThan(0);
    expect(forecast.effects[0]!.median).toBeUndefined();
  });

  it('of a limit knows no effects where stable is not asked', () => {
    const check: LimitCheck = {
      ...base,
      name: 'budget',
      kind: 'limit',
      max: 0.02,
      maxExcess: undefined,
      alerts: undefined,
      ticks: Array.from({ length: 3 }, () => ({
        period: 0,
        candidate: seen(1, 200),
        stable: { kind: 'unusable', reason: 'not asked' },
      })),
    };
    const forecast = foresee(check);
    expect(forecast.effects).toEqual([]);
    expect(forecast.safe.kind).toBe('in');
  });

  it('says why there is none', () => {
    const reason = (check: ProportionCheck, own: Partial<Evidence> = {}) => {
      const given = evidence(check, own);
      const weighed = weigh(given, check);
      const forecast = forecastCheck(given, weighed, termsOf(given));
      return forecast.kind === 'unknown' ? forecast.reason : '';
    };
    expect(reason(errors(2, healthy))).toBe('too little traffic was seen in this step');
    expect(reason(errors(6, healthy), { tick: undefined })).toBe('the width of a tick is not known');
    const whole = { periods: [{ step: 3, whole: true, share: 1 }] as const };
    expect(reason(errors(6, healthy), whole)).toBe('safety cannot be proven on this weight');
  });

  it('made on the way comes true about as often as not', () => {
    const seed = announceSeed('forecasts on the way', 7);
    const random = seededRandom(seed);
    const tick = () => ({
      period: 0,
      candidate: seen(random.binomial(625, 0.005), 625),
      stable: seen(random.binomial(1_875, 0.005), 1_875),
    });
    let sooner = 0;
    let error = 0;
    const runs = 40;
    for (let run = 0; run < runs; run += 1) {
      const check = errors(0, healthy);
      const ticks: ReturnType<typeof tick>[] = Array.from({ length: 5 }, tick);
      const given = evidence({ ...check, ticks });
      const said = forecastSafe(given, weigh(given, given.checks[0]!));
      const minutes = said.kind === 'in' ? said.median! : Number.POSITIVE_INFINITY;
      let took = 0;
      for (; took < 2_000; took += 5) {
        const now = evidence({ ...check, ticks });
        const { logSafe = 0, safeThreshold } = weigh(now, now.checks[0]!);
        if (logSafe >= safeThreshold) break;
        ticks.push(tick());
      }
      if (took <= minutes) sooner += 1;
      error += Math.abs(Math.log2(Math.max(5, took) / Math.min(minutes, 2_000))) / runs;
    }
    console.log(
      `${sooner} of ${runs} not later than foreseen; off by a factor 2^${error.toFixed(2)} on average`,
    );
    expect(sooner).toBeGreaterThan(0.25 * runs);
    expect(sooner).toBeLessThan(0.85 * runs);
    expect(error).toBeLessThan(1.2);
  });
});

import { describe, expect, it } from 'vitest';
import type { Counts, Evidence, EvidenceTick, Period, RateCheck } from '../../../src/core/judge/evidence.ts';
import { judge } from '../../../src/core/judge/judge.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';

const CANARY: Period = { step: 0, whole: false, share: 0.05 };
const WHOLE: Period = { step: 1, whole: true, share: 1 };

function tick(candidate: Counts | undefined, stable?: Counts, period = 0): EvidenceTick<Counts> {
  const seen = (value: Counts | undefined) =>
    value ? ({ kind: 'seen', value } as const) : ({ kind: 'unusable', reason: 'nothing' } as const);
  return { period, candidate: seen(candidate), stable: seen(stable) };
}

const same = (ticks: number, candidate: Counts, stable?: Counts, period = 0) =>
  Array.from({ length: ticks }, () => tick(candidate, stable, period));
const of = (events: number, exposure: number): Counts => ({ events, exposure });

function check(part: Partial<RateCheck>): RateCheck {
  return {
    kind: 'rate',
    name: 'crashes',
    weight: 1,
    action: 'rollback',
    required: true,
    dispersion: 1,
    trim: 0,
    harm: { ratio: 1.5, difference: 0 },
    safe: { ratio: 1.5, difference: 0 },
    limit: undefined,
    ticks: [],
    ...part,
  };
}

function look(part: Partial<RateCheck>, periods: Evidence['periods'] = [CANARY]) {
  const one = check(part);
  const evidence = { falseRollbackRate: 0.01, falseAdvanceRate: 0.05, steps: 1, periods, checks: [one] };
  const [judged] = judge(evidence, [one], () => undefined).checks;
  return judged!;
}

describe('a rate', () => {
  it.each<{ name: string; part: Partial<RateCheck>; verdict: string; says: string }>([
    {
      name: 'five times as many crashes, more of them than replica-hours',
      part: { ticks: same(12, of(5, 2.5), of(4, 10)) },
      verdict: 'fail',
      says: '60 in 30 (2 per unit) against 48 in 120 (0.4 per unit)',
    },
    {
      name: 'as many as stable, for long',
      part: { ticks: same(100, of(1, 2.5), of(4, 10)) },
      verdict: 'pass',
      says: 'within the 1.5 times that count as safe',
    },
    {
      name: 'as many as stable, not for long',
      part: { ticks: same(4, of(1, 2.5), of(4, 10)) },
      verdict: 'inconclusive',
      says: 'neither harm nor safety is proven',
    },
    {
      name: 'no event anywhere',
      part: { ticks: same(200, of(0, 2.5), of(0, 10)) },
      verdict: 'inconclusive',
      says: '0 in 500 (0 per unit) against 0 in 2,000 (0 per unit); neither harm nor safety is proven; stable has none, and of none there is no multiple: safety needs an absolute part (difference) in safe; harm (more than the 1.5 times allowed): evidence 1 to 1, needed 100 to 1; safety (within the 1.5 times that count as safe): evidence 1 to 1, needed 20 to 1; 0% of the evidence needed to advance',
    },
    {
      name: 'no event anywhere, but a limit',
      part: { safe: undefined, limit: 0.1, ticks: same(200, of(0, 2.5), of(0, 10)) },
      verdict: 'pass',
      says: '0 in 500 (0 per unit) against 0 in 2,000 (0 per unit); within the limit of 0.1; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'no event anywhere, but an absolute margin',
      part: { safe: { ratio: 1.5, difference: 0.1 }, ticks: same(200, of(0, 2.5), of(0, 10)) },
      verdict: 'pass',
      says: 'within the 1.5 times plus 0.1 that count as safe (up to 0.1)',
    },
    {
      name: 'above the limit like stable',
      part: { limit: 0.2, ticks: same(60, of(1, 2.5), of(4, 10)) },
      verdict: 'inconclusive',
      says: 'stable is beyond the same bound at the same time',
    },
    {
      name: 'above the limit, and stable is not',
      part: { limit: 0.2, ticks: same(60, of(1, 2.5), of(1, 10)) },
      verdict: 'fail',
      says: 'more than the 1.5 times allowed',
    },
    {
      name: 'no exposure on the candidate',
      part: { ticks: same(5, of(0, 0), of(4, 10)) },
      verdict: 'no-data',
      says: 'no usable tick',
    },
    { name: 'nothing', part: {}, verdict: 'no-data', says: 'no usable tick' },
  ])('is judged by $name', ({ part, verdict, says }) => {
    const judged = look(part);
    expect(judged.text).toContain(says);
    expect(judged.verdict).toBe(verdict);
  });

  it('says the whole sentence when it fails', () => {
    expect(look({ ticks: same(12, of(5, 2.5), of(4, 10)) }).text).toBe(
      '60 in 30 (2 per unit) against 48 in 120 (0.4 per unit); between 2.7 and 9.5 times as many; more than the 1.5 times allowed; evidence 140 to 1, needed 100 to 1',
    );
  });

  it('is judged by its limit alone at 100 %, and not at all without one', () => {
    const bake = same(40, of(0, 50), undefined, 1);
    const periods: Evidence['periods'] = [CANARY, WHOLE];
    expect(look({ limit: 0.01, ticks: bake }, periods)).toMatchObject({
      verdict: 'pass',
      text: expect.stringMatching(/^0 in 2,000 \(0 per unit\); within the limit of 0\.01; /) as string,
    });
    expect(look({ limit: 0.01, ticks: same(40, of(3, 50), undefined, 1) }, periods).verdict).toBe('fail');
    expect(look({ ticks: bake }, periods)).toMatchObject({ verdict: 'inconclusive', logSafe: undefined });
  });

  it('leaves out ticks that cannot be used and lists them', () => {
    const ticks = [...same(3, of(5, 2.5), of(4, 10)), tick(undefined, of(4, 10)), tick(of(1, 1), undefined)];
    expect(look({ ticks }).weighed.dropped).toEqual([
      { index: 3, reason: 'nothing' },
      { index: 4, reason: 'nothing' },
    ]);
  });

  it('finds harm that begins late', () => {
    const ticks = [...same(150, of(1, 2.5), of(4, 10)), ...same(24, of(5, 2.5), of(4, 10))];
    expect(look({ ticks }).verdict).toBe('fail');
    expect(look({ ticks: ticks.slice(0, 150) }).verdict).not.toBe('fail');
  });

  it('fails a candidate within its margin at most as often as declared, looked at after every tick', () => {
    const random = seededRandom(announceSeed('rates', 20261121));
    const runs = 300;
    let failed = 0;
    for (let run = 0; run < runs; run += 1) {
      // a rate that both arms share and that swings fortyfold; the candidate is right at the margin and at its limit
      const ticks = Array.from({ length: 60 }, (_, index) => {
        const shared = 0.002 * 40 ** (0.5 + 0.5 * Math.sin(index / 7));
        return tick(of(random.binomial(1_000, 1.5 * shared), 25), of(random.binomial(4_000, shared), 100));
      });
      const limit = 1.5 * 0.08 * 40;
      const looks = [5, 10, 15, 20, 30, 40, 50, 60].map((end) => look({ limit, ticks: ticks.slice(0, end) }));
      if (looks.some(({ verdict }) => verdict === 'fail')) failed += 1;
    }
    console.log(`rates at the margin: ${failed} of ${runs} failed, declared 1 %`);
    expect(failed / runs).toBeLessThanOrEqual(0.01 + 1.65 * Math.sqrt((0.01 * 0.99) / runs));
  });
});

import { describe, expect, it } from 'vitest';
import type { Binned, DistributionCheck, EvidenceTick } from '../../../src/core/judge/evidence.ts';
import { announceSeed, type SeededRandom, seededRandom } from '../stats/seeded-random.ts';
import { AT_ALL, AT_FIVE, AT_QUARTER, judgeAlone, numbersIn, tick } from './story.ts';

const scores: Omit<DistributionCheck, 'ticks'> = {
  name: 'scores',
  kind: 'distribution',
  weight: 1,
  action: 'rollback',
  required: true,
  dispersion: 1,
  trim: 0,
  tolerance: 0.02,
  safe: { tolerance: 0.05 },
  ordered: true,
  reference: undefined,
  labels: ['0.2', '0.5', '0.8', '+Inf'],
};
const bins = (...counts: readonly number[]): Binned => ({ bins: counts });
const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
const check = (
  ticks: readonly EvidenceTick<Binned>[],
  changed: Partial<DistributionCheck> = {},
): DistributionCheck => ({ ...scores, ...changed, ticks });

const stable = bins(400, 300, 200, 100);
const alike = tick(bins(40, 30, 20, 10), stable);
const shifted = tick(bins(30, 30, 22, 18), stable);
const classes = { ordered: false, labels: ['cat', 'dog', 'fox'] };
const cats = tick(bins(30, 50, 20), bins(300, 500, 200));
const foxes = tick(bins(30, 40, 30), bins(300, 500, 200));
const fixed = { reference: [0.4, 0.3, 0.2, 0.1], action: 'notify', required: false } as const;
const alone = (counts: Binned, period = 0) => tick<Binned>(counts, 'not asked', period);

describe('a distribution', () => {
  it.each<{ name: string; check: DistributionCheck; verdict: string; text: string }>([
    {
      name: 'fails when proven further apart',
      check: check(times(40, shifted)),
      verdict: 'fail',
      text: '4,000 values against 40,000; furthest apart at 0.2: 30% up to there against 40%; between 6.03% and 13.8% apart; further apart than the 2% allowed; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'passes when proven close',
      check: check(times(80, alike)),
      verdict: 'pass',
      text: '8,000 values against 80,000; furthest apart at 0.2: 40% up to there against 40%; between 0% and 2.75% apart; nowhere further apart than the 5% that count as safe; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'says nothing between the two',
      check: check([alike]),
      verdict: 'inconclusive',
      text: '100 values against 1,000; furthest apart at 0.2: 40% up to there against 40%; between 0% and 24.1% apart; neither harm nor safety is proven; harm (further apart than the 2% allowed): evidence 0.55 to 1, needed 20 to 1; safety (nowhere further apart than the 5% that count as safe): evidence 0.54 to 1, needed 20 to 1; 0% of the evidence needed to advance',
    },
    {
      name: 'fails when one category is given too often',
      check: check(times(40, foxes), classes),
      verdict: 'fail',
      text: '4,000 values against 40,000; furthest apart in dog: 40% against 50%; between 6.6% and 14.1% apart; further apart than the 2% allowed; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'passes when all categories are as frequent',
      check: check(times(80, cats), classes),
      verdict: 'pass',
      text: '8,000 values against 80,000; furthest apart in cat: 30% against 30%; between 0% and 3.16% apart; nowhere further apart than the 5% that count as safe; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'fails against fixed shares',
      check: check(times(40, alone(bins(30, 30, 22, 18))), fixed),
      verdict: 'fail',
      text: '4,000 values against the reference; furthest apart at 0.2: 30% up to there against 40%; stability index (PSI) between 0.037 and 0.14; further apart than the 2% allowed; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'passes against fixed shares',
      check: check(times(80, alone(bins(40, 30, 20, 10))), fixed),
      verdict: 'pass',
      text: '8,000 values against the reference; furthest apart at 0.5: 70% up to there against 70%; stability index (PSI) between 0 and 0.0071; nowhere further apart than the 5% that count as safe; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'fails against fixed shares of categories, a bin of them empty',
      check: check(times(40, alone(bins(30, 50, 20))), { ...fixed, ...classes, reference: [0.5, 0.5, 0] }),
      verdict: 'fail',
      text: '4,000 values against the reference; furthest apart in cat: 30% against 50%; further apart than the 2% allowed; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'has no data without a usable tick',
      check: check([tick<Binned>('candidate bins: no series', stable)]),
      verdict: 'no-data',
      text: 'candidate bins: no series',
    },
    {
      name: 'has no data while an arm is empty',
      check: check([tick(bins(0, 0, 0, 0), stable)]),
      verdict: 'no-data',
      text: 'no usable tick',
    },
  ])('$name', ({ check: given, verdict, text }) => {
    const judged = judgeAlone(given);
    expect(judged.text).toBe(text);
    expect(judged.verdict).toBe(verdict);
  });

  it('cannot compare with stable at 100%, and still with fixed shares', () => {
    const periods = [AT_FIVE, AT_ALL] as const;
    const later = (one: EvidenceTick<Binned>) => times(80, { ...one, period: 1 });
    const compared = judgeAlone(check(later(alike)), { periods });
    expect([compared.verdict, compared.weighed.able]).toEqual(['inconclusive', false]);
    expect(compared.text).toBe('cannot judge at 100%: stable has no traffic to compare with');
    const against = judgeAlone(check(later(alone(bins(40, 30, 20, 10))), fixed), { periods });
    expect([against.verdict, against.weighed.able]).toEqual(['pass', true]);
  });

  it('merges a tick in which an arm is empty into the next of the same weight, never into another weight', () => {
    const empty = tick(bins(0, 0, 0, 0), stable);
    const both = judgeAlone(check([empty, shifted]));
    const merged = judgeAlone(check([tick(bins(30, 30, 22, 18), bins(800, 600, 400, 200))]));
    expect(both.logHarm).toBe(merged.logHarm);
    const across = judgeAlone(check([shifted, empty, { ...shifted, period: 1 }]), {
      periods: [AT_FIVE, AT_QUARTER],
    });
    const without = judgeAlone(check([shifted, { ...shifted, period: 1 }]), {
      periods: [AT_FIVE, AT_QUARTER],
    });
    expect(across.logHarm).toBe(without.logHarm);
    expect(across.weighed.dropped).toEqual([{ index: 1, reason: 'no traffic on the candidate' }]);
  });

  it('finds a shift that begins late', () => {
    const late = judgeAlone(check([...times(100, alike), ...times(80, shifted)]));
    expect(late.verdict).toBe('fail');
    expect(late.text).toMatch(/^in the last 128 ticks, /);
  });

  it('treats two categories as the one comparison that they are', () => {
    const two = times(10, tick(bins(40, 60), bins(300, 700)));
    const ordered = judgeAlone(check(two, { labels: undefined }));
    const categories = judgeAlone(check(two, { labels: undefined, ordered: false }));
    expect(categories.logHarm).toBe(ordered.logHarm);
  });

  it('never sees less harm when more of the candidate is in a bin that is too full', () => {
    for (const ordered of [true, false]) {
      const logs = [10, 12, 15, 20, 40, 80].map(
        (last) => judgeAlone(check(times(10, tick(bins(40, 30, 20, last), stable)), { ordered })).logHarm!,
      );
      expect(logs.toSorted((a, b) => a - b)).toEqual(logs);
    }
  });

  it('gives finite numbers whatever the counts are', () => {
    for (const counts of [
      bins(0, 0, 0, 0),
      bins(1e15, 0, 0, 0),
      bins(0, 0, 0, 1e-9),
      bins(0.1, 0.2, 0.3, 0.4),
    ])
      for (const changed of [{}, { ordered: false }, fixed]) {
        const { text, logHarm, logSafe, interval } = judgeAlone(
          check([tick(counts, stable), tick(bins(1, 2, 3, 4), counts)], changed),
        );
        expect(numbersIn({ logHarm, logSafe, interval }).every(Number.isFinite)).toBe(true);
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
      }
  });

  it('takes back few of the candidates whose scores are at the edge of the tolerance', () => {
    const seed = announceSeed('distributions at the edge', 20261121);
    const random = seededRandom(seed);
    const worlds = 30;
    let failed = 0;
    for (let world = 0; world < worlds; world += 1) {
      const day = Array.from({ length: 144 }, () =>
        tick(
          { bins: draw(random, 125, [0.38, 0.3, 0.2, 0.12]) },
          { bins: draw(random, 2_375, [0.4, 0.3, 0.2, 0.1]) },
        ),
      );
      const looks = Array.from({ length: 6 }, (_, look) => 24 * (look + 1));
      if (looks.some((end) => judgeAlone(check(day.slice(0, end))).verdict === 'fail')) failed += 1;
    }
    console.log(`distributions: ${failed} of ${worlds} at the edge of the tolerance fail at a rate of 5%`);
    expect(failed).toBeLessThanOrEqual(4);
  });
});

/** Counts per bin of so many independent draws. */
function draw(random: SeededRandom, trials: number, shares: readonly number[]): readonly number[] {
  let left = trials;
  let rest = 1;
  return shares.map((share) => {
    const count = rest > share ? random.binomial(left, share / rest) : left;
    left -= count;
    rest -= share;
    return count;
  });
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type NativeHistogram,
  parseHistogramPoint,
  toBuckets,
} from '../../../src/adapters/prometheus/native-histogram.ts';
import type { PointAbsence } from '../../../src/core/analysis/observation.ts';

const T = 1_700_003_600;
type Bucket = readonly [rule: unknown, left: unknown, right: unknown, count: unknown];

function parse(count: unknown, buckets?: unknown) {
  return parseHistogramPoint([T, { count, sum: '1', ...(buckets === undefined ? {} : { buckets }) }])?.value;
}

function histogram(count: string, ...buckets: readonly Bucket[]): NativeHistogram {
  const value = parse(count, buckets);
  if (typeof value !== 'object') throw new Error(String(value));
  return value;
}

/** Bounds and what is at them. */
function table(...values: readonly (NativeHistogram | PointAbsence)[]) {
  return Object.fromEntries(toBuckets({ job: 'x' }, values).map((row) => [row.labels.le, row.values]));
}

describe('a native histogram', () => {
  it('is cumulative at both ends of its buckets, and +Inf has everything', () => {
    const given = histogram('61', [3, '-0.001', '0.001', '2'], [0, '0.5', '1', '50'], [0, '1', '2', '8']);
    expect(table(given)).toMatchObject({ '0.001': [2], '0.5': [2], '1': [52], '2': [60], '+Inf': [61] });
    expect(toBuckets({ job: 'x' }, [given])[0]!.labels).toMatchObject({ job: 'x' });
  });

  it('has nothing but zeros when it is empty', () => {
    expect(table(histogram('0'))).toEqual({ '+Inf': [0] });
    expect(parse('0', null)).toEqual({ count: 0, buckets: [] });
  });

  it('is missing at a bound that a wider bucket lies across, at that moment only', () => {
    const fine = histogram('3', [0, '0.5', '0.7', '1'], [0, '0.7', '1', '2']);
    const coarse = histogram('4', [0, '0.5', '1', '4']);
    expect(table(fine, coarse, 'missing')).toMatchObject({
      '0.5': [0, 0, 'missing'],
      '0.7': [1, 'missing', 'missing'],
      '1': [3, 4, 'missing'],
      '+Inf': [3, 4, 'missing'],
    });
  });

  it('has negative buckets, each without its right end', () => {
    const given = histogram('10', [1, '-2', '-1', '3'], [1, '-1', '-0.5', '4'], [3, '-0.1', '0.1', '3']);
    expect(table(given)).toEqual({ '-2': [0], '-1': [3], '-0.5': [7], '0.1': [10], '+Inf': [10] });
  });

  it('has open ends with custom buckets, which are no bounds', () => {
    const given = histogram('6', [0, '-Inf', '0.3', '1'], [0, '0.3', '0.9', '2'], [0, '0.9', '+Inf', '3']);
    const { '0.3': low, '0.9': high, '+Inf': all, '-Inf': none } = table(given);
    expect([low, high, all, none]).toEqual([[1], [3], [6], undefined]);
  });

  it('shares powers of 2 with another one that has no bucket in common', () => {
    const fast = table(histogram('5', [0, '0.001', '0.00195', '5']));
    const slow = table(histogram('5', [0, '0.9', '1.1', '5']));
    const shared = Object.keys(fast).filter((bound) => bound in slow);
    expect(shared).toEqual(expect.arrayContaining(['0.03125', '0.25', '+Inf']));
    expect(fast['0.03125']).toEqual([5]);
    expect(slow['0.03125']).toEqual([0]);
    expect(slow['1']).toBeUndefined();
  });

  it('becomes coarser where it has more bounds than groups may be', () => {
    const base = 2 ** (1 / 8);
    const buckets = Array.from(
      { length: 300 },
      (_, index): Bucket => [0, String(base ** (index - 150)), String(base ** (index - 149)), '1'],
    );
    const rows = toBuckets({}, [histogram('300', ...buckets)]);
    expect(rows.length).toBeLessThanOrEqual(200);
    expect(rows.length).toBeGreaterThan(90);
    for (const { labels, values } of rows) {
      const below = buckets.filter(([, , right]) => Number(right) <= Number(labels.le)).length;
      expect(values).toEqual([labels.le === '+Inf' ? 300 : below]);
    }
  });

  it.each<[string, unknown, unknown]>([
    ['a count that is no text', 60, []],
    ['a count in words', 'many', []],
    ['buckets that are no list', '1', {}],
    ['a bucket that is no list', '1', ['x']],
    ['a bucket of three', '1', [[0, '0', '1']]],
    ['an unknown rule', '1', [[4, '0', '1', '1']]],
    ['a rule that is a text', '1', [['0', '0', '1', '1']]],
    ['a bound that is a number', '1', [[0, 0, '1', '1']]],
    ['a bound in words', '1', [[0, 'zero', '1', '1']]],
    ['a bound that is NaN', '1', [[0, '0', 'NaN', '1']]],
    ['bounds the wrong way round', '1', [[0, '1', '0', '1']]],
    ['a bucket without a count', '1', [[0, '0', '1', '']]],
  ])('is not read from %s', (_, count, buckets) => {
    expect(parse(count, buckets)).toBeUndefined();
  });

  it('is no number where a count is none', () => {
    expect(parse('NaN', [])).toBe('not-a-number');
    expect(parse('+Inf', [])).toBe('infinite');
    expect(parse('5', [[0, '1', '2', 'NaN']])).toBe('not-a-number');
    expect(table('not-a-number', histogram('1', [0, '1', '1.5', '1']))).toMatchObject({
      '1.5': ['not-a-number', 1],
    });
  });

  it('never tells another number than counting its observations would', () => {
    const resolution = fc.constantFrom(0, 1, 2, 3);
    const observations = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { maxLength: 30 });
    const moments = fc.array(fc.tuple(resolution, observations), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(moments, (given) => {
        const values = given.map(([schema, seen]) => bucketsOf(seen, schema));
        for (const { labels, values: counts } of toBuckets({}, values))
          for (const [moment, [, seen]] of given.entries()) {
            const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
            const below = seen.filter((value) => value <= bound).length;
            if (counts[moment] !== 'missing') expect([bound, counts[moment]]).toEqual([bound, below]);
          }
      }),
    );
  });
});

/** Puts each observation into its bucket (base^(k-1), base^k], as a client does. */
function bucketsOf(seen: readonly number[], schema: number): NativeHistogram {
  const end = (index: number): number => 2 ** (index / 2 ** schema);
  const counts = new Map<number, number>();
  for (const value of seen) {
    let index = Math.ceil(Math.log2(value) * 2 ** schema);
    while (end(index) < value) index += 1;
    while (end(index - 1) >= value) index -= 1;
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const buckets = [...counts].map(
    ([index, count]): Bucket => [0, String(end(index - 1)), String(end(index)), String(count)],
  );
  return histogram(String(seen.length), ...buckets);
}

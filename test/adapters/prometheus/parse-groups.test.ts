import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinGroups } from '../../../src/adapters/prometheus/join-groups.ts';
import { parseGroupedAnswer } from '../../../src/adapters/prometheus/parse-groups.ts';
import type { Observation } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { listExchanges, readExchange } from './fixture.ts';

const T = 1_700_003_600;
const mask = (text: string): string => text;
const grid = { first: instant(T * 1000), last: instant((T + 60) * 1000), step: millis(30_000) };

function read(body: string, by: string): Observation['outcome'] {
  const part = parseGroupedAnswer(body, { grid, by, mask });
  return part.kind === 'absent' ? part : joinGroups([part], { by, mask });
}

function matrix(...result: readonly unknown[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

describe('an answer whose series are groups', () => {
  it.each<[string, string]>([
    ['a vector', JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } })],
    ['a list of no series', matrix(1)],
    ['a series without labels', matrix({ values: [] })],
    ['a series without samples', matrix({ metric: { le: '1' } })],
    ['a sample that is no pair', matrix({ metric: { le: '1' }, values: [T] })],
    ['a sample beside the grid', matrix({ metric: { le: '1' }, values: [[T + 1, '1']] })],
    ['a sample after the grid', matrix({ metric: { le: '1' }, values: [[T + 90, '1']] })],
    [
      'samples in disorder',
      matrix({
        metric: { le: '1' },
        values: [
          [T + 30, '1'],
          [T, '1'],
        ],
      }),
    ],
    ['a histogram that is a number', matrix({ metric: {}, histograms: [[T, '1']] })],
    ['histograms that are no list', matrix({ metric: {}, histograms: {} })],
    ['a histogram beside the grid', matrix({ metric: {}, histograms: [[T + 1, { count: '1' }]] })],
    ['no JSON', '<html>'],
  ])('is not %s', (_, body) => {
    expect(read(body, 'le')).toMatchObject({
      reason: 'bad-response',
      detail: expect.stringContaining('answered against the protocol') as unknown,
    });
  });

  it('may have series without a sample, which are none', () => {
    const series = { metric: { pod: 'a' }, values: [] };
    expect(read(matrix(series), 'le')).toMatchObject({ reason: 'empty' });
    expect(read(matrix(series, { metric: { le: '1' }, values: [[T, '1']] }), 'le')).toEqual({
      kind: 'grouped',
      groups: [{ value: '1', values: [1, 'missing', 'missing'] }],
    });
  });

  const stamp = fc.constantFrom(T, T + 30, T + 60, T + 1);
  const number = fc.constantFrom('1', '0.5', 'NaN', '+Inf', '-1e400', 'x');
  const bound = fc.constantFrom('0', '0.5', '1', '1.0', '+Inf', '-Inf', 'x', 'a\nb');
  const histogram = fc.record(
    { count: number, buckets: fc.array(fc.tuple(fc.nat(4), bound, bound, number), { maxLength: 4 }) },
    { requiredKeys: ['count'] },
  );
  const series = fc.record(
    {
      metric: fc.dictionary(fc.constantFrom('le', 'pod', '__proto__'), bound, { maxKeys: 2 }),
      values: fc.array(fc.tuple(stamp, number), { maxLength: 3 }),
      histograms: fc.array(fc.tuple(stamp, histogram), { maxLength: 3 }),
    },
    { requiredKeys: ['metric'] },
  );
  const calm = fc.record({
    metric: fc.record({ le: fc.constantFrom('1', '1.0', '2', '+Inf') }),
    values: fc.constant([[T + 30, '2']]),
  });
  const native = fc.record({
    metric: fc.constant({}),
    histograms: fc.constant([[T, { count: '3', buckets: [[0, '1', '2', '3']] }]]),
  });
  const body = fc.oneof(
    fc.json(),
    fc.constantFrom(...listExchanges().map((name) => readExchange(name).body)),
    fc.array(series, { maxLength: 3 }).map((result) => matrix(...result)),
    { weight: 2, arbitrary: fc.array(fc.oneof(calm, native), { maxLength: 3 }).map((r) => matrix(...r)) },
  );

  it('never throws: every number is finite, every group is once and in order, every detail one short line', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(body, fc.constantFrom('le', 'pod'), (text, by) => {
        const outcome = read(text, by);
        met.add(outcome.kind === 'absent' ? outcome.reason : outcome.kind);
        if (outcome.kind === 'absent') expect(outcome.detail).toMatch(/^[^\p{Cc}\p{Cf}]{10,1000}$/u);
        else if (outcome.kind !== 'grouped') throw new Error(outcome.kind);
        else {
          const names = outcome.groups.map(({ value }) => value);
          expect(new Set(names).size).toBe(names.length);
          for (const { values } of outcome.groups)
            for (const value of values) {
              expect(values).toHaveLength(3);
              expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
            }
          if (by === 'le') {
            const bounds = names.map((name) => Number(name.replace('Inf', 'Infinity')));
            expect(bounds).toEqual(bounds.toSorted((a, b) => (a < b ? -1 : 1)));
          }
        }
      }),
      { numRuns: 4_000, seed: 7 },
    );
    for (const kind of ['grouped', 'empty', 'many-series', 'bad-response']) expect(met).toContain(kind);
  });
});

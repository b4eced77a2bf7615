import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AbsenceReason, Grouped, Observation } from '../../src/core/analysis/observation.ts';
import { type Instant, instant, millis } from '../../src/core/units.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { type MetricFamily, type RecordedSeries, writeOpenMetrics } from '../tools/open-metrics-writer.ts';

const START = Date.UTC(2026, 10, 21, 8);
const minute = (count: number): Instant => instant(START + count * 60_000);

/** A counter that grows by `step` a minute for half an hour. */
function counted(labels: Readonly<Record<string, string>>, step: number): RecordedSeries {
  return {
    suffix: '_total',
    labels,
    points: Array.from({ length: 31 }, (_, at) => [minute(at), at * step]),
  };
}

function counter(name: string, series: readonly RecordedSeries[]): MetricFamily {
  return { name, type: 'counter', series };
}

function gauge(name: string, groups: Readonly<Record<string, RecordedSeries['points']>>): MetricFamily {
  const series = Object.entries(groups).map(([group, points]) => ({ labels: { group }, points }));
  return { name, type: 'gauge', series };
}

const flat = (value: number): RecordedSeries['points'] =>
  Array.from({ length: 31 }, (_, at) => [minute(at), value]);

/** Groups named 000, 001, … */
const numbered = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, index) => [String(index).padStart(3, '0'), flat(index)] as const),
  );

/** The recording that every provider answers from. Two pods of one service; pod b writes its bounds like a newer client. */
export const RECORDING = writeOpenMetrics([
  counter('latency', [
    ...Object.entries({ '0.1': 1, '0.25': 3, '1': 6, '10': 8, '+Inf': 9 }).map(([le, step]) =>
      counted({ le, pod: 'a', version: '3.5.0' }, step),
    ),
    ...Object.entries({ '0.1': 2, '2.5e-1': 4, '1.0': 4, '10.0': 4, '+Inf': 5 }).map(([le, step]) =>
      counted({ le, pod: 'b', version: '3.5.0' }, step),
    ),
  ]),
  counter('parted', [counted({ le: '1', pod: 'a' }, 1), counted({ le: '2', pod: 'b' }, 1)]),
  counter('unbound', [counted({ le: '1' }, 1), counted({ le: 'fast' }, 1)]),
  counter('score', [
    ...['b', 'a', 'B', '10', '9', 'ä'].map((bin, index) => counted({ bin, pod: 'a' }, index + 1)),
    counted({ bin: 'a', pod: 'b' }, 10),
  ]),
  gauge('odd', {
    nan: [...flat(1).slice(0, 10), [minute(10), Number.NaN], [minute(11), 2]],
    infinite: [...flat(1).slice(0, 10), [minute(10), Number.POSITIVE_INFINITY], [minute(11), 2]],
    late: [[minute(11), 5]],
    ended: [[minute(2), 7]],
  }),
  gauge('full', numbered(200)),
  gauge('over', numbered(201)),
  gauge('wide', { ['w'.repeat(200)]: flat(1) }),
  gauge('wider', { ['w'.repeat(201)]: flat(1) }),
  gauge('lines', { 'a\nb': flat(1) }),
  gauge('invisible', { 'a\u202eb': flat(1) }),
]);

export interface GroupedBench {
  readonly provider: MetricsProvider;
  stop(): Promise<void>;
}

/** What every provider answers to grouped questions. @param open a provider over `RECORDING` */
export function describeGroupedContract(name: string, open: () => Promise<GroupedBench>): void {
  describe(`grouped questions to ${name}`, () => {
    let bench: GroupedBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench?.stop());

    async function ask(query: string, by: string, minutes = [9, 10, 11]): Promise<Observation['outcome']> {
      const [first = 0, second = first + 1] = minutes;
      const last = minute(minutes.at(-1) ?? first);
      const grid = { first: minute(first), last, step: millis((second - first) * 60_000) };
      const request = { kind: 'grouped', query, grid, by } as const;
      const observation = await bench.provider.query(request);
      expect(observation.request).toEqual(request);
      expect(JSON.parse(JSON.stringify(observation))).toEqual(observation);
      return observation.outcome;
    }

    function grouped(groups: Readonly<Record<string, Grouped['groups'][number]['values']>>, order: string[]) {
      return { kind: 'grouped', groups: order.map((value) => ({ value, values: groups[value]! })) };
    }

    it('have one series per bucket, bounds rising and one spelling each', async () => {
      const outcome = await ask('sum by (le) (latency_total{pod="b"})', 'le');
      expect(outcome).toEqual(
        grouped(
          {
            '0.1': [18, 20, 22],
            '0.25': [36, 40, 44],
            '1': [36, 40, 44],
            '10': [36, 40, 44],
            '+Inf': [45, 50, 55],
          },
          ['0.1', '0.25', '1', '10', '+Inf'],
        ),
      );
    });

    it('add up buckets of one bound in two spellings', async () => {
      const outcome = await ask('sum by (le) (increase(latency_total{version="3.5.0"}[5m]))', 'le', [10, 20]);
      expect(outcome).toEqual(
        grouped({ '0.1': [15, 15], '0.25': [35, 35], '1': [50, 50], '10': [60, 60], '+Inf': [70, 70] }, [
          '0.1',
          '0.25',
          '1',
          '10',
          '+Inf',
        ]),
      );
    });

    it('have one series per value of any label, by code unit', async () => {
      const outcome = await ask('sum by (bin) (increase(score_total[5m]))', 'bin', [10]);
      const groups = { '10': [20], '9': [25], B: [15], a: [60], b: [5], ä: [30] };
      expect(outcome).toEqual(grouped(groups, ['10', '9', 'B', 'a', 'b', 'ä']));
    });

    it('tell at each moment what is missing and what is no number', async () => {
      const outcome = await ask('odd', 'group');
      expect(outcome).toEqual(
        grouped(
          { infinite: [1, 'infinite', 2], late: ['missing', 'missing', 5], nan: [1, 'not-a-number', 2] },
          ['infinite', 'late', 'nan'],
        ),
      );
    });

    it('may have 200 groups', async () => {
      const outcome = await ask('full', 'group', [5]);
      if (outcome.kind !== 'grouped') throw new Error(JSON.stringify(outcome));
      expect(outcome.groups).toHaveLength(200);
      expect(outcome.groups[7]).toEqual({ value: '007', values: [7] });
    });

    it('may have values of 200 characters', async () => {
      expect(await ask('wide', 'group', [5])).toMatchObject({ groups: [{ value: 'w'.repeat(200) }] });
    });

    it('are asked over grids that are longer than a request', async () => {
      const outcome = await ask(
        'sum by (bin) (score_total)',
        'bin',
        Array.from({ length: 31 }, (_, at) => at),
      );
      const grid = { first: minute(0), last: minute(30), step: millis(500) };
      const fine = await bench.provider.query({
        kind: 'grouped',
        query: 'sum by (bin) (score_total)',
        grid,
        by: 'bin',
      });
      if (outcome.kind !== 'grouped' || fine.outcome.kind !== 'grouped') throw new Error('not grouped');
      expect(fine.outcome.groups[0]!.values).toHaveLength(3_601);
      for (const [index, { value, values }] of outcome.groups.entries()) {
        const many = fine.outcome.groups[index]!;
        expect([many.value, many.values.filter((_, at) => at % 120 === 0)]).toEqual([value, values]);
      }
    });

    it.each<[string, string, string, AbsenceReason, RegExp]>([
      ['nothing is selected', 'nothing', 'bin', 'empty', /^gave no series, expected one per "bin"/],
      ['all samples are too old', 'odd{group="ended"}', 'group', 'empty', /^gave no series/],
      [
        'the label was aggregated away',
        'sum(score_total)',
        'bin',
        'many-series',
        /^gave a series without "bin" \(\{\}\), expected one series per "bin"; aggregate by \(bin\), as in sum by \(bin\) \(…\)$/,
      ],
      ['it is one number', '1', 'bin', 'many-series', /without "bin"/],
      ['only some series have the label', 'score_total or odd', 'bin', 'many-series', /without "bin"/],
      [
        'pods were not aggregated',
        'score_total',
        'bin',
        'many-series',
        /^gave 2 series with bin="a", expected 1: \{pod="a"\}, \{pod="b"\}; aggregate by \(bin\)/,
      ],
      [
        'two histograms share no bound',
        'parted_total',
        'le',
        'many-series',
        /^gave the buckets of 2 histograms, expected 1: \{pod="a"\}, \{pod="b"\}; aggregate by \(le\)/,
      ],
      ['a bound is no number', 'unbound_total', 'le', 'bad-response', /whose "le" is no number: "fast"$/],
      [
        'there are 201 groups',
        'over',
        'group',
        'too-large',
        /^gave 201 values of "group", expected at most 200/,
      ],
      ['a value is too long', 'wider', 'group', 'bad-response', /more than 200 characters or with invisible/],
      [
        'a value has two lines',
        'lines',
        'group',
        'bad-response',
        /with invisible ones: "a(\\n| )b"; rewrite/,
      ],
      ['a value reads elsewhere than it is', 'invisible', 'group', 'bad-response', /with invisible ones/],
      ['the query is broken', 'sum by (bin) (', 'bin', 'refused', /./],
      ['the query gives a text', '"text"', 'bin', 'refused', /./],
      ['the query gives a window', 'score_total[5m]', 'bin', 'refused', /./],
    ])('have no answer when %s', async (_, query, by, reason, detail) => {
      expect(await ask(query, by)).toEqual({
        kind: 'absent',
        reason,
        detail: expect.stringMatching(detail) as unknown,
      });
    });
  });
}

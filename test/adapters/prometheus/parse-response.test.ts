import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstantAnswer, parseRangeAnswer } from '../../../src/adapters/prometheus/parse-response.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { listExchanges, readExchange } from './fixture.ts';

const T = 1_700_003_600;
/** The reasons that a body can give. */
const REASONS = [
  'empty',
  'not-a-number',
  'infinite',
  'many-series',
  'stale',
  'warnings',
  'refused',
  'bad-response',
];
const mask = (text: string): string => text;
const moment = { at: instant(T * 1000), maxStaleness: millis(300_000), mask };
const grid = { first: instant(T * 1000), last: instant((T + 60) * 1000), step: millis(30_000) };

const success = (data: unknown, more = {}): string => JSON.stringify({ status: 'success', data, ...more });
const vector = (...result: unknown[]): string => success({ resultType: 'vector', result });
const matrix = (...values: unknown[]): string =>
  success({ resultType: 'matrix', result: [{ metric: {}, values }] });

describe('parseInstantAnswer', () => {
  it.each([
    ['no data', success(undefined)],
    ['data that is a list', success([])],
    ['no result type', success({ result: [] })],
    ['an unknown result type', success({ resultType: 'tensor', result: [] })],
    ['a vector that is no list', success({ resultType: 'vector', result: {} })],
    ['a series that is null', vector(null)],
    ['a series without labels', vector({ value: [T, '1'] })],
    ['a label that is a number', vector({ metric: { code: 200 }, value: [T, '1'] })],
    ['a series without a value', vector({ metric: {} })],
    ['a value that is a JSON number', vector({ metric: {}, value: [T, 1] })],
    ['a value that is null', vector({ metric: {}, value: [T, null] })],
    ['a time that is a text', vector({ metric: {}, value: [String(T), '1'] })],
    ['a time that is out of range', vector({ metric: {}, value: [-1e300, '1'] })],
    ['three things in a value', vector({ metric: {}, value: [T, '1', '2'] })],
    ['one thing in a value', vector({ metric: {}, value: [T] })],
    ['a scalar that is no pair', success({ resultType: 'scalar', result: '1' })],
    ['a number in words', vector({ metric: {}, value: [T, 'one'] })],
    ['warnings that are a text', success({ resultType: 'scalar', result: [T, '1'] }, { warnings: 'bad' })],
    ['warnings that are numbers', success({ resultType: 'scalar', result: [T, '1'] }, { warnings: [1] })],
    ['another status', JSON.stringify({ status: 'ok', data: { resultType: 'scalar', result: [T, '1'] } })],
  ])('takes %s for a bad response', (_, body) => {
    expect(parseInstantAnswer(body, moment)).toMatchObject({
      reason: 'bad-response',
      detail: expect.stringContaining('answered against the protocol') as unknown,
    });
  });

  it('accepts fields that it does not know, empty lists of warnings and null where lists may be', () => {
    const data = {
      resultType: 'vector',
      result: [{ metric: {}, value: [T, '1'], histogram: null }],
      stats: {},
    };
    for (const more of [{ warnings: [] }, { warnings: null }, { infos: ['x'], traceId: 'y' }])
      expect(parseInstantAnswer(success(data, more), moment)).toEqual({ kind: 'sample', value: 1 });
  });

  it('names at most three of many series, by the labels that differ, cut and on one line', () => {
    const metric = (pod: string) => ({
      job: 'predict',
      pod,
      ...(pod === 'c' ? { zone: `\n${'z'.repeat(300)}` } : {}),
    });
    const body = vector(
      ...['a', 'b', 'c', 'd', 'e'].map((pod) => ({ metric: metric(pod), value: [T, '1'] })),
    );
    const answer = parseInstantAnswer(body, moment);
    expect(answer).toMatchObject({ reason: 'many-series' });
    expect(answer).toHaveProperty(
      'detail',
      expect.stringMatching(
        /^gave 5 series, expected 1: \{pod="a"\}, \{pod="b"\}, \{pod="c",zone="\\nz{183}… and 2 more; add sum\(\)/,
      ),
    );
  });

  it('reads labels with the names of object properties', () => {
    const body = `{"status":"success","data":{"resultType":"vector","result":[
      {"metric":{"__proto__":"a","constructor":"x"},"value":[${T},"1"]},
      {"metric":{"__proto__":"b","constructor":"x"},"value":[${T},"1"]}]}}`;
    expect(parseInstantAnswer(body, moment)).toHaveProperty(
      'detail',
      expect.stringContaining('{__proto__="a"}, {__proto__="b"}'),
    );
  });
});

describe('parseRangeAnswer', () => {
  it('aligns samples to the asked grid', () => {
    expect(parseRangeAnswer(matrix([T + 30, '2']), { grid, mask })).toEqual({
      kind: 'line',
      labels: {},
      values: ['missing', 2, 'missing'],
    });
  });

  it('leaves out the end of a grid that its step does not meet', () => {
    const uneven = { ...grid, last: instant((T + 59) * 1000) };
    expect(parseRangeAnswer(matrix([T, '1'], [T + 30, '2']), { grid: uneven, mask })).toMatchObject({
      values: [1, 2],
    });
  });

  it('is empty when a series has no sample', () => {
    expect(parseRangeAnswer(matrix(), { grid, mask })).toMatchObject({ reason: 'empty' });
  });

  it.each([
    [
      'a sample between two points',
      matrix([T + 15, '1']),
      /2023-11-14T23:13:35Z, which is not on the asked grid; a proxy/,
    ],
    ['a sample before the grid', matrix([T - 30, '1']), /not on the asked grid/],
    ['a sample after the grid', matrix([T + 90, '1']), /not on the asked grid/],
    ['the same moment twice', matrix([T, '1'], [T, '1']), /not in the order of time/],
    ['moments out of order', matrix([T + 30, '1'], [T, '1']), /not in the order of time/],
    ['a moment outside the calendar', matrix([9e12, '1']), /a sample of 9000000000000 s/],
    ['a value that is no pair', matrix('1'), /not \[seconds, "number"\]/],
    ['no values', success({ resultType: 'matrix', result: [{ metric: {} }] }), /without "values"/],
    ['a vector', vector(), /result of type "vector"/],
    ['a scalar', success({ resultType: 'scalar', result: [T, '1'] }), /result of type "scalar"/],
  ])('takes %s for a bad response', (_, body, detail) => {
    expect(parseRangeAnswer(body, { grid, mask })).toMatchObject({
      reason: 'bad-response',
      detail: expect.stringMatching(detail) as unknown,
    });
  });
});

describe('both parsers, whatever the body', () => {
  const fixtures = listExchanges().map((name) => readExchange(name).body);
  const words = [
    'success',
    'error',
    'vector',
    'matrix',
    'scalar',
    'string',
    'NaN',
    '+Inf',
    '-Inf',
    '1e999',
    '1',
    '',
  ];
  const leaf = fc.oneof(
    fc.constantFrom(...words),
    fc.double(),
    fc.constantFrom(T, T + 30, T + 60, null, true),
    fc.string(),
  );
  const keys = [
    'status',
    'data',
    'resultType',
    'result',
    'metric',
    'value',
    'values',
    'histogram',
    'warnings',
    'error',
    'errorType',
  ];
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 5 }),
    ),
  }));
  const pair = fc.tuple(
    fc.constantFrom<unknown>(T, T + 30, T + 15, '0', NaN),
    fc.constantFrom<unknown>(...words, 1, null),
  );
  const points = fc
    .subarray([T, T + 30, T + 60])
    .chain((times) =>
      fc.tuple(...times.map((time) => fc.tuple(fc.constant(time), fc.constantFrom('1', 'NaN', '+Inf')))),
    );
  const usually = (good: fc.Arbitrary<unknown>) => fc.oneof({ weight: 9, arbitrary: good }, tree);
  const valued = fc.tuple(fc.constant(T), fc.constantFrom('1', '-2e-5', 'NaN', '+Inf'));
  const series = fc.record(
    {
      metric: usually(fc.dictionary(fc.string(), fc.string())),
      value: usually(fc.oneof(valued, pair)),
      values: usually(fc.oneof(fc.array(pair), points)),
    },
    { requiredKeys: ['metric'] },
  );
  const plausible = fc.record({
    status: fc.constant('success'),
    data: fc.record({
      resultType: fc.constantFrom('vector', 'matrix', 'scalar', 'string'),
      result: usually(fc.oneof(fc.array(series, { maxLength: 2 }), valued)),
    }),
  });
  const spoilt = fc
    .tuple(fc.constantFrom(...fixtures), fc.nat(), fc.nat(), fc.string({ maxLength: 3 }))
    .map(([body, at, length, text]) => {
      const from = at % (body.length + 1);
      return body.slice(0, from) + text + body.slice(from + (length % 20));
    });
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    spoilt,
    tree.map((value) => JSON.stringify(value)),
    { weight: 4, arbitrary: plausible.map((value) => JSON.stringify(value)) },
  );

  it('none throws, every number is finite, every reason is known and every detail is one short line', () => {
    fc.assert(
      fc.property(body, (text) => {
        for (const outcome of [parseInstantAnswer(text, moment), parseRangeAnswer(text, { grid, mask })]) {
          if (outcome.kind === 'sample') expect(Number.isFinite(outcome.value)).toBe(true);
          else if (outcome.kind === 'line') {
            expect(outcome.values).toHaveLength(3);
            for (const value of outcome.values)
              expect(
                Number.isFinite(value) || ['missing', 'not-a-number', 'infinite'].includes(String(value)),
              ).toBe(true);
          } else {
            expect(REASONS).toContain(outcome.reason);
            expect(outcome.detail).toMatch(/^[^\p{Cc}\p{Cf}]{10,1000}$/u);
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('meets every kind of outcome, so that the law above is not empty', () => {
    const met = new Set<string>();
    for (const text of fc.sample(body, { numRuns: 5_000, seed: 1 }))
      for (const outcome of [parseInstantAnswer(text, moment), parseRangeAnswer(text, { grid, mask })])
        met.add(outcome.kind === 'absent' ? outcome.reason : outcome.kind);
    for (const kind of ['sample', 'line', 'empty', 'not-a-number', 'infinite', 'many-series', 'bad-response'])
      expect(met).toContain(kind);
  });
});

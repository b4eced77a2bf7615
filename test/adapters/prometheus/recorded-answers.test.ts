import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AbsenceReason, Observation, Sample, Series } from '../../../src/core/analysis/observation.ts';
import { type LocalServer, startServer } from '../../tools/http-server.ts';
import { type Exchange, listExchanges, readExchange, requestOf, send } from './fixture.ts';
import { createProvider, createTestClock, NOW, QUESTION } from './setup.ts';

type Expected =
  | Sample
  | Series
  | { readonly kind: 'absent'; readonly reason: AbsenceReason; readonly detail: RegExp };

/** What each exchange must come to: a number, a series, or a reason with its text. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'vector-one': sample(2226),
  'vector-one-millisecond': sample(4471),
  'vector-empty': absent('empty', /^gave no series, expected 1/),
  'vector-two': absent(
    'many-series',
    /^gave 2 series, expected 1: \{version="3.4.1"\}, \{version="3.5.0"\}; add sum/,
  ),
  'vector-nan': absent('not-a-number', /^gave NaN/),
  'vector-infinite': absent('infinite', /^gave an infinite number/),
  'vector-minus-infinite': absent('infinite', /^gave an infinite number/),
  'vector-tiny': sample(5e-324),
  'vector-huge': sample(1.7976931348623157e308),
  scalar: sample(0.1 + 0.2),
  'scalar-nan': absent('not-a-number', /^gave NaN/),
  text: absent('bad-response', /^gave a text, expected a number/),
  window: absent(
    'bad-response',
    /^gave all samples of a window, expected 1 number; wrap the window in rate\(\)/,
  ),
  'matrix-one': series(2210, 2226, 2239),
  'matrix-quarter-seconds': series(
    1_700_000_000,
    1_700_000_000.25,
    1_700_000_000.5,
    1_700_000_000.75,
    1_700_000_001,
  ),
  'matrix-empty': absent('empty', /^gave no series/),
  'matrix-two': absent('many-series', /^gave 2 series/),
  'matrix-gap': series(37, 37, 'missing', 'missing', 'missing', 'missing', 24),
  'matrix-infinite': series('infinite', 1 / 30, 'infinite'),
  'matrix-nan': series('not-a-number', 1, 'not-a-number'),
  'error-bad-promql': absent(
    'refused',
    /HTTP 400 \(bad_data: invalid parameter "query": 1:5: parse error: unclosed left/,
  ),
  'error-many-to-many': absent('refused', /HTTP 422 \(execution: found duplicate series for the match group/),
  'error-range-of-text': absent('refused', /HTTP 400 \(bad_data: invalid expression type "string"/),
  'error-too-many-points': absent(
    'refused',
    /HTTP 400 \(bad_data: exceeded maximum resolution of 11,000 points/,
  ),
  'error-end-before-start': absent('refused', /HTTP 400 \(bad_data: invalid parameter "end"/),
  'error-not-found': absent('refused', /HTTP 404; check the url of the provider in \.belay\/config\.yaml/),
  'error-timeout': absent(
    'server-error',
    /HTTP 503 \(timeout: query timed out in expression evaluation\), 3 times$/,
  ),
  'vector-warning': absent(
    'warnings',
    /partial: PromQL warning: quantile value should be .* \(and 1 more\)$/,
  ),
  'vector-empty-warning': absent('warnings', /partial: store s1 is down$/),
  'vector-infos': sample(0.5),
  'vector-info-among-warnings': sample(0.5),
  'vector-histogram': absent('bad-response', /^gave a native histogram, expected a number/),
  'matrix-histogram': absent('bad-response', /^gave a native histogram, expected a number/),
  'matrix-mixed-histogram': absent('bad-response', /^gave a native histogram, expected a number/),
};

let server: LocalServer;
let next: Exchange;
beforeAll(async () => {
  server = await startServer((_, response) => send(response, next));
});
afterAll(() => server.close());

describe('prometheus provider, given each recorded or documented answer', () => {
  it('has an expectation for every fixture', () => {
    expect(listExchanges()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s', async (name, expected) => {
    next = readExchange(name);
    // What no grid of ours can ask is served as the answer to something else.
    const request = name.startsWith('error-') ? QUESTION : requestOf(next);
    const observation = await createProvider(server.url).query(request);
    expect(observation).toMatchObject({ provider: 'prod', request, fetchedAt: NOW });
    check(observation.outcome, expected);
  });

  it.each(Object.keys(EXPECTED).filter((name) => !name.startsWith('error-')))(
    'asks the question of %s as it was recorded',
    async (name) => {
      next = readExchange(name);
      await createProvider(server.url).query(requestOf(next));
      const received = server.requests.at(-1)!;
      expect(received).toMatchObject({ method: 'POST', path: next.request.path });
      expect(Object.fromEntries(new URLSearchParams(received.body))).toEqual(next.request.form);
    },
  );

  it('takes the time of asking from the clock', async () => {
    next = readExchange('scalar');
    const clock = createTestClock();
    await clock.sleep(60_000 as never);
    const { fetchedAt } = await createProvider(server.url, { clock }).query(requestOf(next));
    expect(fetchedAt).toBe(NOW + 60_000);
  });
});

function check(outcome: Observation['outcome'], expected: Expected): void {
  const detail =
    expected.kind === 'absent' ? { detail: expect.stringMatching(expected.detail) as unknown } : {};
  expect(outcome).toEqual({ ...expected, ...detail });
}

function sample(value: number): Expected {
  return { kind: 'sample', value };
}

function series(...values: Extract<Expected, { kind: 'series' }>['values']): Expected {
  return { kind: 'series', values };
}

function absent(reason: AbsenceReason, detail: RegExp): Expected {
  return { kind: 'absent', reason, detail };
}

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Absence } from '../../../src/core/analysis/observation.ts';
import { millis } from '../../../src/core/units.ts';
import type { MetricsProvider } from '../../../src/ports/metrics.ts';
import { type LocalServer, startServer } from '../../tools/http-server.ts';
import { ANSWER, createProvider, createTestClock, NOW, QUESTION } from './setup.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: (response: ServerResponse) => void): Promise<LocalServer> {
  const server = await startServer((_, response) => answer(response));
  servers.push(server);
  return server;
}

async function absenceOf(provider: MetricsProvider): Promise<Absence> {
  const { outcome } = await provider.query(QUESTION);
  if (outcome.kind !== 'absent') throw new Error(`expected an absence, got ${JSON.stringify(outcome)}`);
  return outcome;
}

describe('prometheus provider, clocks', () => {
  const answerAt = (minutes: number) =>
    serve((response) => {
      response.setHeader('date', new Date(NOW + minutes * 60_000).toUTCString());
      response.end(ANSWER);
    });

  it('takes no answer of a server whose clock is hours away, and one of a server that is close', async () => {
    const warn = (): void => undefined;
    const lying = await answerAt(-360);
    expect((await absenceOf(createProvider(lying.url, { warn }))).reason).toBe('clock-skew');
    expect(lying.requests).toHaveLength(1);
    const close = await answerAt(1);
    expect((await createProvider(close.url, { warn }).query(QUESTION)).outcome.kind).toBe('sample');
  });

  it('does not compare clocks when the moment is not the present', async () => {
    const server = await answerAt(-360);
    expect((await createProvider(server.url).query(QUESTION)).outcome.kind).toBe('sample');
  });
});

describe('prometheus provider, bodies', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['HTML of a login page', '<!doctype html><title>Sign in</title>', /is no JSON object/],
    ['nothing', '', /a body of 0 characters that is no JSON object/],
    ['JSON that was cut off', ANSWER.slice(0, -10), /is no JSON object/],
    ['JSON of another API', '{"data":[]}', /without "status": "success"/],
    ['a list', '[]', /is no JSON object/],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ])('takes %s for a bad response and asks once only', async (_, body, detail) => {
    const server = await serve((response) => response.writeHead(200, json).end(body));
    const absence = await absenceOf(createProvider(server.url));
    expect(absence).toEqual({
      kind: 'absent',
      reason: 'bad-response',
      detail: expect.stringMatching(detail) as unknown,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('reads an answer of exactly 1 MiB', async () => {
    const server = await serve((response) => response.end(ANSWER.padEnd(1_048_576)));
    const { outcome } = await createProvider(server.url).query(QUESTION);
    expect(outcome).toEqual({ kind: 'sample', value: 0.5 });
  });

  it('hangs up on an answer without end as soon as it is larger than 1 MiB', async () => {
    let sent = 0;
    let hungUp: Promise<unknown> | undefined;
    const server = await serve((response) => {
      hungUp = once(response, 'close');
      const chunk = Buffer.alloc(65_536, 0x20);
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        response.once('drain', pour);
      };
      pour();
    });
    const absence = await absenceOf(createProvider(server.url));
    expect(absence).toMatchObject({
      reason: 'too-large',
      detail: expect.stringContaining('1048576 bytes') as unknown,
    });
    await hungUp;
    // What sits in socket buffers was sent too.
    expect(sent).toBeLessThan(16 * 1_048_576);
    expect(server.requests).toHaveLength(1);
  });

  it('takes a body that does not decompress for a bad response', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(ANSWER),
    );
    expect(await absenceOf(createProvider(server.url))).toMatchObject({ reason: 'bad-response' });
    expect(server.requests).toHaveLength(1);
  });

  it('counts bytes after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 1_048_576, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(await absenceOf(createProvider(server.url))).toMatchObject({ reason: 'too-large' });
  });
});

describe('prometheus provider, deadlines', () => {
  /** A deadline that the server itself brings about, as soon as it has done its part. */
  function endedBy(server: (response: ServerResponse, end: () => void) => void) {
    let current = new AbortController();
    const startDeadline = (): AbortSignal => {
      current = new AbortController();
      return current.signal;
    };
    const end = (): void => current.abort(new DOMException('over', 'TimeoutError'));
    return { startDeadline, answer: (response: ServerResponse) => server(response, end) };
  }

  it('gives up on a server that sends no headers, after three attempts', async () => {
    const { startDeadline, answer } = endedBy((_, end) => end());
    const server = await serve(answer);
    const clock = createTestClock();
    const absence = await absenceOf(
      createProvider(server.url, { startDeadline, clock, spec: { timeout: millis(7_000) } }),
    );
    expect(absence.reason).toBe('timeout');
    expect(absence.detail).toMatch(/^127\.0\.0\.1:\d+ gave no complete answer within 7s, 3 times$/);
    expect(server.requests).toHaveLength(3);
    expect(clock.slept).toEqual([500, 1_000]);
  });

  it('gives up on a server that drips its body, though headers and half an answer came', async () => {
    const { startDeadline, answer } = endedBy((response, end) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(ANSWER.slice(0, 20), end);
    });
    const server = await serve(answer);
    const absence = await absenceOf(createProvider(server.url, { startDeadline }));
    expect(absence.reason).toBe('timeout');
    expect(server.requests).toHaveLength(3);
  });

  it('starts a deadline of the configured length for every attempt, 10 s when none is configured', async () => {
    const server = await serve((response) => response.writeHead(500).end());
    const lengths: number[] = [];
    const startDeadline = (length: number): AbortSignal => {
      lengths.push(length);
      return new AbortController().signal;
    };
    await createProvider(server.url, { startDeadline }).query(QUESTION);
    await createProvider(server.url, { startDeadline, spec: { timeout: millis(2_000) } }).query(QUESTION);
    expect(lengths).toEqual([10_000, 10_000, 10_000, 2_000, 2_000, 2_000]);
  });

  it('uses real time by default', async () => {
    const server = await serve(() => undefined);
    expect(await absenceOf(createProvider(server.url, { spec: { timeout: millis(20) } }))).toMatchObject({
      reason: 'timeout',
    });
  });
});

describe('prometheus provider, connections', () => {
  it('is unreachable when nobody listens', async () => {
    const server = await startServer(() => undefined);
    await server.close();
    const absence = await absenceOf(createProvider(server.url));
    expect(absence.reason).toBe('unreachable');
    expect(absence.detail).toMatch(/^no connection to 127\.0\.0\.1:\d+ \(ECONNREFUSED\), 3 times$/);
  });

  it('is unreachable when the connection breaks in the middle of the answer', async () => {
    const server = await serve((response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{', () => response.destroy());
    });
    expect(await absenceOf(createProvider(server.url))).toMatchObject({ reason: 'unreachable' });
    expect(server.requests).toHaveLength(3);
  });

  it('is unreachable when the server does not speak TLS', async () => {
    const server = await serve((response) => response.end(ANSWER));
    const absence = await absenceOf(createProvider(server.url.replace('http:', 'https:')));
    expect(absence.reason).toBe('unreachable');
    expect(absence.detail).toContain('no trusted connection to 127.0.0.1:');
  });

  it.each([
    ['ENOTFOUND', 'unreachable', /^no such host: prometheus\.test \(ENOTFOUND\); check the url/],
    ['EAI_AGAIN', 'unreachable', /^no such host/],
    ['CERT_HAS_EXPIRED', 'unreachable', /^no trusted connection .*NODE_EXTRA_CA_CERTS/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable', /^no trusted connection/],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', /in time \(UND_ERR_CONNECT_TIMEOUT\)/],
    ['HPE_INVALID_CONSTANT', 'bad-response', /does not answer in HTTP/],
    ['ECONNRESET', 'unreachable', /^no connection to prometheus\.test \(ECONNRESET\), 3 times$/],
  ])('explains %s', async (code, reason, detail) => {
    const cause = Object.assign(new Error('text that may hold anything'), { code });
    const broken = () => Promise.reject(new TypeError('fetch failed', { cause }));
    const absence = await absenceOf(createProvider('http://prometheus.test', { fetch: broken }));
    expect(absence).toEqual({ kind: 'absent', reason, detail: expect.stringMatching(detail) as unknown });
  });

  it('explains an error of several addresses by the first', async () => {
    const first = Object.assign(new Error('v6'), { code: 'ENETUNREACH' });
    const broken = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new AggregateError([first]) }));
    const absence = await absenceOf(createProvider('http://prometheus.test', { fetch: broken }));
    expect(absence.detail).toBe('no connection to prometheus.test (ENETUNREACH), 3 times');
  });
});

describe('prometheus provider, redirects', () => {
  it.each([301, 302, 303, 307, 308])(
    'does not follow a %i, and tells nobody else the token',
    async (status) => {
      const other = await serve((response) => response.end(ANSWER));
      const server = await serve((response) =>
        response.writeHead(status, { location: `${other.url}/login?next=secret` }).end('moved'),
      );
      const spec = { auth: { kind: 'bearer', tokenEnv: 'TOKEN' } } as const;
      const absence = await absenceOf(createProvider(server.url, { spec, env: { TOKEN: 'abcdef' } }));
      expect(absence.reason).toBe('redirect');
      expect(absence.detail).toContain(`redirected (${status}) to ${other.url}; redirects are not followed`);
      expect(absence.detail).not.toContain('next');
      expect(server.requests).toHaveLength(1);
      expect(other.requests).toEqual([]);
    },
  );

  it.each([
    ['without a place', {}],
    ['to what is no address', { location: 'http://[' }],
  ])('reports a redirect %s', async (_, headers) => {
    const server = await serve((response) => response.writeHead(302, headers).end());
    const absence = await absenceOf(createProvider(server.url));
    expect(absence).toMatchObject({ reason: 'redirect' });
    expect(absence.detail).toContain('redirected (302); redirects');
  });
});

describe('prometheus provider, statuses', () => {
  it.each([
    [204, 'bad-response', /answered with HTTP 204, expected 200/],
    [400, 'refused', /refused with HTTP 400; check the query$/],
    [401, 'refused', /refused with HTTP 401; check auth and tenant/],
    [403, 'refused', /refused with HTTP 403; check auth and tenant/],
    [405, 'refused', /refused with HTTP 405; check the url/],
    [429, 'refused', /refused with HTTP 429; too many queries, 3 times$/],
    [500, 'server-error', /failed with HTTP 500, 3 times$/],
    [502, 'server-error', /failed with HTTP 502, 3 times$/],
  ])('maps a bare HTTP %i', async (status, reason, detail) => {
    const server = await serve((response) =>
      response.writeHead(status).end(status === 204 ? undefined : 'no JSON'),
    );
    const absence = await absenceOf(createProvider(server.url));
    expect(absence).toEqual({ kind: 'absent', reason, detail: expect.stringMatching(detail) as unknown });
  });

  it("repeats the server's own words, on one line and cut to 200 characters", async () => {
    const error = `line one\nline two\u202e ${'x'.repeat(500)}`;
    const body = JSON.stringify({ status: 'error', errorType: 'bad_data', error });
    const server = await serve((response) => response.writeHead(400).end(body));
    const { detail } = await absenceOf(createProvider(server.url));
    expect(detail).toMatch(/\(bad_data: line one line two x{182}…\); check the query$/);
  });

  it('takes an error under HTTP 200 for a refusal', async () => {
    const body = '{"status":"error","errorType":"execution","error":"no"}';
    const server = await serve((response) => response.end(body));
    expect(await absenceOf(createProvider(server.url))).toMatchObject({
      reason: 'refused',
      detail: 'refused the query: execution: no',
    });
  });
});

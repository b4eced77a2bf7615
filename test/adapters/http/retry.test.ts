import { describe, expect, it } from 'vitest';
import { absent } from '../../../src/adapters/http/absent.ts';
import type { Reply } from '../../../src/adapters/http/reply.ts';
import { createRetrier } from '../../../src/adapters/http/retry.ts';
import { millis } from '../../../src/core/units.ts';
import { startServer } from '../../tools/http-server.ts';
import { ANSWER, createProvider, createTestClock, NOW, QUESTION } from '../prometheus/setup.ts';

const BODY: Reply<string> = { kind: 'body', content: 'good' };

function failed(given: { readonly retry: boolean; readonly retryAfterMs?: number }): Reply<string> {
  return {
    kind: 'failed',
    absence: absent('server-error', 'failed'),
    retry: given.retry,
    retryAfter: given.retryAfterMs === undefined ? undefined : millis(given.retryAfterMs),
  };
}

/** Plays replies one after the other; says what came of it, how often was asked and how long was waited. */
async function play(replies: readonly Reply<string>[], random = () => 0.5) {
  const clock = createTestClock();
  const left = [...replies];
  const outcome = await createRetrier({ clock, random })(async () => left.shift()!);
  return { outcome, asked: replies.length - left.length, slept: clock.slept };
}

const again = failed({ retry: true });

describe('createRetrier', () => {
  it('gives the first body', async () => {
    expect(await play([BODY, BODY])).toEqual({ outcome: 'good', asked: 1, slept: [] });
    expect(await play([again, BODY])).toEqual({ outcome: 'good', asked: 2, slept: [500] });
  });

  it('gives up after three attempts, and says so', async () => {
    const outcome = absent('server-error', 'failed, 3 times');
    expect(await play([again, again, again, BODY])).toEqual({ outcome, asked: 3, slept: [500, 1_000] });
  });

  it('never tries again what cannot change', async () => {
    const final = failed({ retry: false });
    expect(await play([final, BODY])).toEqual({
      outcome: absent('server-error', 'failed'),
      asked: 1,
      slept: [],
    });
    expect((await play([again, final, BODY])).asked).toBe(2);
  });

  it('spreads its waits from half to one and a half', async () => {
    expect((await play([again, again, BODY], () => 0)).slept).toEqual([250, 500]);
    expect((await play([again, again, BODY], () => 0.999_999)).slept).toEqual([750, 1_500]);
  });

  it('waits as long as the server asks when that is longer than its own wait and not longer than 10 s', async () => {
    const asks = (retryAfterMs: number) => [failed({ retry: true, retryAfterMs }), BODY];
    expect(await play(asks(3_000))).toMatchObject({ outcome: 'good', slept: [3_000] });
    expect(await play(asks(10_000))).toMatchObject({ outcome: 'good', slept: [10_000] });
    expect(await play(asks(0))).toMatchObject({ outcome: 'good', slept: [500] });
  });

  it('does not wait longer than 10 s', async () => {
    const detail = 'failed; it asks to wait 120s, longer than 10s';
    expect(await play([failed({ retry: true, retryAfterMs: 120_000 }), BODY])).toEqual({
      outcome: absent('server-error', detail),
      asked: 1,
      slept: [],
    });
  });

  it('shares its two retries among all requests of one question', async () => {
    const clock = createTestClock();
    const retrier = createRetrier({ clock, random: () => 0.5 });
    const ask = (replies: Reply<string>[]) => retrier(async () => replies.shift()!);
    expect(await ask([again, BODY])).toBe('good');
    expect(await ask([again, BODY])).toBe('good');
    expect(await ask([again, BODY])).toMatchObject({ kind: 'absent', detail: 'failed' });
    expect(clock.slept).toEqual([500, 1_000]);
  });
});

describe('prometheus provider, Retry-After', () => {
  it.each([
    ['whole seconds', '4', 4_000],
    ['a date', new Date(NOW + 7_000).toUTCString(), 7_000],
    ['a date that has passed', new Date(NOW - 60_000).toUTCString(), 500],
    ['nonsense', 'soon', 500],
  ])('obeys %s', async (_, value, slept) => {
    const server = await startServer((_request, response) =>
      server.requests.length === 1
        ? response.writeHead(429, { 'retry-after': value }).end()
        : response.end(ANSWER),
    );
    const clock = createTestClock();
    const { outcome } = await createProvider(server.url, { clock }).query(QUESTION);
    await server.close();
    expect(outcome).toEqual({ kind: 'sample', value: 0.5 });
    expect(clock.slept).toEqual([slept]);
  });
});

import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../src/adapters/github/connect.ts';
import { createMask, oneLine } from '../../../src/adapters/github/mask.ts';
import { readReply } from '../../../src/adapters/github/reply.ts';
import { instant } from '../../../src/core/units.ts';

const NOW = instant(Date.parse('2026-11-21T10:00:00Z'));

function read(answer: Partial<HttpAnswer>) {
  return readReply({ status: 200, headers: {}, data: { data: { a: 1 } }, ...answer }, NOW);
}

describe('readReply', () => {
  const reset = String(Date.parse('2026-11-21T10:00:30Z') / 1000);
  it.each<readonly [string, Partial<HttpAnswer>, number | undefined]>([
    ['retry-after', { status: 403, headers: { 'retry-after': '7' } }, 7_000],
    ['retry-after of 429', { status: 429, headers: { 'retry-after': '0' } }, 0],
    [
      'the reset of a used-up limit',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
      31_000,
    ],
    [
      'the reset by GitHub’s clock, which is 20 s ahead',
      {
        status: 429,
        headers: {
          'x-ratelimit-remaining': 0,
          'x-ratelimit-reset': reset,
          date: 'Sat, 21 Nov 2026 10:00:20 GMT',
        },
      },
      11_000,
    ],
    [
      'no time',
      { status: 429, headers: { 'x-ratelimit-remaining': '42', 'x-ratelimit-reset': reset } },
      undefined,
    ],
    [
      'no time, by words alone',
      { status: 403, data: { message: 'You have exceeded a secondary rate limit.' } },
      undefined,
    ],
    [
      'an error of GraphQL',
      { data: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] } },
      undefined,
    ],
  ])('reads how long to wait: %s', (_, answer, wait) => {
    expect(read(answer)).toMatchObject({ kind: 'rate-limited', wait });
  });

  it.each<readonly [string, Partial<HttpAnswer>, string]>([
    ['401', { status: 401, data: { message: 'Bad credentials' } }, 'unauthorised'],
    [
      '403 without a limit',
      { status: 403, data: { message: 'Resource not accessible by integration' } },
      'rejected',
    ],
    ['404', { status: 404, data: { message: 'Not Found' } }, 'rejected'],
    ['a redirect', { status: 302, data: '' }, 'rejected'],
    ['500', { status: 500, data: { data: { a: 1 } } }, 'unknown'],
    ['a page of a proxy', { data: '<html>' }, 'unknown'],
    ['an empty object', { data: {} }, 'unknown'],
    ['a list', { data: [] }, 'unknown'],
    ['data: null and no errors', { data: { data: null } }, 'unknown'],
    [
      'a query that gave up',
      { data: { errors: [{ message: 'Something went wrong while executing your query.' }] } },
      'unknown',
    ],
    [
      'a query that is wrong',
      { data: { errors: [{ message: "Field 'x' doesn't exist on type 'Query'" }] } },
      'rejected',
    ],
    [
      'errors beside data',
      { data: { data: { a: null }, errors: [{ path: ['a'], message: 'no' }] } },
      'answer',
    ],
  ])('takes %s for what it is', (_, answer, kind) => {
    expect(read(answer).kind).toBe(kind);
  });

  it('reads errors by alias, type and words', () => {
    const errors = [
      { type: 'STALE_DATA', path: ['commit', 'oid'], message: 'moved' },
      { message: 'whole' },
      'odd',
    ];
    expect(read({ data: { data: { a: 1 }, errors } })).toMatchObject({
      errors: [
        { type: 'STALE_DATA', alias: 'commit', message: 'moved' },
        { type: '', alias: '', message: 'whole' },
        { type: '', alias: '', message: 'an error without a message' },
      ],
    });
  });
});

describe('createMask', () => {
  const token = 'ghs_very+secret/token=';
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  it.each([
    token,
    base64(token),
    base64(`x-access-token:${token}`),
    encodeURIComponent(token),
    `Basic ${base64(`x-access-token:${token}`)}`,
    `https://x-access-token:${token}@github.com/`,
    `?token=${encodeURIComponent(base64(token))}`,
  ])('leaves nothing of it in %s', (text) => {
    const masked = createMask(token)(`before ${text} after`);
    expect(masked).toMatch(/^before .*\*\*\*.* after$/);
    for (const form of [token, base64(token), base64(`x-access-token:${token}`), encodeURIComponent(token)])
      expect(masked).not.toContain(form);
  });

  it('leaves other texts alone, also when there is no token', () => {
    expect(createMask('')('nothing to hide')).toBe('nothing to hide');
  });
});

describe('oneLine', () => {
  it('makes one line, without a full stop, of at most 200 characters', () => {
    expect(oneLine(' a\n\n b. ')).toBe('a b');
    expect(oneLine('x'.repeat(300))).toHaveLength(200);
  });
});

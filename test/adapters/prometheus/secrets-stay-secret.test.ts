import { afterEach, describe, expect, it } from 'vitest';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import { type LocalServer, type ReceivedRequest, startServer } from '../../tools/http-server.ts';
import { createProvider, QUESTION } from './setup.ts';

const TOKEN = 'glsa_Zm9v/+b a"r&é=Ω_end'.replace(/[^\x20-\x7e]/g, '~');
const PASSWORD = 'pa/ss+wör"d &=?%_0123456789';
const BEARER = { spec: { auth: { kind: 'bearer', tokenEnv: 'TOKEN' } }, env: { TOKEN } } as const;
const BASIC = {
  spec: { auth: { kind: 'basic', usernameEnv: 'USERNAME', passwordEnv: 'PASSWORD' } },
  env: { USERNAME: 'johanna', PASSWORD },
} as const;

/** How a server can write a secret. */
const SPELLINGS: readonly (readonly [string, (secret: string) => string])[] = [
  ['raw', (secret) => secret],
  ['base64', (secret) => Buffer.from(secret).toString('base64')],
  ['base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['base64 after one byte', (secret) => Buffer.from(`:${secret}`).toString('base64').slice(2)],
  ['base64 after two bytes', (secret) => Buffer.from(`x:${secret}`).toString('base64').slice(3)],
  ['URL-encoded', encodeURIComponent],
  [
    'URL-encoded in lower case',
    (secret) => encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  ],
  ['form-encoded', (secret) => new URLSearchParams({ s: secret }).toString().slice(2)],
  ['JSON-escaped', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['broken by a zero-width space', (secret) => `${secret.slice(0, 9)}\u200b${secret.slice(9)}`],
  ['at the place where messages are cut', (secret) => 'x'.repeat(190) + secret],
];

const json = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) });
const vector = (result: unknown, more = {}) =>
  json(200, { status: 'success', data: { resultType: 'vector', result }, ...more });

/** Where a server can put it. */
const CHANNELS: readonly (readonly [
  string,
  (leak: string) => { status: number; headers: object; body: string },
])[] = [
  ['the error of a 401', (leak) => json(401, { status: 'error', errorType: 'unauthorized', error: leak })],
  ['the error type of a 400', (leak) => json(400, { status: 'error', errorType: leak, error: leak })],
  ['the error of a 500', (leak) => json(500, { status: 'error', errorType: 'internal', error: leak })],
  ['an error under 200', (leak) => json(200, { status: 'error', errorType: leak, error: leak })],
  [
    'an HTML page',
    (leak) => ({ status: 403, headers: { 'www-authenticate': 'Basic' }, body: `<p>${leak}</p>` }),
  ],
  ['a warning', (leak) => vector([], { warnings: [leak, leak] })],
  [
    'labels',
    (leak) =>
      vector([1, 2].map((i) => ({ metric: { a: `${leak}${i}`, [`${leak}${i}`]: 'x' }, value: [0, '1'] }))),
  ],
  ['a result type', (leak) => json(200, { status: 'success', data: { resultType: leak, result: [] } })],
  ['a value', (leak) => vector([{ metric: {}, value: [1_700_003_600, leak] }])],
  [
    'a redirect',
    (leak) => ({
      status: 302,
      headers: {
        location: `http://${Buffer.from(leak).toString('hex').slice(0, 60)}.test/${encodeURIComponent(leak)}`,
      },
      body: leak,
    }),
  ],
];

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Everything that comes out of a query, as text. */
async function ask(
  auth: typeof BEARER | typeof BASIC,
  channel: (request: ReceivedRequest) => ReturnType<(typeof CHANNELS)[number][1]>,
) {
  const server = await startServer((request, response) => {
    const { status, headers, body } = channel(request);
    response.writeHead(status, { ...headers }).end(body);
  });
  servers.push(server);
  const secrets: Secrets = createSecrets();
  const observation = await createProvider(server.url, { ...auth, secrets }).query(QUESTION);
  return { text: JSON.stringify(observation), observation };
}

/** No piece of eight characters of any spelling: a mask that leaves half of a secret is none. */
function expectNothingOf(secret: string, text: string): void {
  for (const [, spell] of SPELLINGS.slice(0, -1)) {
    const spelt = spell(secret);
    for (let at = 2; at + 8 <= spelt.length - 2; at++) expect(text).not.toContain(spelt.slice(at, at + 8));
  }
}

describe.each(CHANNELS)('a secret that the server repeats in %s', (_, channel) => {
  it.each(SPELLINGS)('does not come out: token, %s', async (_spelling, spell) => {
    const { text, observation } = await ask(BEARER, () => channel(spell(TOKEN)));
    expect(observation.outcome.kind).toBe('absent');
    expectNothingOf(TOKEN, text);
  });

  it.each(SPELLINGS)('does not come out: password, %s', async (_spelling, spell) => {
    const { text, observation } = await ask(BASIC, () => channel(spell(PASSWORD)));
    expect(observation.outcome.kind).toBe('absent');
    expectNothingOf(PASSWORD, text);
  });

  it('does not come out: the whole Authorization header', async () => {
    for (const auth of [BEARER, BASIC]) {
      let header = '';
      const { text } = await ask(auth, (request) => {
        header = request.headers.authorization!;
        return channel(`you sent ${header}!`);
      });
      expect(header).toMatch(/^(?:Bearer|Basic) .{20}/);
      expectNothingOf(header.replace(/^\w+ /, ''), text);
    }
  });
});

describe('credentials that are no secret', () => {
  it('shows a user name, which stands in labels and addresses as well', async () => {
    const { observation } = await ask(BASIC, () =>
      json(400, { status: 'error', errorType: 'x', error: 'team johanna' }),
    );
    expect(observation.outcome).toHaveProperty('detail', expect.stringContaining('team johanna'));
  });

  it.each([
    ['a token', { ...BEARER, env: { TOKEN: 'abc' } }, 'TOKEN (auth.tokenEnv'],
    ['a password', { ...BASIC, env: { USERNAME: 'jo', PASSWORD: ' x1y ' } }, 'PASSWORD (auth.passwordEnv'],
  ])('refuses %s of three characters, which no message could keep', (_, auth, where) => {
    const secrets = createSecrets();
    const open = () => createProvider('http://127.0.0.1:9', { ...auth, secrets });
    expect(open).toThrow(where);
    expect(open).toThrow(/ is shorter than 4 characters, too short to be kept out of messages/);
    expect(open).not.toThrow(/abc|x1y/);
  });
});

describe('what the tests above search in', () => {
  it('holds the mask where the secret was', async () => {
    const said = (leak: string) =>
      json(400, { status: 'error', errorType: 'bad_data', error: `token ${leak} is wrong` });
    const { observation } = await ask(BEARER, () => said(TOKEN));
    expect(observation.outcome).toHaveProperty(
      'detail',
      expect.stringContaining('bad_data: token *** is wrong'),
    );
  });

  it('would hold the secret if it were not one', async () => {
    const said = (leak: string) => json(400, { status: 'error', errorType: 'bad_data', error: leak });
    const { text } = await ask(BASIC, () => said(TOKEN));
    expect(() => expectNothingOf(TOKEN, text)).toThrow();
  });
});

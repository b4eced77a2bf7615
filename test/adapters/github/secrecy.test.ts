import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGitHubForge } from '../../../src/adapters/github/github-forge.ts';
import { instant, sha } from '../../../src/core/units.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { change } from '../forge-contract.ts';

/** A server that echoes what it was sent, in whatever status and form: nothing of the token may come out of us (SEC-05). */

const TOKEN = 'ghs_very+secret/token=0123456789';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const FORMS = [
  TOKEN,
  base64(TOKEN),
  base64(`x-access-token:${TOKEN}`),
  base64(`token ${TOKEN}`),
  encodeURIComponent(TOKEN),
];
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Served {
  readonly url: string;
  readonly seen: { readonly authorization: string | undefined; readonly path: string | undefined }[];
}

async function serve(status: number, body: (echo: string) => string): Promise<Served> {
  const seen: Served['seen'] = [];
  const server = createServer((request: IncomingMessage, response) => {
    seen.push({ authorization: request.headers.authorization, path: request.url });
    const echo = `${request.headers.authorization} ${FORMS.join(' ')}`;
    request.resume();
    request.on('end', () =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body(echo)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function open(url: string): { readonly forge: Forge; readonly logged: string[] } {
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const unread = () => Promise.reject(new Error('not read here'));
  const forge = createGitHubForge({
    reader: {
      head: unread,
      refresh: unread,
      list: unread,
      read: unread,
      digests: unread,
      history: unread,
      goesOnFrom: unread,
      branches: unread,
      known: unread,
    },
    owner: 'acme',
    repository: 'models',
    defaultBranch: 'main',
    token: TOKEN,
    apiUrl: `${url}/api/v3`,
    graphqlUrl: `${url}/api/graphql`,
    clock: { now: () => instant(0), sleep: async () => undefined },
    log: { info: log, warn: log, debug: log },
    random: () => 0.5,
  });
  return { forge, logged };
}

const PULL = {
  number: 1,
  id: 'PR_1',
  url: 'u',
  branch: 'belay/x/1',
  head: sha('a'.repeat(40)),
  state: 'open',
  armed: false,
  withdrawn: false,
} as const;

/** The same as GraphQL shows it. */
const NODE = {
  id: 'PR_1',
  number: 1,
  url: 'u',
  state: 'OPEN',
  headRefName: PULL.branch,
  headRefOid: 'c'.repeat(40),
  baseRefName: 'main',
  isCrossRepository: false,
  autoMergeRequest: null,
};

/** All that a caller could print: the value, or the error with its stack and whole chain of causes. */
async function everythingFrom(work: Promise<unknown>): Promise<string> {
  const outcome: unknown = await work.catch((error: unknown) => error);
  const parts: string[] = [];
  for (let link: unknown = outcome; link !== undefined && parts.length < 20; ) {
    if (link instanceof Error) {
      parts.push(link.message, link.stack ?? '', JSON.stringify(link, Object.getOwnPropertyNames(link)));
      link = link.cause;
    } else {
      parts.push(JSON.stringify(link));
      break;
    }
  }
  return parts.join('\n');
}

const error = (echo: string) => ({ message: `refused ${echo}`, type: 'UNPROCESSABLE', path: ['commit'] });
const aliases = ['commit', 'ref', 'pull', 'merge', 'arm', 'close', 'say', 'repository'];

const ANSWERS: readonly (readonly [string, number, (echo: string) => string])[] = [
  ['401', 401, (echo) => JSON.stringify({ message: `Bad credentials ${echo}` })],
  ['403', 403, (echo) => JSON.stringify({ message: `Resource not accessible by integration ${echo}` })],
  ['404', 404, (echo) => JSON.stringify({ message: echo })],
  ['422', 422, (echo) => JSON.stringify({ message: echo })],
  ['429', 429, (echo) => JSON.stringify({ message: `rate limit ${echo}` })],
  ['502', 502, (echo) => echo],
  ['a page', 200, (echo) => `<html>${echo}</html>`],
  ['an error of the whole', 200, (echo) => JSON.stringify({ errors: [{ message: echo }] })],
  [
    'an error of each field',
    200,
    (echo) =>
      JSON.stringify({ data: {}, errors: aliases.map((alias) => ({ ...error(echo), path: [alias] })) }),
  ],
  [
    'a refusal of each field',
    200,
    (echo) =>
      JSON.stringify({
        data: {},
        errors: aliases.map((alias) => ({
          type: 'FORBIDDEN',
          path: [alias],
          message: `must have push access ${echo}`,
        })),
      }),
  ],
];

describe('the token', () => {
  it.each(ANSWERS)('does not come out of any call when the server answers %s', async (_, status, body) => {
    const { url, seen } = await serve(status, body);
    const { forge, logged } = open(url);
    const commit = change(sha('b'.repeat(40)), { 'releases/a.yaml': 'x' });
    const state = {
      head: commit.parent,
      branch: undefined,
      pulls: [],
      earlier: [],
      siblings: [],
      obstacle: undefined,
      repository: 'R_1',
    };
    const said = await Promise.all(
      [
        forge.commit(commit),
        forge.inspect({ branch: PULL.branch, families: ['belay/x/'] }),
        forge.propose({ ...commit, branch: PULL.branch, state, title: 't', description: 'd' }),
        forge.merge({
          pull: PULL,
          head: PULL.head,
          method: 'merge',
          whenPending: 'arm',
          subject: 's',
          body: 'b',
        }),
        forge.close({ pull: PULL, comment: 'c' }),
      ].map(everythingFrom),
    );
    expect(seen.length).toBeGreaterThan(0);
    for (const form of FORMS) for (const text of [...said, ...logged]) expect(text).not.toContain(form);
  });

  it('goes to the given endpoint alone, as a header', async () => {
    const { url, seen } = await serve(401, () => '{}');
    await open(url)
      .forge.inspect({ branch: PULL.branch, families: ['belay/x/'] })
      .catch(() => undefined);
    expect(seen).toEqual([{ authorization: `token ${TOKEN}`, path: '/api/graphql' }]);
  });
});

/** A list with nothing in it, and no more of it. */
const NOTHING = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };

describe('what is impossible', () => {
  it.each([
    ['404', 404, 'CORRUPT'],
    ['409', 409, 'CORRUPT'],
    ['422', 422, 'CORRUPT'],
    ['302', 302, 'CORRUPT'],
    ['400', 400, 'BUG'],
  ])('is an error and never an empty answer: %s to a query', async (_, status, code) => {
    const { url, seen } = await serve(status, () => '{"message":"odd"}');
    await expect(open(url).forge.inspect({ branch: PULL.branch, families: ['x/'] })).rejects.toMatchObject({
      code,
    });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['no commit id', { main: { target: { oid: 'main' } }, id: 'R', pulls: NOTHING, family0: NOTHING }],
    ['no list', { main: { target: { oid: 'a'.repeat(40) } }, id: 'R', pulls: null, family0: NOTHING }],
    ['no repository id', { main: { target: { oid: 'a'.repeat(40) } }, pulls: NOTHING, family0: NOTHING }],
  ])('is an error and never a default: %s', async (_, repository) => {
    const { url } = await serve(200, () =>
      JSON.stringify({ data: { repository, viewer: { login: 'belay[bot]' } } }),
    );
    await expect(open(url).forge.inspect({ branch: PULL.branch, families: ['x/'] })).rejects.toMatchObject({
      code: 'CORRUPT',
    });
  });

  it('proposes the head that it committed, whatever the pull request shows by then', async () => {
    const own = 'd'.repeat(40);
    const pullRequest = { ...NODE, headRefOid: 'e'.repeat(40) };
    const data = { ref: {}, commit: { commit: { oid: own } }, pull: { pullRequest } };
    const { url } = await serve(200, () => JSON.stringify({ data }));
    const commit = change(sha('b'.repeat(40)), { 'releases/a.yaml': 'x' });
    const state = {
      head: commit.parent,
      branch: undefined,
      pulls: [],
      earlier: [],
      siblings: [],
      obstacle: undefined,
      repository: 'R_1',
    };
    const request = { ...commit, branch: PULL.branch, state, title: 't', description: 'd' };
    expect(await open(url).forge.propose(request)).toMatchObject({ kind: 'proposed', pull: { head: own } });
  });

  it('leaves out pull requests from forks and to other bases', async () => {
    const nodes = [
      NODE,
      { ...NODE, number: 2, isCrossRepository: true },
      { ...NODE, number: 3, baseRefName: 'release' },
    ];
    const family0 = {
      ...NOTHING,
      nodes: [{ associatedPullRequests: { nodes: nodes.map((one) => ({ ...one, headRefName: 'x/2' })) } }],
    };
    const main = { target: { oid: 'a'.repeat(40) } };
    const repository = { id: 'R', main, branch: null, pulls: { nodes }, family0 };
    const { url } = await serve(200, () =>
      JSON.stringify({ data: { repository, viewer: { login: 'belay[bot]' } } }),
    );
    const state = await open(url).forge.inspect({ branch: PULL.branch, families: ['x/'] });
    expect(state.pulls.map((pull) => pull.number)).toEqual([1]);
    expect(state.siblings.map((pull) => pull.number)).toEqual([1]);
  });
});

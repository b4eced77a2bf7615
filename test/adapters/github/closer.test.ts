import { afterEach, beforeEach, expect, it } from 'vitest';
import { isClosedByPerson, readPull } from '../../../src/adapters/github/data.ts';
import type { Sha } from '../../../src/core/units.ts';
import type { PullRequest } from '../../../src/ports/forge.ts';
import { ask } from '../../lab/ask.ts';
import type { VirtualClock } from '../../lab/clock.ts';
import { change, FIRST_FILES } from '../forge-contract.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

/** Whose word it is that a pull request of an earlier branch is closed: only a person's counts, and only one that is certain. */

const EARLIER = 'belay/rollback/a/3.5.0-0123456789ab';
const NOW = 'belay/rollback/a/3.5.0-ba9876543210';
let bench: GitHubBench;

beforeEach(async () => {
  bench = await openGitHubBench(FIRST_FILES);
});
afterEach(async () => {
  expect(bench.lab.violations).toEqual([]);
  await bench.close();
});

async function propose(): Promise<PullRequest> {
  const { forge } = bench;
  const request = change((await bench.tip('main')) as Sha, { 'releases/a.yaml': 'weight: 0\n' });
  const state = await forge.inspect({ branch: EARLIER, families: [] });
  const outcome = await forge.propose({ ...request, branch: EARLIER, state, title: 't', description: 'd' });
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  return outcome.pull;
}

async function closeAs(token: string, pull: PullRequest): Promise<void> {
  const query = 'mutation($id: ID!) { closePullRequest(input: {pullRequestId: $id}) { clientMutationId } }';
  const { body } = await ask(bench.lab, { token, query, variables: { id: pull.id } });
  expect(body.errors).toBeUndefined();
}

async function commentAs(token: string, pull: PullRequest, text: string): Promise<void> {
  const query =
    'mutation($id: ID!, $body: String!) { addComment(input: {subjectId: $id, body: $body}) { clientMutationId } }';
  const { body } = await ask(bench.lab, { token, query, variables: { id: pull.id, body: text } });
  expect(body.errors).toBeUndefined();
}

/** What a forge finds closed, with the token of the App unless told otherwise. */
async function found(token = bench.lab.tokens.app): Promise<readonly number[]> {
  const look = { branch: NOW, earlier: [EARLIER], families: [] };
  return (await bench.reopen({ token }).inspect(look)).earlier.map(({ number }) => number);
}

it('is a person’s when a person closed it, or deleted its branch', async () => {
  const first = await propose();
  await closeAs(bench.lab.tokens.person, first);
  expect(await found()).toEqual([first.number]);
  await bench.setBranch(EARLIER, undefined);
  const second = await propose();
  await bench.setBranch(EARLIER, undefined);
  expect(await found()).toEqual([second.number, first.number]);
});

it('is nobody’s when this App closed it and could not say so', async () => {
  await closeAs(bench.lab.tokens.app, await propose());
  expect(await found()).toEqual([]);
});

it('is nobody’s when another App did, as with the token of before', async () => {
  await closeAs(bench.lab.tokens.app, await propose());
  expect(await found(bench.lab.tokens.actions)).toEqual([]);
});

it('is nobody’s when the account that asks is a person’s and closed it: it may have been this tool', async () => {
  await closeAs(bench.lab.tokens.person, await propose());
  expect(await found(bench.lab.tokens.person)).toEqual([]);
});

it('is nobody’s when it was closed with this tool’s comment, under whatever account', async () => {
  const pull = await propose();
  await commentAs(bench.lab.tokens.person, pull, 'Out of date.\n\n<!-- belay:closed -->');
  await closeAs(bench.lab.tokens.person, pull);
  expect(await found()).toEqual([]);
});

it('is nobody’s when so much was said since that the comment may be out of sight', async () => {
  const pull = await propose();
  await closeAs(bench.lab.tokens.person, pull);
  for (let count = 0; count < 19; count += 1) await commentAs(bench.lab.tokens.person, pull, `word ${count}`);
  expect(await found()).toEqual([pull.number]);
  (bench.lab.clock as VirtualClock).advance(60_000);
  for (let count = 0; count < 20; count += 1) await commentAs(bench.lab.tokens.person, pull, `more ${count}`);
  expect(await found()).toEqual([]);
});

it.each([null, {}, { body: null, createdAt: null }])('passes over a comment that is %j', (comment) => {
  const node = {
    id: 'PR_1',
    number: 1,
    url: 'https://forge.example/1',
    state: 'CLOSED',
    headRefName: EARLIER,
    headRefOid: 'a'.repeat(40),
    baseRefName: 'main',
    isCrossRepository: false,
    closedAt: '2026-11-30T10:00:00Z',
    comments: { nodes: [comment] },
    timelineItems: { nodes: [{ actor: { __typename: 'User', login: 'mona' } }] },
  };
  expect(readPull(node, 'main')).toMatchObject({ number: 1, withdrawn: false });
  expect(isClosedByPerson(node, 'belay[bot]')).toBe(true);
  expect(isClosedByPerson({ ...node, timelineItems: null }, 'belay[bot]')).toBe(false);
});

it('is nobody’s once it is open again', async () => {
  const pull = await propose();
  await closeAs(bench.lab.tokens.person, pull);
  const query = 'mutation($id: ID!) { reopenPullRequest(input: {pullRequestId: $id}) { clientMutationId } }';
  await ask(bench.lab, { token: bench.lab.tokens.person, query, variables: { id: pull.id } });
  expect(await found()).toEqual([]);
});

it.each([
  ['an error in the answer', { kind: 'field', field: 'repository', type: null, message: 'no such field' }, 1],
  [
    'a field that may not be read',
    { kind: 'field', field: 'repository', type: 'FORBIDDEN', message: 'no' },
    1,
  ],
  ['no answer in three attempts', { kind: 'status', status: 502 }, 3],
] as const)('keeps nothing away where GitHub does not tell: %s', async (_, fault, times) => {
  const pull = await propose();
  await closeAs(bench.lab.tokens.person, pull);
  await bench.lab.inject({ match: { api: 'graphql' }, times, fault });
  expect(await found()).toEqual([]);
  expect(bench.logged.join('\n')).toContain('earlier names of "belay/rollback/a/3.5.0-ba9876543210"');
  expect(await found()).toEqual([pull.number]);
  await bench.lab.inject({ match: { api: 'graphql' }, times: 2 * times, fault });
  await expect(found()).rejects.toThrow(/GitHub: /);
});

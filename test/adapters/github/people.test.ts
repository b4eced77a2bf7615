import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGitHubPeople } from '../../../src/adapters/github/people.ts';
import { instant, type Sha } from '../../../src/core/units.ts';
import type { Reaction } from '../../../src/ports/people.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { describePeople, type PeopleBench } from '../people-contract.ts';

const WORDS: Readonly<Record<string, Reaction>> = { eyes: 'accepted', rocket: 'done', '-1': 'refused' };

interface LabBench extends PeopleBench {
  readonly lab: Lab;
  /** Somebody is asked to join a team, and has not answered. */
  invite(team: string, login: string): void;
}

async function openBench(token?: (lab: Lab) => string): Promise<LabBench> {
  const lab = await startLab();
  const repo = await lab.createRepository({ name: 'models', files: { 'README.md': 'hello\n' } });
  const seeing = lab.token({
    kind: 'app',
    permissions: { metadata: 'read', pull_requests: 'write', issues: 'write', members: 'read' },
  });
  let collaborators: Record<string, 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'> = {};
  const people = createGitHubPeople({
    owner: repo.owner,
    repository: repo.name,
    defaultBranch: 'main',
    token: token?.(lab) ?? seeing,
    apiUrl: lab.apiUrl,
    graphqlUrl: lab.graphqlUrl,
    clock: { now: () => instant(lab.clock.now()), sleep: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    random: () => 0.5,
  });
  return {
    lab,
    people,
    allow(login, role) {
      collaborators = { ...collaborators, [login]: role };
      repo.configure({ collaborators });
      return repo.accountOf(login);
    },
    setTeam(team, logins) {
      const states = Object.fromEntries(logins.map((login) => [login, 'active' as const]));
      repo.configure({ teams: { [team.split('/')[1] ?? '']: states } });
    },
    invite: (team, login) => repo.configure({ teams: { [team]: { [login]: 'pending' } } }),
    async open() {
      const head = (await repo.commit({ branch: 'try', files: { 'a.txt': 'a\n' } })) as Sha;
      return { number: await repo.openPull({ head: 'try', title: 'Try' }), head };
    },
    review: (pull, login, state) =>
      state === 'approved' ? repo.approve(pull, login) : repo.requestChanges(pull, login),
    dismiss: async (pull, login) => repo.dismissReview(pull, login),
    comment: (pull) => repo.comment(pull, '/belay pause scorer', 'ana'),
    reactions: (comment) =>
      repo.reactions.filter((one) => one.comment === comment).map(({ content }) => WORDS[content]!),
    async close() {
      expect(lab.violations).toEqual([]);
      await lab.close();
    },
  };
}

describePeople('GitHub', openBench);

describe('people on GitHub when it does not go well', () => {
  let bench: Awaited<ReturnType<typeof openBench>>;
  afterEach(() => bench.close());

  it('knows nothing of somebody who is not there', async () => {
    bench = await openBench();
    await bench.lab.inject({
      match: { operation: 'repos/get-collaborator-permission-level' },
      fault: { kind: 'status', status: 404 },
    });
    expect(await bench.people.standingOf('nobody')).toMatchObject({ kind: 'unknown', reason: /^HTTP 404/ });
  });

  it('asks three times where GitHub is broken, and then says so', async () => {
    bench = await openBench();
    const fault = { kind: 'status', status: 502 } as const;
    const match = { operation: 'repos/get-collaborator-permission-level' };
    await bench.lab.inject({ match, fault, times: 2 });
    bench.allow('ana', 'write');
    expect(await bench.people.standingOf('ana')).toMatchObject({ kind: 'known' });
    await bench.lab.inject({ match, fault, times: 3 });
    await expect(bench.people.standingOf('ana')).rejects.toMatchObject({ code: 'FORGE_UNAVAILABLE' });
  });

  it('says what a token lacks that may not see a team', async () => {
    bench = await openBench((lab) => lab.tokens.actions);
    bench.setTeam('acme/risk-ml', ['ana']);
    expect(await bench.people.membershipIn('acme/risk-ml', 'ana')).toEqual({
      kind: 'unknown',
      reason: 'HTTP 403: Resource not accessible by integration (GitHub names: members=read)',
    });
  });

  it('is no member of a team before the invitation is taken', async () => {
    bench = await openBench();
    bench.invite('risk-ml', 'ana');
    expect(await bench.people.membershipIn('acme/risk-ml', 'ana')).toEqual({ kind: 'none' });
  });

  it('names the permission that a reaction needs', async () => {
    bench = await openBench((lab) => lab.tokens.readOnly);
    const comment = await bench.comment((await bench.open()).number);
    await expect(bench.people.react(comment, 'done')).rejects.toMatchObject({
      code: 'FORGE_REFUSED',
      message: expect.stringContaining('"issues: write"'),
    });
  });
});

it('hears no review of a pull request that has more of them than it reads', async () => {
  const review = {
    user: { id: 7, login: 'ana', type: 'User' },
    state: 'APPROVED',
    commit_id: 'a'.repeat(40),
  };
  const page = JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ ...review, id: index + 1 })));
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(page),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = createGitHubPeople({
    owner: 'acme',
    repository: 'models',
    defaultBranch: 'main',
    token: 'ghs_x',
    apiUrl: url,
    graphqlUrl: `${url}/graphql`,
    clock: { now: () => instant(0), sleep: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    random: () => 0.5,
  });
  await expect(people.reviews(1)).rejects.toMatchObject({
    code: 'FORGE_REFUSED',
    message: expect.stringContaining('#1 has 1000 reviews or more'),
  });
  server.closeAllConnections();
  server.close();
});

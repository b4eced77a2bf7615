import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Millis, Sha } from '../../../src/core/units.ts';
import { millis } from '../../../src/core/units.ts';
import type { Forge, ProposeRequest, PullRequest } from '../../../src/ports/forge.ts';
import type { FaultRule } from '../../lab/faults.ts';
import { change, FIRST_FILES } from '../forge-contract.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

/**
 * Every write under every fault that leaves its outcome unknown, before and after the effect: it happens exactly once, and
 * the answer is that of a quiet day.
 */

type Named = readonly [name: string, fault: FaultRule['fault']];

const UNKNOWN: readonly Named[] = [
  ['the connection ends before the effect', { kind: 'timeout', effect: 'before' }],
  ['the connection ends after the effect', { kind: 'timeout', effect: 'after' }],
  ['no answer in time, before the effect', { kind: 'timeout', effect: 'before', hang: true }],
  ['no answer in time, after the effect', { kind: 'timeout', effect: 'after', hang: true }],
  ['a reset before the effect', { kind: 'reset', effect: 'before' }],
  ['a reset after the effect', { kind: 'reset', effect: 'after' }],
  ['502 after the effect', { kind: 'status', status: 502, effect: 'after' }],
  ['503 before the effect', { kind: 'status', status: 503 }],
  ['half a body', { kind: 'body', form: 'truncated' }],
  ['the page of a proxy', { kind: 'body', form: 'html' }],
  ['no body', { kind: 'body', form: 'empty' }],
];

const LIMITS: readonly Named[] = [
  ['a secondary limit with retry-after', { kind: 'rate-limit', status: 403, retryAfter: 30 }],
  ['429 with retry-after', { kind: 'rate-limit', status: 429, retryAfter: 30 }],
  ['a secondary limit that does not say how long', { kind: 'rate-limit', status: 403 }],
];

let bench: GitHubBench;
let forge: Forge;
let turn = 0;

// one lab for all cases; each works with names of its own
beforeAll(async () => {
  bench = await openGitHubBench(FIRST_FILES);
});
afterAll(() => bench.close());

async function begin(): Promise<{ readonly head: Sha; readonly branch: string; readonly letter: string }> {
  turn += 1;
  bench.lab.clearFaults();
  bench.lab.clearRequests();
  bench.slept.length = 0;
  forge = bench.reopen();
  return {
    head: (await bench.tip('main')) as Sha,
    branch: `belay/rollback/r${turn}/1-${String(turn).padStart(12, '0')}`,
    letter: turn.toString(16).padStart(64, '0'),
  };
}

afterEach(() => {
  expect(bench.lab.violations).toEqual([]);
});

function commitOf(parent: Sha, id: string) {
  const request = change(parent, { [`releases/${id.slice(-4)}.yaml`]: `${id}\n` });
  const body = request.body.replace(request.operation, id);
  return { ...request, body, operation: id };
}

async function proposalOf(head: Sha, branch: string, id: string): Promise<ProposeRequest> {
  const state = await forge.inspect({ branch, families: [`${branch}/`] });
  return { ...commitOf(head, id), branch, state, title: 't', description: 'd' };
}

async function openPull(head: Sha, branch: string, id: string): Promise<PullRequest> {
  const outcome = await forge.propose(await proposalOf(head, branch, id));
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  return outcome.pull;
}

async function commitsWith(id: string): Promise<number> {
  const all = await Promise.all((await bench.repo.branches()).map((branch) => bench.repo.log(branch)));
  const found = all.flat().filter((commit) => commit.message.includes(id));
  return new Set(found.map((commit) => commit.oid)).size;
}

describe.each([...UNKNOWN, ...LIMITS])('when there is %s', (_, fault) => {
  it('commits once', async () => {
    const { head, letter } = await begin();
    await bench.lab.inject({ match: { operation: 'createCommitOnBranch' }, fault });
    const outcome = await forge.commit(commitOf(head, letter));
    expect(outcome).toEqual({ kind: 'committed', commit: await bench.tip('main') });
    expect(await commitsWith(letter)).toBe(1);
    expect((await bench.commitAt((await bench.tip('main')) as Sha)).parents).toEqual([head]);
  });

  it('proposes once', async () => {
    const { head, branch, letter } = await begin();
    await bench.lab.inject({ match: { operation: 'createPullRequest' }, fault });
    const pull = await openPull(head, branch, letter);
    expect(pull.head).toBe(await bench.tip(branch));
    expect(bench.repo.pulls.filter((one) => one.head === branch)).toHaveLength(1);
    expect(await commitsWith(letter)).toBe(1);
  });

  it('merges once', async () => {
    const { head, branch, letter } = await begin();
    const pull = await openPull(head, branch, letter);
    await bench.lab.inject({ match: { operation: 'mergePullRequest' }, fault });
    const outcome = await forge.merge({
      pull,
      head: pull.head,
      method: 'merge',
      whenPending: 'arm',
      subject: 's',
      body: 'b',
    });
    expect(outcome).toEqual({ kind: 'merged', commit: await bench.tip('main') });
    expect((await bench.commitAt((await bench.tip('main')) as Sha)).parents).toEqual([head, pull.head]);
  });

  it('closes with one comment', async () => {
    const { head, branch, letter } = await begin();
    const pull = await openPull(head, branch, letter);
    await bench.lab.inject({ match: { operation: 'closePullRequest' }, fault });
    await forge.close({ pull, comment: 'out of date' });
    expect(bench.repo.pulls.find((one) => one.number === pull.number)?.state).toBe('CLOSED');
    expect((await bench.pull(pull.number)).comments).toEqual([expect.stringContaining('out of date')]);
  });

  it('reads', async () => {
    const { branch, head } = await begin();
    await bench.lab.inject({ match: { operation: 'repository' }, fault });
    expect((await forge.inspect({ branch, families: ['belay/rollback/x/'] })).head).toBe(head);
  });
});

describe('when it does not stop', () => {
  const down: FaultRule = { fault: { kind: 'status', status: 503 }, times: 1000 };

  it('gives up reading after three attempts with growing waits', async () => {
    const { branch } = await begin();
    await bench.lab.inject(down);
    await expect(forge.inspect({ branch, families: ['x/'] })).rejects.toMatchObject({
      code: 'FORGE_UNAVAILABLE',
    });
    expect(bench.slept).toEqual([1000, 4000]);
    expect(forge.cost()).toEqual({ requests: 3, roundTrips: 3 });
  });

  it('gives up writing when what became of it cannot be seen', async () => {
    const { head, letter } = await begin();
    await bench.lab.inject(down);
    await expect(forge.commit(commitOf(head, letter))).rejects.toMatchObject({ code: 'FORGE_UNAVAILABLE' });
    expect(bench.lab.requests.length).toBeLessThan(8);
  });

  it('gives up a write that is lost each time, having looked after each', async () => {
    const { head, letter } = await begin();
    await bench.lab.inject({ ...down, match: { operation: 'createCommitOnBranch' } });
    await expect(forge.commit(commitOf(head, letter))).rejects.toMatchObject({
      // it was seen each time that GitHub is there
      code: 'UNSETTLED',
      message: expect.stringContaining('The next run looks at what is there'),
    });
    expect(bench.lab.requests.map((request) => request.fields[0])).toEqual(
      Array(3).fill(['createCommitOnBranch', 'repository']).flat(),
    );
  });

  it('says so when somebody else moved the branch while the outcome was unknown', async () => {
    const { head, letter } = await begin();
    await bench.lab.inject({
      match: { operation: 'createCommitOnBranch' },
      fault: { kind: 'timeout', effect: 'before' },
    });
    const clock = {
      now: () => 0 as never,
      sleep: async () => void (await bench.push({ 'README.md': `${letter}\n` })),
    };
    const outcome = await bench.reopen({ clock }).commit(commitOf(head, letter));
    expect(outcome).toEqual({ kind: 'head-moved', expected: head });
  });

  it('finds its commit below one that somebody pushed on top while the outcome was unknown', async () => {
    const { head, letter } = await begin();
    await bench.lab.inject({
      match: { operation: 'createCommitOnBranch' },
      fault: { kind: 'timeout', effect: 'after' },
    });
    let mine: Sha | undefined;
    const sleep = async () => {
      mine = await bench.tip('main');
      await bench.push({ 'README.md': `${letter}\n` });
    };
    const outcome = await bench
      .reopen({ clock: { now: () => 0 as never, sleep } })
      .commit(commitOf(head, letter));
    expect(outcome).toEqual({ kind: 'committed', commit: mine });
  });
});

describe('when GitHub asks to wait', () => {
  it('waits as long as it says, and not more than the run may', async () => {
    const { branch } = await begin();
    const wait = (retryAfter: number): FaultRule => ({
      fault: { kind: 'rate-limit', status: 429, retryAfter },
    });
    await bench.lab.inject(wait(100));
    await forge.inspect({ branch, families: ['x/'] });
    expect(bench.slept).toEqual([100_000]);
    await bench.lab.inject(wait(21));
    await expect(forge.inspect({ branch, families: ['x/'] })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('asks to wait 21 s, of 20 s'),
    });
    expect(bench.logged.join()).toContain('GitHub asks to wait 100 s');
  });

  it('waits a minute, then two, when it does not say how long', async () => {
    const { branch } = await begin();
    await bench.lab.inject({ times: 2, fault: { kind: 'rate-limit', status: 403 } });
    const patient = bench.reopen({ waitBudget: millis(600_000) });
    await patient.inspect({ branch, families: ['x/'] });
    expect(bench.slept).toEqual([60_000, 120_000] as Millis[]);
  });

  it('takes a used-up limit for one although it comes with status 200', async () => {
    await begin();
    const token = bench.lab.token({ kind: 'app', rateLimit: 1 });
    const limited = bench.reopen({ token });
    const look = () => limited.inspect({ branch: 'belay/x/1', families: ['belay/x/'] });
    await look();
    await expect(look()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(limited.cost().requests).toBeLessThan(12);
  });

  it('does not ask again and again when it is told to wait no time at all', async () => {
    const { branch } = await begin();
    await bench.lab.inject({ times: 1000, fault: { kind: 'rate-limit', status: 429, retryAfter: 0 } });
    await expect(forge.inspect({ branch, families: ['x/'] })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(bench.slept).toEqual([1, 2, 4, 8, 16, 32].map((seconds) => seconds * 1000));
  });
});

describe('stale reads', () => {
  it('cannot make it write twice: the branch it did not see is found by the write', async () => {
    const { head, branch, letter } = await begin();
    const first = await openPull(head, branch, letter);
    const state = { ...(await proposalOf(head, branch, letter)).state, branch: undefined, pulls: [] };
    const outcome = await forge.propose({ ...(await proposalOf(head, branch, letter)), state });
    expect(outcome).toEqual({ kind: 'proposed', pull: first });
    expect(bench.repo.pulls.filter((one) => one.head === branch)).toHaveLength(1);
  });

  it('waits for a pull request that it opened itself and that is not shown yet', async () => {
    const { head, branch, letter } = await begin();
    // the first read is the look before the proposal, and nothing is there then
    await bench.lab.inject({
      match: { operation: 'repository' },
      nth: 2,
      fault: { kind: 'stale', forRequests: 2 },
    });
    const pull = await openPull(head, branch, letter);
    await bench.lab.inject({
      match: { operation: 'mergePullRequest' },
      fault: { kind: 'reset', effect: 'after' },
    });
    const request = {
      pull,
      head: pull.head,
      method: 'merge',
      whenPending: 'arm',
      subject: 's',
      body: 'b',
    } as const;
    expect(await forge.merge(request)).toEqual({ kind: 'merged', commit: await bench.tip('main') });
    expect(bench.lab.requests.filter(({ fields }) => fields.includes('mergePullRequest'))).toHaveLength(1);
  });
});

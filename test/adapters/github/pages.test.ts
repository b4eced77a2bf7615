import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectProposal } from '../../../src/adapters/github/inspect.ts';
import { nextPage } from '../../../src/adapters/github/pages.ts';
import type { Sha } from '../../../src/core/units.ts';
import type { PullRequest } from '../../../src/ports/forge.ts';
import { change, FIRST_FILES } from '../forge-contract.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';
import { createMutePlace } from './mute-place.ts';

/** Lists of branches that are longer than what GitHub gives at a time: what is open is found behind any number of others. */

const BRANCH = 'belay/advance/a/0123456789ab';
const ROLLBACK = 'belay/rollback/m/3.5.0-0123456789ab';
const GOOD = { 'releases/a.yaml': 'weight: 0\n' };

describe('branches that people left behind', () => {
  let bench: GitHubBench;
  beforeEach(async () => {
    bench = await openGitHubBench(FIRST_FILES);
  });
  afterEach(async () => {
    expect(bench.lab.violations).toEqual([]);
    await bench.close();
  });

  /** By one git: a hundred calls of the lab would take seconds. */
  async function leave(count: number, under: string): Promise<void> {
    const tip = await bench.tip('main');
    const names = Array.from({ length: count }, (_, index) => `${under}1.${index}-${'0'.repeat(12)}`);
    const input = names.map((name) => `update refs/heads/${name} ${tip}\n`).join('');
    execFileSync('git', ['update-ref', '--stdin'], { cwd: bench.repo.gitDir, input });
  }

  async function openPull(branch: string): Promise<PullRequest> {
    const state = await bench.forge.inspect({ branch, families: [] });
    const request = { ...change(state.head, GOOD), branch, state, title: 't', description: 'd' };
    const outcome = await bench.forge.propose(request);
    if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
    return outcome.pull;
  }

  const siblings = async (families: readonly string[]) => {
    bench.lab.clearRequests();
    const state = await bench.reopen().inspect({ branch: BRANCH, families });
    return { found: state.siblings.map((pull) => pull.branch), requests: bench.lab.requests.length };
  };

  it.each([
    ['before', 'belay/rollback/z/'],
    ['after', 'belay/rollback/b/'],
  ])(
    'hide no open rollback whose name comes %s theirs, and cost a request for each further hundred',
    async (_, under) => {
      await openPull(ROLLBACK);
      await leave(99, under);
      expect(await siblings(['belay/rollback/'])).toEqual({ found: [ROLLBACK], requests: 1 });
      await leave(101, under);
      expect(await siblings(['belay/rollback/'])).toEqual({ found: [ROLLBACK], requests: 2 });
    },
  );

  it('hide nothing of another family', async () => {
    const step = 'belay/step/m/0123456789ab';
    await openPull(ROLLBACK);
    await openPull(step);
    await leave(101, 'belay/rollback/b/');
    await leave(101, 'belay/step/b/');
    const { found, requests } = await siblings(['belay/rollback/', 'belay/step/']);
    expect(found.sort()).toEqual([ROLLBACK, step]);
    expect(requests).toBe(3);
  });

  it('do not hide it either when they are pull requests of its own branch to other bases', async () => {
    const tip = (await bench.tip('main')) as Sha;
    await bench.push(GOOD, { branch: ROLLBACK });
    for (let index = 0; index < 6; index += 1) {
      await bench.setBranch(`other/${index}`, tip);
      await bench.repo.openPull({ head: ROLLBACK, base: `other/${index}`, title: 'Elsewhere' });
    }
    await bench.repo.openPull({ head: ROLLBACK, title: 'Here' });
    expect((await siblings(['belay/rollback/'])).found).toEqual([ROLLBACK]);
  });

  it('of drills are listed to the last one', async () => {
    await leave(101, 'belay/drill/a/20261130T000000Z/revert/');
    const scratch = bench.openScratch();
    expect(await scratch.list()).toHaveLength(101);
  });
});

describe('a page of a list', () => {
  const page = (pageInfo: unknown) => ({ pageInfo });

  it('is the last one or says where the next begins', () => {
    expect(nextPage(page({ hasNextPage: false, endCursor: 'a' }), undefined)).toBeUndefined();
    expect(nextPage(page({ hasNextPage: true, endCursor: 'b' }), 'a')).toBe('b');
  });

  it.each([
    ['says nothing of more', page(null)],
    ['says half of it', page({ endCursor: 'b' })],
    ['has no cursor', page({ hasNextPage: true, endCursor: null })],
    ['leads back to where it began', page({ hasNextPage: true, endCursor: 'a' })],
  ])('is no whole list when it %s', (_, list) => {
    expect(() => nextPage(list, 'a')).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });
});

describe('a branch of a family', () => {
  const oid = 'a'.repeat(40);
  const family = { branch: BRANCH, families: ['belay/rollback/'] };
  const last = { hasNextPage: false, endCursor: null };
  const open = {
    id: 'PR_1',
    number: 1,
    url: 'https://github.com/acme/models/pull/1',
    state: 'OPEN',
    headRefName: ROLLBACK,
    headRefOid: oid,
    baseRefName: 'main',
    isCrossRepository: false,
    autoMergeRequest: null,
  };
  const ref = (nodes: readonly unknown[]) => ({ target: null, associatedPullRequests: { nodes } });
  const look = (nodes: readonly unknown[]) =>
    inspectProposal(
      createMutePlace({
        id: 'R_1',
        main: { target: { oid } },
        branch: null,
        pulls: { nodes: [] },
        family0: { pageInfo: last, nodes },
      }),
      family,
    );

  it('that was deleted meanwhile hides none of the others', async () => {
    const { siblings } = await look([null, ref([null, open])]);
    expect(siblings.map((pull) => pull.number)).toEqual([1]);
  });

  it('whose pull requests are not told is not one without', async () => {
    const mute = { target: null, associatedPullRequests: null };
    await expect(look([mute])).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});

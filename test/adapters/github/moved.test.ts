import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Forge, PullRequest } from '../../../src/ports/forge.ts';
import { change, FIRST_FILES } from '../forge-contract.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

/** REL-16: the repository, its default branch or the base of a pull request is not what it was. */

const BRANCH = 'belay/rollback/a/3.5.0-0123456789ab';
const GOOD = { 'releases/a.yaml': 'weight: 0\n' };
let bench: GitHubBench;

beforeEach(async () => {
  bench = await openGitHubBench(FIRST_FILES);
});
afterEach(async () => {
  expect(bench.lab.violations).toEqual([]);
  await bench.close();
});

async function pullOf(forge: Forge): Promise<PullRequest> {
  const state = await forge.inspect({ branch: BRANCH, families: ['belay/rollback/a/'] });
  const request = { ...change(state.head, GOOD), branch: BRANCH, state, title: 't', description: 'd' };
  const outcome = await forge.propose(request);
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  return outcome.pull;
}

function merging(pull: PullRequest) {
  return { pull, head: pull.head, method: 'merge', whenPending: 'arm', subject: 's', body: 'b' } as const;
}

/** A person changes where a pull request goes; GitHub does the same when the default branch is renamed. */
async function retarget({ number }: PullRequest, base: string): Promise<void> {
  const { apiUrl, tokens } = bench.lab;
  const answer = await fetch(`${apiUrl}/repos/acme/models/pulls/${number}`, {
    method: 'PATCH',
    headers: { authorization: `token ${tokens.person}`, 'content-type': 'application/json' },
    body: JSON.stringify({ base }),
  });
  expect(answer.status).toBe(200);
}

it('says of an archived repository that it has to be unarchived, and writes nothing', async () => {
  const pull = await pullOf(bench.forge);
  const main = await bench.tip('main');
  bench.repo.configure({ archived: true });
  const refusal = {
    code: 'FORGE_REFUSED',
    message: expect.stringMatching(/archived so is read-only\. Unarchive the repository/),
  };
  const forge = bench.reopen();
  const parent = await forge.head();
  await expect(forge.commit(change(parent, GOOD))).rejects.toMatchObject(refusal);
  const other = `${BRANCH}-2`;
  const state = await forge.inspect({ branch: other, families: [] });
  const request = { ...change(parent, GOOD), branch: other, state, title: 't', description: 'd' };
  await expect(forge.propose(request)).rejects.toMatchObject(refusal);
  expect(await forge.merge(merging(pull))).toMatchObject({
    kind: 'blocked',
    message: expect.stringContaining('archived so is read-only'),
  });
  expect(await bench.tip('main')).toBe(main);
});

it('merges nothing into another branch: a pull request that a person led elsewhere is left alone', async () => {
  const first = await pullOf(bench.forge);
  const release = await bench.push({ 'README.md': 'release\n' }, { branch: 'release-1' });
  await retarget(first, 'release-1');
  const forge = bench.reopen();
  const second = await pullOf(forge);
  expect(second.number).not.toBe(first.number);
  expect(await forge.merge(merging(second))).toMatchObject({ kind: 'merged' });
  expect(await bench.tip('release-1')).toBe(release);
  expect(bench.repo.pulls.map(({ base, state }) => [base, state])).toEqual([
    ['release-1', 'OPEN'],
    ['main', 'MERGED'],
  ]);
});

it('goes on after the default branch got another name, with the pull request that GitHub led to it', async () => {
  const first = await pullOf(bench.forge);
  await bench.setBranch('trunk', await bench.tip('main'));
  await retarget(first, 'trunk');
  const forge = bench.reopenOn('trunk');
  const again = await pullOf(forge);
  expect(again.number).toBe(first.number);
  expect(await forge.merge(merging(again))).toMatchObject({ kind: 'merged' });
  expect(bench.repo.pulls).toMatchObject([{ base: 'trunk', state: 'MERGED' }]);
});

import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMadeByUs } from '../../../src/adapters/github/maker.ts';
import { type Sha, sha } from '../../../src/core/units.ts';
import type { Forge, ProposeOutcome } from '../../../src/ports/forge.ts';
import { change, FIRST_FILES, operation } from '../forge-contract.ts';
import { personGit } from '../scratch-repository.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

/** What a run takes over from its branch: what a run of the same account left there, and nothing that only looks like it. */

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

async function request() {
  return change((await bench.tip('main')) as Sha, GOOD);
}

const inspect = (forge: Forge) => forge.inspect({ branch: BRANCH, families: [] });

async function propose(forge: Forge): Promise<ProposeOutcome> {
  const state = await inspect(forge);
  return forge.propose({ ...(await request()), branch: BRANCH, state, title: 't', description: 'd' });
}

/** A push of the very commit, with any names in it. */
async function imitate(author: { readonly name: string; readonly email: string }): Promise<Sha> {
  const { subject, body, parent } = await request();
  const made = await bench.push(GOOD, { branch: 'somewhere' });
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: 'GitHub',
    GIT_COMMITTER_EMAIL: 'noreply@github.com',
  };
  const args = ['commit-tree', `${made}^{tree}`, '-p', parent, '-m', `${subject}\n\n${body}`];
  const tip = sha(execFileSync('git', args, { cwd: bench.repo.gitDir, env, encoding: 'utf8' }).trim());
  await bench.setBranch(BRANCH, tip);
  return tip;
}

/** Names of the author of what the token's account commits through the API. */
async function authorOf(commit: Sha): Promise<{ readonly name: string; readonly email: string }> {
  const found = (await bench.repo.log(commit))[0]?.author;
  if (found === undefined) throw new Error(`no commit ${commit}`);
  return found;
}

async function expectTaken(forge: Forge, tip: Sha): Promise<void> {
  expect((await inspect(forge)).branch).toEqual({ tip, operation: undefined });
  expect(await propose(forge)).toEqual({ kind: 'branch-taken', branch: BRANCH, tip });
  expect(await bench.tip(BRANCH)).toBe(tip);
}

it('takes a branch for somebody else’s that has no history in common with the default branch', async () => {
  const { subject, body } = await request();
  const message = `${subject}\n\n${body}`;
  const tip = sha(personGit(bench.repo.gitDir, ['commit-tree', 'refs/heads/main^{tree}', '-m', message]));
  await bench.setBranch(BRANCH, tip);
  await expectTaken(bench.forge, tip);
});

it('takes over what an earlier run of the same account left', async () => {
  const tip = await bench.leaveCommit(BRANCH, await request());
  const forge = bench.reopen();
  expect((await inspect(forge)).branch).toEqual({ tip, operation: operation() });
  expect(await propose(forge)).toMatchObject({ kind: 'proposed', pull: { head: tip } });
});

it('takes a push for somebody else’s, whatever names it bears', async () => {
  const own = await bench.leaveCommit('belay/rollback/a/other-0123456789ab', await request());
  await expectTaken(bench.reopen(), await imitate(await authorOf(own)));
});

it('takes what another account committed through the API for somebody else’s', async () => {
  const tip = await bench.leaveCommitBy(bench.lab.tokens.person, BRANCH, await request());
  await expectTaken(bench.reopen(), tip);
});

it('takes what GitHub made of a pull request for somebody else’s, though its author is who opened it', async () => {
  const forge = bench.reopen();
  const other = 'belay/rollback/a/other-0123456789ab';
  const state = await forge.inspect({ branch: other, families: [] });
  const opened = await forge.propose({
    ...(await request()),
    branch: other,
    state,
    title: 't',
    description: 'd',
  });
  if (opened.kind !== 'proposed') throw new Error(JSON.stringify(opened));
  await bench.setBranch(BRANCH, await bench.tip('main'));
  const { apiUrl, tokens } = bench.lab;
  const asMona = async (method: string, path: string, body: object): Promise<void> => {
    const answer = await fetch(`${apiUrl}/repos/acme/models/pulls/${opened.pull.number}${path}`, {
      method,
      headers: { authorization: `token ${tokens.person}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  };
  await asMona('PATCH', '', { base: BRANCH });
  const { subject, body } = await request();
  await asMona('PUT', '/merge', { merge_method: 'squash', commit_title: subject, commit_message: body });
  await expectTaken(bench.reopen(), (await bench.tip(BRANCH)) as Sha);
});

it('takes a commit with more pull requests than are listed for somebody else’s: one of them may have been merged as it', () => {
  const commit = (totalCount: number) => ({
    oid: 'a',
    author: { email: '1+belay[bot]@users.noreply.github.com', user: null },
    committer: { email: 'noreply@github.com' },
    signature: { isValid: true, wasSignedByGitHub: true },
    associatedPullRequests: {
      totalCount,
      nodes: Array.from({ length: 20 }, () => ({ mergeCommit: null })),
    },
  });
  expect(isMadeByUs({ signs: true }, commit(20), 'belay[bot]')).toBe(true);
  expect(isMadeByUs({ signs: true }, commit(21), 'belay[bot]')).toBe(false);
});

describe('on a server that signs nothing', () => {
  beforeEach(() => bench.repo.configure({ flavour: 'server' }));

  it('takes over what has its author, and nothing else', async () => {
    const tip = await bench.leaveCommit(BRANCH, await request());
    const forge = bench.reopen({ signs: false });
    expect((await inspect(forge)).branch).toEqual({ tip, operation: operation() });
    expect((await inspect(bench.reopen())).branch).toEqual({ tip, operation: undefined });
    await expectTaken(forge, await imitate({ name: 'Mona', email: 'mona@example.com' }));
  });
});

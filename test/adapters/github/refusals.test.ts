import { afterEach, describe, expect, it } from 'vitest';
import { sha } from '../../../src/core/units.ts';
import type { Forge, ProposeOutcome, PullRequest } from '../../../src/ports/forge.ts';
import type { RepositorySettings } from '../../lab/options.ts';
import { change, FIRST_FILES } from '../forge-contract.ts';
import { personGit } from '../scratch-repository.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

/** What settings, rules and tokens do to each write: a value that says why and what a person can do. */

const BRANCH = 'belay/rollback/a/3.5.0-0123456789ab';
const GOOD = { 'releases/a.yaml': 'weight: 0\n' };
const open: GitHubBench[] = [];

afterEach(async () => {
  for (const bench of open.splice(0)) {
    expect(bench.lab.violations).toEqual([]);
    await bench.close();
  }
});

async function start(settings: RepositorySettings = {}): Promise<GitHubBench> {
  const bench = await openGitHubBench(FIRST_FILES, { settings });
  open.push(bench);
  return bench;
}

async function propose(forge: Forge): Promise<ProposeOutcome> {
  const state = await forge.inspect({ branch: BRANCH, families: ['belay/rollback/a/'] });
  return forge.propose({ ...change(state.head, GOOD), branch: BRANCH, state, title: 't', description: 'd' });
}

async function pullOf(forge: Forge): Promise<PullRequest> {
  const outcome = await propose(forge);
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  return outcome.pull;
}

function merging(pull: PullRequest, method: 'merge' | 'squash' = 'merge') {
  return { pull, head: pull.head, method, whenPending: 'arm', subject: 's', body: 'b' } as const;
}

describe('a commit on a protected branch', () => {
  it.each(['ruleset', 'classic'] as const)('is refused by a %s, which is named', async (kind) => {
    const bench = await start({ rules: { kind, pullRequest: true, checks: ['ci'] } });
    const parent = await bench.forge.head();
    expect(await bench.forge.commit(change(parent, GOOD))).toMatchObject({
      kind: 'refused',
      code: 'RULE_VIOLATION',
      message: expect.stringMatching(
        /^GitHub: a rule .*Changes must be made through a pull request\..*bypass list/,
      ),
    });
    expect(await bench.tip('main')).toBe(parent);
    expect(bench.forge.cost().requests).toBe(1);
  });

  it('passes with a token on the bypass list', async () => {
    const bench = await start({ rules: { pullRequest: true } });
    const forge = bench.reopen({ token: bench.lab.tokens.appBypass });
    expect((await forge.commit(change(await forge.head(), GOOD))).kind).toBe('committed');
  });
});

describe('a token that may only read', () => {
  it('is told what it lacks, by every write, after one request', async () => {
    const bench = await start();
    const reader = bench.reopen({ token: bench.lab.tokens.readOnly });
    const parent = await reader.head();
    const refusal = {
      code: 'PERMISSION_MISSING',
      message: expect.stringContaining('"contents: write"'),
    };
    expect(await reader.commit(change(parent, GOOD))).toMatchObject(refusal);
    expect(await propose(reader)).toMatchObject(refusal);
    expect(reader.cost().requests).toBe(3);
    expect(await bench.tip(BRANCH)).toBeUndefined();
    const pull = await pullOf(bench.forge);
    expect(await reader.merge(merging(pull))).toMatchObject({ kind: 'blocked', ...refusal });
    await expect(reader.close({ pull, comment: 'x' })).rejects.toMatchObject({
      code: 'FORGE_REFUSED',
      message: expect.stringContaining('"pull-requests: write"'),
    });
    expect(reader.cost().requests).toBe(5);
  });
});

describe('GITHUB_TOKEN', () => {
  it('is told which setting keeps it from opening pull requests, and where the change is', async () => {
    const bench = await start({ actionsMayCreatePulls: false });
    const outcome = await propose(bench.reopen({ token: bench.lab.tokens.actions }));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'PULL_REQUESTS_NOT_ALLOWED' });
    const said = outcome.kind === 'refused' ? outcome.message : '';
    expect(said).toContain('Allow GitHub Actions to create and approve pull requests');
    expect(said).toContain(`${bench.lab.serverUrl}/acme/models/compare/main...${BRANCH}?expand=1`);
    expect(await bench.text('releases/a.yaml', (await bench.tip(BRANCH))!)).toBe('weight: 0\n');
  });

  it('goes on from the branch when the setting is on', async () => {
    const bench = await start({ actionsMayCreatePulls: false });
    const forge = bench.reopen({ token: bench.lab.tokens.actions });
    await propose(forge);
    const tip = await bench.tip(BRANCH);
    bench.repo.configure({ actionsMayCreatePulls: true });
    expect(await propose(forge)).toMatchObject({ kind: 'proposed', pull: { head: tip } });
  });
});

describe('a merge that has to wait', () => {
  const rules = { checks: ['ci'] };

  it('is armed in the same request, and then GitHub merges', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    const pull = await pullOf(bench.forge);
    const before = bench.forge.cost().requests;
    expect(await bench.forge.merge(merging(pull))).toEqual({
      kind: 'armed',
      reason: 'Required status check "ci" is expected.',
      isOverdue: false,
    });
    expect(bench.forge.cost().requests).toBe(before + 1);
    const look = () => bench.forge.inspect({ branch: BRANCH, families: ['x/'] });
    expect((await look()).pulls).toMatchObject([{ state: 'open', armed: true }]);
    expect(await bench.forge.merge(merging(pull))).toMatchObject({ kind: 'armed' });
    await bench.repo.check(pull.head, 'ci', 'success');
    expect((await look()).pulls).toMatchObject([{ state: 'merged', armed: false }]);
    const merged = await bench.commitAt((await bench.tip('main'))!);
    expect(merged.message.trimEnd()).toBe('s\n\nb');
  });

  it('is left open and unarmed when it may not be armed, by one request', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    const pull = await pullOf(bench.forge);
    const before = bench.forge.cost().requests;
    expect(await bench.forge.merge({ ...merging(pull), whenPending: 'leave' })).toEqual({
      kind: 'pending',
      reason: 'Required status check "ci" is expected.',
    });
    expect(bench.forge.cost().requests).toBe(before + 1);
    await bench.repo.check(pull.head, 'ci', 'success');
    expect(bench.repo.pulls[0]).toMatchObject({ state: 'OPEN', autoMerge: undefined });
    expect((await bench.forge.merge({ ...merging(pull), whenPending: 'leave' })).kind).toBe('merged');
  });

  it('is disarmed in the same request when somebody armed what is to be left', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    await bench.forge.merge(merging(await pullOf(bench.forge)));
    const pull = await pullOf(bench.forge);
    expect(pull.armed).toBe(true);
    bench.lab.clearRequests();
    expect(await bench.forge.merge({ ...merging(pull), whenPending: 'leave' })).toMatchObject({
      kind: 'pending',
    });
    expect(bench.lab.requests.map((request) => request.fields)).toEqual([
      ['mergePullRequest', 'disablePullRequestAutoMerge'],
    ]);
    await bench.repo.check(pull.head, 'ci', 'success');
    expect(bench.repo.pulls[0]).toMatchObject({ state: 'OPEN', autoMerge: undefined });
  });

  it('warns when it could not be disarmed', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    const pull = { ...(await pullOf(bench.forge)), armed: true };
    await bench.forge.merge({ ...merging(pull), whenPending: 'leave' });
    expect(bench.logged.join('\n')).toContain('auto-merge of #1 was not taken back');
  });

  it('is disarmed with a comment and stays open, or is closed unarmed, by one request each', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    await bench.forge.merge(merging(await pullOf(bench.forge)));
    const armed = await pullOf(bench.forge);
    bench.lab.clearRequests();
    await bench.forge.close({ pull: armed, comment: 'Not by itself.', how: 'disarm' });
    expect(bench.repo.pulls[0]).toMatchObject({ state: 'OPEN', autoMerge: undefined });
    await bench.forge.merge(merging(armed));
    await bench.forge.close({ pull: armed, comment: 'Out of date.' });
    expect(bench.repo.pulls[0]).toMatchObject({ state: 'CLOSED', autoMerge: undefined });
    expect(bench.lab.requests.map((request) => request.fields)).toEqual([
      ['disablePullRequestAutoMerge', 'addComment'],
      ['mergePullRequest', 'enablePullRequestAutoMerge'],
      // what it waits for
      ['repository'],
      ['disablePullRequestAutoMerge', 'closePullRequest', 'addComment'],
    ]);
  });

  it('once armed is merged by GitHub with whatever head it has then: no guard of ours reaches that far', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    await bench.forge.merge(merging(await pullOf(bench.forge)));
    const head = await bench.push({ 'README.md': 'smuggled\n' }, { branch: BRANCH });
    await bench.repo.check(head, 'ci', 'success');
    expect(bench.repo.pulls[0]).toMatchObject({ state: 'MERGED', headOid: head });
  });

  it('stays open with advice when auto-merge is not allowed', async () => {
    const bench = await start({ rules, autoMergeAllowed: false });
    expect(await bench.forge.merge(merging(await pullOf(bench.forge)))).toMatchObject({
      kind: 'blocked',
      code: 'AUTO_MERGE_OFF',
      message: expect.stringMatching(
        /#1 stays open: Required status check "ci" is expected\..*"Allow auto-merge"/,
      ),
    });
  });

  it('names a missing review', async () => {
    const bench = await start({ rules: { approvals: 1 }, autoMergeAllowed: true });
    expect(await bench.forge.merge(merging(await pullOf(bench.forge)))).toMatchObject({
      kind: 'armed',
      reason: expect.stringContaining('approving review'),
    });
  });

  it('does not wait for a token on the bypass list', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    const forge = bench.reopen({ token: bench.lab.tokens.appBypass });
    expect((await forge.merge(merging(await pullOf(forge)))).kind).toBe('merged');
  });

  it('is not armed for a head that somebody pushed to', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    const pull = await pullOf(bench.forge);
    await bench.push({ 'README.md': 'smuggled\n' }, { branch: BRANCH });
    expect(await bench.forge.merge(merging(pull))).toEqual({ kind: 'head-changed', expected: pull.head });
    expect(bench.repo.pulls[0]?.autoMerge).toBeUndefined();
  });
});

describe('a merge in bad moments', () => {
  it('is tried again, the merge only, while GitHub says that the base was modified', async () => {
    const bench = await start({ transientMergeFailures: 3 });
    const pull = await pullOf(bench.forge);
    bench.lab.clearRequests();
    expect((await bench.forge.merge(merging(pull))).kind).toBe('merged');
    expect(bench.slept).toEqual([500, 1000, 2000]);
    expect(bench.lab.requests.every((request) => request.fields[0] === 'mergePullRequest')).toBe(true);
  });

  it('gives up after that', async () => {
    const bench = await start({ transientMergeFailures: 9 });
    const pull = await pullOf(bench.forge);
    await expect(bench.forge.merge(merging(pull))).rejects.toMatchObject({
      code: 'UNSETTLED',
      message: expect.stringContaining('Base branch was modified'),
    });
    expect(bench.slept).toHaveLength(3);
  });

  describe.each([
    'Pull request is not mergeable',
    'Pull request is in unstable status',
    'Pull Request is in behind status',
  ])('gives up on one of which GitHub keeps saying "%s"', (message) => {
    it.each(['arm', 'leave'] as const)('without taking GitHub for down (to %s)', async (whenPending) => {
      const bench = await start();
      const pull = await pullOf(bench.forge);
      const fault = { kind: 'field', field: 'mergePullRequest', type: 'UNPROCESSABLE', message } as const;
      await bench.lab.inject({ times: 9, fault });
      await expect(bench.forge.merge({ ...merging(pull), whenPending })).rejects.toMatchObject({
        code: 'UNSETTLED',
        message: expect.stringContaining(`could not merge #1 in 3 attempts: ${message}`),
      });
      expect(bench.repo.pulls).toMatchObject([{ state: 'OPEN' }]);
    });
  });

  it('waits while GitHub is still working out whether it can be merged', async () => {
    const bench = await start({ unknownMergeabilityReads: 2 });
    const pull = await pullOf(bench.forge);
    const field = { kind: 'field', field: 'mergePullRequest', type: 'UNPROCESSABLE' } as const;
    await bench.lab.inject({ times: 2, fault: { ...field, message: 'Pull Request is not mergeable' } });
    expect((await bench.forge.merge(merging(pull))).kind).toBe('merged');
  });

  it('looks at the head before it believes that the head was modified', async () => {
    const bench = await start();
    const pull = await pullOf(bench.forge);
    const field = { kind: 'field', field: 'mergePullRequest', type: 'UNPROCESSABLE' } as const;
    await bench.lab.inject({
      fault: { ...field, message: 'Head branch was modified. Review and try the merge again.' },
    });
    expect((await bench.forge.merge(merging(pull))).kind).toBe('merged');
  });

  it('names a method that is not allowed', async () => {
    const bench = await start({ mergeMethods: ['squash'] });
    const pull = await pullOf(bench.forge);
    expect(await bench.forge.merge(merging(pull))).toMatchObject({
      kind: 'blocked',
      code: 'RULE_VIOLATION',
      message: expect.stringContaining('Merge commits are not allowed'),
    });
    expect((await bench.forge.merge(merging(pull, 'squash'))).kind).toBe('merged');
  });

  it('names a rule for linear history', async () => {
    const bench = await start({ rules: { linearHistory: true } });
    const pull = await pullOf(bench.forge);
    expect(await bench.forge.merge(merging(pull))).toMatchObject({ code: 'RULE_VIOLATION' });
  });

  it('says in GitHub’s words what no table knows', async () => {
    const bench = await start();
    const pull = await pullOf(bench.forge);
    const field = { kind: 'field', field: 'mergePullRequest', type: 'UNPROCESSABLE' } as const;
    await bench.lab.inject({ fault: { ...field, message: 'The moon is in the wrong phase.' } });
    expect(await bench.forge.merge(merging(pull))).toMatchObject({
      kind: 'blocked',
      code: 'REQUIREMENT_PENDING',
      message: expect.stringContaining('The moon is in the wrong phase'),
    });
  });
});

describe('a proposal in bad moments', () => {
  const field = { kind: 'field', type: 'UNPROCESSABLE' } as const;

  it('opens the pull request alone when GitHub did not see the commits at first', async () => {
    const bench = await start();
    const message = `No commits between main and ${BRANCH}`;
    await bench.lab.inject({ fault: { ...field, field: 'createPullRequest', message } });
    const pull = await pullOf(bench.forge);
    expect(bench.repo.pulls).toHaveLength(1);
    expect(pull.head).toBe(await bench.tip(BRANCH));
    const writes = bench.lab.requests
      .map((request) => request.fields)
      .filter((fields) => fields[0] !== 'repository');
    expect(writes).toEqual([
      ['createRef', 'createCommitOnBranch', 'createPullRequest'],
      ['createPullRequest'],
    ]);
  });

  it('goes on when one field alone gave up', async () => {
    const bench = await start();
    const message =
      'Something went wrong while executing your query. Please include `0` when reporting this issue.';
    await bench.lab.inject({ fault: { ...field, type: null, field: 'createCommitOnBranch', message } });
    await pullOf(bench.forge);
    expect(bench.repo.pulls).toHaveLength(1);
  });

  it('says in GitHub’s words what no table knows', async () => {
    const bench = await start();
    await bench.lab.inject({ fault: { ...field, field: 'createPullRequest', message: 'Title is too long' } });
    await expect(propose(bench.forge)).rejects.toMatchObject({
      code: 'FORGE_REFUSED',
      message: expect.stringContaining('Title is too long'),
    });
  });

  it('does not adopt what somebody put on the branch between its commit and its pull request', async () => {
    const bench = await start();
    const message = `No commits between main and ${BRANCH}`;
    await bench.lab.inject({ fault: { ...field, field: 'createPullRequest', message } });
    const sleep = async () => void (await bench.push({ 'README.md': 'smuggled\n' }, { branch: BRANCH }));
    const outcome = await propose(bench.reopen({ clock: { now: () => 0 as never, sleep } }));
    expect(outcome).toEqual({ kind: 'branch-taken', branch: BRANCH, tip: await bench.tip(BRANCH) });
    expect(bench.repo.pulls).toHaveLength(0);
  });

  it('does not adopt a merge that brings foreign commits below the right files', async () => {
    const bench = await start();
    const main = await bench.forge.head();
    const foreign = await bench.push({ 'README.md': 'smuggled\n' }, { branch: 'theirs' });
    const { subject, body } = change(main, GOOD);
    const right = await bench.push(GOOD, { branch: 'right', message: 'the right files' });
    const git = (...args: readonly string[]) => personGit(bench.repo.gitDir, args);
    const message = `${subject}\n\n${body}`;
    const tip = sha(git('commit-tree', `${right}^{tree}`, '-p', main, '-p', foreign, '-m', message));
    await bench.setBranch(BRANCH, tip);
    expect(await propose(bench.forge)).toEqual({ kind: 'branch-taken', branch: BRANCH, tip });
  });
});

describe('who is not let in', () => {
  it('is told at once that the token was rejected', async () => {
    const bench = await start();
    const forge = bench.reopen({ token: bench.lab.tokens.expired });
    const failure = { code: 'UNAUTHORISED', message: expect.stringContaining('Bad credentials') };
    const parent = await bench.forge.head();
    await expect(forge.inspect({ branch: BRANCH, families: ['x/'] })).rejects.toMatchObject(failure);
    await expect(forge.commit(change(parent, GOOD))).rejects.toMatchObject(failure);
    expect(forge.cost().requests).toBe(2);
    expect(bench.slept).toEqual([]);
  });

  it('is never told that a repository it cannot see has no pull requests', async () => {
    const bench = await start({ private: true });
    const token = bench.lab.token({ kind: 'app', repositories: ['acme/other'] });
    const forge = bench.reopen({ token });
    await expect(forge.inspect({ branch: BRANCH, families: ['x/'] })).rejects.toMatchObject({
      code: 'FORGE_REFUSED',
      message: expect.stringContaining('the token cannot see "acme/models"'),
    });
  });

  it('is told that the default branch has another name', async () => {
    const bench = await start();
    const forge = bench.reopen({ defaultBranch: 'trunk' });
    await expect(forge.inspect({ branch: BRANCH, families: ['x/'] })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('no branch "trunk"'),
    });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { Forge, PullRequest } from '../../../src/ports/forge.ts';
import type { RepositorySettings } from '../../lab/options.ts';
import { change, FIRST_FILES } from '../forge-contract.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

/** What a rollback is told that waits for a check or stands before a merge queue. */

const BRANCH = 'belay/rollback/a/3.5.0-0123456789ab';
const GOOD = { 'releases/a.yaml': 'weight: 0\n' };
const open: GitHubBench[] = [];

afterEach(async () => {
  for (const bench of open.splice(0)) {
    expect(bench.lab.violations).toEqual([]);
    await bench.close();
  }
});

async function start(settings: RepositorySettings): Promise<GitHubBench> {
  const bench = await openGitHubBench(FIRST_FILES, { settings });
  open.push(bench);
  return bench;
}

async function pullOf(forge: Forge): Promise<PullRequest> {
  const state = await forge.inspect({ branch: BRANCH, families: ['belay/rollback/a/'] });
  const request = { ...change(state.head, GOOD), branch: BRANCH, state, title: 't', description: 'd' };
  const outcome = await forge.propose(request);
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  return outcome.pull;
}

function merging(pull: PullRequest, whenPending: 'arm' | 'leave' = 'arm') {
  return { pull, head: pull.head, method: 'merge', whenPending, subject: 's', body: 'b' } as const;
}

describe('a required check', () => {
  it('that has not reported yet is named, and when it has not by the next run either, what to do', async () => {
    const { forge } = await start({ rules: { checks: ['ci'] }, autoMergeAllowed: true });
    const first = await forge.merge(merging(await pullOf(forge)));
    expect(first).toEqual({ kind: 'armed', reason: 'Required status check "ci" is expected.' });
    const again = await forge.merge(merging(await pullOf(forge)));
    expect(again).toMatchObject({
      kind: 'armed',
      reason: expect.stringMatching(
        /^Required status check "ci" is expected\. .*GITHUB_TOKEN.*Approve the run.*close and reopen it.*token of a GitHub App$/,
      ),
    });
  });

  it('that several rules ask for is counted, with the same advice', async () => {
    const { forge } = await start({ rules: { checks: ['ci', 'lint'] }, autoMergeAllowed: true });
    await forge.merge(merging(await pullOf(forge)));
    expect(await forge.merge(merging(await pullOf(forge)))).toMatchObject({
      reason: expect.stringMatching(/^2 of 2 required status checks are expected\. .*Approve the run/),
    });
  });

  it.each([true, false])(
    'that fails is named at once, with what to do (auto-merge allowed: %s)',
    async (allowed) => {
      const { forge, repo } = await start({ rules: { checks: ['ci'] }, autoMergeAllowed: allowed });
      const pull = await pullOf(forge);
      await repo.check(pull.head, 'ci', 'failure');
      const outcome = await forge.merge(merging(pull));
      expect(outcome.kind).toBe(allowed ? 'armed' : 'blocked');
      expect(JSON.stringify(outcome)).toMatch(
        /check .{2}ci.{2} is failing\. It will not merge like this: mend the check/,
      );
      expect(repo.pulls[0]).toMatchObject({ state: 'OPEN' });
    },
  );
});

describe('a merge queue', () => {
  const rules = { mergeQueue: true } as const;

  it('refuses a commit, and says who may go around it', async () => {
    const bench = await start({ rules });
    const parent = await bench.forge.head();
    expect(await bench.forge.commit(change(parent, GOOD))).toMatchObject({
      kind: 'refused',
      code: 'MERGE_QUEUE',
      message: expect.stringMatching(/merge queue.*GitHub App.*bypass list/),
    });
    expect(await bench.tip('main')).toBe(parent);
  });

  it('refuses a step and leaves it open', async () => {
    const { forge, repo } = await start({ rules });
    expect(await forge.merge(merging(await pullOf(forge), 'leave'))).toMatchObject({
      kind: 'blocked',
      code: 'MERGE_QUEUE',
      message: expect.stringMatching(/#1 stays open: .*merge queue.*bypass list.*by hand$/),
    });
    expect(repo.pulls[0]).toMatchObject({ state: 'OPEN' });
  });

  it('gets a rollback by auto-merge where that is allowed, and is a refusal where it is not', async () => {
    const allowed = await start({ rules, autoMergeAllowed: true });
    expect(await allowed.forge.merge(merging(await pullOf(allowed.forge)))).toMatchObject({
      kind: 'armed',
      reason: expect.stringMatching(/"merge_group".*bypass list/),
    });
    const off = await start({ rules, autoMergeAllowed: false });
    expect(await off.forge.merge(merging(await pullOf(off.forge)))).toMatchObject({
      kind: 'blocked',
      code: 'MERGE_QUEUE',
    });
  });

  it('is gone around by a token on the bypass list', async () => {
    const bench = await start({ rules });
    const forge = bench.reopen({ token: bench.lab.tokens.appBypass });
    expect((await forge.merge(merging(await pullOf(forge)))).kind).toBe('merged');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { Forge, MergeOutcome, PullRequest } from '../../../src/ports/forge.ts';
import type { VirtualClock } from '../../lab/clock.ts';
import type { Fault } from '../../lab/faults.ts';
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

/** Another run that decides the same, minutes after the pull request was opened. */
async function again(bench: GitHubBench, minutes: number): Promise<MergeOutcome> {
  (bench.lab.clock as VirtualClock).advance(minutes * 60_000);
  const forge = bench.reopen();
  return forge.merge(merging(await pullOf(forge)));
}

describe('a required check', () => {
  const rules = { checks: ['ci', 'lint', 'e2e'] } as const;

  it('that has not reported yet is told in the words of GitHub, without another request', async () => {
    const { forge, lab } = await start({ rules: { checks: ['ci'] }, autoMergeAllowed: true });
    expect(await forge.merge(merging(await pullOf(forge)))).toEqual({
      kind: 'armed',
      reason: 'Required status check "ci" is expected.',
      isOverdue: false,
    });
    expect(lab.requests).toHaveLength(3);
  });

  it.each(['ruleset', 'classic'] as const)(
    'of a %s is named by the next run, each with how it stands and what to do',
    async (kind) => {
      const bench = await start({ rules: { kind, ...rules }, autoMergeAllowed: true });
      const pull = await pullOf(bench.forge);
      await bench.forge.merge(merging(pull));
      await bench.repo.check(pull.head, 'lint', 'failure');
      await bench.repo.status(pull.head, 'e2e', 'pending');
      expect(await again(bench, 3)).toEqual({
        kind: 'armed',
        isOverdue: false,
        reason: expect.stringMatching(
          /^Open for 3m, required checks failed: "lint"; pending: "e2e"; not reported: "ci"\. It will not merge like this: .* What GITHUB_TOKEN opens .*approve the run.*token of a GitHub App$/,
        ),
      });
    },
  );

  it('that keeps a rollback for longer than five minutes makes it overdue', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    const pull = await pullOf(bench.forge);
    await bench.forge.merge(merging(pull));
    for (const name of ['ci', 'lint']) await bench.repo.check(pull.head, name, 'success');
    expect(await again(bench, 6)).toMatchObject({
      kind: 'armed',
      isOverdue: true,
      reason: expect.stringMatching(/^Open for 6m, required checks not reported: "e2e"\. What GITHUB_TOKEN/),
    });
    expect(bench.repo.pulls).toMatchObject([{ state: 'OPEN' }]);
  });

  it('makes it overdue as well where the answer to the merge was lost and only a look tells', async () => {
    const bench = await start({ rules, autoMergeAllowed: true });
    await bench.forge.merge(merging(await pullOf(bench.forge)));
    await bench.lab.inject({
      match: { operation: 'mergePullRequest' },
      fault: { kind: 'status', status: 502 },
    });
    expect(await again(bench, 6)).toMatchObject({ kind: 'armed', isOverdue: true });
  });

  it('is not named where it is a review that is missing', async () => {
    const bench = await start({ rules: { approvals: 1 }, autoMergeAllowed: true });
    await bench.forge.merge(merging(await pullOf(bench.forge)));
    expect(await again(bench, 6)).toMatchObject({
      isOverdue: true,
      reason: expect.stringMatching(/^At least 1 approving review is required/),
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

  it('is named where auto-merge is off, too, and several are not merely counted', async () => {
    const { forge } = await start({ rules });
    expect(await forge.merge(merging(await pullOf(forge)))).toMatchObject({
      kind: 'blocked',
      code: 'AUTO_MERGE_OFF',
      message: expect.stringMatching(/3 of 3 required.*not reported: "ci", "lint", "e2e"\./),
    });
  });
});

describe('a look at what a rollback waits for, when it breaks', () => {
  const rules = { checks: ['ci', 'lint', 'e2e'] } as const;
  const BROKEN: readonly (readonly [string, Fault])[] = [
    ['GitHub is down', { kind: 'status', status: 502 }],
    ['the connection is reset', { kind: 'reset', effect: 'before' }],
    ['the token expired meanwhile', { kind: 'status', status: 401 }],
    ['the limit is used up', { kind: 'rate-limit', status: 403, primary: true }],
    ['the token may not read it', { kind: 'status', status: 403 }],
    [
      'the server does not know the field',
      {
        kind: 'status',
        status: 200,
        type: 'undefinedField',
        message: "Field 'rules' doesn't exist on type 'Ref'",
      },
    ],
  ];

  it.each(BROKEN.flatMap(([name, fault]) => [[name, 4, fault] as const, [name, 6, fault] as const]))(
    'leaves a revert armed, in the words of the refusal: %s, after %i minutes',
    async (_, minutes, fault) => {
      const bench = await start({ rules, autoMergeAllowed: true });
      await bench.forge.merge(merging(await pullOf(bench.forge)));
      (bench.lab.clock as VirtualClock).advance(minutes * 60_000);
      const forge = bench.reopen();
      const pull = await pullOf(forge);
      // the merge is one request and the look is the next one
      await bench.lab.inject({ match: { api: 'graphql', operation: 'repository' }, times: 9, fault });
      expect(await forge.merge(merging(pull))).toEqual({
        kind: 'armed',
        reason: '3 of 3 required status checks are expected.',
        isOverdue: minutes > 5,
      });
      expect(bench.logged).toContainEqual(
        expect.stringMatching(/^what pull request #1 waits for was not found out: GitHub: /),
      );
      expect(bench.repo.pulls).toMatchObject([{ state: 'OPEN' }]);
    },
  );

  it.each(BROKEN)('leaves what is blocked blocked, with its own advice: %s', async (_, fault) => {
    const { forge, lab } = await start({ rules });
    const pull = await pullOf(forge);
    await lab.inject({ match: { api: 'graphql', operation: 'repository' }, times: 9, fault });
    expect(await forge.merge(merging(pull))).toMatchObject({
      kind: 'blocked',
      code: 'AUTO_MERGE_OFF',
      message: expect.stringMatching(/3 of 3 required status checks are expected.*"Allow auto-merge"/),
    });
  });
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

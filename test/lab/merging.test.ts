import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, type GraphqlError } from './ask.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';
import { nodeId } from './node-id.ts';
import type { RepositorySettings } from './options.ts';

let lab: Lab;
let count = 0;

beforeAll(async () => {
  lab = await startLab();
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(() => lab.close());

/** A repository with one open pull request #1 of mona that changes a.yaml. */
async function withPull(
  settings: RepositorySettings,
  files: Readonly<Record<string, string>> = { 'a.yaml': 'weight: 0\n' },
): Promise<RepositoryHandle> {
  count += 1;
  const repo = await lab.createRepository({
    name: `merging-${count}`,
    files: { 'a.yaml': 'weight: 5\n', 'b.yaml': 'b\n' },
    settings,
  });
  await repo.commit({ branch: 'change', files, message: 'Change it' });
  await repo.openPull({ head: 'change', title: 'Change' });
  return repo;
}

const pullId = (repo: RepositoryHandle, number = 1): string => nodeId('PR', 1000 + idOf(repo), number);
const idOf = (repo: RepositoryHandle): number => Number(repo.gitDir.match(/(\d+)\.git$/)?.[1]);

type Outcome = readonly [type: string | undefined, message: string] | 'done';

async function mutate(
  field: string,
  input: Readonly<Record<string, unknown>>,
  token: string = lab.tokens.app,
): Promise<Outcome> {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`;
  const { body } = await ask(lab, {
    token,
    query: `mutation($input:${type}!){ ${field}(input:$input){ clientMutationId } }`,
    variables: { input },
  });
  const [error]: readonly GraphqlError[] = body.errors ?? [];
  return error ? [error.type, error.message] : 'done';
}

const merge = (
  repo: RepositoryHandle,
  more: Readonly<Record<string, unknown>> = {},
  token?: string,
): Promise<Outcome> => mutate('mergePullRequest', { pullRequestId: pullId(repo), ...more }, token);

const arm = (
  repo: RepositoryHandle,
  more: Readonly<Record<string, unknown>> = {},
  token?: string,
): Promise<Outcome> => mutate('enablePullRequestAutoMerge', { pullRequestId: pullId(repo), ...more }, token);

async function statusOf(repo: RepositoryHandle): Promise<unknown> {
  const { body } = await ask(lab, {
    token: lab.tokens.app,
    query: `{ repository(owner:"acme", name:"${repo.name}") { pullRequest(number:1) {
      state mergeable mergeStateStatus viewerCanEnableAutoMerge reviewDecision } } }`,
  });
  return (body.data as { repository: { pullRequest: unknown } }).repository.pullRequest;
}

describe('merging', () => {
  it('squashes onto the newest base and keeps what others added meanwhile', async () => {
    const repo = await withPull({});
    const main = await repo.commit({ files: { 'meanwhile.txt': 'here\n' } });
    expect(await merge(repo, { mergeMethod: 'SQUASH' })).toBe('done');
    expect((await repo.log())[0]).toMatchObject({ parents: [main], message: 'Change it (#1)' });
    expect([await repo.read('a.yaml'), await repo.read('meanwhile.txt')]).toEqual(['weight: 0\n', 'here\n']);
  });

  it('rebases commit by commit and keeps their authors', async () => {
    const repo = await withPull({});
    await repo.commit({ branch: 'change', files: { 'c.yaml': 'c\n' }, message: 'Add c', login: 'hubot' });
    const main = await repo.commit({ files: { 'meanwhile.txt': 'here\n' } });
    expect(await merge(repo, { mergeMethod: 'REBASE' })).toBe('done');
    const [second, first] = await repo.log();
    expect(second).toMatchObject({
      message: 'Add c',
      author: { name: 'hubot' },
      committer: { name: 'GitHub' },
    });
    expect(first).toMatchObject({ message: 'Change it', parents: [main] });
    expect(await repo.read('meanwhile.txt')).toBe('here\n');
  });

  it('takes headline and body from the call', async () => {
    const repo = await withPull({});
    await merge(repo, { mergeMethod: 'SQUASH', commitHeadline: 'Roll back', commitBody: 'Belay-Op: 1' });
    expect((await repo.log())[0]?.message).toBe('Roll back\n\nBelay-Op: 1');
  });

  it('refuses a conflict, whoever asks', async () => {
    const repo = await withPull({});
    await repo.commit({ files: { 'a.yaml': 'weight: 7\n' } });
    expect(await statusOf(repo)).toMatchObject({ mergeable: 'CONFLICTING', mergeStateStatus: 'DIRTY' });
    const conflict = ['UNPROCESSABLE', 'Pull Request has merge conflicts'];
    expect(await merge(repo, {}, lab.tokens.appBypass)).toEqual(conflict);
  });

  it('refuses another head than the expected one', async () => {
    const repo = await withPull({});
    const head = await repo.head('change');
    await repo.commit({ branch: 'change', files: { 'a.yaml': 'weight: 1\n' } });
    expect(await merge(repo, { expectedHeadOid: head })).toEqual([
      'UNPROCESSABLE',
      'Head branch was modified. Review and try the merge again.',
    ]);
  });

  it('refuses what is closed, and methods that the settings or the rules forbid', async () => {
    const repo = await withPull({ mergeMethods: ['squash'] });
    expect(await merge(repo)).toEqual(['UNPROCESSABLE', 'Merge commits are not allowed on this repository.']);
    repo.configure({ mergeMethods: ['merge', 'rebase'], rules: { linearHistory: true } });
    expect(await merge(repo)).toEqual([
      'UNPROCESSABLE',
      'Repository rule violations found\n\nThis branch must not contain merge commits.\n\n',
    ]);
    await repo.closePull(1);
    expect(await merge(repo, { mergeMethod: 'REBASE' })).toEqual([
      'UNPROCESSABLE',
      'Pull Request is not mergeable',
    ]);
  });

  it('fails for a moment when the base has just moved, where the setting says so', async () => {
    const repo = await withPull({ transientMergeFailures: 1, unknownMergeabilityReads: 1 });
    expect(await statusOf(repo)).toMatchObject({ mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' });
    expect(await statusOf(repo)).toMatchObject({ mergeable: 'MERGEABLE', mergeStateStatus: 'CLEAN' });
    expect(await merge(repo)).toEqual([
      'UNPROCESSABLE',
      'Base branch was modified. Review and try the merge again.',
    ]);
    expect(await merge(repo)).toBe('done');
  });

  it('deletes the branch after the merge where the setting says so', async () => {
    const repo = await withPull({ deleteBranchOnMerge: true });
    expect(await merge(repo)).toBe('done');
    expect(await repo.branches()).toEqual(['main']);
    expect(repo.pulls[0]?.state).toBe('MERGED');
  });

  it('shows a pull request as merged when its commits reach the base by a push', async () => {
    const repo = await withPull({});
    await repo.moveBranch('main', await repo.head('change'));
    expect(repo.pulls[0]).toMatchObject({ state: 'MERGED', mergeOid: await repo.head() });
  });
});

describe('required checks and reviews', () => {
  const rules = { checks: ['ci'], approvals: 1 } as const;
  const found = (message: string): Outcome => [
    'UNPROCESSABLE',
    `Repository rule violations found\n\n${message}\n\n`,
  ];

  it('name what is missing until it is there', async () => {
    const repo = await withPull({ rules });
    const head = (await repo.head('change'))!;
    expect(await statusOf(repo)).toMatchObject({
      mergeStateStatus: 'BLOCKED',
      reviewDecision: 'REVIEW_REQUIRED',
    });
    const review = 'At least 1 approving review is required by reviewers with write access.';
    expect(await merge(repo)).toEqual(found(`${review}\n\nRequired status check "ci" is expected.`));
    await repo.approve(1);
    expect(await merge(repo)).toEqual(found('Required status check "ci" is expected.'));
    await repo.check(head, 'ci');
    expect(await merge(repo)).toEqual(found('Required status check "ci" is pending.'));
    await repo.check(head, 'ci', 'failure');
    expect(await merge(repo)).toEqual(found('Required status check "ci" is failing.'));
    await repo.status(head, 'ci', 'success');
    expect(await statusOf(repo)).toMatchObject({ mergeStateStatus: 'CLEAN', reviewDecision: 'APPROVED' });
    expect(await merge(repo)).toBe('done');
  });

  it('count several checks, and classic rules say it without the heading', async () => {
    const repo = await withPull({ rules: { kind: 'classic', checks: ['a', 'b'] } });
    expect(await merge(repo)).toEqual(['UNPROCESSABLE', '2 of 2 required status checks are expected.']);
  });

  it('ignore the approval of somebody who may not write, and are undone by a request for changes', async () => {
    const repo = await withPull({ rules: { approvals: 1 } });
    await repo.approve(1, 'stranger');
    expect(await statusOf(repo)).toMatchObject({ mergeStateStatus: 'BLOCKED' });
    await repo.approve(1);
    await repo.requestChanges(1);
    expect(await statusOf(repo)).toMatchObject({ mergeStateStatus: 'BLOCKED' });
  });

  it('want the newest base when they are strict', async () => {
    const repo = await withPull({ rules: { checks: ['ci'], strict: true } });
    await repo.check((await repo.head('change'))!, 'ci', 'success');
    expect(await statusOf(repo)).toMatchObject({ mergeStateStatus: 'CLEAN' });
    await repo.commit({ files: { 'meanwhile.txt': 'x' } });
    expect(await statusOf(repo)).toMatchObject({ mergeStateStatus: 'BEHIND' });
    expect(await merge(repo)).toMatchObject(['UNPROCESSABLE', expect.stringContaining('out of date')]);
  });

  it('are gone around by the merge API of a token on the bypass list, rule by rule', async () => {
    const one = await withPull({ rules: [{ checks: ['ci'], bypass: ['belay[bot]'] }] });
    expect(await merge(one, {}, lab.tokens.actions)).toEqual(
      found('Required status check "ci" is expected.'),
    );
    expect(await merge(one)).toBe('done');
    const two = await withPull({
      rules: [{ checks: ['ci'], bypass: ['belay[bot]'] }, { checks: ['security'] }],
    });
    expect(await merge(two)).toEqual(found('Required status check "security" is expected.'));
    expect(await merge(two, {}, lab.tokens.appBypass)).toBe('done');
  });
});

describe('auto-merge', () => {
  const armed = { autoMergeAllowed: true, rules: { checks: ['ci'] } } as const;
  const refused = (reason: string): Outcome => ['UNPROCESSABLE', `Pull request ${reason}`];

  it('is refused where the repository does not allow it', async () => {
    const repo = await withPull({ rules: { checks: ['ci'] } });
    expect(await arm(repo)).toEqual(refused('Auto merge is not allowed for this repository'));
  });

  it('is refused where the base has no rule', async () => {
    const repo = await withPull({ autoMergeAllowed: true });
    expect(await arm(repo)).toEqual(refused('Protected branch rules not configured for this branch'));
  });

  it('is refused when nothing is left to wait for', async () => {
    const repo = await withPull(armed);
    const head = (await repo.head('change'))!;
    await repo.check(head, 'ci', 'success');
    expect(await arm(repo)).toEqual(refused('Pull request is in clean status'));
    await repo.check(head, 'optional');
    expect(await arm(repo)).toEqual(refused('Pull request is in unstable status'));
    await repo.commit({ files: { 'a.yaml': 'weight: 8\n' } });
    expect(await arm(repo)).toEqual(refused('Pull request is in dirty status'));
  });

  it('is refused for a method that is not allowed and for another head', async () => {
    const repo = await withPull({ ...armed, mergeMethods: ['squash'] });
    expect(await arm(repo)).toEqual(refused('Merge method merge commits are not allowed on this repository'));
    expect(await arm(repo, { mergeMethod: 'SQUASH', expectedHeadOid: '1'.repeat(40) })).toMatchObject([
      'UNPROCESSABLE',
      expect.stringContaining('Head branch was modified'),
    ]);
  });

  it('merges by itself, with the words it was armed with, when the check succeeds', async () => {
    const repo = await withPull(armed);
    expect(await statusOf(repo)).toMatchObject({ viewerCanEnableAutoMerge: true });
    expect(await arm(repo, { mergeMethod: 'SQUASH', commitHeadline: 'Roll back' })).toBe('done');
    expect(await statusOf(repo)).toMatchObject({ state: 'OPEN', viewerCanEnableAutoMerge: false });
    await repo.check((await repo.head('change'))!, 'other', 'failure');
    expect(repo.pulls[0]?.state).toBe('OPEN');
    await repo.check((await repo.head('change'))!, 'ci', 'success');
    expect(repo.pulls[0]).toMatchObject({ state: 'MERGED', mergedBy: { login: 'belay[bot]' } });
    expect((await repo.log())[0]?.message).toMatch(/^Roll back/);
  });

  it('never honours a bypass: it waits although its owner could merge', async () => {
    const repo = await withPull(armed);
    expect(await arm(repo, {}, lab.tokens.appBypass)).toBe('done');
    expect(repo.pulls[0]?.state).toBe('OPEN');
    expect(await merge(repo, {}, lab.tokens.appBypass)).toBe('done');
  });

  it('is switched off by a push of somebody who may not write, and by a new base', async () => {
    const repo = await withPull(armed);
    await arm(repo);
    await repo.commit({ branch: 'change', files: { 'c.txt': 'c' }, login: 'stranger' });
    expect(repo.pulls[0]?.autoMerge).toBeUndefined();
    await arm(repo);
    await repo.commit({ branch: 'release', files: { 'r.txt': 'r' } });
    expect(repo.pulls[0]?.autoMerge).toBeDefined();
    await mutate('updatePullRequest', { pullRequestId: pullId(repo), baseRefName: 'release' });
    expect(repo.pulls[0]).toMatchObject({ base: 'release', autoMerge: undefined });
  });

  it('is switched off by disablePullRequestAutoMerge', async () => {
    const repo = await withPull(armed);
    await arm(repo);
    expect(await mutate('disablePullRequestAutoMerge', { pullRequestId: pullId(repo) })).toBe('done');
    await repo.check((await repo.head('change'))!, 'ci', 'success');
    expect(repo.pulls[0]?.state).toBe('OPEN');
  });
});

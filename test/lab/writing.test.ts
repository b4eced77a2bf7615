import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, type GraphqlError } from './ask.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';
import type { RepositorySettings } from './options.ts';
import { PROPOSE, proposal } from './rollback-documents.ts';

let lab: Lab;
let count = 0;

beforeAll(async () => {
  lab = await startLab();
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(() => lab.close());

function repository(settings: RepositorySettings = {}): Promise<RepositoryHandle> {
  count += 1;
  return lab.createRepository({
    name: `writing-${count}`,
    files: { 'a.yaml': 'weight: 5\n', 'b.yaml': 'b\n' },
    settings,
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function commit(
  repo: RepositoryHandle,
  more: {
    readonly token?: string;
    readonly changes?: Readonly<Record<string, unknown>>;
    readonly branch?: Readonly<Record<string, unknown>>;
    readonly expected?: string;
  } = {},
): Promise<{ readonly data: unknown; readonly error: GraphqlError | undefined }> {
  const { body } = await ask(lab, {
    token: more.token ?? lab.tokens.app,
    query: `mutation($input:CreateCommitOnBranchInput!){
      createCommitOnBranch(input:$input){ commit { oid } ref { name target { oid } } } }`,
    variables: {
      input: {
        branch: more.branch ?? { repositoryNameWithOwner: repo.fullName, branchName: 'main' },
        expectedHeadOid: more.expected ?? (await repo.head()),
        message: { headline: 'Set weight', body: 'Belay-Op: 1' },
        fileChanges: more.changes ?? { additions: [{ path: 'a.yaml', contents: base64('weight: 6\n') }] },
      },
    },
  });
  return { data: body.data, error: body.errors?.[0] };
}

const REFUSED = 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n';

describe('createCommitOnBranch', () => {
  it('adds, changes and deletes files in one commit', async () => {
    const repo = await repository();
    const parent = (await repo.head())!;
    const { data } = await commit(repo, {
      changes: {
        additions: [
          { path: 'a.yaml', contents: base64('weight: 6\n') },
          { path: 'records/0001.json', contents: base64('{}') },
        ],
        deletions: [{ path: 'b.yaml' }],
      },
    });
    const head = await repo.head();
    expect(data).toEqual({
      createCommitOnBranch: { commit: { oid: head }, ref: { name: 'main', target: { oid: head } } },
    });
    expect((await repo.log())[0]).toMatchObject({ parents: [parent], message: 'Set weight\n\nBelay-Op: 1' });
    expect([
      await repo.read('a.yaml'),
      await repo.read('records/0001.json'),
      await repo.read('b.yaml'),
    ]).toEqual(['weight: 6\n', '{}', undefined]);
  });

  it('takes the branch by its id', async () => {
    const repo = await repository();
    const { body } = await ask(lab, {
      token: lab.tokens.app,
      query: `{ repository(owner:"acme", name:"${repo.name}") { defaultBranchRef { id } } }`,
    });
    const { id } = (body.data as { repository: { defaultBranchRef: { id: string } } }).repository
      .defaultBranchRef;
    expect((await commit(repo, { branch: { id } })).error).toBeUndefined();
    expect(await repo.read('a.yaml')).toBe('weight: 6\n');
  });

  it('lets one of two racing commits through and tells the other that it is stale', async () => {
    const repo = await repository();
    const expected = (await repo.head())!;
    const outcomes = await Promise.all([commit(repo, { expected }), commit(repo, { expected })]);
    expect(outcomes.map(({ error }) => error?.type).sort()).toEqual(['STALE_DATA', undefined]);
    expect(await repo.log()).toHaveLength(2);
  });

  it('refuses a branch that is not there, a path that is not there, and paths out of the repository', async () => {
    const repo = await repository();
    const nowhere = { repositoryNameWithOwner: repo.fullName, branchName: 'nowhere' };
    expect((await commit(repo, { branch: nowhere })).error?.type).toBe('NOT_FOUND');
    const head = await repo.head();
    expect((await commit(repo, { changes: { deletions: [{ path: 'none.yaml' }] } })).error).toMatchObject({
      message: `A path was requested for deletion which does not exist as of commit oid \`${head}\``,
    });
    for (const path of ['../x', '/x', 'a/.git/config', ''])
      expect((await commit(repo, { changes: { additions: [{ path, contents: '' }] } })).error?.message).toBe(
        'path contains a malformed path component',
      );
    expect(await repo.head()).toBe(head);
  });

  it('refuses workflow files to a token without that permission', async () => {
    const repo = await repository();
    const changes = { additions: [{ path: '.github/workflows/x.yml', contents: '' }] };
    expect((await commit(repo, { changes })).error?.type).toBe('FORBIDDEN');
    expect((await commit(repo, { changes, token: lab.tokens.person })).error).toBeUndefined();
  });
});

describe('a protected default branch', () => {
  const octokit = (auth: string): Octokit => new Octokit({ auth, baseUrl: lab.apiUrl, log: silent });

  it('refuses direct changes by every way and to everybody but the bypass list', async () => {
    const repo = await repository({ rules: { pullRequest: true } });
    const before = (await repo.head())!;
    const at = { owner: repo.owner, repo: repo.name };
    const rest = octokit(lab.tokens.app);
    for (const token of [lab.tokens.app, lab.tokens.actions, lab.tokens.person])
      expect((await commit(repo, { token })).error).toMatchObject({
        type: 'UNPROCESSABLE',
        message: REFUSED,
      });
    await expect(
      rest.repos.createOrUpdateFileContents({ ...at, path: 'c', message: 'm', content: '' }),
    ).rejects.toMatchObject({ status: 409, response: { data: { message: REFUSED } } });
    const other = await repo.commit({ branch: 'other', files: { 'c.txt': 'c' } });
    await expect(rest.git.updateRef({ ...at, ref: 'heads/main', sha: other })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: REFUSED } },
    });
    expect(await repo.head()).toBe(before);
    expect((await commit(repo, { token: lab.tokens.appBypass })).error).toBeUndefined();
    expect(await repo.head()).not.toBe(before);
  });

  it('refuses forced and backward moves and deletion', async () => {
    const repo = await repository({ rules: { linearHistory: true } });
    const first = (await repo.head())!;
    await repo.commit({ files: { 'c.txt': 'c' } });
    const at = { owner: repo.owner, repo: repo.name, ref: 'heads/main' };
    await expect(octokit(lab.tokens.app).git.updateRef({ ...at, sha: first, force: true })).rejects.toThrow(
      /Cannot force-push to this branch/,
    );
    await expect(octokit(lab.tokens.app).git.deleteRef(at)).rejects.toMatchObject({ status: 422 });
  });

  it('leaves other branches alone', async () => {
    const repo = await repository({ rules: { pullRequest: true, checks: ['ci'] } });
    await repo.commit({ branch: 'belay/x', files: { 'x.txt': 'x' } });
    const branch = { repositoryNameWithOwner: repo.fullName, branchName: 'belay/x' };
    const expected = (await repo.head('belay/x'))!;
    expect((await commit(repo, { branch, expected })).error).toBeUndefined();
  });
});

describe('GITHUB_TOKEN', () => {
  const workflows = [
    { file: 'deploy.yml', check: 'deploy', on: ['push'] },
    { file: 'ci.yml', check: 'ci', on: ['pull_request'], outcome: 'success' },
  ] as const;

  async function propose(repo: RepositoryHandle, token: string): Promise<readonly GraphqlError[]> {
    const parent = (await repo.head())!;
    const { body } = await ask(lab, {
      token,
      query: PROPOSE,
      variables: proposal({
        repositoryId: repo.nodeId,
        fullName: repo.fullName,
        branch: 'belay/x',
        parent,
        path: 'a.yaml',
        text: 'weight: 0\n',
      }),
    });
    return body.errors ?? [];
  }

  it('may open no pull request unless the setting allows it', async () => {
    const repo = await repository();
    const message = 'GitHub Actions is not permitted to create or approve pull requests';
    expect(await propose(repo, lab.tokens.actions)).toMatchObject([
      { type: 'FORBIDDEN', path: ['p'], message },
    ]);
    expect(repo.pulls).toEqual([]);
    const rest = new Octokit({ auth: lab.tokens.actions, baseUrl: lab.apiUrl, log: silent });
    const wish = { owner: repo.owner, repo: repo.name, base: 'main', head: 'belay/x', title: 't' };
    await expect(rest.pulls.create(wish)).rejects.toMatchObject({
      status: 403,
      response: { data: { message: `${message}.` } },
    });
  });

  it('starts no push workflow, and its pull requests get runs that await approval', async () => {
    const repo = await repository({ workflows, actionsMayCreatePulls: true, rules: { checks: ['ci'] } });
    expect(await propose(repo, lab.tokens.actions)).toEqual([]);
    expect(repo.runs).toMatchObject([{ file: 'ci.yml', event: 'pull_request', status: 'action_required' }]);
    const stuck = await ask(lab, {
      token: lab.tokens.actions,
      query: `{ repository(owner:"acme", name:"${repo.name}") { pullRequest(number:1) { mergeStateStatus
        commits(last:1) { nodes { commit { statusCheckRollup { state }
          checkSuites(first:5) { nodes { conclusion status app { slug } } } } } } } } }`,
    });
    expect(stuck.body.data).toMatchObject({
      repository: {
        pullRequest: {
          mergeStateStatus: 'BLOCKED',
          commits: {
            nodes: [
              {
                commit: {
                  statusCheckRollup: null,
                  checkSuites: {
                    nodes: [{ conclusion: 'ACTION_REQUIRED', app: { slug: 'github-actions' } }],
                  },
                },
              },
            ],
          },
        },
      },
    });
    await repo.approveRuns(1);
    expect(repo.runs).toMatchObject([{ status: 'completed' }]);
  });

  it('gets no run at all on a server', async () => {
    const repo = await repository({ workflows, actionsMayCreatePulls: true, flavour: 'server' });
    await propose(repo, lab.tokens.actions);
    expect(repo.runs).toEqual([]);
  });

  it('differs from an App, whose pushes and pull requests start workflows', async () => {
    const repo = await repository({ workflows });
    await propose(repo, lab.tokens.app);
    expect(repo.runs.map((run) => [run.event, run.branch, run.status])).toEqual([
      ['push', 'belay/x', 'queued'],
      ['push', 'belay/x', 'queued'],
      ['pull_request', 'belay/x', 'completed'],
    ]);
  });

  it('cannot stand on a bypass list', async () => {
    expect(() => lab.token({ kind: 'actions', bypass: true })).toThrow(/bypass list/);
    const repo = await repository({ rules: { pullRequest: true, bypass: ['github-actions[bot]'] } });
    expect((await commit(repo, { token: lab.tokens.actions })).error?.message).toBe(REFUSED);
  });
});

describe('an archived repository', () => {
  it('is read-only', async () => {
    const repo = await repository({ archived: true });
    expect((await commit(repo)).error?.message).toBe('Repository was archived so is read-only.');
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

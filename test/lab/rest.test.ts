import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';

const o = { owner: 'acme', repo: 'models' } as const;

describe('REST, driven by octokit', () => {
  let lab: Lab;
  let repo: RepositoryHandle;
  let octokit: Octokit;

  beforeAll(async () => {
    lab = await startLab();
    repo = await lab.createRepository({
      name: 'models',
      files: { 'releases/a.yaml': 'weight: 5\n', 'README.md': 'models\n' },
      settings: {
        autoMergeAllowed: true,
        workflows: [{ file: 'ci.yml', check: 'ci', on: ['pull_request', 'workflow_dispatch'] }],
      },
    });
    octokit = client(lab.tokens.app);
  });
  afterEach(() => expect(lab.takeViolations()).toEqual([]));
  afterAll(() => lab.close());

  const client = (auth: string): Octokit => new Octokit({ auth, baseUrl: lab.apiUrl, log: silent });

  it('shows the repository with its settings', async () => {
    const { data } = await octokit.repos.get(o);
    expect(data).toMatchObject({ full_name: 'acme/models', default_branch: 'main', allow_auto_merge: true });
    expect(data.node_id).toBe(repo.nodeId);
  });

  it('builds a commit from blobs and trees as git would', async () => {
    const { data: ref } = await octokit.git.getRef({ ...o, ref: 'heads/main' });
    const parent = ref.object.sha;
    const { data: base } = await octokit.git.getCommit({ ...o, commit_sha: parent });
    const { data: blob } = await octokit.git.createBlob({ ...o, content: 'aGk=', encoding: 'base64' });
    const { data: tree } = await octokit.git.createTree({
      ...o,
      base_tree: base.tree.sha,
      tree: [
        { path: 'run.sh', mode: '100755', type: 'blob', sha: blob.sha },
        { path: 'notes.md', mode: '100644', type: 'blob', content: 'inline\n' },
        { path: 'README.md', mode: '100644', type: 'blob', sha: null },
      ],
    });
    expect(tree.tree.map((entry) => `${entry.mode} ${entry.path}`)).toEqual([
      '100644 notes.md',
      '040000 releases',
      '100755 run.sh',
    ]);
    const { data: commit } = await octokit.git.createCommit({
      ...o,
      message: 'three files',
      tree: tree.sha,
      parents: [parent],
    });
    expect(commit.verification.verified).toBe(true);
    await octokit.git.createRef({ ...o, ref: 'refs/heads/data', sha: commit.sha });
    expect(await repo.read('notes.md', 'data')).toBe('inline\n');
    expect(await repo.read('README.md', 'data')).toBeUndefined();
    const { data: whole } = await octokit.git.getTree({ ...o, tree_sha: commit.sha, recursive: '1' });
    expect(whole.tree.map((entry) => entry.path)).toEqual(['notes.md', 'releases/a.yaml', 'run.sh']);
  });

  it('creates, moves and deletes refs and says what is wrong with them', async () => {
    const main = (await repo.head())!;
    await octokit.git.createRef({ ...o, ref: 'refs/heads/feature/x', sha: main });
    await expect(
      octokit.git.createRef({ ...o, ref: 'refs/heads/feature/x', sha: main }),
    ).rejects.toMatchObject(answer(422, 'Reference already exists'));
    await expect(
      octokit.git.createRef({ ...o, ref: 'refs/heads/y', sha: '1'.repeat(40) }),
    ).rejects.toMatchObject(answer(422, 'Object does not exist'));
    const tip = await repo.commit({ branch: 'feature/x', files: { 'x.txt': 'x' } });
    await expect(octokit.git.updateRef({ ...o, ref: 'heads/feature/x', sha: main })).rejects.toMatchObject(
      answer(422, 'Update is not a fast forward'),
    );
    expect(await repo.head('feature/x')).toBe(tip);
    await octokit.git.updateRef({ ...o, ref: 'heads/feature/x', sha: main, force: true });
    expect(await repo.head('feature/x')).toBe(main);
    const { data: refs } = await octokit.git.listMatchingRefs({ ...o, ref: 'heads/feature/' });
    expect(refs.map((ref) => ref.ref)).toEqual(['refs/heads/feature/x']);
    await octokit.git.deleteRef({ ...o, ref: 'heads/feature/x' });
    await expect(octokit.git.deleteRef({ ...o, ref: 'heads/feature/x' })).rejects.toMatchObject(
      answer(422, 'Reference does not exist'),
    );
    await expect(octokit.git.getRef({ ...o, ref: 'heads/feature/x' })).rejects.toMatchObject(
      answer(404, 'Not Found'),
    );
  });

  it('guards contents by the blob that they replace', async () => {
    const content = (text: string): string => Buffer.from(text).toString('base64');
    const path = 'docs/new.md';
    const put = { ...o, path, message: 'write', branch: 'docs' };
    await octokit.git.createRef({ ...o, ref: 'refs/heads/docs', sha: (await repo.head())! });
    const { status, data } = await octokit.repos.createOrUpdateFileContents({
      ...put,
      content: content('1'),
    });
    expect(status).toBe(201);
    await expect(
      octokit.repos.createOrUpdateFileContents({ ...put, content: content('2') }),
    ).rejects.toMatchObject(answer(422, 'Invalid request.\n\n"sha" wasn\'t supplied.'));
    await expect(
      octokit.repos.createOrUpdateFileContents({ ...put, content: content('2'), sha: 'f'.repeat(40) }),
    ).rejects.toMatchObject(answer(409, `docs/new.md does not match ${'f'.repeat(40)}`));
    const sha = data.content?.sha ?? '';
    const second = await octokit.repos.createOrUpdateFileContents({ ...put, content: content('2'), sha });
    expect(second.status).toBe(200);
    const { data: read } = await octokit.repos.getContent({ ...o, path, ref: 'docs' });
    expect(read).toMatchObject({ type: 'file', encoding: 'base64', content: `${content('2')}\n` });
    const { data: folder } = await octokit.repos.getContent({ ...o, path: '', ref: 'docs' });
    expect(folder).toMatchObject([{ name: 'README.md' }, { name: 'docs' }, { name: 'releases' }]);
    await expect(octokit.repos.getContent({ ...o, path: 'nope' })).rejects.toMatchObject(
      answer(404, 'Not Found'),
    );
  });

  it('opens a pull request once, lists its files and merges it with both parents', async () => {
    const main = (await repo.head())!;
    const head = await repo.commit({ branch: 'change', files: { 'releases/a.yaml': 'weight: 0\n' } });
    const wish = { ...o, base: 'main', head: 'change', title: 'Change', body: 'why' };
    const { data: pull } = await octokit.pulls.create(wish);
    expect(pull).toMatchObject({ number: 1, mergeable: true, mergeable_state: 'unstable', changed_files: 1 });
    await expect(octokit.pulls.create(wish)).rejects.toMatchObject({
      status: 422,
      response: {
        data: {
          message: 'Validation Failed',
          errors: [
            {
              resource: 'PullRequest',
              code: 'custom',
              message: 'A pull request already exists for acme:change.',
            },
          ],
        },
      },
    });
    const { data: files } = await octokit.pulls.listFiles({ ...o, pull_number: 1 });
    expect(files).toMatchObject([
      {
        filename: 'releases/a.yaml',
        status: 'modified',
        additions: 1,
        deletions: 1,
        patch: '@@ -1 +1 @@\n-weight: 5\n+weight: 0',
      },
    ]);
    await expect(octokit.pulls.merge({ ...o, pull_number: 1, sha: main })).rejects.toMatchObject(
      answer(409, 'Head branch was modified. Review and try the merge again.'),
    );
    const { data: merged } = await octokit.pulls.merge({ ...o, pull_number: 1, sha: head });
    expect(merged).toEqual({
      sha: await repo.head(),
      merged: true,
      message: 'Pull Request successfully merged',
    });
    expect((await repo.log())[0]).toMatchObject({
      parents: [main, head],
      message: 'Merge pull request #1 from acme/change\n\nChange',
    });
    await expect(octokit.pulls.merge({ ...o, pull_number: 1 })).rejects.toMatchObject(
      answer(405, 'Pull Request is not mergeable'),
    );
    const { data: all } = await octokit.pulls.list({ ...o, state: 'all', head: 'acme:change' });
    expect(all).toMatchObject([{ number: 1, state: 'closed', merge_commit_sha: merged.sha }]);
    expect((await octokit.pulls.list({ ...o, head: 'acme:other' })).data).toEqual([]);
  });

  it('refuses a pull request without commits, without a branch and with an endless body', async () => {
    const create = (head: string, body = ''): Promise<unknown> =>
      octokit.pulls.create({ ...o, base: 'main', head, title: 't', body });
    await octokit.git.createRef({ ...o, ref: 'refs/heads/same', sha: (await repo.head())! });
    await expect(create('same')).rejects.toThrow(/No commits between main and same/);
    await expect(create('nowhere')).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] } },
    });
    await repo.commit({ branch: 'same', files: { 'b.txt': 'b' } });
    await expect(create('same', 'x'.repeat(65_537))).rejects.toThrow(/Body is too long/);
  });

  it('changes, closes and reopens a pull request', async () => {
    await repo.commit({ branch: 'edit', files: { 'e.txt': 'e' } });
    const { data: pull } = await octokit.pulls.create({ ...o, base: 'main', head: 'edit', title: 'old' });
    const at = { ...o, pull_number: pull.number };
    expect((await octokit.pulls.update({ ...at, title: 'new', state: 'closed' })).data).toMatchObject({
      title: 'new',
      state: 'closed',
    });
    expect((await octokit.pulls.update({ ...at, state: 'open' })).data.state).toBe('open');
    await octokit.pulls.update({ ...at, state: 'closed' });
    await repo.moveBranch('edit', undefined);
    await expect(octokit.pulls.update({ ...at, state: 'open' })).rejects.toMatchObject({ status: 422 });
  });

  it('keeps comments and labels', async () => {
    const at = { ...o, issue_number: 1 };
    const { data: comment } = await octokit.issues.createComment({ ...at, body: 'one' });
    await octokit.issues.updateComment({ ...o, comment_id: comment.id, body: 'two' });
    expect((await octokit.issues.listComments(at)).data).toMatchObject([
      { id: comment.id, body: 'two', user: { login: 'belay[bot]', type: 'Bot' } },
    ]);
    await octokit.issues.createLabel({ ...o, name: 'belay', color: 'ff0000' });
    await expect(octokit.issues.createLabel({ ...o, name: 'Belay', color: 'ff0000' })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ code: 'already_exists' }] } },
    });
    const { data: labels } = await octokit.issues.addLabels({ ...at, labels: ['belay', 'fresh'] });
    expect(labels.map((label) => label.name)).toEqual(['belay', 'fresh']);
    await octokit.issues.deleteComment({ ...o, comment_id: comment.id });
    await expect(octokit.issues.getComment({ ...o, comment_id: comment.id })).rejects.toMatchObject(
      answer(404, 'Not Found'),
    );
  });

  it('reports statuses and check runs of a commit', async () => {
    const sha = (await repo.head())!;
    await octokit.repos.createCommitStatus({ ...o, sha, state: 'pending', context: 'gate' });
    await octokit.repos.createCommitStatus({ ...o, sha, state: 'success', context: 'gate' });
    expect((await octokit.repos.getCombinedStatusForRef({ ...o, ref: 'main' })).data).toMatchObject({
      state: 'success',
      total_count: 1,
    });
    const { data: run } = await octokit.checks.create({ ...o, name: 'lint', head_sha: sha });
    expect(run).toMatchObject({ status: 'queued', conclusion: null });
    await octokit.checks.update({ ...o, check_run_id: run.id, conclusion: 'failure' });
    const { data: runs } = await octokit.checks.listForRef({ ...o, ref: 'main', check_name: 'lint' });
    expect(runs.check_runs).toMatchObject([{ name: 'lint', status: 'completed', conclusion: 'failure' }]);
    await expect(
      client(lab.tokens.person).checks.create({ ...o, name: 'x', head_sha: sha }),
    ).rejects.toMatchObject(answer(403, 'You must authenticate via a GitHub App.'));
  });

  it('lists commits page by page and compares branches', async () => {
    const pages = await octokit.paginate(octokit.repos.listCommits, { ...o, per_page: 1 });
    expect(pages.map((commit) => commit.sha)).toEqual((await repo.log()).map((commit) => commit.oid));
    const { data: some } = await octokit.repos.listCommits({ ...o, path: 'releases/a.yaml' });
    expect(some.map((commit) => commit.commit.message)).toEqual(['Change files', 'Initial commit']);
    const { data } = await octokit.repos.compareCommitsWithBasehead({ ...o, basehead: 'main...same' });
    expect(data).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      behind_by: 0,
      files: [{ filename: 'b.txt' }],
    });
    const { data: one } = await octokit.repos.getCommit({ ...o, ref: 'same' });
    expect(one.files).toMatchObject([{ filename: 'b.txt', status: 'added' }]);
  });

  it('starts workflows by dispatch, with GITHUB_TOKEN too', async () => {
    const actions = client(lab.tokens.actions);
    await actions.actions.createWorkflowDispatch({
      ...o,
      workflow_id: 'ci.yml',
      ref: 'main',
      inputs: { a: '1' },
    });
    await actions.repos.createDispatchEvent({ ...o, event_type: 'alert', client_payload: { release: 'a' } });
    expect(repo.runs.filter((run) => run.actor.kind === 'actions')).toMatchObject([
      { event: 'workflow_dispatch', status: 'queued', payload: { a: '1' } },
    ]);
    await expect(
      actions.actions.createWorkflowDispatch({ ...o, workflow_id: 'none.yml', ref: 'main' }),
    ).rejects.toMatchObject(answer(404, 'Not Found'));
    const { data } = await octokit.actions.listWorkflowRunsForRepo({ ...o, event: 'workflow_dispatch' });
    expect(data.workflow_runs).toMatchObject([{ status: 'queued', path: '.github/workflows/ci.yml' }]);
  });

  it('tells the permission of people', async () => {
    const of = async (username: string): Promise<string> =>
      (await octokit.repos.getCollaboratorPermissionLevel({ ...o, username })).data.permission;
    expect([await of('mona'), await of('hubot'), await of('stranger')]).toEqual(['admin', 'write', 'read']);
  });
});

const answer = (status: number, message: string): object => ({
  status,
  response: { data: { message, status: String(status) } },
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

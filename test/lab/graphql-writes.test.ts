import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Asked, ask } from './ask.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';

let lab: Lab;
let repo: RepositoryHandle;

beforeAll(async () => {
  lab = await startLab();
  repo = await lab.createRepository({ name: 'models', files: { a: 'a' } });
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(() => lab.close());

/** Runs one mutation field and gives its payload and its error. */
async function mutate(
  field: string,
  input: Readonly<Record<string, unknown>>,
  selection: string,
): Promise<{ readonly payload: Record<string, unknown> | null; readonly error: unknown }> {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`;
  const { body } = await ask(lab, {
    token: lab.tokens.app,
    query: `mutation($input:${type}!){ it: ${field}(input:$input){ clientMutationId ${selection} } }`,
    variables: { input: { clientMutationId: 'mine', ...input } },
  });
  const data = body.data as { it: Record<string, unknown> | null };
  return { payload: data.it, error: body.errors?.[0] };
}

const inRepo = (fields: string): Promise<Asked> =>
  ask(lab, { token: lab.tokens.app, query: `{ repository(owner:"acme", name:"models") { id ${fields} } }` });

async function refId(name: string): Promise<string> {
  const { body } = await inRepo(`ref(qualifiedName:"${name}") { id }`);
  return (body.data as { repository: { ref: { id: string } } }).repository.ref.id;
}

describe('refs', () => {
  it('are created, moved and deleted', async () => {
    const main = (await repo.head())!;
    const made = await mutate(
      'createRef',
      { repositoryId: repo.nodeId, name: 'refs/heads/x', oid: main },
      'ref { name target { oid } }',
    );
    expect(made.payload).toEqual({ clientMutationId: 'mine', ref: { name: 'x', target: { oid: main } } });
    const next = await repo.commit({ branch: 'x', files: { x: 'x' } });
    const back = { refId: await refId('x'), oid: main };
    expect((await mutate('updateRef', back, '')).error).toMatchObject({
      message: 'Update is not a fast forward',
    });
    expect(
      (await mutate('updateRef', { ...back, force: true }, 'ref { target { oid } }')).payload,
    ).toMatchObject({
      ref: { target: { oid: main } },
    });
    expect((await mutate('updateRef', { ...back, oid: next }, '')).error).toBeUndefined();
    expect((await mutate('deleteRef', { refId: back.refId }, '')).payload).toEqual({
      clientMutationId: 'mine',
    });
    expect(await repo.branches()).toEqual(['main']);
    expect((await mutate('deleteRef', { refId: back.refId }, '')).error).toMatchObject({ type: 'NOT_FOUND' });
  });

  it('are refused with a bad name or without an object', async () => {
    const wish = { repositoryId: repo.nodeId, name: 'refs/heads/y', oid: await repo.head() };
    for (const name of ['y', 'refs/heads/', 'refs/heads/a..b'])
      expect((await mutate('createRef', { ...wish, name }, '')).error).toMatchObject({
        type: 'UNPROCESSABLE',
      });
    expect((await mutate('createRef', { ...wish, oid: '1'.repeat(40) }, '')).error).toMatchObject({
      message: 'Object does not exist',
    });
    await repo.commit({ branch: 'belay/x', files: { x: 'x' } });
    const below = { ...wish, name: 'refs/heads/belay' };
    expect((await mutate('createRef', below, '')).error).toMatchObject({ type: 'UNPROCESSABLE' });
  });
});

describe('a pull request', () => {
  let id: string;

  it('is opened once for each pair of branches', async () => {
    await repo.commit({ branch: 'change', files: { c: 'c' } });
    const wish = {
      repositoryId: repo.nodeId,
      baseRefName: 'main',
      headRefName: 'change',
      title: 'Change',
      body: 'why',
    };
    const { payload } = await mutate('createPullRequest', wish, 'pullRequest { id number author { login } }');
    expect(payload).toMatchObject({ pullRequest: { number: 1, author: { login: 'belay' } } });
    id = (payload as { pullRequest: { id: string } }).pullRequest.id;
    expect((await mutate('createPullRequest', wish, '')).error).toMatchObject({
      type: 'UNPROCESSABLE',
      message: 'A pull request already exists for acme:change.',
    });
    const none = await mutate('createPullRequest', { ...wish, headRefName: 'none' }, '');
    expect(none.error).toMatchObject({ message: expect.stringContaining('Head ref must be a branch') });
  });

  it('is edited, closed and opened again', async () => {
    const at = { pullRequestId: id };
    const edited = await mutate(
      'updatePullRequest',
      { ...at, title: 'T', body: 'B' },
      'pullRequest { title body }',
    );
    expect(edited.payload).toMatchObject({ pullRequest: { title: 'T', body: 'B' } });
    const closed = await mutate('closePullRequest', at, 'pullRequest { state closed closedAt }');
    expect(closed.payload).toMatchObject({ pullRequest: { state: 'CLOSED', closed: true } });
    expect((await mutate('closePullRequest', at, '')).error).toMatchObject({ type: 'UNPROCESSABLE' });
    const again = await mutate('reopenPullRequest', at, 'pullRequest { state closedAt }');
    expect(again.payload).toMatchObject({ pullRequest: { state: 'OPEN', closedAt: null } });
  });

  it('takes comments and labels', async () => {
    const comment = await mutate(
      'addComment',
      { subjectId: id, body: 'one' },
      'commentEdge { node { id body } }',
    );
    const { node } = (comment.payload as { commentEdge: { node: { id: string } } }).commentEdge;
    expect(
      (await mutate('updateIssueComment', { id: node.id, body: 'two' }, 'issueComment { body }')).payload,
    ).toMatchObject({ issueComment: { body: 'two' } });
    const blank = await mutate('addComment', { subjectId: id, body: ' ' }, '');
    expect(blank.error).toMatchObject({ message: "Body can't be blank" });
    const wish = { repositoryId: repo.nodeId, name: 'belay', color: 'ff0000' };
    const made = await mutate('createLabel', wish, 'label { id }');
    const label = (made.payload as { label: { id: string } }).label.id;
    await mutate('addLabelsToLabelable', { labelableId: id, labelIds: [label] }, '');
    const { body } = await inRepo(`label(name:"Belay") { id } pullRequest(number:1) {
      labels(first:5) { nodes { name } } comments(last:1) { nodes { body viewerDidAuthor author { login } } } }`);
    expect(body.data).toMatchObject({
      repository: {
        label: { id: label },
        pullRequest: {
          labels: { nodes: [{ name: 'belay' }] },
          comments: { nodes: [{ body: 'two', viewerDidAuthor: true, author: { login: 'belay' } }] },
        },
      },
    });
  });

  it('closes when its branch is deleted', async () => {
    await repo.moveBranch('change', undefined);
    const { body } = await inRepo('pullRequest(number:1) { state merged headRef { id } }');
    expect(body.data).toMatchObject({
      repository: { pullRequest: { state: 'CLOSED', merged: false, headRef: null } },
    });
  });
});

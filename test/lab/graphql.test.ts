import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { personGit } from '../adapters/scratch-repository.ts';
import { type Asked, ask } from './ask.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';
import { MERGE_OR_ARM, PROPOSE, proposal, READ } from './rollback-documents.ts';

let lab: Lab;
let repo: RepositoryHandle;

beforeAll(async () => {
  lab = await startLab();
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(() => lab.close());

const query = (source: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Asked> =>
  ask(lab, { token: lab.tokens.app, query: source, variables });

async function propose(branch: string, text: string): Promise<Asked> {
  return query(
    PROPOSE,
    proposal({
      repositoryId: repo.nodeId,
      fullName: repo.fullName,
      branch,
      parent: (await repo.head())!,
      path: 'a.yaml',
      text,
    }),
  );
}

describe('a rollback by GraphQL', () => {
  beforeAll(async () => {
    repo = await lab.createRepository({ name: 'rollback', files: { 'a.yaml': 'weight: 5\n' } });
  });

  it('reads, proposes and merges in three requests', async () => {
    const before = (await repo.head())!;
    const read = await query(READ, {
      o: 'acme',
      r: 'rollback',
      branch: 'refs/heads/main',
      rb: 'refs/heads/belay/a',
      rbShort: 'belay/a',
      label: 'belay',
    });
    expect(read.body).toEqual({
      data: {
        repository: {
          id: repo.nodeId,
          autoMergeAllowed: false,
          main: { target: { oid: before } },
          rb: null,
          label: null,
          pullRequests: { nodes: [] },
        },
        rateLimit: { remaining: 4999, resetAt: '2026-11-01T01:00:00Z' },
      },
    });
    const proposed = await propose('belay/a', 'weight: 0\n');
    const pull = pullOf(proposed);
    const tip = await repo.head('belay/a');
    expect(proposed.body.data).toMatchObject({
      c: { commit: { oid: tip } },
      p: { pullRequest: { number: 1, headRefOid: tip, mergeStateStatus: 'CLEAN' } },
    });
    const merged = await query(MERGE_OR_ARM, { id: pull.id, oid: pull.headRefOid, method: 'MERGE' });
    expect(merged.status).toBe(200);
    expect(merged.body.data).toMatchObject({
      m: { pullRequest: { merged: true, mergeCommit: { oid: await repo.head() } } },
      a: null,
    });
    expect(merged.body.errors).toMatchObject([
      { type: 'UNPROCESSABLE', path: ['a'], message: expect.stringContaining('Auto merge is not allowed') },
    ]);
    expect(await repo.read('a.yaml')).toBe('weight: 0\n');
    expect((await repo.log())[0]).toMatchObject({ parents: [before, tip] });
  });

  it('commits as the token with GitHub as the committer, dated by the clock', async () => {
    const [, commit] = await repo.log();
    expect(commit).toMatchObject({
      author: { name: 'belay[bot]', email: expect.stringMatching(/^\d+\+belay\[bot\]@users\.noreply/) },
      committer: { name: 'GitHub', email: 'noreply@github.com', at: lab.clock.now() },
      message: 'change a.yaml\n\nwhy',
    });
  });

  it('runs the fields after a failed one, each with its own error', async () => {
    await repo.commit({ branch: 'belay/b', files: { 'other.txt': 'somebody\n' } });
    const main = (await repo.head())!;
    const again = await propose('belay/b', 'weight: 9\n');
    expect(again.body.data).toMatchObject({ r: null, c: null, p: { pullRequest: { number: 2 } } });
    expect(again.body.errors).toEqual([
      {
        type: 'UNPROCESSABLE',
        path: ['r'],
        locations: [{ line: 2, column: 3 }],
        message: 'A ref named "refs/heads/belay/b" already exists in the repository.',
      },
      {
        type: 'STALE_DATA',
        path: ['c'],
        locations: [{ line: 3, column: 3 }],
        message: `Expected branch to point to "${main}" but it did not.  Pull and try again.`,
      },
    ]);
  });

  it('leaves an empty branch behind when the commit is stale', async () => {
    const main = (await repo.head())!;
    const variables = proposal({
      repositoryId: repo.nodeId,
      fullName: repo.fullName,
      branch: 'belay/c',
      parent: main,
      path: 'a.yaml',
      text: 'x',
    });
    const stale = { ...(variables.c as object), expectedHeadOid: 'e'.repeat(40) };
    const { body } = await query(PROPOSE, { ...variables, c: stale });
    expect(body.errors?.map((error) => [error.path, error.type, error.message])).toEqual([
      [['c'], 'STALE_DATA', expect.stringContaining('e'.repeat(40))],
      [['p'], 'UNPROCESSABLE', 'No commits between main and belay/c'],
    ]);
    expect(await repo.head('belay/c')).toBe(main);
  });
});

describe('queries', () => {
  beforeAll(async () => {
    repo = await lab.createRepository({
      name: 'queries',
      files: {
        'releases/a.yaml': 'weight: 5\n',
        'bin.dat': new Uint8Array([0, 1, 2]),
        'run.sh': '#!/bin/sh\n',
      },
    });
    await repo.commit({ files: { 'releases/a.yaml': 'weight: 6\n' }, message: 'Raise it' });
    await repo.commit({ files: { 'README.md': 'hello\n' }, message: 'Explain\n\nwith a body' });
    await repo.commit({ branch: 'belay/one', files: { 'one.txt': '1' } });
    await repo.commit({ branch: 'belay/two', files: { 'two.txt': '2' } });
    await repo.openPull({ head: 'belay/one', title: 'One' });
  });

  const inRepo = (fields: string): Promise<Asked> =>
    query(`{ repository(owner:"acme", name:"queries") { ${fields} } }`);

  it('reads files, folders and history of a commit', async () => {
    const { body } = await inRepo(`
      text: object(expression:"main:releases/a.yaml") { ... on Blob { text byteSize isBinary isTruncated } }
      binary: object(expression:"main:bin.dat") { ... on Blob { text isBinary } }
      folder: object(expression:"main:") { ... on Tree { entries { name type mode path } } }
      none: object(expression:"main:nope") { id }
      defaultBranchRef { name prefix target { ... on Commit {
        message messageHeadline messageBody committedDate
        file(path:"releases/a.yaml") { object { ... on Blob { text } } }
        history(first: 10, path: "releases/a.yaml") { totalCount nodes { messageHeadline } }
        all: history(first: 2) { totalCount pageInfo { hasNextPage endCursor } nodes { messageHeadline } } } } }`);
    expect(body).toEqual({
      data: {
        repository: {
          text: { text: 'weight: 6\n', byteSize: 10, isBinary: false, isTruncated: false },
          binary: { text: null, isBinary: true },
          folder: {
            entries: [
              { name: 'README.md', type: 'blob', mode: 33188, path: 'README.md' },
              { name: 'bin.dat', type: 'blob', mode: 33188, path: 'bin.dat' },
              { name: 'releases', type: 'tree', mode: 16384, path: 'releases' },
              { name: 'run.sh', type: 'blob', mode: 33188, path: 'run.sh' },
            ],
          },
          none: null,
          defaultBranchRef: {
            name: 'main',
            prefix: 'refs/heads/',
            target: {
              message: 'Explain\n\nwith a body',
              messageHeadline: 'Explain',
              messageBody: 'with a body',
              committedDate: '2026-11-01T00:00:00Z',
              file: { object: { text: 'weight: 6\n' } },
              history: {
                totalCount: 2,
                nodes: [{ messageHeadline: 'Raise it' }, { messageHeadline: 'Initial commit' }],
              },
              all: {
                totalCount: 3,
                pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
                nodes: [{ messageHeadline: 'Explain' }, { messageHeadline: 'Raise it' }],
              },
            },
          },
        },
      },
    });
  });

  it('lists refs below a prefix with their pull requests', async () => {
    const { body } = await inRepo(`refs(refPrefix:"refs/heads/belay/", first:10) { totalCount nodes {
      name prefix target { oid ... on Commit { history(first:1) { nodes { message } } } }
      associatedPullRequests(first:5, states:[OPEN]) { nodes { number } } } }`);
    expect(body.data).toMatchObject({
      repository: {
        refs: {
          totalCount: 2,
          nodes: [
            {
              name: 'one',
              prefix: 'refs/heads/belay/',
              target: { oid: await repo.head('belay/one') },
              associatedPullRequests: { nodes: [{ number: 1 }] },
            },
            { name: 'two', associatedPullRequests: { nodes: [] } },
          ],
        },
      },
    });
  });

  it('walks pages by cursors, forwards and backwards', async () => {
    const first = await inRepo(
      'refs(refPrefix:"refs/heads/", first:2) { pageInfo { endCursor hasNextPage } nodes { name } }',
    );
    const page = (first.body.data as Record<string, { refs: { pageInfo: { endCursor: string } } }>)
      .repository!;
    const next = await inRepo(
      `refs(refPrefix:"refs/heads/", first:2, after:"${page.refs.pageInfo.endCursor}") { nodes { name } }
       last: refs(refPrefix:"refs/heads/", last:1) { nodes { name } }`,
    );
    expect(first.body.data).toMatchObject({
      repository: { refs: { nodes: [{ name: 'belay/one' }, { name: 'belay/two' }] } },
    });
    expect(next.body.data).toMatchObject({
      repository: { refs: { nodes: [{ name: 'main' }] }, last: { nodes: [{ name: 'main' }] } },
    });
  });

  it('sorts branches by name, and by date tags alone', async () => {
    const tag = (name: string, date: number) =>
      personGit(repo.gitDir, ['update-ref', `refs/tags/${name}`, makeOrphan(date)]);
    tag('a-new', 1_700_000_001);
    tag('z-old', 1_700_000_000);
    const sorted = async (prefix: string, orderBy: string) => {
      const source = `refs(refPrefix:"${prefix}", first:9, orderBy:{${orderBy}}) { nodes { name } }`;
      const data = (await inRepo(source)).body.data as {
        repository: { refs: { nodes: { name: string }[] } };
      };
      return data.repository.refs.nodes.map(({ name }) => name);
    };
    const named = ['belay/one', 'belay/two', 'main'];
    expect(await sorted('refs/heads/', 'field:ALPHABETICAL, direction:ASC')).toEqual(named);
    expect(await sorted('refs/heads/', 'field:ALPHABETICAL, direction:DESC')).toEqual(named.toReversed());
    expect(await sorted('refs/heads/', 'field:TAG_COMMIT_DATE, direction:DESC')).toEqual(named);
    expect(await sorted('refs/tags/', 'field:TAG_COMMIT_DATE, direction:ASC')).toEqual(['z-old', 'a-new']);
    expect(await sorted('refs/tags/', 'field:TAG_COMMIT_DATE, direction:DESC')).toEqual(['a-new', 'z-old']);
  });

  it('says on each page whether there is another one', async () => {
    const page = async (after: string) => {
      const source = `refs(refPrefix:"refs/heads/", first:2${after}) { totalCount pageInfo { hasNextPage endCursor } }`;
      const data = (await inRepo(source)).body.data as {
        repository: {
          refs: { totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string } };
        };
      };
      return data.repository.refs;
    };
    const first = await page('');
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([3, true]);
    expect((await page(`, after:"${first.pageInfo.endCursor}"`)).pageInfo.hasNextPage).toBe(false);
  });

  it('lists pull requests of a branch by state and base, in the order that is asked for', async () => {
    await repo.openPull({ head: 'belay/one', base: 'belay/two', title: 'Elsewhere' });
    const { body } = await inRepo(`ref(qualifiedName:"belay/one") {
      all: associatedPullRequests(first:9, orderBy:{field:CREATED_AT, direction:DESC}) { nodes { title } }
      here: associatedPullRequests(first:9, states:OPEN, baseRefName:"main") { nodes { title } }
      closed: associatedPullRequests(first:9, states:CLOSED) { nodes { title } } }`);
    expect(body.data).toMatchObject({
      repository: {
        ref: {
          all: { nodes: [{ title: 'Elsewhere' }, { title: 'One' }] },
          here: { nodes: [{ title: 'One' }] },
          closed: { nodes: [] },
        },
      },
    });
  });

  it('compares what has a common history, and nothing else', async () => {
    await repo.moveBranch('orphan', makeOrphan(1_700_000_000));
    const { body } = await inRepo(`ref(qualifiedName:"main") {
      one: compare(headRef:"belay/one") { aheadBy behindBy } orphan: compare(headRef:"orphan") { aheadBy } }`);
    expect(body.data).toMatchObject({
      repository: { ref: { one: { aheadBy: 1, behindBy: 0 }, orphan: null } },
    });
  });

  it('demands a page size of at most 100', async () => {
    const { body } = await inRepo(
      'refs(refPrefix:"refs/heads/") { totalCount } pullRequests(first:200) { totalCount }',
    );
    expect(body.errors?.map((error) => [error.type, error.message])).toEqual([
      [
        'MISSING_PAGINATION_BOUNDARIES',
        'You must provide a `first` or `last` value to properly paginate the `refs` connection.',
      ],
      [
        'EXCESSIVE_PAGINATION',
        'Requesting 200 records on the `pullRequests` connection exceeds the `first` limit of 100 records.',
      ],
    ]);
  });

  it('knows who asks', async () => {
    const { body } = await query('{ viewer { login } }');
    expect(body.data).toEqual({ viewer: { login: 'belay[bot]' } });
  });

  it('says NOT_FOUND for what is not there or not to be seen', async () => {
    const hidden = lab.token({ kind: 'app', repositories: ['acme/other'] });
    const source = '{ repository(owner:"acme", name:"queries") { id } }';
    const other = await ask(lab, { token: hidden, query: source });
    expect(other.body).toMatchObject({
      data: { repository: null },
      errors: [
        {
          type: 'NOT_FOUND',
          path: ['repository'],
          message: "Could not resolve to a Repository with the name 'acme/queries'.",
        },
      ],
    });
    const none = await inRepo('pullRequest(number: 99) { id }');
    expect(none.body.errors).toMatchObject([
      { type: 'NOT_FOUND', message: 'Could not resolve to a PullRequest with the number of 99.' },
    ]);
    const node = await query(
      'mutation { closePullRequest(input:{pullRequestId:"PR_none"}) { clientMutationId } }',
    );
    expect(node.body.errors).toMatchObject([
      { type: 'NOT_FOUND', message: "Could not resolve to a node with the global id of 'PR_none'" },
    ]);
  });
});

interface ProposedPull {
  readonly id: string;
  readonly headRefOid: string;
}

function pullOf(asked: Asked): ProposedPull {
  return (asked.body.data as { p: { pullRequest: ProposedPull } }).p.pullRequest;
}

/** A commit of that moment, in seconds, with no history. */
function makeOrphan(date: number): string {
  return personGit(repo.gitDir, ['commit-tree', 'refs/heads/main^{tree}', '-m', 'orphan'], date);
}

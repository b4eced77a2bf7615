import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';

const READ = `query($o:String!,$r:String!,$branch:String!,$rb:String!,$rbShort:String!,$label:String!){ repository(owner:$o,name:$r){ id autoMergeAllowed
  main: ref(qualifiedName:$branch){ target{ oid } }  rb: ref(qualifiedName:$rb){ id target{ oid } }
  label(name:$label){ id }  pullRequests(headRefName:$rbShort, states:[OPEN,MERGED], first:1, orderBy:{field:UPDATED_AT,direction:DESC}){nodes{ id number state headRefOid mergeStateStatus isInMergeQueue autoMergeRequest{enabledAt} }} }
  rateLimit{ remaining resetAt } }`;

const PROPOSE = `mutation($ref:CreateRefInput!,$c:CreateCommitOnBranchInput!,$pr:CreatePullRequestInput!){
  r: createRef(input:$ref){ ref{ id } }
  c: createCommitOnBranch(input:$c){ commit{ oid } }
  p: createPullRequest(input:$pr){ pullRequest{ id number url headRefOid mergeStateStatus viewerCanEnableAutoMerge } } }`;

describe('the two documents of a rollback', () => {
  let lab: Lab;
  let repo: RepositoryHandle;
  beforeAll(async () => {
    lab = await startLab();
    repo = await lab.createRepository({ name: 'models', files: { 'a.yaml': 'weight: 5\n' } });
  });
  afterAll(() => lab.close());

  it('reads, proposes and merges in three requests', async () => {
    const token = lab.tokens.app;
    const main = (await repo.head())!;
    const read = await ask(lab, {
      token,
      query: READ,
      variables: {
        o: 'acme',
        r: 'models',
        branch: 'refs/heads/main',
        rb: 'refs/heads/x',
        rbShort: 'x',
        label: 'belay',
      },
    });
    expect(read.body.errors).toBeUndefined();
    const data = read.body.data as { repository: { id: string; main: unknown } };
    expect(data.repository.main).toEqual({ target: { oid: main } });
    const proposed = await ask(lab, {
      token,
      query: PROPOSE,
      variables: {
        ref: { repositoryId: data.repository.id, name: 'refs/heads/x', oid: main },
        c: {
          branch: { repositoryNameWithOwner: 'acme/models', branchName: 'x' },
          expectedHeadOid: main,
          message: { headline: 'h', body: 'b' },
          fileChanges: {
            additions: [{ path: 'a.yaml', contents: Buffer.from('weight: 0\n').toString('base64') }],
          },
        },
        pr: {
          repositoryId: data.repository.id,
          baseRefName: 'main',
          headRefName: 'x',
          title: 't',
          body: 'b',
        },
      },
    });
    expect(proposed.body.errors).toBeUndefined();
    const pr = (proposed.body.data as { p: { pullRequest: { id: string; headRefOid: string } } }).p
      .pullRequest;
    const merged = await ask(lab, {
      token,
      query:
        'mutation($id:ID!,$oid:GitObjectID!){ m: mergePullRequest(input:{pullRequestId:$id, expectedHeadOid:$oid, mergeMethod:SQUASH}){ pullRequest{ merged mergeCommit{ oid } } } a: enablePullRequestAutoMerge(input:{pullRequestId:$id}){ clientMutationId } }',
      variables: { id: pr.id, oid: pr.headRefOid },
    });
    expect(merged.body.errors).toMatchObject([
      {
        type: 'UNPROCESSABLE',
        path: ['a'],
        message: 'Pull request Auto merge is not allowed for this repository',
      },
    ]);
    expect(await repo.read('a.yaml')).toBe('weight: 0\n');
    expect(lab.violations).toEqual([]);
  });
});

/** The GraphQL documents of a rollback: one read, one that proposes, one that merges or arms. */

export const READ = `query($o:String!,$r:String!,$branch:String!,$rb:String!,$rbShort:String!,$label:String!){
  repository(owner:$o,name:$r){ id autoMergeAllowed
    main: ref(qualifiedName:$branch){ target{ oid } }
    rb: ref(qualifiedName:$rb){ id target{ oid } }
    label(name:$label){ id }
    pullRequests(headRefName:$rbShort, states:[OPEN,MERGED], first:1, orderBy:{field:UPDATED_AT,direction:DESC}){
      nodes{ id number state headRefOid mergeStateStatus isInMergeQueue autoMergeRequest{enabledAt} } } }
  rateLimit{ remaining resetAt } }`;

export const PROPOSE = `mutation($ref:CreateRefInput!,$c:CreateCommitOnBranchInput!,$pr:CreatePullRequestInput!){
  r: createRef(input:$ref){ ref{ id } }
  c: createCommitOnBranch(input:$c){ commit{ oid } }
  p: createPullRequest(input:$pr){
    pullRequest{ id number url headRefOid mergeStateStatus viewerCanEnableAutoMerge } } }`;

export const MERGE_OR_ARM = `mutation($id:ID!,$oid:GitObjectID!,$method:PullRequestMergeMethod!){
  m: mergePullRequest(input:{pullRequestId:$id, expectedHeadOid:$oid, mergeMethod:$method}){
    pullRequest{ merged mergeCommit{ oid } } }
  a: enablePullRequestAutoMerge(input:{pullRequestId:$id, expectedHeadOid:$oid, mergeMethod:$method}){
    pullRequest{ autoMergeRequest{ mergeMethod } } } }`;

/** Variables of PROPOSE for one file. */
export function proposal(wish: {
  readonly repositoryId: string;
  readonly fullName: string;
  readonly branch: string;
  readonly parent: string;
  readonly path: string;
  readonly text: string;
}): Readonly<Record<string, unknown>> {
  return {
    ref: { repositoryId: wish.repositoryId, name: `refs/heads/${wish.branch}`, oid: wish.parent },
    c: {
      branch: { repositoryNameWithOwner: wish.fullName, branchName: wish.branch },
      expectedHeadOid: wish.parent,
      message: { headline: `change ${wish.path}`, body: 'why' },
      fileChanges: {
        additions: [{ path: wish.path, contents: Buffer.from(wish.text).toString('base64') }],
      },
    },
    pr: {
      repositoryId: wish.repositoryId,
      baseRefName: 'main',
      headRefName: wish.branch,
      title: `Change ${wish.path}`,
      body: 'why',
    },
  };
}

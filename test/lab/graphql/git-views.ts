import { isoSeconds } from '../clock.ts';
import type { CommitInfo, RefEntry, TreeEntry } from '../git/git-store.ts';
import { nodeId } from '../node-id.ts';
import type { BranchRules } from '../options.ts';
import type { LabRepository } from '../state/repository.ts';
import type { Call } from '../world.ts';
import { checkSuitesView, rollupView } from './check-views.ts';
import { connection, type PageArguments } from './connections.ts';
import { pullView } from './pull-views.ts';
import { repositoryView } from './repository-view.ts';
import { type PullsArguments, selectPulls } from './select-pulls.ts';

/** A ref; its name is relative to the prefix that was asked for. */
export function refView(call: Call, repo: LabRepository, ref: RefEntry, prefix = 'refs/heads/'): object {
  const branch = ref.name.replace(/^refs\/heads\//, '');
  return {
    __typename: 'Ref',
    id: nodeId('REF', repo.id, ref.name),
    name: ref.name.startsWith(prefix) ? ref.name.slice(prefix.length) : branch,
    prefix,
    target: () => objectView(call, repo, ref.oid),
    repository: () => repositoryView(call, repo),
    compare: async ({ headRef }: { readonly headRef: string }) => {
      const head = await repo.git.resolve(headRef);
      if (!head || !(await repo.git.mergeBase(ref.oid, head.oid))) return null;
      const [ahead, behind] = await Promise.all([
        repo.git.log([`${ref.oid}..${head.oid}`]),
        repo.git.log([`${head.oid}..${ref.oid}`]),
      ]);
      return { __typename: 'Comparison', aheadBy: ahead.length, behindBy: behind.length };
    },
    rules: (page: PageArguments) =>
      connection(
        'rules',
        page,
        repo
          .rulesFor(branch)
          .filter((rule) => rule.kind !== 'classic')
          .flatMap(rulesetViews),
        (rule) => rule,
      ),
    refUpdateRule: () => classicView(repo.rulesFor(branch).filter((rule) => rule.kind === 'classic')),
    associatedPullRequests: (args: PullsArguments) =>
      connection(
        'associatedPullRequests',
        args,
        selectPulls(repo, args).filter((pull) => pull.head === branch),
        (pull) => pullView(call, repo, pull),
      ),
  };
}

/** The rules of a ruleset that ask something of a pull request. */
function rulesetViews({ checks = [], approvals = 0, pullRequest }: BranchRules): readonly object[] {
  const rule = (type: string, parameters: object) => ({ __typename: 'RepositoryRule', type, parameters });
  return [
    ...(pullRequest || approvals > 0
      ? [
          rule('PULL_REQUEST', {
            __typename: 'PullRequestParameters',
            requiredApprovingReviewCount: approvals,
          }),
        ]
      : []),
    ...(checks.length > 0
      ? [
          rule('REQUIRED_STATUS_CHECKS', {
            __typename: 'RequiredStatusChecksParameters',
            requiredStatusChecks: checks.map((context) => ({ context })),
          }),
        ]
      : []),
  ];
}

/** Classic protection, as it is shown to those who are no administrators. */
function classicView(rules: readonly BranchRules[]): object | null {
  if (rules.length === 0) return null;
  return {
    __typename: 'RefUpdateRule',
    requiredStatusCheckContexts: rules.flatMap(({ checks = [] }) => checks),
    requiredApprovingReviewCount: Math.max(...rules.map(({ approvals = 0 }) => approvals)),
  };
}

/** Any object by an expression (`main:path`, a SHA); null when there is none. */
export async function objectView(
  call: Call,
  repo: LabRepository,
  expression: string,
): Promise<object | null> {
  const found = await repo.git.resolve(expression);
  switch (found?.type) {
    case 'commit':
      return commitView(call, repo, await repo.git.commitInfo(found.oid));
    case 'tree':
      return treeView(call, repo, found.oid, expression.split(':')[1] ?? '');
    case 'blob':
      return blobView(repo, found.oid);
    default:
      return null;
  }
}

interface HistoryArguments extends PageArguments {
  readonly path?: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
}

/** A commit. */
export function commitView(call: Call, repo: LabRepository, commit: CommitInfo): object {
  const [headline = '', ...rest] = commit.message.split('\n');
  const person = (one: CommitInfo['author']): object => ({
    __typename: 'GitActor',
    name: one.name,
    email: one.email,
    date: isoSeconds(one.at),
    user: null,
  });
  return {
    __typename: 'Commit',
    id: nodeId('C', repo.id, commit.oid),
    oid: commit.oid,
    abbreviatedOid: commit.oid.slice(0, 7),
    url: `${call.world.serverUrl}/${repo.fullName}/commit/${commit.oid}`,
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    author: person(commit.author),
    committer: person(commit.committer),
    authoredDate: isoSeconds(commit.author.at),
    committedDate: isoSeconds(commit.committer.at),
    signature: repo.signed.has(commit.oid)
      ? {
          __typename: 'GpgSignature',
          email: commit.committer.email,
          isValid: true,
          payload: '',
          signature: '-----BEGIN PGP SIGNATURE-----',
          signer: null,
          state: 'VALID',
          verifiedAt: isoSeconds(commit.committer.at),
          wasSignedByGitHub: true,
        }
      : null,
    committedViaWeb: commit.committer.email === 'noreply@github.com',
    tree: () => treeView(call, repo, commit.tree, ''),
    file: ({ path }: { readonly path: string }) => fileView(call, repo, commit.oid, path),
    parents: async (page: PageArguments) => {
      const parents = await Promise.all(commit.parents.map((oid) => repo.git.commitInfo(oid)));
      return connection('parents', page, parents, (parent) => commitView(call, repo, parent));
    },
    history: async (args: HistoryArguments) => {
      const limits = [
        args.since ? [`--since=${args.since}`] : [],
        args.until ? [`--until=${args.until}`] : [],
      ];
      const path = args.path ? ['--', args.path] : [];
      const commits = await repo.git.log(['--date-order', ...limits.flat(), commit.oid, ...path]);
      return connection('history', args, commits, (one) => commitView(call, repo, one));
    },
    associatedPullRequests: (page: PageArguments) =>
      connection(
        'associatedPullRequests',
        page,
        repo.pulls.filter((pull) => pull.headOid === commit.oid || pull.mergeOid === commit.oid),
        (pull) => pullView(call, repo, pull),
      ),
    statusCheckRollup: () => rollupView(repo, commit.oid),
    checkSuites: (page: PageArguments) => checkSuitesView(repo, commit.oid, page),
    repository: () => repositoryView(call, repo),
  };
}

function treeView(call: Call, repo: LabRepository, oid: string, path: string): object {
  return {
    __typename: 'Tree',
    id: nodeId('T', repo.id, oid),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    repository: () => repositoryView(call, repo),
    entries: async () =>
      (await repo.git.tree(oid)).map((entry) => entryView(call, repo, entry, join(path, entry.path))),
  };
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

async function fileView(call: Call, repo: LabRepository, oid: string, path: string): Promise<object | null> {
  const parts = path.split('/');
  const folder = parts.slice(0, -1).join('/');
  const found = await repo.git.resolve(`${oid}:${folder}`);
  if (found?.type !== 'tree') return null;
  const entry = (await repo.git.tree(found.oid)).find((one) => one.path === parts.at(-1));
  return entry ? entryView(call, repo, entry, path) : null;
}

function entryView(call: Call, repo: LabRepository, entry: TreeEntry, path: string): object {
  return {
    __typename: 'TreeEntry',
    name: entry.path,
    path,
    // GitHub gives the octal mode as a decimal number: 33188 is 100644
    mode: Number.parseInt(entry.mode, 8),
    type: entry.type,
    oid: entry.oid,
    size: entry.size ?? 0,
    object: () => (entry.type === 'blob' ? blobView(repo, entry.oid) : objectView(call, repo, entry.oid)),
  };
}

/** GitHub gives no text of a blob larger than this, in bytes. */
const MAX_TEXT = 512_000;

async function blobView(repo: LabRepository, oid: string): Promise<object> {
  const content = await repo.git.blob(oid);
  const binary = content.includes(0);
  return {
    __typename: 'Blob',
    id: nodeId('B', repo.id, oid),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    byteSize: content.length,
    isBinary: binary,
    isTruncated: content.length > MAX_TEXT,
    text: binary ? null : content.subarray(0, MAX_TEXT).toString('utf8'),
  };
}

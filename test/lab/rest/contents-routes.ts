import type { TreeEntry } from '../git/git-store.ts';
import { notFound, Refusal, unprocessable } from '../refusal.ts';
import { commitOnBranch } from '../state/commits.ts';
import type { LabRepository } from '../state/repository.ts';
import { actOf, type Call } from '../world.ts';
import { changedFiles, commitView, gitCommitView } from './commit-views.ts';
import { apiUrl, htmlUrl } from './repository-views.ts';
import { paged, type RestContext, type Route } from './router.ts';

interface Place {
  readonly path: string;
  readonly ref: string;
}

function entryView(call: Call, repo: LabRepository, entry: TreeEntry, place: Place): object {
  const type = { blob: 'file', tree: 'dir', commit: 'submodule' }[entry.type];
  const self = apiUrl(call, repo, `/contents/${place.path}?ref=${place.ref}`);
  const git = apiUrl(call, repo, `/git/${entry.type}s/${entry.oid}`);
  const html = htmlUrl(call, repo, `/blob/${place.ref}/${place.path}`);
  return {
    type: entry.mode === '120000' ? 'symlink' : type,
    size: entry.size ?? 0,
    name: place.path.split('/').at(-1) ?? '',
    path: place.path,
    sha: entry.oid,
    url: self,
    git_url: git,
    html_url: html,
    download_url: type === 'file' ? htmlUrl(call, repo, `/raw/${place.ref}/${place.path}`) : null,
    _links: { self, git, html },
  };
}

/** Larger files come without content, in bytes. */
const MAX_CONTENT = 1_048_576;

async function fileView(call: Call, repo: LabRepository, entry: TreeEntry, place: Place): Promise<object> {
  const content = await repo.git.blob(entry.oid);
  const large = content.length > MAX_CONTENT;
  const encoded = content.toString('base64').replace(/(.{60})/g, '$1\n');
  return {
    ...entryView(call, repo, entry, place),
    encoding: large ? 'none' : 'base64',
    content: large ? '' : `${encoded}\n`,
    ...(entry.mode === '120000' ? { target: content.toString('utf8') } : {}),
  };
}

async function findEntry(repo: LabRepository, oid: string, path: string): Promise<TreeEntry | undefined> {
  const parts = path.split('/');
  const folder = await repo.git.resolve(`${oid}:${parts.slice(0, -1).join('/')}`);
  if (folder?.type !== 'tree') return undefined;
  return (await repo.git.tree(folder.oid)).find((entry) => entry.path === parts.at(-1));
}

async function tipOf(repo: LabRepository, ref: string): Promise<string> {
  const found = await repo.git.resolve(ref);
  if (found?.type !== 'commit')
    throw new Refusal({ status: 404, type: null, message: `No commit found for the ref ${ref}` });
  return found.oid;
}

/** GET contents/{path}: a file with its content, or the entries of a folder. */
export const getContents: Route = {
  permissions: ['contents'],
  level: 'read',
  handle: async ({ call, repo, params, query }) => {
    const path = (params.path ?? '').replace(/\/$/, '');
    const ref = query.get('ref') ?? repo.defaultBranch;
    const tip = await tipOf(repo, ref);
    const root = { path: '', mode: '040000', type: 'tree', oid: tip, size: undefined } as const;
    const entry = path === '' ? root : await findEntry(repo, tip, path);
    if (entry === undefined) throw notFound('Not Found');
    if (entry.type === 'blob') return { status: 200, body: await fileView(call, repo, entry, { path, ref }) };
    if (entry.type === 'commit') return { status: 200, body: entryView(call, repo, entry, { path, ref }) };
    const entries = await repo.git.tree(entry.oid);
    const body = entries.map((one) =>
      entryView(call, repo, one, { path: path === '' ? one.path : `${path}/${one.path}`, ref }),
    );
    return { status: 200, body };
  },
};

async function refuseSha(repo: LabRepository, path: string, given: unknown, tip: string): Promise<boolean> {
  const old = await findEntry(repo, tip, path);
  if (old === undefined) return true;
  if (given === undefined) throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
  if (given !== old.oid)
    throw new Refusal({ status: 409, type: null, message: `${path} does not match ${String(given)}` });
  return false;
}

/** PUT contents/{path}: one commit with one file, guarded by the blob that it replaces. */
export const putContents: Route = {
  permissions: ['contents'],
  level: 'write',
  handle: async ({ call, repo, params, body }) => {
    const path = params.path ?? '';
    const branch = String(body.branch ?? repo.defaultBranch);
    const token = call.token;
    if (token === undefined) throw new Error('lab: a write without a token');
    return repo.exclusive(async () => {
      const tip = await repo.git.ref(`refs/heads/${branch}`);
      const created = tip === undefined || (await refuseSha(repo, path, body.sha, tip));
      const oid = await commitOnBranch(repo, actOf(call), token, {
        branch,
        expected: undefined,
        message: `${String(body.message)}\n`,
        additions: [{ path, content: Buffer.from(String(body.content), 'base64') }],
        deletions: [],
        ruleStatus: 409,
      });
      const entry = await findEntry(repo, oid, path);
      if (entry === undefined) throw new Error(`lab: ${path} is not in the commit just made`);
      const content = entryView(call, repo, entry, { path, ref: branch });
      const commit = gitCommitView(call, repo, await repo.git.commitInfo(oid));
      return { status: created ? 201 : 200, body: { content, commit } };
    });
  },
};

/** GET commits. */
export const listCommits: Route = {
  permissions: ['contents'],
  level: 'read',
  handle: async (context) => {
    const { call, repo, query } = context;
    const tip = await tipOf(repo, query.get('sha') ?? repo.defaultBranch);
    const limits = ['since', 'until', 'author'].flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [`--${name}=${value}`];
    });
    const path = query.get('path');
    const commits = await repo.git.log(['--date-order', ...limits, tip, ...(path ? ['--', path] : [])]);
    return paged(context, commits, (commit) => commitView(call, repo, commit));
  },
};

/** GET commits/{ref}: one commit with the files it changed. */
export const getCommit: Route = {
  permissions: ['contents'],
  level: 'read',
  handle: async ({ call, repo, params }) => {
    const ref = params.ref ?? '';
    const found = await repo.git.resolve(
      ref.startsWith('heads/') || ref.startsWith('tags/') ? `refs/${ref}` : ref,
    );
    if (found?.type !== 'commit') throw unprocessable(`No commit found for SHA: ${ref}`);
    const commit = await repo.git.commitInfo(found.oid);
    const from = commit.parents[0] ?? EMPTY_TREE;
    const files = await changedFiles(call, repo, { from, to: commit.oid });
    return { status: 200, body: { ...commitView(call, repo, commit), files } };
  },
};

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** GET compare/{basehead}. */
export const compare: Route = {
  permissions: ['contents'],
  level: 'read',
  handle: async (context) => {
    const { call, repo } = context;
    const [base, head] = await bothEnds(context);
    const { ahead, behind } = await repo.git.distance(base, head);
    const mergeBase = await repo.git.mergeBase(base, head);
    if (mergeBase === undefined) throw notFound('No common ancestor between the two commits.');
    const commits = await repo.git.log(['--reverse', '--topo-order', `${base}..${head}`]);
    const status =
      ahead === 0 && behind === 0
        ? 'identical'
        : behind === 0
          ? 'ahead'
          : ahead === 0
            ? 'behind'
            : 'diverged';
    const html = htmlUrl(call, repo, `/compare/${base}...${head}`);
    return {
      status: 200,
      body: {
        url: apiUrl(call, repo, `/compare/${base}...${head}`),
        html_url: html,
        permalink_url: html,
        diff_url: `${html}.diff`,
        patch_url: `${html}.patch`,
        base_commit: commitView(call, repo, await repo.git.commitInfo(base)),
        merge_base_commit: commitView(call, repo, await repo.git.commitInfo(mergeBase)),
        status,
        ahead_by: ahead,
        behind_by: behind,
        total_commits: commits.length,
        commits: commits.map((commit) => commitView(call, repo, commit)),
        files: await changedFiles(call, repo, { from: mergeBase, to: head }),
      },
    };
  },
};

async function bothEnds({ repo, params }: RestContext): Promise<readonly [string, string]> {
  const [base = '', head = ''] = (params.basehead ?? '').split('...');
  const short = (name: string): string => name.replace(`${repo.owner}:`, '');
  const one = await repo.git.resolve(short(base));
  const other = await repo.git.resolve(short(head));
  if (one?.type !== 'commit' || other?.type !== 'commit') throw notFound('Not Found');
  return [one.oid, other.oid];
}

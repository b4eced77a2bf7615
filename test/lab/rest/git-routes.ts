import type { RefEntry } from '../git/git-store.ts';
import { nodeId } from '../node-id.ts';
import { notFound, unprocessable } from '../refusal.ts';
import { createRef, deleteRef, updateRef } from '../state/branches.ts';
import { GITHUB, sign, signatureOf } from '../state/merging.ts';
import type { LabRepository } from '../state/repository.ts';
import { actOf, type Call } from '../world.ts';
import { gitCommitView } from './commit-views.ts';
import { apiUrl } from './repository-views.ts';
import type { Route } from './router.ts';

async function refView(call: Call, repo: LabRepository, ref: RefEntry): Promise<object> {
  const found = await repo.git.resolve(ref.oid);
  const type = found?.type ?? 'commit';
  const path = ref.name.split('/').map(encodeURIComponent).join('/');
  return {
    ref: ref.name,
    node_id: nodeId('REF', repo.id, ref.name),
    url: apiUrl(call, repo, `/git/${path}`),
    object: { type, sha: ref.oid, url: apiUrl(call, repo, `/git/${type}s/${ref.oid}`) },
  };
}

const reads = { permissions: ['contents'], level: 'read' } as const;
const writes = { permissions: ['contents'], level: 'write' } as const;

/** GET git/ref/{ref}. */
export const getRef: Route = {
  ...reads,
  handle: async ({ call, repo, params }) => {
    const name = `refs/${params.ref}`;
    const oid = await repo.git.ref(name);
    if (oid === undefined) throw notFound('Not Found');
    return { status: 200, body: await refView(call, repo, { name, oid }) };
  },
};

/** GET git/matching-refs/{ref}. */
export const listRefs: Route = {
  ...reads,
  handle: async ({ call, repo, params }) => {
    const all = await repo.git.refs('refs/');
    const found = all.filter((ref) => ref.name.startsWith(`refs/${params.ref}`));
    return { status: 200, body: await Promise.all(found.map((ref) => refView(call, repo, ref))) };
  },
};

/** POST git/refs. */
export const postRef: Route = {
  ...writes,
  handle: async ({ call, repo, body }) => {
    const wish = { name: String(body.ref), oid: String(body.sha) };
    await repo.exclusive(() => createRef(repo, actOf(call), wish));
    return { status: 201, body: await refView(call, repo, wish) };
  },
};

/** PATCH git/refs/{ref}. */
export const patchRef: Route = {
  ...writes,
  handle: async ({ call, repo, params, body }) => {
    const name = `refs/${params.ref}`;
    const oid = String(body.sha);
    const move = { name, oid, force: body.force === true };
    await repo.exclusive(() => updateRef(repo, actOf(call), move));
    return { status: 200, body: await refView(call, repo, { name, oid }) };
  },
};

/** DELETE git/refs/{ref}. */
export const removeRef: Route = {
  ...writes,
  handle: async ({ call, repo, params }) => {
    await repo.exclusive(() => deleteRef(repo, actOf(call), `refs/${params.ref}`));
    return { status: 204 };
  },
};

/** GET git/commits/{commit_sha}. */
export const getGitCommit: Route = {
  ...reads,
  handle: async ({ call, repo, params }) => {
    const found = await repo.git.resolve(params.commit_sha ?? '');
    if (found?.type !== 'commit') throw notFound('Not Found');
    return { status: 200, body: gitCommitView(call, repo, await repo.git.commitInfo(found.oid)) };
  },
};

/** GET git/blobs/{file_sha}. */
export const getBlob: Route = {
  ...reads,
  handle: async ({ call, repo, params }) => {
    const found = await repo.git.resolve(params.file_sha ?? '');
    if (found?.type !== 'blob') throw notFound('Not Found');
    const content = await repo.git.blob(found.oid);
    return {
      status: 200,
      body: {
        sha: found.oid,
        node_id: nodeId('B', repo.id, found.oid),
        size: content.length,
        url: apiUrl(call, repo, `/git/blobs/${found.oid}`),
        content: content.toString('base64'),
        encoding: 'base64',
      },
    };
  },
};

/** POST git/blobs. */
export const postBlob: Route = {
  ...writes,
  handle: async ({ call, repo, body }) => {
    const encoding = body.encoding === 'base64' ? 'base64' : 'utf8';
    const sha = await repo.git.writeBlob(Buffer.from(String(body.content), encoding));
    return { status: 201, body: { sha, url: apiUrl(call, repo, `/git/blobs/${sha}`) } };
  },
};

async function treeView(call: Call, repo: LabRepository, oid: string, recursive: boolean): Promise<object> {
  const entries = await repo.git.tree(oid, { recursive });
  return {
    sha: oid,
    url: apiUrl(call, repo, `/git/trees/${oid}`),
    truncated: false,
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.oid,
      ...(entry.size === undefined ? {} : { size: entry.size }),
      url: apiUrl(call, repo, `/git/${entry.type}s/${entry.oid}`),
    })),
  };
}

/** GET git/trees/{tree_sha}. With `recursive` the lab lists files without the folders between them. */
export const getTree: Route = {
  ...reads,
  handle: async ({ call, repo, params, query }) => {
    const found = await repo.git.resolve(params.tree_sha ?? '');
    if (found === undefined || found.type === 'blob') throw notFound('Not Found');
    const oid = found.type === 'commit' ? (await repo.git.commitInfo(found.oid)).tree : found.oid;
    return { status: 200, body: await treeView(call, repo, oid, query.has('recursive')) };
  },
};

interface TreeItem {
  readonly path?: string;
  readonly mode?: string;
  readonly sha?: string | null;
  readonly content?: string;
}

/** POST git/trees: inline text, a blob's id, or null to delete. */
export const postTree: Route = {
  ...writes,
  handle: async ({ call, repo, body }) => {
    const base = typeof body.base_tree === 'string' ? body.base_tree : undefined;
    if (base !== undefined && (await repo.git.resolve(base)) === undefined)
      throw unprocessable('base_tree is not a valid tree oid');
    const changes = [];
    for (const item of body.tree as readonly TreeItem[]) {
      const oid = item.content === undefined ? item.sha : await repo.git.writeBlob(Buffer.from(item.content));
      if (typeof oid === 'string' && (await repo.git.resolve(oid)) === undefined)
        throw unprocessable('tree.sha is not a valid blob', {
          restMessage: `tree.sha ${oid} is not a valid blob`,
        });
      changes.push({ path: item.path ?? '', oid: oid ?? undefined, mode: item.mode ?? '100644' });
    }
    const tree = await repo.git.editTree(base, changes);
    return { status: 201, body: await treeView(call, repo, tree, false) };
  },
};

/** POST git/commits: on no branch yet. */
export const postCommit: Route = {
  ...writes,
  handle: async ({ call, repo, body }) => {
    const parents = (body.parents ?? []) as readonly string[];
    for (const oid of [String(body.tree), ...parents])
      if ((await repo.git.resolve(oid)) === undefined) throw unprocessable('Tree SHA does not exist');
    const author = body.author as { readonly name: string; readonly email: string } | undefined;
    const oid = await repo.git.commit({
      tree: String(body.tree),
      parents,
      message: String(body.message),
      author: author ?? signatureOf(actOf(call).actor),
      // only what GitHub commits itself is signed by it
      committer: author ?? GITHUB,
      at: call.world.clock.now(),
    });
    if (author === undefined && actOf(call).actor.kind !== 'user') sign(repo, oid);
    return { status: 201, body: gitCommitView(call, repo, await repo.git.commitInfo(oid)) };
  },
};

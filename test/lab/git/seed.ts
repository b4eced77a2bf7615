import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositorySource } from '../options.ts';
import { GITHUB } from '../state/merging.ts';
import { GitStore } from './git-store.ts';
import { installRulesHook } from './http-backend.ts';
import { git } from './run-git.ts';

export interface Seed {
  readonly dir: string;
  readonly source: RepositorySource;
  readonly defaultBranch: string;
  readonly at: number;
}

/** Makes a bare repository whose default branch has the wished content. */
export async function seedRepository({ dir, source, defaultBranch, at }: Seed): Promise<GitStore> {
  await mkdir(dir, { recursive: true });
  await git({ dir, args: ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.'] });
  // what GitHub's server allows to clients
  for (const [key, value] of [
    ['http.receivepack', 'true'],
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['gc.auto', '0'],
    ['core.logAllRefUpdates', 'false'],
  ] as const)
    await git({ dir, args: ['config', key, value] });
  await mkdir(join(dir, 'hooks'), { recursive: true });
  await installRulesHook(dir);
  const store = new GitStore(dir);
  if ('fromBareGit' in source) {
    await git({
      dir,
      args: [
        'fetch',
        '--quiet',
        source.fromBareGit,
        '+refs/heads/*:refs/heads/*',
        '+refs/tags/*:refs/tags/*',
      ],
    });
    return store;
  }
  const tree = 'files' in source ? await treeOfFiles(store, source.files) : await treeOfFolder(store, source);
  const author = { name: 'mona', email: 'mona@example.com' };
  const message = 'Initial commit\n';
  const oid = await store.commit({ tree, parents: [], message, author, committer: GITHUB, at });
  await store.swapRef(`refs/heads/${defaultBranch}`, undefined, oid);
  return store;
}

async function treeOfFiles(
  store: GitStore,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const changes = [];
  for (const [path, content] of Object.entries(files))
    changes.push({ path, oid: await store.writeBlob(Buffer.from(content)) });
  return store.editTree(undefined, changes);
}

async function treeOfFolder(
  store: GitStore,
  { fromDirectory }: { readonly fromDirectory: string },
): Promise<string> {
  const index = join(store.dir, 'lab-seed-index');
  const env = { GIT_INDEX_FILE: index, GIT_DIR: store.dir, GIT_WORK_TREE: fromDirectory };
  try {
    await git({ dir: fromDirectory, args: ['add', '--all', '--force', '.'], env });
    return (await store.run(['write-tree'], { env: { GIT_INDEX_FILE: index } })).trim();
  } finally {
    await rm(index, { force: true });
  }
}

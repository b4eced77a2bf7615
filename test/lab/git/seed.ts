import { appendFile, mkdir, rm } from 'node:fs/promises';
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

/** What GitHub's server allows to clients; and no ref ever leaves its file. */
const SERVER_CONFIG = `[http]
\treceivepack = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[gc]
\tauto = 0
`;

const AUTHOR = { name: 'mona', email: 'mona@example.com' } as const;

/** Makes a bare repository whose default branch has the wished content. */
export async function seedRepository({ dir, source, defaultBranch, at }: Seed): Promise<GitStore> {
  await mkdir(dir, { recursive: true });
  const args = ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`, '.'];
  await git({ dir, args });
  await appendFile(join(dir, 'config'), SERVER_CONFIG);
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
  const commit = { message: 'Initial commit\n', author: AUTHOR, committer: GITHUB, at } as const;
  const oid =
    'files' in source
      ? await store.commitFiles({ ...commit, parent: undefined, files: filesOf(source.files) })
      : await store.commit({ ...commit, parents: [], tree: await treeOfFolder(store, source) });
  await store.swapRef(`refs/heads/${defaultBranch}`, undefined, oid);
  return store;
}

function filesOf(
  files: Readonly<Record<string, string | Uint8Array>>,
): readonly { readonly path: string; readonly content: Uint8Array }[] {
  return Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
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

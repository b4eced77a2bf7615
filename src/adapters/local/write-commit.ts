import { ToolError } from '../../core/errors.ts';
import type { Instant, Sha } from '../../core/units.ts';
import { sha } from '../../core/units.ts';
import type { FileWrite } from '../../ports/forge.ts';
import type { Git } from '../git/git-process.ts';
import { gitFailure, gitOutput } from '../git/git-process.ts';
import type { TreeEntry } from '../git/tree.ts';
import { lookUp } from '../git/tree.ts';

/** Who commits, and when. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly at: Instant;
}

export interface NewCommit {
  readonly parent: Sha;
  readonly files: readonly FileWrite[];
  readonly message: string;
  readonly signature: Signature;
  /** Names the ref that holds the commit while it is made. */
  readonly operation: string;
}

/**
 * Writes blobs, trees and one commit into the object store by a single `git fast-import`; no branch, index or working tree
 * changes. New files are 100644, others keep their mode. @throws ToolError REFUSED when a path is or lies behind a symlink,
 * a submodule or a file
 */
export async function writeCommit(git: Git, commit: NewCommit): Promise<Sha> {
  const modes = await fileModes(git, commit);
  const holder = `refs/belay/building/${commit.operation}`;
  const output = await gitOutput(git, 'write a commit', {
    args: ['fast-import', '--quiet', '--done', '--force', '--cat-blob-fd=1'],
    input: importStream(commit, { holder, modes }),
  });
  return sha(output.trim());
}

function importStream(
  commit: NewCommit,
  { holder, modes }: { readonly holder: string; readonly modes: ReadonlyMap<string, string> },
): string {
  const person = personOf(commit.signature);
  const files = commit.files.map(
    ({ path, text }) => `M ${modes.get(path) ?? '100644'} inline ${quotePath(path)}\n${data(text)}\n`,
  );
  return [
    `commit ${holder}\nmark :1\nauthor ${person}\ncommitter ${person}\n`,
    `${data(commit.message)}\nfrom ${commit.parent}\n`,
    ...files,
    // the branch that fast-import needs is taken back before it would be made
    `get-mark :1\nreset ${holder}\nfrom ${'0'.repeat(commit.parent.length)}\n\ndone\n`,
  ].join('');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

/** Paths have no control characters here, so that these two are all that needs an escape. */
function quotePath(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}

/** `Name <mail> seconds +0000`, as commits and tags hold it. */
export function personOf(signature: Signature): string {
  const plain = (text: string) => text.replace(/[<>\n]/g, '').trim();
  return `${plain(signature.name)} <${plain(signature.email)}> ${Math.floor(signature.at / 1000)} +0000`;
}

async function fileModes(git: Git, commit: NewCommit): Promise<ReadonlyMap<string, string>> {
  const paths = commit.files.map((file) => file.path);
  const folders = [...new Set(paths.flatMap(foldersAbove))];
  const entries = await lookUp(git, commit.parent, [...paths, ...folders]);
  for (const folder of folders) {
    const entry = entries.get(folder);
    if (entry !== undefined && entry.mode !== '040000') throw notWritable(folder, entry);
  }
  const modes = new Map<string, string>();
  for (const path of paths) {
    const entry = entries.get(path);
    if (entry !== undefined && !/^100/.test(entry.mode)) throw notWritable(path, entry);
    if (entry !== undefined) modes.set(path, entry.mode);
  }
  return modes;
}

function foldersAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}

function notWritable(path: string, entry: TreeEntry): ToolError {
  const kinds: Readonly<Record<string, string>> = {
    '120000': 'a symlink',
    '160000': 'a submodule',
    '040000': 'a folder',
  };
  const kind = kinds[entry.mode] ?? 'a file';
  return new ToolError({
    code: 'REFUSED',
    message: `SEC-09: "${path}" is ${kind}; only regular files in regular folders are written. Replace it`,
  });
}

export interface TreeCommit {
  readonly tree: string;
  readonly parents: readonly Sha[];
  readonly message: string;
  readonly committer: Signature;
  /** Default: the committer. `date` is what git prints as %ad with --date=raw. */
  readonly author?: { readonly name: string; readonly email: string; readonly date: string };
}

/** A commit of a tree that exists already; no branch changes. */
export async function commitTree(git: Git, commit: TreeCommit): Promise<Sha> {
  const { committer } = commit;
  const date = `${Math.floor(committer.at / 1000)} +0000`;
  const author = commit.author ?? { ...committer, date };
  const answer = await git({
    args: ['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent])],
    input: commit.message,
    environment: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: date,
    },
  });
  if (answer.code !== 0) throw gitFailure('write a commit', answer);
  return sha(answer.stdout.toString('utf8').trim());
}

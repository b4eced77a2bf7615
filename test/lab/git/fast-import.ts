import { randomUUID } from 'node:crypto';
import type { Signature } from './git-store.ts';
import { git } from './run-git.ts';

export interface ImportedCommit {
  readonly parent: string | undefined;
  /** New content by path; undefined deletes. */
  readonly files: readonly { readonly path: string; readonly content: Uint8Array | undefined }[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const LINE = Buffer.from('\n');

/** Stores files, trees and a commit by one process; the commit is on no branch. */
export async function importCommit(dir: string, commit: ImportedCommit): Promise<string> {
  const ref = `refs/lab/${randomUUID()}`;
  const when = `${Math.floor(commit.at / 1000)} +0000`;
  const who = (one: Signature): string => `${one.name} <${one.email}> ${when}`;
  const parts: Uint8Array[] = [
    Buffer.from(`commit ${ref}\nmark :1\nauthor ${who(commit.author)}\ncommitter ${who(commit.committer)}\n`),
    ...data(Buffer.from(commit.message)),
    ...(commit.parent === undefined ? [] : [Buffer.from(`from ${commit.parent}\n`)]),
  ];
  for (const { path, content } of commit.files) {
    if (content === undefined) parts.push(Buffer.from(`D ${quoted(path)}\n`));
    else parts.push(Buffer.from(`M 100644 inline ${quoted(path)}\n`), ...data(content));
  }
  // fast-import wants a branch to write to; resetting it to nothing leaves none
  parts.push(Buffer.from(`get-mark :1\nreset ${ref}\nfrom ${'0'.repeat(40)}\n\ndone\n`));
  const args = ['fast-import', '--quiet', '--done', '--date-format=raw', '--force'];
  return (await git({ dir, args, input: Buffer.concat(parts) })).toString('utf8').trim();
}

function data(content: Uint8Array): readonly Uint8Array[] {
  return [Buffer.from(`data ${content.length}\n`), content, LINE];
}

function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

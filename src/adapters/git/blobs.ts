import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import type { RepoFile } from '../../ports/forge.ts';
import type { Git } from './git-process.ts';
import { firstLines, gitFailure } from './git-process.ts';
import type { TreeEntry } from './tree.ts';

/** Largest file that is read, in bytes: 1 MiB. */
export const MAX_FILE_BYTES = 1_048_576;

type Content =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'missing' };

/** Entries of a tree as files, by path; folders are left out. One git process for all of them, none for none. */
export async function readEntries(
  git: Git,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<ReadonlyMap<string, RepoFile>> {
  const regular = [...entries.values()].filter(isRegular).map((entry) => entry.object);
  const contents = await readBlobs(git, [...new Set(regular)]);
  const files = new Map<string, RepoFile>();
  for (const [path, entry] of entries) {
    const file = toFile(path, entry, contents);
    if (file !== undefined) files.set(path, file);
  }
  return files;
}

function isRegular(entry: TreeEntry): boolean {
  return entry.mode === '100644' || entry.mode === '100755' || entry.mode === '100664';
}

function toFile(
  path: string,
  entry: TreeEntry,
  contents: ReadonlyMap<string, Content>,
): RepoFile | undefined {
  if (entry.mode === '040000') return undefined;
  if (entry.mode === '120000') return { kind: 'unreadable', path, reason: 'symlink' };
  if (entry.mode === '160000') return { kind: 'unreadable', path, reason: 'submodule' };
  const content = contents.get(entry.object);
  if (content === undefined || content.kind === 'missing')
    throw new ToolError({
      code: 'CORRUPT',
      message: `git: content of "${path}" (${entry.object}) is not in this checkout and could not be fetched. Check out without a filter`,
    });
  if (content.kind === 'too-large') return { kind: 'unreadable', path, reason: 'too-large' };
  const text = decode(content.bytes);
  return text === undefined ? { kind: 'unreadable', path, reason: 'not-utf8' } : { kind: 'text', path, text };
}

/** Keeps a byte order mark, so that writing the text back gives the same bytes. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function readBlobs(git: Git, objects: readonly Sha[]): Promise<ReadonlyMap<string, Content>> {
  if (objects.length === 0) return new Map();
  const parser = createBatchParser();
  const answer = await git({
    args: ['cat-file', '--batch'],
    input: `${objects.join('\n')}\n`,
    onOutput: parser.push,
  });
  if (answer.code !== 0) {
    if (/promisor|could not fetch/i.test(answer.stderr))
      throw new ToolError({
        code: 'FORGE_UNAVAILABLE',
        message: `git: this checkout lacks file contents and they could not be fetched: ${firstLines(answer.stderr)}. Check out without a filter`,
      });
    throw gitFailure('read files', answer);
  }
  return parser.contents;
}

/**
 * Reads the output of `git cat-file --batch` as it comes: a line `<object> <type> <size>`, then the bytes and a newline;
 * or `<object> missing`. What is too large passes through without being kept.
 */
function createBatchParser() {
  const contents = new Map<string, Content>();
  let pending: Buffer = Buffer.alloc(0);
  let body: { readonly object: string; readonly keep: Buffer[] | undefined; left: number } | undefined;

  function takeHeader(): boolean {
    const end = pending.indexOf(10);
    if (end < 0) return false;
    const [object = '', type = '', size = ''] = pending.subarray(0, end).toString('latin1').split(' ');
    pending = pending.subarray(end + 1);
    if (size === '') contents.set(object, { kind: 'missing' });
    else
      body = {
        object,
        keep: type === 'blob' && Number(size) <= MAX_FILE_BYTES ? [] : undefined,
        left: Number(size) + 1,
      };
    return true;
  }

  function takeBody(current: NonNullable<typeof body>): boolean {
    const part = pending.subarray(0, current.left);
    pending = pending.subarray(part.length);
    current.left -= part.length;
    current.keep?.push(part);
    if (current.left > 0) return false;
    // the newline after the content is not part of it
    const content: Content = current.keep
      ? { kind: 'bytes', bytes: Buffer.concat(current.keep).subarray(0, -1) }
      : { kind: 'too-large' };
    contents.set(current.object, content);
    body = undefined;
    return true;
  }

  function push(chunk: Buffer): void {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length > 0 && (body === undefined ? takeHeader() : takeBody(body)));
  }

  return { push, contents: contents as ReadonlyMap<string, Content> };
}

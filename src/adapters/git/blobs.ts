import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import { decodeUtf8, firstProblem } from '../../core/yaml/decode-utf8.ts';
import type { RepoFile } from '../../ports/forge.ts';
import { createBatchParser, type StoredObject } from './batch-parser.ts';
import type { Git, GitAnswer } from './git-process.ts';
import { firstLines, gitFailure } from './git-process.ts';
import type { Objects } from './objects.ts';
import type { TreeEntry } from './tree.ts';

type Content =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'missing' };

/** Entries of a tree as files, by path; folders are left out. One git process for all of them, none for none. */
export async function readEntries(
  git: Git,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<ReadonlyMap<string, RepoFile>> {
  return toFiles(entries, (objects) => readBlobs(git, objects));
}

/** The same from a git that is running. */
export async function readEntriesOf(
  objects: Objects,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<ReadonlyMap<string, RepoFile>> {
  return toFiles(entries, async (ids) => {
    const found = await Promise.all(ids.map(async (id) => [id, contentOf(await objects.read(id))] as const));
    return new Map(found);
  });
}

async function toFiles(
  entries: ReadonlyMap<string, TreeEntry>,
  read: (objects: readonly Sha[]) => Promise<ReadonlyMap<string, Content>>,
): Promise<ReadonlyMap<string, RepoFile>> {
  const regular = [...entries.values()].filter(isRegular).map((entry) => entry.object);
  const contents = await read([...new Set(regular)]);
  const files = new Map<string, RepoFile>();
  for (const [path, entry] of entries) {
    const file = toFile(path, entry, contents);
    if (file !== undefined) files.set(path, file);
  }
  return files;
}

/** Whether an entry is a file, and no folder, symlink or submodule. */
export function isRegular(entry: TreeEntry): boolean {
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
  if (text !== undefined) return { kind: 'text', path, text };
  return { kind: 'unreadable', path, reason: 'not-utf8', ...firstProblem(decodeUtf8(path, content.bytes)) };
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
  const contents = new Map<string, Content>();
  let next = 0;
  const answer = await git({
    args: ['cat-file', '--batch'],
    input: `${objects.join('\n')}\n`,
    onOutput: createBatchParser((object) => {
      contents.set(objects[next] ?? '', contentOf(object));
      next += 1;
    }),
  });
  if (answer.code !== 0) throw readFailure(answer);
  return contents;
}

function contentOf(object: StoredObject | undefined): Content {
  if (object === undefined) return { kind: 'missing' };
  return object.bytes === undefined ? { kind: 'too-large' } : { kind: 'bytes', bytes: object.bytes };
}

/** The error of a git that could not give an object. */
export function readFailure(answer: GitAnswer): ToolError {
  if (!/promisor|could not fetch/i.test(answer.stderr)) return gitFailure('read files', answer);
  return new ToolError({
    code: 'FORGE_UNAVAILABLE',
    message: `git: this checkout lacks file contents and they could not be fetched: ${firstLines(answer.stderr)}. Check out without a filter`,
  });
}

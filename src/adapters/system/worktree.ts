import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../core/units.ts';
import { decodeUtf8, firstProblem } from '../../core/yaml/decode-utf8.ts';
import type { Digests, FileSource, RepoFile } from '../../ports/forge.ts';
import { createContentHash } from '../content-digest.ts';

/** Keeps a byte order mark. */
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MAX_BYTES = 1_048_576;

/** The files of a directory on disk as they are now: what `validate` and `plan` look at. Follows no symlink. */
export function createWorktree(directory: string): FileSource & Digests {
  return {
    async list(folder) {
      const found: string[] = [];
      await walk(directory, folder, found);
      return found.sort();
    },
    async read(paths) {
      const files = await Promise.all(
        paths.map(async (path) => [path, await readOne(directory, path)] as const),
      );
      return new Map(files.flatMap(([path, file]) => (file ? [[path, file] as const] : [])));
    },
    async digests(paths) {
      const found = new Map<string, Digest>();
      // one after the other: the files may be large
      for (const path of paths) {
        const digest = await digestOne(directory, path);
        if (digest !== undefined) found.set(path, digest);
      }
      return found;
    },
  };
}

async function walk(directory: string, folder: string, found: string[]): Promise<void> {
  if (!(await isRealFolder(directory, folder))) return;
  for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) await walk(directory, path, found);
    else found.push(path);
  }
}

/** Every part of the way is a folder, not a link to one: a link could lead out of the repository. */
async function isRealFolder(directory: string, folder: string): Promise<boolean> {
  const parts = folder.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const stats = await lstat(join(directory, ...parts.slice(0, depth))).catch(() => undefined);
    if (!stats?.isDirectory()) return false;
  }
  return true;
}

async function digestOne(directory: string, path: string): Promise<Digest | undefined> {
  const folder = path.split('/').slice(0, -1).join('/');
  const stats = await lstat(join(directory, path)).catch(() => undefined);
  if (!stats?.isFile() || (folder !== '' && !(await isRealFolder(directory, folder)))) return undefined;
  const hash = createContentHash();
  for await (const chunk of createReadStream(join(directory, path))) hash.add(chunk as Buffer);
  return hash.digest();
}

async function readOne(directory: string, path: string): Promise<RepoFile | undefined> {
  const folder = path.split('/').slice(0, -1).join('/');
  const stats = await lstat(join(directory, path)).catch(() => undefined);
  if (!stats) return undefined;
  if (stats.isSymbolicLink() || (folder !== '' && !(await isRealFolder(directory, folder))))
    return { kind: 'unreadable', path, reason: 'symlink' };
  if (!stats.isFile())
    return stats.isDirectory() ? undefined : { kind: 'unreadable', path, reason: 'symlink' };
  if (stats.size > MAX_BYTES) return { kind: 'unreadable', path, reason: 'too-large' };
  const bytes = await readFile(join(directory, path));
  try {
    return { kind: 'text', path, text: DECODER.decode(bytes) };
  } catch {
    return { kind: 'unreadable', path, reason: 'not-utf8', ...firstProblem(decodeUtf8(path, bytes)) };
  }
}

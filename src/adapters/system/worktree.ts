import { createReadStream, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/units.ts';
import { decodeUtf8, firstProblem } from '../../core/yaml/decode-utf8.ts';
import type { Digests, FileSource, RepoFile } from '../../ports/forge.ts';
import { createContentHash } from '../content-digest.ts';

/** Keeps a byte order mark. */
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MAX_BYTES = 1_048_576;

/**
 * The files of a directory on disk as they are now: what `validate` and `plan` look at. Follows no symlink. Read one after the
 * other: thousands of small files take less that way than through the pool of threads.
 */
export function createWorktree(directory: string): FileSource & Digests {
  return {
    async list(folder) {
      const found: string[] = [];
      if (new Folders(directory).isReal(folder)) walk(directory, folder, found);
      return found.sort();
    },
    async read(paths) {
      const folders = new Folders(directory);
      const files = new Map<string, RepoFile>();
      for (const path of paths) {
        const file = readOne(directory, path, folders);
        if (file) files.set(path, file);
      }
      return files;
    },
    async digests(paths) {
      const found = new Map<string, Digest>();
      // one after the other: the files may be large
      const folders = new Folders(directory);
      for (const path of paths) {
        const digest = await digestOne(directory, path, folders);
        if (digest !== undefined) found.set(path, digest);
      }
      return found;
    },
  };
}

/** Another repository within this one: what is in it belongs to that. One that was not checked out is an empty folder. */
function isSubmodule(directory: string, path: string): boolean {
  return lookAt(directory, `${path}/.git`) !== undefined;
}

function walk(directory: string, folder: string, found: string[]): void {
  for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !isSubmodule(directory, path)) walk(directory, path, found);
    else found.push(path);
  }
}

/** Folders of one reading, each looked at once. */
class Folders {
  readonly #directory: string;
  readonly #known = new Map<string, boolean>([['', true]]);

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Every part of the way is a folder of this repository, not a link to one: a link could lead out of it. */
  isReal(folder: string): boolean {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const real =
      this.isReal(folderOf(folder)) &&
      lookAt(this.#directory, folder)?.isDirectory() === true &&
      !isSubmodule(this.#directory, folder);
    this.#known.set(folder, real);
    return real;
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** What is there itself, not what it leads to; undefined for nothing, and for what no path can name. */
function lookAt(directory: string, path: string): Stats | undefined {
  try {
    return lstatSync(join(directory, path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

async function digestOne(directory: string, path: string, folders: Folders): Promise<Digest | undefined> {
  if (!lookAt(directory, path)?.isFile() || !folders.isReal(folderOf(path))) return undefined;
  const hash = createContentHash();
  for await (const chunk of createReadStream(join(directory, path))) hash.add(chunk as Buffer);
  return hash.digest();
}

function readOne(directory: string, path: string, folders: Folders): RepoFile | undefined {
  const stats = lookAt(directory, path);
  if (!stats) return undefined;
  if (stats.isSymbolicLink() || !folders.isReal(folderOf(path)))
    return { kind: 'unreadable', path, reason: 'symlink' };
  if (stats.isDirectory())
    return isSubmodule(directory, path) ? { kind: 'unreadable', path, reason: 'submodule' } : undefined;
  if (!stats.isFile()) return { kind: 'unreadable', path, reason: 'symlink' };
  if (stats.size > MAX_BYTES) return { kind: 'unreadable', path, reason: 'too-large' };
  const bytes = readFileSync(join(directory, path));
  try {
    return { kind: 'text', path, text: DECODER.decode(bytes) };
  } catch {
    return { kind: 'unreadable', path, reason: 'not-utf8', ...firstProblem(decodeUtf8(path, bytes)) };
  }
}

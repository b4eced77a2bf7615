import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportedCommit, importCommit } from './fast-import.ts';
import { ObjectReader } from './object-reader.ts';
import { type GitCall, git, tryGit } from './run-git.ts';

/** Name and mail of a commit's author or committer. */
export interface Signature {
  readonly name: string;
  readonly email: string;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature & { readonly at?: number };
  readonly committer: Signature;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface CommitInfo {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature & { readonly at: number };
  readonly committer: Signature & { readonly at: number };
  readonly message: string;
}

/** One entry of a tree. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly oid: string;
  readonly size: number | undefined;
}

/** A change to one path of a tree; `oid` undefined removes it. */
export interface TreeChange {
  readonly path: string;
  readonly oid: string | undefined;
  readonly mode?: string;
}

export interface RefEntry {
  /** Full name: refs/heads/main. */
  readonly name: string;
  readonly oid: string;
}

const OID = /^[0-9a-f]{40}$/;
/** Names that are safe to look up as files below the git directory. */
const SAFE_REF = /^refs\/[^\0\\]+$/;
const COMMIT_FORMAT = '%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x1e';

/** A bare repository on disk: the one place where refs, files and history are. */
export class GitStore {
  readonly dir: string;
  readonly #reader: ObjectReader;
  readonly #frozen: readonly RefEntry[] | undefined;

  constructor(dir: string, frozen?: { readonly reader: ObjectReader; readonly refs: readonly RefEntry[] }) {
    this.dir = dir;
    this.#reader = frozen?.reader ?? new ObjectReader(dir);
    this.#frozen = frozen?.refs;
  }

  /** The same objects with the refs as they are now, whatever happens later. */
  async freeze(): Promise<GitStore> {
    return new GitStore(this.dir, { reader: this.#reader, refs: await this.refs('refs/') });
  }

  /** Ends the process that reads objects. */
  close(): void {
    this.#reader.close();
  }

  /** Runs git here. @throws Error when it fails */
  async run(args: readonly string[], more: Partial<GitCall> = {}): Promise<string> {
    return (await git({ dir: this.dir, args, ...more })).toString('utf8');
  }

  /** Refs below a prefix (refs/heads/), sorted by name. */
  async refs(prefix: string): Promise<readonly RefEntry[]> {
    if (this.#frozen) return this.#frozen.filter((ref) => ref.name.startsWith(prefix));
    const out = await this.run(['for-each-ref', '--format=%(objectname) %(refname)', prefix]);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ oid: line.slice(0, 40), name: line.slice(41) }));
  }

  /** Where a ref of that full name points; undefined when there is none. */
  async ref(name: string): Promise<string | undefined> {
    if (this.#frozen) return this.#frozen.find((ref) => ref.name === name)?.oid;
    if (!SAFE_REF.test(name) || name.includes('..')) return undefined;
    const loose = await readFile(join(this.dir, name), 'utf8').catch(() => '');
    if (OID.test(loose.trim())) return loose.trim();
    if (!existsSync(join(this.dir, 'packed-refs'))) return undefined;
    return (await this.refs(name)).find((ref) => ref.name === name)?.oid;
  }

  /** Moves, creates (from undefined) or deletes (to undefined) a ref; false when it was not at `from`. */
  async swapRef(name: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    const zero = '0'.repeat(40);
    const args =
      to === undefined
        ? ['update-ref', '-d', name, ...(from === undefined ? [] : [from])]
        : ['update-ref', name, to, from ?? zero];
    return (await tryGit({ dir: this.dir, args })).code === 0;
  }

  /** Whether git accepts the full name of a ref. */
  async isRefName(name: string): Promise<boolean> {
    if (/^refs(?:\/[\w-]+)+$/.test(name)) return true;
    return (await tryGit({ dir: this.dir, args: ['check-ref-format', name] })).code === 0;
  }

  /** The object an expression names (`main`, a SHA, `main:path`), with its type; undefined when there is none. */
  async resolve(expression: string): Promise<{ readonly oid: string; readonly type: string } | undefined> {
    const [revision = '', ...path] = expression.split(':');
    const start = await this.#startOf(revision);
    if (start === undefined) return undefined;
    const name = path.length === 0 ? start : `${start}:${path.join(':')}`;
    const { stdout } = await tryGit({
      dir: this.dir,
      args: ['cat-file', '--batch-check'],
      input: `${name}\n`,
    });
    const [oid = '', type = ''] = stdout.toString('utf8').trim().split(' ');
    return OID.test(oid) && type !== 'missing' ? { oid, type } : undefined;
  }

  async #startOf(revision: string): Promise<string | undefined> {
    if (OID.test(revision)) return revision;
    for (const prefix of ['', 'refs/', 'refs/heads/', 'refs/tags/']) {
      const oid = await this.ref(`${prefix}${revision}`);
      if (oid !== undefined) return oid;
    }
    if (!/^[\w./@{}^~-]+$/.test(revision) || revision.startsWith('-')) return undefined;
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', revision];
    const { code, stdout } = await tryGit({ dir: this.dir, args });
    const oid = stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
    return code === 0 && OID.test(oid) ? oid : undefined;
  }

  /** Content of a blob. @throws Error when there is none */
  async blob(oid: string): Promise<Buffer> {
    const found = await this.#reader.read(oid);
    if (found?.type !== 'blob') throw new Error(`lab: no blob ${oid}`);
    return found.content;
  }

  /** Stores a blob and gives its id. */
  async writeBlob(content: Uint8Array): Promise<string> {
    return (await this.run(['hash-object', '-w', '--stdin'], { input: content })).trim();
  }

  /** Entries of a tree-ish; `recursive` gives files at any depth and no folders. */
  async tree(treeish: string, options: { readonly recursive?: boolean } = {}): Promise<readonly TreeEntry[]> {
    const args = ['ls-tree', '-z', '-l', '--full-tree', ...(options.recursive ? ['-r'] : []), treeish];
    return (await this.run(args))
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t');
        const [mode = '', type = '', oid = '', size = '-'] = line.slice(0, tab).split(/ +/);
        return {
          path: line.slice(tab + 1),
          mode,
          type: type as TreeEntry['type'],
          oid,
          size: size === '-' ? undefined : Number(size),
        };
      });
  }

  /** A tree made of another (or of nothing) by changes to paths. */
  async editTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string> {
    const index = join(this.dir, `lab-index-${randomUUID()}`);
    const env = { GIT_INDEX_FILE: index };
    try {
      await this.run(base === undefined ? ['read-tree', '--empty'] : ['read-tree', base], { env });
      const input = changes
        .map(({ path, oid, mode }) =>
          oid === undefined ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode ?? '100644'} ${oid}\t${path}\0`,
        )
        .join('');
      await this.run(['update-index', '-z', '--replace', '--index-info'], { env, input });
      return (await this.run(['write-tree'], { env })).trim();
    } finally {
      await rm(index, { force: true });
    }
  }

  /** Stores files and a commit of them; it is on no branch yet. */
  commitFiles(commit: ImportedCommit): Promise<string> {
    return importCommit(this.dir, commit);
  }

  /** Stores a commit; it is on no branch yet. */
  async commit(commit: NewCommit): Promise<string> {
    // without the @ git takes small numbers for something else
    const seconds = (at: number): string => `@${Math.floor(at / 1000)} +0000`;
    return (
      await this.run(['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent])], {
        input: commit.message,
        env: {
          GIT_AUTHOR_NAME: commit.author.name,
          GIT_AUTHOR_EMAIL: commit.author.email,
          GIT_AUTHOR_DATE: seconds(commit.author.at ?? commit.at),
          GIT_COMMITTER_NAME: commit.committer.name,
          GIT_COMMITTER_EMAIL: commit.committer.email,
          GIT_COMMITTER_DATE: seconds(commit.at),
        },
      })
    ).trim();
  }

  /** Commits that `git log` lists for these arguments. */
  async log(args: readonly string[]): Promise<readonly CommitInfo[]> {
    const out = await this.run(['log', `--format=${COMMIT_FORMAT}`, ...args]);
    return out
      .split('\x1e')
      .map((record) => record.replace(/^\n/, ''))
      .filter((record) => record !== '')
      .map(readCommit);
  }

  /** One commit by its id. @throws Error when there is none */
  async commitInfo(oid: string): Promise<CommitInfo> {
    const found = await this.#reader.read(oid);
    if (found?.type !== 'commit') throw new Error(`lab: no commit ${oid}`);
    return parseCommit(oid, found.content.toString('utf8'));
  }

  /** Whether one commit is an ancestor of another, or the same. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const args = ['merge-base', '--is-ancestor', ancestor, descendant];
    return (await tryGit({ dir: this.dir, args })).code === 0;
  }

  /** Best common ancestor; undefined for unrelated histories. */
  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const { code, stdout } = await tryGit({ dir: this.dir, args: ['merge-base', one, other] });
    return code === 0 ? stdout.toString('utf8').trim().slice(0, 40) : undefined;
  }

  /** Commits of `head` that `base` lacks (ahead), and the other way round (behind). */
  async distance(base: string, head: string): Promise<{ readonly ahead: number; readonly behind: number }> {
    const out = await this.run(['rev-list', '--left-right', '--count', `${base}...${head}`]);
    const [behind = '0', ahead = '0'] = out.trim().split('\t');
    return { ahead: Number(ahead), behind: Number(behind) };
  }
}

function readCommit(record: string): CommitInfo {
  const [oid = '', tree = '', parents = '', an = '', ae = '', at = '0', cn = '', ce = '', ct = '0', ...body] =
    record.split('\0');
  return {
    oid,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    author: { name: an, email: ae, at: Number(at) * 1000 },
    committer: { name: cn, email: ce, at: Number(ct) * 1000 },
    message: body.join('\0').replace(/\n+$/, ''),
  };
}

/** Reads a commit object. */
function parseCommit(oid: string, text: string): CommitInfo {
  const end = text.indexOf('\n\n');
  const headers = text.slice(0, end).split('\n');
  const all = (name: string): readonly string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const person = (name: string): CommitInfo['author'] => {
    const match = /^(.*?) ?<([^>]*)> (\d+)/.exec(all(name)[0] ?? '');
    return { name: match?.[1] ?? '', email: match?.[2] ?? '', at: Number(match?.[3] ?? 0) * 1000 };
  };
  return {
    oid,
    tree: all('tree')[0] ?? '',
    parents: all('parent'),
    author: person('author'),
    committer: person('committer'),
    message: text.slice(end + 2).replace(/\n+$/, ''),
  };
}

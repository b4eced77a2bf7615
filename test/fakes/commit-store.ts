import { createHash } from 'node:crypto';
import type { Instant, Sha } from '../../src/core/units.ts';
import { sha } from '../../src/core/units.ts';
import type { RepoFile } from '../../src/ports/forge.ts';

/** What a path holds: a text, or something that has none. */
export type Entry = string | { readonly unreadable: Extract<RepoFile, { kind: 'unreadable' }>['reason'] };

export type Tree = ReadonlyMap<string, Entry>;

/** New content by path; null deletes. */
export type Edits = Readonly<Record<string, Entry | null>>;

export interface FakeCommit {
  readonly id: Sha;
  readonly tree: Tree;
  readonly parents: readonly Sha[];
  readonly message: string;
  readonly author: string;
  readonly at: Instant;
}

/** Commits in memory: whole trees, ids that are digests of the content. */
export class CommitStore {
  readonly #commits = new Map<Sha, FakeCommit>();

  add(commit: Omit<FakeCommit, 'id'>): Sha {
    const content = JSON.stringify([
      [...commit.tree].sort(),
      commit.parents,
      commit.message,
      commit.author,
      commit.at,
    ]);
    const id = sha(createHash('sha1').update(content).digest('hex'));
    this.#commits.set(id, { ...commit, id });
    return id;
  }

  get(id: Sha): FakeCommit {
    const commit = this.#commits.get(id);
    if (commit === undefined) throw new Error(`fake forge: no commit ${id}`);
    return commit;
  }

  /** Ids of a commit and all before it. */
  ancestors(id: Sha): ReadonlySet<Sha> {
    const seen = new Set<Sha>();
    const left = [id];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      left.push(...this.get(next).parents);
    }
    return seen;
  }

  /** First-parent line, newest first. */
  line(id: Sha): readonly FakeCommit[] {
    const line: FakeCommit[] = [];
    for (let next: Sha | undefined = id; next !== undefined; next = this.get(next).parents[0])
      line.push(this.get(next));
    return line;
  }

  /** Paths that differ between two trees. */
  changed(before: Tree, after: Tree): readonly string[] {
    const paths = new Set([...before.keys(), ...after.keys()]);
    return [...paths].filter((path) => !sameEntry(before.get(path), after.get(path)));
  }

  /** Whole files merge or conflict; lines of one file are not merged. */
  merge(ours: Sha, theirs: Sha): { readonly tree: Tree } | { readonly conflicts: readonly string[] } {
    const before = this.#mergeBase(ours, theirs);
    const mine = this.get(ours).tree;
    const other = this.get(theirs).tree;
    const merged = new Map(mine);
    const conflicts: string[] = [];
    for (const path of this.changed(before, other)) {
      const entry = other.get(path);
      const isMine = !sameEntry(before.get(path), mine.get(path));
      if (isMine && !sameEntry(mine.get(path), entry)) conflicts.push(path);
      else if (entry === undefined) merged.delete(path);
      else merged.set(path, entry);
    }
    return conflicts.length > 0 ? { conflicts } : { tree: merged };
  }

  #mergeBase(ours: Sha, theirs: Sha): Tree {
    const mine = this.ancestors(ours);
    const common = [...this.ancestors(theirs)].filter((id) => mine.has(id));
    const best = common.find((id) => common.every((other) => this.ancestors(id).has(other)));
    return best === undefined ? new Map() : this.get(best).tree;
  }
}

/** A tree with some paths changed. */
export function editTree(tree: Tree, edits: Edits): Tree {
  const edited = new Map(tree);
  for (const [path, entry] of Object.entries(edits)) {
    if (entry === null) edited.delete(path);
    else edited.set(path, entry);
  }
  return edited;
}

function sameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

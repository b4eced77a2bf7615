import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import { sha } from '../../core/units.ts';
import type { StoredObject } from './batch-parser.ts';
import type { Objects } from './objects.ts';
import { isTreePath, type TreeEntry } from './tree.ts';

/** The trees of commits, read object by object. */
export interface TreeWalker {
  /** Everything below a folder of a commit by path, folders themselves left out; `''` is the root. */
  list(at: Sha, folder: string): Promise<ReadonlyMap<string, TreeEntry>>;
  /** The entries that exist among `paths`, folders included. */
  find(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>>;
}

type Tree = ReadonlyMap<string, TreeEntry>;

const FOLDER = '040000';
/** Trees that are kept; what an id names never changes. */
const KEPT = 10_000;

export function createTreeWalker(objects: Objects): TreeWalker {
  const trees = new Map<string, Promise<Tree>>();

  function open(name: string): Promise<Tree> {
    const known = trees.get(name);
    if (known !== undefined) return known;
    const tree = objects.read(name).then((object) => parseTree(name, object));
    if (trees.size >= KEPT) trees.clear();
    trees.set(name, tree);
    // what was not there may be fetched later
    tree.catch(() => trees.delete(name));
    return tree;
  }

  async function findOne(at: Sha, path: string): Promise<TreeEntry | undefined> {
    if (!isTreePath(path)) return undefined;
    let entry: TreeEntry | undefined;
    let tree: Tree | undefined = await open(`${at}^{tree}`);
    for (const name of path.split('/')) {
      entry = tree?.get(name);
      if (entry === undefined) return undefined;
      tree = entry.mode === FOLDER ? await open(entry.object) : undefined;
    }
    return entry;
  }

  async function collect(tree: Tree, folder: string, found: Map<string, TreeEntry>): Promise<void> {
    await Promise.all(
      [...tree].map(async ([name, entry]) => {
        const path = folder === '' ? name : `${folder}/${name}`;
        if (entry.mode !== FOLDER) found.set(path, entry);
        else await collect(await open(entry.object), path, found);
      }),
    );
  }

  return {
    async list(at, folder) {
      const found = new Map<string, TreeEntry>();
      const top = folder === '' ? undefined : await findOne(at, folder);
      if (folder === '') await collect(await open(`${at}^{tree}`), '', found);
      else if (top?.mode === FOLDER) await collect(await open(top.object), folder, found);
      return found;
    },
    async find(at, paths) {
      const found = await Promise.all(paths.map(async (path) => [path, await findOne(at, path)] as const));
      return new Map(found.flatMap(([path, entry]) => (entry ? [[path, entry] as const] : [])));
    },
  };
}

/** Entries of a tree: `<mode> <name>`, a NUL, and the id in binary, as long as the tree's own. */
function parseTree(name: string, object: StoredObject | undefined): Tree {
  if (object?.bytes === undefined || object.type !== 'tree')
    throw new ToolError({
      code: 'CORRUPT',
      message: `git: tree ${name} is not in this checkout and could not be fetched. Check out without a filter`,
    });
  const { bytes, id } = object;
  const width = id.length / 2;
  const entries = new Map<string, TreeEntry>();
  for (let from = 0; from < bytes.length; ) {
    const blank = bytes.indexOf(32, from);
    const end = bytes.indexOf(0, blank);
    const mode = bytes.toString('latin1', from, blank).padStart(6, '0');
    const entry = { mode, object: sha(bytes.toString('hex', end + 1, end + 1 + width)) };
    entries.set(bytes.toString('utf8', blank + 1, end), entry);
    from = end + 1 + width;
  }
  return entries;
}

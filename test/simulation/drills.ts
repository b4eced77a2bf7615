import { sha256 } from '../../src/adapters/system/sha256.ts';
import type { Instant, Sha } from '../../src/core/units.ts';
import type { Tree } from '../fakes/commit-store.ts';
import type { InvariantId, Stage } from './invariants.ts';

export type Fail = (invariant: InvariantId, what: string) => void;

const RECORDS = '.belay/drills/';
export const BRANCHES = 'belay/drill/';
/** No two drills of a history begin at the same moment, so all have the same one. */
export const SUFFIX = '0000';
const HOUR = 3_600_000;

/** INV-19, of the whole repository: what drills bring to the default branch, and what is left of them. */
export class Drills {
  readonly #stage: Stage;
  readonly #fail: Fail;

  constructor(stage: Stage, fail: Fail) {
    this.#stage = stage;
    this.#fail = fail;
  }

  /** Whether a commit brings the record of a drill; it is held to be one that follows, and nothing else. */
  checkLanding(before: Tree, after: Tree): boolean {
    const paths = changedPaths(before, after);
    const records = paths.filter((path) => path.startsWith(RECORDS));
    if (records.length === 0) return false;
    // what was proposed on a history that a person has taken away brings that one along
    if (this.#stage.people.done.some(({ act }) => act === 'force-push')) return true;
    if (paths.length > 1 || before.has(paths[0]!))
      this.#fail('INV-19', `a record of a drill comes with ${paths}`);
    this.#checkChain(records[0]!.replace(/[^/]*$/, ''), after);
    return true;
  }

  #checkChain(folder: string, tree: Tree): void {
    let tip: string | null = null;
    for (const [index, path] of [...tree.keys()]
      .filter((one) => one.startsWith(folder))
      .sort()
      .entries()) {
      const text = String(tree.get(path));
      const { sequence, previous } = readDrill(text);
      if (sequence !== index + 1 || previous !== tip)
        this.#fail('INV-19', `${path} does not follow: number ${sequence}, previous ${previous}`);
      tip = `sha256:${sha256(text)}`;
    }
  }

  /** Branches of drills that began an hour ago or earlier: the next drill has to take them away. */
  leftAt(now: Instant): readonly string[] {
    return [...this.#stage.forge.tips().keys()].filter((branch) => isLeft(branch, now));
  }
}

/** What the record of a drill says, by its bytes. */
export interface SaidOfDrill {
  readonly release: string;
  readonly sequence: number;
  readonly previous: string | null;
  readonly variant: string;
  readonly passed: boolean;
  readonly from: string | null;
}

export function readDrill(text: unknown): SaidOfDrill {
  return JSON.parse(String(text));
}

/** Whether a branch is of a drill that began so long ago that it must have been killed. */
export function isLeft(branch: string, now: Instant): boolean {
  const [, date, hour, minute, second] =
    /^belay\/drill\/[^/]+\/(\d{8})T(\d\d)(\d\d)(\d\d)\d*Z-[0-9a-f]{4}\/./.exec(branch) ?? [];
  if (date === undefined) return false;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  return now - Date.parse(`${day}T${hour}:${minute}:${second}Z`) >= HOUR;
}

export function changedPaths(before: Tree, after: Tree): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
}

/** Branches whose tip differs, with what they were and are. */
export function changedTips(
  before: ReadonlyMap<string, Sha>,
  after: ReadonlyMap<string, Sha>,
): readonly { readonly branch: string; readonly from: Sha | undefined; readonly to: Sha | undefined }[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((branch) => ({ branch, from: before.get(branch), to: after.get(branch) }))
    .filter(({ from, to }) => from !== to);
}

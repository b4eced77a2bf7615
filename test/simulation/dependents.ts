import type { Release } from '../../src/core/manifest/release-schema.ts';
import type { BelayRecord } from '../../src/core/record/record-schema.ts';
import type { Sha } from '../../src/core/units.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import type { FakeCommit, Tree } from '../fakes/commit-store.ts';
import { manifestPath, newestMove, readManifest, readRecord, recordPaths } from './files.ts';
import type { InvariantId, Stage } from './invariants.ts';
import type { SimRelease } from './scenario.ts';

/** What a release says when it goes back only since another one did. */
const FOLLOWS = 'DEPENDENCY_ROLLED_BACK';
/** What a tick may say of a version that needs what was taken back: it goes back, or waits for what does, or a person is told. */
const TOLD: ReadonlySet<string> = new Set([
  FOLLOWS,
  'DEPENDENCY_NOT_MET',
  'ROLLBACK_PENDING',
  'ROLLBACK_OPEN',
  'MANIFEST_INVALID',
  'CONFIG_UNREADABLE',
  'TOOL_FAILED',
]);

/** A version that needs more of another release than is served there. */
interface Unmet {
  readonly release: string;
  readonly version: string;
  readonly other: string;
  readonly needed: string;
}

/** INV-18: nothing is built upon what moves, and what needs a version that is taken back goes back with it, or a person is told. */
export class Dependents {
  readonly #stage: Stage;
  readonly #fail: (invariant: InvariantId, what: string) => void;

  constructor(stage: Stage, fail: (invariant: InvariantId, what: string) => void) {
    this.#stage = stage;
    this.#fail = fail;
  }

  /** A commit of Belay's. @param isKnown whether a pull request was there when the run began */
  checkLanding(
    landed: { readonly commit: FakeCommit; readonly before: Tree; readonly records: readonly BelayRecord[] },
    isKnown: (pull: number) => boolean,
  ): void {
    if (!this.#has) return;
    const { commit, before, records } = landed;
    for (const record of records) {
      const base = this.#treeOf(record.base);
      if (['start', 'advance', 'promote'].includes(record.decision.kind))
        this.#checkRaised(record, [base, before], isKnown);
    }
    const back = records.filter(({ decision }) => decision.kind === 'rollback');
    if (back.length === 0) return;
    this.#checkCompany(commit, back);
    for (const record of back) this.#checkFollower(commit, record);
    this.#checkLeft(commit, back);
  }

  get #has(): boolean {
    return this.#stage.scenario.releases.some(({ dependsOn }) => dependsOn);
  }

  #treeOf(id: Sha): Tree {
    return this.#stage.forge.commitAt(id).tree;
  }

  #releaseOf(name: string): SimRelease | undefined {
    return this.#stage.scenario.releases.find((one) => one.name === name);
  }

  /** D120. Of two runs at once either may be first: what was so when it was decided and when it landed counts. */
  #checkRaised(
    { release, decision, candidate }: BelayRecord,
    trees: readonly Tree[],
    isKnown: (pull: number) => boolean,
  ): void {
    const { forge, scenario } = this.#stage;
    const supports = this.#releaseOf(release)?.dependsOn ?? [];
    const dependents = scenario.releases.flatMap(({ name, dependsOn }) =>
      dependsOn?.includes(release) ? [name] : [],
    );
    for (const other of decision.kind === 'start' ? [...supports, ...dependents] : supports)
      if (trees.every((tree) => isInFlight(tree, other)))
        this.#fail('INV-18', `${decision.kind} of ${release} while ${other} is being rolled out`);
    for (const other of supports) {
      const open = forge.pulls.find(
        ({ state, branch }) => state === 'open' && branch.startsWith(`belay/rollback/${other}/`),
      );
      const isMoot = open && !isServed(trees.at(-1)!, other, open.branch);
      if (open && !isMoot && isKnown(open.number))
        this.#fail(
          'INV-18',
          `${decision.kind} of ${release} under the open rollback #${open.number} of ${other}`,
        );
    }
    // what a person put there by hand came later by the records, whatever its name says
    if (this.#isTampered()) return;
    const unmet = trees.map((tree) => this.#unmetOf(tree, release, candidate?.version));
    const [first] = unmet.every(({ length }) => length > 0) ? unmet[0]! : [];
    if (first) this.#fail('INV-18', `${decision.kind} of ${describe(first)}`);
  }

  /** Who goes back together does so in one commit, which says so: a record each. */
  #checkCompany({ id }: FakeCommit, back: readonly BelayRecord[]): void {
    const names = back.map(({ release }) => release);
    const named = back.flatMap(({ decision }) =>
      decision.reasons.slice(1).flatMap(({ code, text }) => (code === FOLLOWS ? [text.split(' ')[0]!] : [])),
    );
    const followers = back.filter(({ decision }) => decision.reasons[0]?.code === FOLLOWS);
    if (new Set(names).size < names.length || named.some((name) => !names.includes(name)))
      this.#fail('INV-18', `${id} takes back ${names} and names ${named}`);
    const along = followers.filter(({ release }) => named.includes(release));
    if (back.length > 1 && along.length !== back.length - 1)
      this.#fail('INV-18', `${id} takes back ${names}, of which it names ${named}`);
  }

  /** Nothing is proven against what only follows: it may come again, and it had to go. */
  #checkFollower(commit: FakeCommit, { release, decision, quarantine, candidate, base }: BelayRecord): void {
    if (decision.reasons[0]?.code !== FOLLOWS) return;
    if (quarantine)
      this.#fail('INV-18', `${quarantine.version} is quarantined, and only went back with another`);
    const trees = [this.#treeOf(base), commit.tree];
    if (
      !this.#isTampered() &&
      trees.every((tree) => this.#unmetOf(tree, release, candidate?.version).length === 0)
    )
      this.#fail('INV-7', `${candidate?.version} goes back, and what it needs is served`);
  }

  /** What needs the version that was taken back is gone as well, or the record says why it is not. */
  #checkLeft(commit: FakeCommit, back: readonly BelayRecord[]): void {
    if (this.#isTampered()) return;
    const { scenario } = this.#stage;
    const told = back.flatMap(({ decision }) =>
      decision.reasons.flatMap(({ code, text }) => (code === 'DEPENDENT_LEFT' ? [text] : [])),
    );
    for (const { name } of scenario.releases) {
      const path = manifestPath(name);
      const isSame = back.every(({ base }) => this.#treeOf(base).get(path) === commit.tree.get(path));
      if (!isSame || told.some((text) => text.startsWith(`${path}: `))) continue;
      const unmet = exposed(commit.tree, name)
        .flatMap((version) => this.#unmetOf(commit.tree, name, version))
        .find(({ other }) => back.some(({ release }) => release === other));
      if (unmet) this.#fail('INV-18', `the rollback of ${unmet.other} leaves ${describe(unmet)}`);
    }
  }

  /** A version that was left follows at a later tick, or each tick says why it cannot. */
  checkTick({ releases, head }: RunReport, before: Tree): void {
    if (!this.#has || this.#isTampered()) return;
    for (const { name, decision, receipt } of releases) {
      const [version] = exposed(before, name);
      const [unmet] = this.#unmetOf(before, name, version).filter(({ other, needed }) =>
        hasTakenBack(before, other, needed),
      );
      const isStill = this.#unmetOf(this.#treeOf(head), name, version).length > 0;
      const codes = decision.reasons.map(({ code }) => code);
      // what is written once is said alone, and what the version lacks again by the next tick; a candidate is the way out
      const isDone =
        ['rollback', 'recover', 'pause', 'start'].includes(decision.kind) ||
        ['failed', 'head-moved'].includes(receipt.kind);
      if (unmet && isStill && !isDone && !codes.some((code) => TOLD.has(code)))
        this.#fail('INV-18', `${describe(unmet)}, and it is ${decision.kind} ${codes}`);
    }
  }

  /** What a release waits for: a version that it needs, or the end of another rollout. */
  isWaiting(name: string): boolean {
    const tree = this.#treeOf(this.#stage.forge.tip('main')!);
    const { candidate, stable } = readRelease(tree, name)?.spec ?? {};
    const moves = (other: string): boolean => readRelease(tree, other)?.spec.candidate !== undefined;
    const near = this.#stage.scenario.releases.filter(
      (one) => one.dependsOn?.includes(name) || this.#releaseOf(name)?.dependsOn?.includes(one.name),
    );
    return (
      near.some((one) => moves(one.name)) ||
      [candidate, stable].some(
        (version) =>
          this.#unmetOf(tree, name, version?.version).length > 0 ||
          this.#isUnknown(tree, name, version?.version),
      )
    );
  }

  /** Which version came later stands in the records; who deletes or rewrites those takes it with them. */
  #isTampered(): boolean {
    const { people, scenario } = this.#stage;
    return scenario.releases.some(({ name }) =>
      people.has(name, 'record-deleted', 'record-edited', 'force-push', 'stable', 'promote-by-hand'),
    );
  }

  /** What came after a version that was taken back may be without it (D137), and of one that no record names nobody knows the age. */
  #isUnknown(tree: Tree, name: string, version: string | undefined): boolean {
    const needs = version === undefined ? undefined : this.#releaseOf(name)?.needs?.[version];
    return Object.entries(needs ?? {}).some(([other, needed]) => {
      const records = recordPaths(tree, other).flatMap((path) => readRecord(tree.get(path)) ?? []);
      const named = records.flatMap(({ stable, candidate }) => [stable?.version, candidate?.version]);
      const left = records.flatMap(({ decision, candidate }) =>
        decision.kind === 'rollback' ? [candidate?.version] : [],
      );
      return !named.includes(needed) || left.includes(needed);
    });
  }

  /** The needs of a version that are not met, by the numbers in the names of versions. */
  #unmetOf(tree: Tree, name: string, version: string | undefined): readonly Unmet[] {
    const needs = version === undefined ? undefined : this.#releaseOf(name)?.needs?.[version];
    return Object.entries(needs ?? {}).flatMap(([other, needed]): readonly Unmet[] => {
      const served = readRelease(tree, other)?.spec.stable.version;
      const isOlder = served !== undefined && numberOf(served) < numberOf(needed);
      return isOlder ? [{ release: name, version: version!, other, needed }] : [];
    });
  }
}

function describe({ version, other, needed }: Unmet): string {
  return `${version}, which needs ${needed}, and that is not what ${other} serves`;
}

function readRelease(tree: Tree, name: string): Release | undefined {
  const path = manifestPath(name);
  return readManifest(path, tree.get(path));
}

function numberOf(version: string): number {
  return Number(/-(\d+)/.exec(version)?.[1]);
}

function isInFlight(tree: Tree, name: string): boolean {
  const candidate = readRelease(tree, name)?.spec.candidate;
  const move = newestMove(tree, name);
  return (
    candidate !== undefined &&
    move?.candidate?.version === candidate.version &&
    ['start', 'advance', 'reduce'].includes(move.decision.kind)
  );
}

/** Versions of a release that have traffic, by its files; what a rollback would leave comes first. */
function exposed(tree: Tree, name: string): readonly string[] {
  const { candidate, stable } = readRelease(tree, name)?.spec ?? {};
  const versions = isInFlight(tree, name) ? [candidate, stable] : [stable];
  return versions.flatMap((version) => (version ? [version.version] : []));
}

/** Whether a rollback takes back a version that the release tries or serves. */
function isServed(tree: Tree, name: string, branch: string): boolean {
  const { candidate, stable } = readRelease(tree, name)?.spec ?? {};
  return [candidate, stable].some((version) => version && branch.includes(`/${version.version}-`));
}

/** Whether Belay took back a version that would do, by the records. */
function hasTakenBack(tree: Tree, name: string, needed: string): boolean {
  return recordPaths(tree, name).some((path) => {
    const bad = readRecord(tree.get(path))?.quarantine;
    return bad && numberOf(bad.version) >= numberOf(needed);
  });
}

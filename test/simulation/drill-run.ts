import { formatInstant, type Instant, type Sha } from '../../src/core/units.ts';
import type { DrillReport } from '../../src/report/drill.ts';
import type { Tree } from '../fakes/commit-store.ts';
import type { FakePull } from '../fakes/forge.ts';
import { BRANCHES, changedPaths, changedTips, type Fail, isLeft, readDrill, SUFFIX } from './drills.ts';
import { exposure, manifestPath, readManifest, readSplit, servingPath } from './files.ts';
import type { Stage } from './invariants.ts';
import type { DrillPlan } from './scenario.ts';

export interface DrillRunOptions {
  readonly plan: DrillPlan;
  /** By its own clock. */
  readonly now: Instant;
  /** What the history itself says of versions, as the drill begins. */
  readonly isGood: (version: string) => boolean;
  readonly fail: Fail;
}

/** INV-19, of one drill: what each of its calls changes, whether it stops, and whether what it says is so. */
export class DrillRun {
  readonly #stage: Stage;
  readonly #options: DrillRunOptions;
  /** Names it. */
  readonly id: string;
  /** Its branches are below; and beginning of those that bring its record, one for each number that it may have. */
  readonly #under: string;
  readonly #recordBranches: string;
  readonly #begins: Tree;
  /** Rollbacks that are open as it begins. */
  readonly #open: ReadonlySet<number>;
  /** How often it wrote under a rollback that was opened since, by number. */
  readonly #meanwhile = new Map<number, number>();
  /** Its own branch before the rollback was merged, and after. */
  #rolledBack: { readonly before: Tree; readonly after: Tree } | undefined;
  #records = 0;
  #hasWritten = false;

  constructor(stage: Stage, options: DrillRunOptions) {
    const { forge } = stage;
    const { release, variant } = options.plan;
    this.id = `${formatInstant(options.now).replace(/[-:.]/g, '')}-${SUFFIX}`;
    this.#stage = stage;
    this.#options = options;
    this.#under = `${BRANCHES}${release}/${this.id}/`;
    this.#recordBranches = `belay/drill-record/${release}/${variant}/${this.id}-`;
    this.#begins = this.#treeOf(forge.tip('main')!);
    this.#open = new Set(this.#openRollbacks().map(({ number }) => number));
  }

  /** Just before a call; gives what is to be done just after it. */
  begin(method: string): () => void {
    const { forge } = this.#stage;
    const tips = forge.tips();
    const pulls = forge.pulls.map(describePull);
    return () => {
      const changed = changedTips(tips, forge.tips());
      for (const change of changed) this.#checkBranch(method, change);
      for (const [index, pull] of forge.pulls.entries())
        if (describePull(pull) !== pulls[index]) this.#checkPull(method, pull);
      if (changed.some(({ branch, to }) => to !== undefined && branch.startsWith(this.#under))) {
        this.#hasWritten = true;
        this.#checkCalm(method);
      }
    };
  }

  #checkBranch(
    method: string,
    {
      branch,
      from,
      to,
    }: { readonly branch: string; readonly from: Sha | undefined; readonly to: Sha | undefined },
  ): void {
    const { fail, now } = this.#options;
    if (branch === `${this.#under}base` && method === 'merge' && from && to)
      this.#rolledBack = { before: this.#treeOf(from), after: this.#treeOf(to) };
    if (branch.startsWith(this.#under)) return;
    if (branch === 'main' || branch.startsWith(this.#recordBranches)) {
      // a proposal begins as a branch without a commit of its own
      if (to !== undefined && (branch === 'main' || !this.#isOnMain(to))) this.#checkRecord(branch, to);
      return;
    }
    if (to === undefined && isLeft(branch, now)) this.#stage.marks.add('drill cleaned up');
    else fail('INV-19', `${method} of ${this.#under} touches branch ${branch}`);
  }

  /** It opens and closes its own, and closes what brings records of other drills of the release; none is armed. */
  #checkPull(method: string, { number, branch, base, armed }: FakePull): void {
    const { fail, now, plan } = this.#options;
    const records = `belay/drill-record/${plan.release}/`;
    const isOwn = branch.startsWith(this.#under) && base === `${this.#under}base`;
    const isRecord = branch.startsWith(records) && base === 'main';
    if ((!isOwn && !isRecord && !isLeft(branch, now)) || armed)
      fail('INV-19', `${method} of ${this.#under} touches #${number}, from ${branch} to ${base}`);
  }

  /** Its record is the only file that it brings to the default branch, and says what has happened. */
  #checkRecord(branch: string, tip: Sha): void {
    const { fail, plan } = this.#options;
    const { tree, parents } = this.#stage.forge.commitAt(tip);
    const [path, ...others] = changedPaths(parents[0] ? this.#treeOf(parents[0]) : new Map(), tree);
    if (path === undefined || others.length > 0 || !path.startsWith(`.belay/drills/${plan.release}/`)) {
      fail('INV-19', `${this.#under} writes ${[path, ...others]} to ${branch}`);
      return;
    }
    if (branch === 'main') this.#records += 1;
    const { passed, variant, release, from } = readDrill(tree.get(path));
    if (variant !== plan.variant || release !== plan.release || this.#records > 1)
      fail('INV-19', `${this.#under} says ${variant} of ${release}, ${this.#records} times`);
    if (passed) this.#checkPassed(from);
  }

  /** What a drill that passed has shown: the version that was in flight there is gone, and a good one has everybody. */
  #checkPassed(from: string | null): void {
    const what = this.#findUnshown(from);
    if (what !== undefined) this.#options.fail('INV-19', `${this.#under} passed, and ${what}`);
  }

  #findUnshown(from: string | null): string | undefined {
    const { plan, isGood } = this.#options;
    const { release, variant } = plan;
    if (variant !== 'healthy' && variant !== 'provider-down')
      return this.#rolledBack && `${variant} was merged`;
    if (!this.#rolledBack) return 'nothing was rolled back';
    const { before, after } = this.#rolledBack;
    const path = manifestPath(release);
    const [was, is, main] = [before, after, this.#begins].map((tree) => readManifest(path, tree.get(path)));
    if (was?.spec.candidate?.version !== from || exposure(was) === 0) return `${from} was not in flight`;
    if (!is || is.spec.candidate) return 'the release is not settled';
    const { version, backend } = is.spec.stable;
    const split = readSplit(after.get(servingPath(release)));
    const isServed = [...split].every(([name, share]) => share === (name === backend ? 100 : 0));
    if (!isServed || !split.has(backend)) return `${version} does not have everybody: ${[...split]}`;
    if (!this.#isTampered() && !isGood(version)) return `${version} was never good, or was taken back`;
    const isSame = main && !main.spec.candidate && main.spec.stable.version === version;
    if (isSame && after.get(path) !== this.#begins.get(path))
      return 'the manifest has other bytes than before';
    return undefined;
  }

  #isTampered(): boolean {
    const { people } = this.#stage;
    return (
      people.has(this.#options.plan.release, 'record-deleted', 'record-edited') ||
      people.done.some(({ act }) => act === 'force-push')
    );
  }

  /** Under a rollback that is open it writes nothing more than what it had looked for already. */
  #checkCalm(method: string): void {
    const { plan, fail } = this.#options;
    const lags = plan.run.faults.some(({ what }) => what === 'lag');
    for (const { number } of this.#openRollbacks()) {
      const writes = (this.#meanwhile.get(number) ?? 0) + 1;
      this.#meanwhile.set(number, writes);
      if (this.#open.has(number) || (writes > 1 && !lags))
        fail('INV-19', `${method} of ${this.#under} under the open rollback #${number}`);
    }
  }

  /** What it says in the end. */
  end({ result, receipt }: DrillReport): void {
    const { fail } = this.#options;
    const isWritten = receipt.kind === 'committed' || receipt.kind === 'merged';
    if (result.kind === 'aborted' && (this.#records > 0 || receipt.kind !== 'none'))
      fail('INV-19', `${this.#under} stopped, and is recorded`);
    if (isWritten && this.#records !== 1)
      fail('INV-19', `${this.#under} says that it is recorded, and is not`);
    if (result.kind === 'passed' && this.left.length > 0)
      fail('INV-19', `${this.#under} passed, and leaves ${this.left}`);
  }

  /** It has made something. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** What is still there of it. */
  get left(): readonly string[] {
    return [...this.#stage.forge.tips().keys()].filter((branch) => branch.startsWith(this.#under));
  }

  #openRollbacks(): readonly FakePull[] {
    return this.#stage.forge.pulls.filter(
      ({ state, branch, base }) =>
        state === 'open' && base === 'main' && branch.startsWith('belay/rollback/'),
    );
  }

  #isOnMain(id: Sha): boolean {
    const { forge } = this.#stage;
    let next = forge.tip('main');
    while (next !== undefined && next !== id) next = forge.commitAt(next).parents[0];
    return next === id;
  }

  #treeOf(id: Sha): Tree {
    return this.#stage.forge.commitAt(id).tree;
  }
}

function describePull({ state, head, armed, comments }: FakePull): string {
  return [state, head, armed, comments.length].join();
}

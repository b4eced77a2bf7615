import { ToolError } from '../core/errors.ts';
import { momentFor } from '../core/plan/skew.ts';
import type { Instant } from '../core/units.ts';
import type { ReleaseReport, RunReport } from '../report/run-report.ts';
import type { AnswerMemory } from './answer-memory.ts';
import { applyPlans, withReceipt } from './apply-plans.ts';
import { followDependencies, requireDependencies } from './dependencies.ts';
import { evaluate } from './evaluate.ts';
import { isForgeDown, problemOfFault, toToolError } from './fault.ts';
import { unknownRelease } from './find-subject.ts';
import { landWaitingOrders, type WaitingOrders } from './land-waiting-orders.ts';
import { withLastConfig } from './last-config.ts';
import { planRelease, type ReleasePlan, reportHeld, reportUnreadable } from './plan-release.ts';
import { createProviders, type Providers } from './providers.ts';
import { nameOf, type ReadableRelease, type ReleaseFile } from './read-files.ts';
import { readNewest, readSnapshot, type Snapshot } from './read-snapshot.ts';
import { requireArtifacts } from './require-artifacts.ts';
import { requireSight } from './require-sight.ts';
import type { World } from './world.ts';
import { isUndecided, isWritten } from './written.ts';

export interface AdvanceOptions {
  /** Only these releases; empty means all. */
  readonly only: readonly string[];
  readonly dryRun: boolean;
  /** How often to read and decide again when others move the branch. Default 3. */
  readonly attempts?: number;
  /** What is read first: the commit that was checked out (default), or the newest of the default branch. */
  readonly from?: 'checkout' | 'newest';
  /** Answers of earlier looks, which are not asked for again. Default none. */
  readonly memory?: AnswerMemory;
}

/**
 * One tick: reads the default branch at one commit, evaluates every release under way, decides, and applies. Rollbacks go
 * first, each as its own pull request; all other changes land as one commit. When the branch moved, everything that is not
 * done is read and decided again; nothing is ever re-applied.
 * @throws ToolError REFUSED when `only` names a release that is not there
 */
export async function advance(world: World, options: AdvanceOptions): Promise<RunReport> {
  const attempts = options.attempts ?? 3;
  const providers = createProviders(world, options.memory);
  const done: ReleaseReport[] = [];
  const first = options.from === 'newest' ? world.forge.refresh() : world.forge.head();
  let snapshot = await readSnapshot(world, await first);
  refuseUnknown(snapshot, options.only);
  const orders = options.dryRun ? NO_ORDERS : await landWaitingOrders(world, snapshot);
  if (orders.moved) snapshot = await readNewest(world, snapshot, 0);
  const tick = () => {
    const left = chooseReleases(snapshot, options.only, done);
    return runTick(world, withLastConfig(snapshot), {
      left,
      providers,
      now: world.clock.now(),
      dryRun: options.dryRun,
    });
  };
  let reports = await tick();
  for (let lost = 0; ; ) {
    const undecided = reports.filter(isUndecided);
    done.push(...reports.filter((report) => !isUndecided(report)));
    // Moving the branch ourselves is progress, and not what the attempts are counted for.
    const progressed = reports.some(isWritten);
    if (!progressed) lost += 1;
    const finish = (rest: readonly ReleaseReport[]): RunReport => ({
      command: 'advance',
      at: world.clock.now(),
      branch: world.forge.defaultBranch,
      head: snapshot.head,
      dryRun: options.dryRun,
      releases: [...done, ...rest].sort((a, b) => (a.name < b.name ? -1 : 1)),
      problems: [...snapshot.problems, ...orders.problems, ...providers.problems()],
      ...world.forge.cost(),
    });
    if (undecided.length === 0 || lost >= attempts) return finish(undecided);
    try {
      snapshot = await readNewest(world, snapshot, progressed ? 0 : lost);
      reports = await tick();
    } catch (fault) {
      // what was written until now must be told, whatever keeps the rest from being done
      if (!(fault instanceof ToolError)) throw fault;
      const { code, message } = fault;
      return finish(undecided.map((report) => withReceipt(report, { kind: 'failed', code, message })));
    }
  }
}

const NO_ORDERS: WaitingOrders = { moved: false, problems: [] };

function refuseUnknown(snapshot: Snapshot, only: readonly string[]): void {
  const names = snapshot.releases.map(nameOf);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownRelease(snapshot, unknown);
}

function chooseReleases(
  { releases }: Snapshot,
  only: readonly string[],
  done: readonly ReleaseReport[],
): readonly ReleaseFile[] {
  const isChosen = (name: string): boolean => only.length === 0 || only.includes(name);
  const isDone = (name: string): boolean => done.some((report) => report.name === name);
  return releases.filter((release) => isChosen(nameOf(release)) && !isDone(nameOf(release)));
}

interface Tick {
  readonly left: readonly ReleaseFile[];
  readonly providers: Providers;
  readonly now: Instant;
  readonly dryRun: boolean;
}

async function runTick(
  world: World,
  snapshot: Snapshot,
  { left, providers, now, dryRun }: Tick,
): Promise<readonly ReleaseReport[]> {
  const results = await Promise.all(left.map((file) => planFile(world, snapshot, { file, providers, now })));
  const reports = results.filter((result) => 'decision' in result);
  const plans = results
    .filter((result) => 'report' in result)
    .sort((a, b) => (a.report.name < b.report.name ? -1 : 1));
  return [...reports, ...(await applyPlans(world, snapshot, { plans, now, dryRun }))];
}

/** Evaluates and decides about one release. What breaks over one of them is no hindrance to the others. */
async function planFile(
  world: World,
  snapshot: Snapshot,
  { file, providers, now: clock }: Pick<Tick, 'providers' | 'now'> & { readonly file: ReleaseFile },
): Promise<ReleasePlan | ReleaseReport> {
  if (file.kind === 'unreadable') return reportUnreadable(file);
  const now = momentFor(file.state.newest, clock);
  if (!snapshot.config)
    return reportHeld(
      file,
      'CONFIG_UNREADABLE',
      'no config can be read, now or in history, so nothing is looked at and nothing is moved',
    );
  try {
    const evidence = await evaluate(providers, { release: file, config: snapshot.config, now });
    const decided = await planRelease(world, snapshot, { release: file, evidence, now });
    const followed = await followDependencies(world, snapshot, { plan: decided, now });
    const plan = requireDependencies(snapshot, followed);
    const sound = await requireArtifacts(world, snapshot, { plan, now });
    return await requireSight(world, snapshot, { plan: sound, providers, now });
  } catch (fault) {
    if (isForgeDown(fault)) throw fault;
    return reportBroken(world, file, fault);
  }
}

function reportBroken(world: World, file: ReadableRelease, fault: unknown): ReleaseReport {
  const error = toToolError(fault);
  world.log.debug(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  return {
    ...reportHeld(file, 'TOOL_FAILED', 'nothing was decided, since looking at it broke'),
    problems: [...file.problems, problemOfFault(file.path, error)],
    receipt: { kind: 'failed', code: error.code, message: error.message },
  };
}

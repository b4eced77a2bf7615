import { addMarks, type Coverage } from './coverage.ts';
import { drawHistory, withoutDrills } from './draw-drills.ts';
import type { Violation } from './invariants.ts';
import { type ActKind, CLEAN, type Scenario } from './scenario.ts';
import { type Outcome, simulate } from './simulate.ts';
import type { System } from './system.ts';

/** A history that broke something. */
export interface Failure {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly violation: Violation;
}

/** What many histories came to. */
export interface Campaign {
  readonly seeds: number;
  readonly runs: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  readonly coverage: Coverage;
  /** Minutes from harm to none, sorted. */
  readonly restored: readonly number[];
  /** Histories that were played twice, with and without lost runs. */
  readonly compared: number;
}

/** Plays the histories of some seeds. `stopAfter` failures it ends. */
export async function playSeeds(
  system: System,
  {
    from,
    count,
    drills = false,
    stopAfter = Number.POSITIVE_INFINITY,
    seconds = Number.POSITIVE_INFINITY,
  }: {
    readonly from: number;
    readonly count: number;
    readonly drills?: boolean;
    readonly stopAfter?: number;
    /** No history begins after so long. */
    readonly seconds?: number;
  },
): Promise<Campaign> {
  const began = performance.now();
  const coverage: Coverage = new Map();
  const failures: Failure[] = [];
  const restored: number[] = [];
  let runs = 0;
  let seeds = 0;
  let compared = 0;
  const isOver = (): boolean => failures.length >= stopAfter || performance.now() - began > seconds * 1000;
  for (let seed = from; seed < from + count && !isOver(); seed += 1) {
    const scenario = drawHistory(seed, { drills });
    const outcome = await simulate(system, scenario);
    seeds += 1;
    runs += outcome.runs;
    addMarks(coverage, outcome.marks);
    for (const minutes of outcome.restored) restored.push(minutes);
    const broken = outcome.violations[0] ?? (await compare(system, scenario, outcome));
    if (isComparable(scenario) || isDrilledInPeace(scenario)) compared += 1;
    if (broken) failures.push({ seed, scenario, violation: broken });
  }
  restored.sort((a, b) => a - b);
  return { seeds, runs, seconds: (performance.now() - began) / 1000, failures, coverage, restored, compared };
}

/** Plays a history, the comparison included. */
export async function playAgain(system: System, scenario: Scenario): Promise<Outcome> {
  const outcome = await simulate(system, scenario);
  const violation = outcome.violations[0] ?? (await compare(system, scenario, outcome));
  return { ...outcome, violations: violation ? [violation] : [] };
}

/** Only runs go wrong here, and only those of a history without people who answer each other. */
function isComparable({ happenings, releases }: Scenario): boolean {
  return (
    // harm that begins late is met at another step, or after the last, when a run is lost
    releases.every(
      ({ deadline, bornWithCandidate, older, truths: [, first] }) =>
        deadline === '6h' && !bornWithCandidate && !older && !(first?.kind === 'bad' && first.after > 5),
    ) &&
    happenings.every(
      (one) =>
        (one.kind === 'act' && one.act === 'bring') ||
        (one.kind === 'tick' && one.run.skew === 0 && one.run.faults.every(({ what }) => what !== 'race')),
    ) &&
    // whether the one before was promoted by then decides what a second candidate is held against, and goes back to
    releases.every(
      ({ name }) => happenings.filter((one) => one.kind === 'act' && one.release === name).length < 2,
    ) &&
    happenings.some((one) => one.kind === 'tick' && one.run.faults.length > 0)
  );
}

/** INV-6: however often runs were lost, the end is that of the same history in which none was. INV-19: whatever was drilled. */
async function compare(system: System, scenario: Scenario, outcome: Outcome): Promise<Violation | undefined> {
  if (isDrilledInPeace(scenario)) {
    const { violations, end } = await simulate(system, withoutDrills(scenario));
    if (violations.length > 0 || end === outcome.end) return violations[0];
    return { invariant: 'INV-19', what: 'drills lead to another end than none' };
  }
  if (!isComparable(scenario)) return undefined;
  const happenings = scenario.happenings.map((one) => (one.kind === 'tick' ? { ...one, run: CLEAN } : one));
  const undisturbed = await simulate(system, { ...scenario, happenings });
  if (undisturbed.violations.length > 0 || undisturbed.end === outcome.end) return undisturbed.violations[0];
  return { invariant: 'INV-6', what: 'lost runs lead to another end than none' };
}

/** Nobody does anything to whatever is newest, a commit or a pull request: that may be a drill's. */
function isDrilledInPeace({ drills, roles, happenings }: Scenario): boolean {
  return (
    drills === true &&
    !roles &&
    happenings.every((one) => {
      if (one.kind === 'act') return !ON_NEWEST.has(one.act);
      // a look that takes its time takes everybody's
      if (one.kind === 'metrics') return one.fault !== 'slow';
      const runs = [...('run' in one ? [one.run] : []), ...('other' in one ? [one.other] : [])];
      const faults = runs.flatMap((run) => run.faults);
      if (one.kind === 'tick' && one.drill && faults.length > 0) return false;
      return faults.every((fault) => fault.what !== 'race' || !ON_NEWEST.has(fault.act));
    })
  );
}

const ON_NEWEST: ReadonlySet<ActKind> = new Set([
  'force-push',
  'close-pull',
  'merge-pull',
  'push-to-branch',
  'delete-branch',
]);

/** Which seed of those finds a planted bug first, and by which invariant; undefined when none does. */
export async function hunt(
  system: System,
  {
    from,
    count,
    drills = false,
  }: { readonly from: number; readonly count: number; readonly drills?: boolean | undefined },
): Promise<{ readonly seed: number; readonly violation: Violation } | undefined> {
  const { failures } = await playSeeds(system, { from, count, drills, stopAfter: 1 });
  const [first] = failures;
  return first && { seed: first.seed, violation: first.violation };
}

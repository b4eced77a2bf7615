import { DRILL_VARIANTS } from '../../src/core/record/drill-schema.ts';
import { type SeededRandom, seededRandom } from '../core/stats/seeded-random.ts';
import { drawFault, drawScenario, pick } from './draw.ts';
import {
  type CallFault,
  CLEAN,
  type DrillPlan,
  type Happening,
  type RunPlan,
  type Scenario,
} from './scenario.ts';

/** Calls of a drill that is not stopped, about: a look for incidents before each write makes most of them. */
const CALLS = 80;
const WRITES = ['scratch create', 'commit', 'propose', 'merge', 'scratch landing', 'scratch remove'];

/** Draws a history, with drills or without. The same seed gives the same one. */
export function drawHistory(seed: number, { drills }: { readonly drills: boolean }): Scenario {
  const scenario = drawScenario(seed);
  return drills ? withDrills(scenario) : scenario;
}

/** The same history without its drills. */
export function withoutDrills({ drills, ...scenario }: Scenario): Scenario {
  const happenings = scenario.happenings.flatMap((one): readonly Happening[] => {
    if (one.kind === 'drill') return [];
    if (!mayHaveDrill(one)) return [one];
    const { drill, ...alone } = one;
    return [alone];
  });
  return { ...scenario, happenings };
}

/** Lays drills between the events of a history and beside its ticks, from a stream of their own: everything else of it stays as it is. */
function withDrills(scenario: Scenario): Scenario {
  const random = seededRandom(scenario.seed * 40_503 + 19);
  const chance = (share: number): boolean => random.uniform() < share;
  const isCalm = chance(0.25);
  const releases = scenario.releases.map((release) =>
    chance(0.7) ? { ...release, hasOwners: true as const } : release,
  );
  let happenings = scenario.happenings;
  for (let left = 2 + Math.floor(random.uniform() * 3); left > 0; left -= 1) {
    const at = 1 + Math.floor(random.uniform() * (scenario.healAt - 2));
    const release = pick(random, releases).name;
    const variant = chance(0.4) ? 'healthy' : pick(random, DRILL_VARIANTS);
    const beside = chance(0.4) ? (chance(0.5) ? 'order' : 'tick') : undefined;
    const drill: DrillPlan = {
      release,
      variant,
      run: isCalm ? CLEAN : drawRun(random, beside !== undefined),
    };
    happenings = lay(happenings, { at, drill, beside });
  }
  return { ...scenario, releases, drills: true, happenings };
}

function drawRun(random: SeededRandom, isBeside: boolean): RunPlan {
  const faults = [0.6, 0.15].flatMap((share) => (random.uniform() < share ? [drawDrillFault(random)] : []));
  return {
    faults,
    pace: isBeside ? Math.floor(random.uniform() * 4) : 0,
    skew: random.uniform() < 0.1 ? pick(random, [-15, -2, 1, 8]) : 0,
    stale: random.uniform() < 0.15,
  };
}

/** Half of them where something is written: most calls read. */
function drawDrillFault(random: SeededRandom): CallFault {
  if (random.uniform() < 0.5) return drawFault(random, CALLS);
  const fault = drawFault(random, 2);
  if (fault.when === 'within' || fault.what === 'lag' || fault.what === 'race') return fault;
  return { ...fault, of: pick(random, WRITES) };
}

/** One drill more: beside an order, or else the next tick, that has none yet; or after what happens before it. */
function lay(
  happenings: readonly Happening[],
  {
    at,
    drill,
    beside,
  }: { readonly at: number; readonly drill: DrillPlan; readonly beside: 'order' | 'tick' | undefined },
): readonly Happening[] {
  const free = happenings.filter((one) => mayHaveDrill(one) && !one.drill);
  const orders = free.filter((one) => one.kind === 'order' || (one.kind === 'twins' && one.order));
  // what waits for a check stays open for longer
  const order = orders.find((one) => isCheckSlow(happenings, one.at)) ?? orders[0];
  const tick = free.find((one) => one.at >= at);
  const chosen = beside && ((beside === 'order' ? order : undefined) ?? tick);
  if (chosen) return happenings.map((one) => (one === chosen ? { ...chosen, drill } : one));
  const before = happenings.filter((one) => one.at <= at);
  return [...before, { at, kind: 'drill', drill }, ...happenings.slice(before.length)];
}

type WithRun = Extract<Happening, { kind: 'tick' | 'twins' | 'order' }>;

/** Whether a drill is held while something else runs. */
export function hasDrillBeside(one: Happening): one is WithRun {
  return mayHaveDrill(one) && one.drill !== undefined;
}

function mayHaveDrill(one: Happening): one is WithRun {
  return ['tick', 'twins', 'order'].includes(one.kind);
}

function isCheckSlow(happenings: readonly Happening[], at: number): boolean {
  const rules = happenings.findLast((one) => one.kind === 'rules' && one.at <= at);
  return rules?.kind === 'rules' && rules.fault.startsWith('check-slow') && at < rules.at + rules.minutes;
}

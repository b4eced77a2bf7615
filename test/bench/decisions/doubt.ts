import { mergeTicks, type Tick } from '../../../src/core/stats/counts.ts';
import { DOUBTFUL, recentDoubt } from '../../../src/core/stats/recent-doubt.ts';
import { mergedTwinCurve } from '../../../src/core/stats/twin.ts';
import { seedOf } from './random.ts';
import { firstAtLeast, GOAL } from './rules.ts';
import type { Run, Section } from './section.ts';
import { quantile, type Row, summarise } from './summary.ts';
import { rollout, TICK_MINUTES, type World } from './world.ts';

const HARM = { ratio: 1.1, difference: 0 };
const SAFE = { ratio: 1.25, difference: 0.0025 };
/** Five steps share the rate of false advances. */
const SAFE_GOAL = Math.log(5 / 0.05);
const LINES = [2, 4, 8];
const FAULT = 3;

/** The tick at which the step is left, after `hold` ticks at the earliest; undefined when it never is or is rolled back before. */
function leavesAt(ticks: readonly Tick[], hold: number, doubtful: number): number | undefined {
  const merged = mergeTicks(ticks).ticks;
  const safe = mergedTwinCurve(merged, { side: 'safe', margin: SAFE });
  const harmed = firstAtLeast(mergedTwinCurve(merged, { side: 'harm', margin: HARM, goal: GOAL }), GOAL);
  for (let index = hold - 1; index < Math.min(safe.length, harmed ?? safe.length); index += 1) {
    if ((safe[index] ?? 0) < SAFE_GOAL) continue;
    if (recentDoubt(merged.slice(0, index + 1), { margin: HARM }) < doubtful) return index;
  }
  return undefined;
}

const rules = [
  { name: 'SAFE alone', line: Number.POSITIVE_INFINITY },
  ...LINES.map((factor) => ({ name: `SAFE, doubt below ln ${factor}`, line: Math.log(factor) })),
];

function tryDoubt(cell: string, world: World, hold: number, run: Run): readonly Row[] {
  if (run.only !== undefined && !`doubt ${cell}`.includes(run.only)) return [];
  const seeds = Array.from({ length: run.runs }, (_, index) => seedOf(run.seed, cell, index));
  const healthy = seeds.map((seed) => rollout(world, seed));
  const alone = healthy.map((ticks) => leavesAt(ticks, hold, Number.POSITIVE_INFINITY));
  const rows = rules.map(({ name, line }) => {
    const left = healthy.map((ticks) => leavesAt(ticks, hold, line));
    const delays = left.map((at, place) => ((at ?? 288) - (alone[place] ?? 288)) * TICK_MINUTES);
    const delayed = delays.filter((delay) => delay > 0);
    const note = `${((100 * delayed.length) / run.runs).toFixed(1)} % of the healthy steps wait, half of them ${quantile(delayed, 0.5) ?? 0} m or less`;
    const times = left.map((at) => (at === undefined ? undefined : (at + 1) * TICK_MINUTES));
    return summarise({ section: 'doubt', cell: `${cell} healthy: step left`, rule: name, note }, times);
  });
  return [...rows, ...[1, 2, 3, 6].flatMap((seen) => lateFault({ cell, world, hold, seen, seeds, alone }))];
}

interface LateFault {
  readonly cell: string;
  readonly world: World;
  readonly hold: number;
  /** Ticks of the fault that the run sees which would leave the healthy step. */
  readonly seen: number;
  readonly seeds: readonly number[];
  readonly alone: readonly (number | undefined)[];
}

/** The same rollouts with a fault that begins just before the step would be left. */
function lateFault({ cell, world, hold, seen, seeds, alone }: LateFault): readonly Row[] {
  const faulty = seeds.flatMap((seed, place) => {
    const at = alone[place];
    if (at === undefined) return [];
    const onset = at + 1 - seen;
    return [{ onset, ticks: rollout({ ...world, effect: FAULT, onset }, seed) }];
  });
  return rules.map(({ name, line }) => {
    const times = faulty.map(({ ticks, onset }) => {
      const left = leavesAt(ticks, hold, line);
      return left === undefined ? undefined : (left + 1 - onset) * TICK_MINUTES;
    });
    const label = `${cell} ×${FAULT} for ${seen * TICK_MINUTES} m: step left`;
    return summarise({ section: 'doubt', cell: label, rule: name }, times);
  });
}

/** Whether doubt about the newest ticks stops a step that is proven safe by its long past. */
export const DOUBT: Section = {
  kind: 'trials',
  name: 'doubt',
  title: `A fault that begins just before a step is left (usual line of doubt: ln ${Math.exp(DOUBTFUL).toFixed(0)})`,
  rows: (run) =>
    [
      { rpm: 500, share: 0.05, hold: 48 },
      { rpm: 500, share: 0.25, hold: 12 },
      { rpm: 500, share: 0.25, hold: 72 },
      { rpm: 5_000, share: 0.05, hold: 12 },
    ].flatMap(({ hold, ...world }) =>
      tryDoubt(`${world.rpm} rpm ${100 * world.share} %, ${hold / 12} h,`, world, hold, run),
    ),
};

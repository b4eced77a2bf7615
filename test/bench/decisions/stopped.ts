import { sumCounts, type Tick } from '../../../src/core/stats/counts.ts';
import { ratioInterval } from '../../../src/core/stats/interval.ts';
import { seedOf } from './random.ts';
import { DEFAULT } from './rules.ts';
import { type Measure, manyRollouts, type Run, type Section } from './section.ts';
import { quantile } from './summary.ts';

/** Error of each end of the intervals: together 95 %. */
const ALPHA = 0.025;
const WORLDS = [1.5, 2, 3].map((effect) => ({
  cell: `500 rpm 5 % ×${effect}`,
  world: { rpm: 500, share: 0.05, effect },
}));

/** What is counted at the moment of a rollback says more than the truth; the interval does not. */
export const STOPPED: Section = {
  kind: 'measures',
  name: 'stopped',
  title: 'What the counts say at the moment of the rollback, and whether the interval holds the truth',
  measures: (run) =>
    WORLDS.filter(({ cell }) => run.only === undefined || `stopped ${cell}`.includes(run.only)).flatMap(
      ({ cell, world }) => measure(cell, world, run),
    ),
};

function measure(cell: string, world: (typeof WORLDS)[number]['world'], run: Run): readonly Measure[] {
  const rollouts = manyRollouts(world, { runs: run.runs, seed: seedOf(run.seed, `stopped ${cell}`) });
  const stopped = rollouts.flatMap((ticks) => {
    const at = DEFAULT.firesAt(ticks);
    return at === undefined ? [] : [ticks.slice(0, at + 1)];
  });
  const missed = stopped.filter((ticks) => {
    const { low, high } = ratioInterval(ticks, { alpha: ALPHA });
    return low > world.effect || high < world.effect;
  });
  return [
    {
      name: `${cell}: median of the counted ratio`,
      value: quantile(stopped.map(ratioOf), 0.5) ?? 0,
      unit: 'times',
    },
    {
      name: `${cell}: intervals without the truth`,
      value: (100 * missed.length) / stopped.length,
      unit: '%',
    },
  ];
}

function ratioOf(ticks: readonly Tick[]): number {
  const [candidate, stable] = [
    sumCounts(ticks.map((tick) => tick.candidate)),
    sumCounts(ticks.map((tick) => tick.stable)),
  ];
  return (candidate.events / candidate.exposure) * (stable.exposure / stable.events);
}

import { type BinTick, distributionLogE } from '../../../src/core/stats/distribution.ts';
import { normalShare } from './latency.ts';
import { type Draws, drawsFrom, seedOf } from './random.ts';
import { GOAL } from './rules.ts';
import { type Section, tryMade } from './section.ts';
import { DAY_TICKS, TICK_MINUTES } from './world.ts';

/** Deciles of a standard normal. */
const CUTS = [-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816];
/** Looks, in ticks: every five minutes in the first hour, then every half hour; between them nothing would be seen much earlier. */
const LOOKS = Array.from({ length: DAY_TICKS }, (_, tick) => tick).filter(
  (tick) => tick < 12 || tick % 6 === 5,
);
/** χ² of nine degrees of freedom at 1 %. */
const CHI_SQUARE = 21.666;
/** What a stability index is usually alarmed on. */
const PSI = 0.2;
const TOLERANCE = 0.02;

interface Scores {
  readonly rpm: number;
  /** Standard deviations that the candidate's scores are shifted by. */
  readonly shift: number;
  /** And both arms' by the hour of the day. */
  readonly hourly: number;
}

function scores({ rpm, shift, hourly }: Scores, seed: number): readonly BinTick[] {
  const draws = drawsFrom(seedOf(seed, 'scores'));
  return Array.from({ length: DAY_TICKS }, (_, index) => {
    const mean = hourly * Math.sin((2 * Math.PI * index) / DAY_TICKS);
    const requests = rpm * TICK_MINUTES;
    return {
      candidate: bins(draws.poisson(requests * 0.05), mean + shift, draws),
      stable: bins(draws.poisson(requests * 0.95), mean, draws),
    };
  });
}

function bins(all: number, mean: number, draws: Draws): readonly number[] {
  let [left, below] = [all, 0];
  return [...CUTS, Number.POSITIVE_INFINITY].map((cut) => {
    const upTo = Number.isFinite(cut) ? normalShare(cut - mean) : 1;
    const chance = Math.min(1, (upTo - below) / (1 - below));
    const count = chance >= 1 ? left : draws.binomial(left, chance);
    left -= count;
    below = upTo;
    return count;
  });
}

type Look = (ticks: readonly BinTick[]) => boolean;

function peek(name: string, isFar: Look) {
  return {
    name,
    firesAt: (ticks: readonly BinTick[]) => LOOKS.find((tick) => isFar(ticks.slice(0, tick + 1))),
  };
}

function pooled(ticks: readonly BinTick[], arm: 'candidate' | 'stable'): readonly number[] {
  return [...CUTS, 0].map((_, bin) => ticks.reduce((sum, tick) => sum + (tick[arm][bin] ?? 0), 0));
}

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

const chiSquare: Look = (ticks) => {
  const [ours, theirs] = [pooled(ticks, 'candidate'), pooled(ticks, 'stable')];
  const [n, m] = [total(ours), total(theirs)];
  const square = ours.reduce((sum, count, bin) => {
    const all = count + theirs[bin]!;
    return all > 0 ? sum + (count - (all * n) / (n + m)) ** 2 / ((all * n * m) / (n + m) ** 2) : sum;
  }, 0);
  return square > CHI_SQUARE;
};

/** Half a count is added to each bin, or an empty one would be infinitely far. */
const stabilityIndex: Look = (ticks) => {
  const [ours, theirs] = [pooled(ticks, 'candidate'), pooled(ticks, 'stable')].map((counts) =>
    counts.map((count) => (count + 0.5) / (total(counts) + 5)),
  );
  return ours!.reduce((sum, p, bin) => sum + (p - theirs![bin]!) * Math.log(p / theirs![bin]!), 0) > PSI;
};

const RULES = [
  peek(
    'distribution, tolerance 0.02',
    (ticks) => distributionLogE(ticks, { side: 'harm', tolerance: TOLERANCE, goal: GOAL }) >= GOAL,
  ),
  peek('χ², 1 %, peeked', chiSquare),
  peek(`PSI > ${PSI}, peeked`, stabilityIndex),
];

const WORLDS: readonly { readonly name: string; readonly world: Scores }[] = [50, 500, 5_000].flatMap(
  (rpm) => [
    { name: `${rpm} rpm 5 % A/A`, world: { rpm, shift: 0, hourly: 0 } },
    {
      name: `${rpm} rpm 5 % A/A, both move by 0.15 sd with the hour`,
      world: { rpm, shift: 0, hourly: 0.15 },
    },
    ...[0.1, 0.25, 0.5].map((shift) => ({
      name: `${rpm} rpm 5 % +${shift} sd`,
      world: { rpm, shift, hourly: 0 },
    })),
  ],
);

/** Scores in ten bins, against stable at the same time. */
export const DRIFT: Section = {
  kind: 'trials',
  name: 'drift',
  title: 'Scores in ten bins, 24 h: false alarms (A/A) and a mean that moves',
  rows: (run) =>
    WORLDS.flatMap(({ name, world }) =>
      tryMade(
        { section: 'drift', cell: name, make: (seed) => scores(world, seed), rules: RULES, part: 5 },
        run,
      ),
    ),
};

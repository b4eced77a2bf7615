import type { BinTick } from '../stats/distribution.ts';
import type { Pair, Stretch } from './divide.ts';
import type { Binned } from './evidence.ts';

/**
 * The compared ticks of some stretches, each with something in both arms: what an arm saw while the other was empty goes into the
 * next tick of the same weight, and waits at its end. Fractions, as `increase()` gives them, stay: every cut is tested in both
 * directions, so that rounding against the one would be rounding for the other.
 */
export function mergedBins(stretches: readonly Stretch<Binned>[]): readonly BinTick[] {
  return stretches.flatMap(({ pairs }) => merge(pairs));
}

/** Each stretch as one tick, for what is shown: on one weight both say nearly the same, and it costs next to nothing. */
export function pooledBins(stretches: readonly Stretch<Binned>[]): readonly BinTick[] {
  return stretches.flatMap(({ pairs }) => {
    const ticks = merge(pairs);
    if (ticks.length === 0) return [];
    return [
      {
        candidate: sumBins(ticks.map((tick) => tick.candidate)),
        stable: sumBins(ticks.map((tick) => tick.stable)),
      },
    ];
  });
}

/** Bin by bin. */
export function sumBins(all: readonly (readonly number[])[]): readonly number[] {
  const sums: number[] = [];
  for (const bins of all)
    for (const [index, count] of bins.entries()) sums[index] = (sums[index] ?? 0) + count;
  return sums;
}

/** How many fell into any bin. */
export function totalOf(bins: readonly number[]): number {
  return bins.reduce((sum, count) => sum + count, 0);
}

function merge(pairs: readonly Pair<Binned>[]): readonly BinTick[] {
  const merged: BinTick[] = [];
  let candidate: readonly number[] = [];
  let stable: readonly number[] = [];
  for (const pair of pairs) {
    candidate = sumBins([candidate, pair.candidate.bins]);
    stable = sumBins([stable, pair.stable.bins]);
    if (!(totalOf(candidate) > 0 && totalOf(stable) > 0)) continue;
    merged.push({ candidate, stable });
    candidate = [];
    stable = [];
  }
  return merged;
}

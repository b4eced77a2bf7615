import type { Tick } from '../../../src/core/stats/counts.ts';

/** A tick from [candidate events, candidate exposure, stable events, stable exposure], the order of the reference tables. */
export type Row = readonly [number, number, number, number];

export function tick([events, exposure, stableEvents, stableExposure]: Row): Tick {
  return { candidate: { events, exposure }, stable: { events: stableEvents, exposure: stableExposure } };
}

export function ticks(...rows: readonly Row[]): readonly Tick[] {
  return rows.map(tick);
}

/** Probability of exactly `successes` in `trials`, by the recurrence from all failures. */
export function binomialPmf(trials: number, probability: number): readonly number[] {
  const pmf = [1, ...Array<number>(trials).fill(0)];
  for (let done = 1; done <= trials; done += 1) {
    for (let k = done; k >= 1; k -= 1) pmf[k] = pmf[k]! * (1 - probability) + pmf[k - 1]! * probability;
    pmf[0]! *= 1 - probability;
  }
  return pmf;
}

import type { Tick } from '../../../src/core/stats/counts.ts';
import { seedOf } from './random.ts';
import type { Rule } from './rules.ts';
import { type Row, summarise } from './summary.ts';
import { rollout, TICK_MINUTES, type World } from './world.ts';

/** What the command line asks of a section. */
export interface Run {
  /** Rollouts per world. */
  readonly runs: number;
  readonly seed: number;
  /** Only worlds whose name contains this. */
  readonly only: string | undefined;
  /** Folder with real series. */
  readonly data: string | undefined;
}

/** A number that is no rate, such as a time of the machine. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value must not be above it. */
  readonly goal?: number;
}

/** A measure as it is printed, and whether it keeps its goal. */
export function writeMeasure({ name, value, unit, goal }: Measure): string {
  const verdict = goal === undefined ? '' : ` (goal ${goal} ${unit}: ${value <= goal ? 'met' : 'MISSED'})`;
  return `${name}: ${value.toFixed(2)} ${unit}${verdict}`;
}

/** One part of the benchmark. */
export type Section = { readonly name: string; readonly title: string } & (
  | { readonly kind: 'trials'; readonly rows: (run: Run) => readonly Row[] }
  | { readonly kind: 'measures'; readonly measures: (run: Run) => readonly Measure[] }
);

/** A named world and the rules that are tried in it. */
export interface Trial {
  readonly section: string;
  readonly cell: string;
  readonly world: World;
  readonly rules: readonly Rule[];
}

/** Makes the same rollouts for all rules, and a row for each. Times count from the onset. */
export function tryRules({ section, cell, world, rules }: Trial, { runs, seed, only }: Run): readonly Row[] {
  if (only !== undefined && !`${section} ${cell}`.includes(only)) return [];
  const rollouts = manyRollouts(world, { runs, seed: seedOf(seed, cell) });
  return rules.map((rule) => {
    const { times, note } = timesOf(rollouts, rule, world.onset ?? 0);
    return summarise({ section, cell, rule: rule.name, ...(note && { note }) }, times);
  });
}

/** What a section makes of a seed, and rules that look at it tick by tick. */
export interface MadeTrial<Data> {
  readonly section: string;
  readonly cell: string;
  readonly make: (seed: number) => Data;
  readonly rules: readonly { readonly name: string; readonly firesAt: (data: Data) => number | undefined }[];
  /** Only one of so many runs is made: looks that cost much. */
  readonly part: number;
}

/** The same of what is no tick of counts; effects are there from the start. */
export function tryMade<Data>(
  { section, cell, make, rules, part }: MadeTrial<Data>,
  { runs, seed, only }: Run,
): readonly Row[] {
  if (only !== undefined && !`${section} ${cell}`.includes(only)) return [];
  const made = Array.from({ length: Math.ceil(runs / part) }, (_, index) => make(seedOf(seed, cell, index)));
  return rules.map(({ name, firesAt }) => {
    const times = made.map((one) => {
      const at = firesAt(one);
      return at === undefined ? undefined : (at + 1) * TICK_MINUTES;
    });
    return summarise({ section, cell, rule: name }, times);
  });
}

export function manyRollouts(
  world: World,
  { runs, seed }: Pick<Run, 'runs' | 'seed'>,
): readonly (readonly Tick[])[] {
  return Array.from({ length: runs }, (_, index) => rollout(world, seedOf(seed, index)));
}

/** Minutes from the onset to the rollback. Rollouts that are rolled back before it are left out and noted. */
export function timesOf(
  rollouts: readonly (readonly Tick[])[],
  rule: Rule,
  onset: number,
): { readonly times: readonly (number | undefined)[]; readonly note: string | undefined } {
  const fired = rollouts.map((ticks) => rule.firesAt(ticks));
  const valid = fired.filter((at) => at === undefined || at >= onset);
  const early = fired.length - valid.length;
  return {
    times: valid.map((at) => (at === undefined ? undefined : (at + 1 - onset) * TICK_MINUTES)),
    note: early > 0 ? `${early} of ${fired.length} before the fault` : undefined,
  };
}

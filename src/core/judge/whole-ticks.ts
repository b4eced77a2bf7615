import type { Side } from '../stats/bets.ts';
import { type Counts, mergeTicks, type Tick } from '../stats/counts.ts';
import type { Stretch } from './divide.ts';
import { wholeEvents } from './whole-events.ts';

/**
 * The compared ticks of some stretches in whole events, rounded against the claim. Merged within a stretch, since a new weight
 * begins anew; the exposures stay as they are.
 */
export function wholeTicks(stretches: readonly Stretch<Counts>[], side: Side): readonly Tick[] {
  return stretches.flatMap(({ pairs }) => roundTicks(mergeTicks(pairs).ticks, side));
}

/** What a comparison plays: the ticks, and where a new weight began among them; see Course.changes. */
export interface Played {
  readonly ticks: readonly Tick[];
  readonly changes: readonly number[];
}

/** `wholeTicks` with the places where weights changed. */
export function playedTicks(stretches: readonly Stretch<Counts>[], side: Side): Played {
  const parts = stretches.map((stretch) => wholeTicks([stretch], side));
  return { ticks: parts.flat(), changes: changesIn(parts.map(({ length }) => length)) };
}

/** Where a new weight began among the merged ticks of some stretches; see Course.changes. */
export function changesIn(lengths: readonly number[]): readonly number[] {
  let begun = 0;
  return lengths.slice(0, -1).map((length) => {
    begun += length;
    return begun;
  });
}

/** The candidate's own counts of some stretches in whole events, rounded against the claim. */
export function wholeCounts(stretches: readonly Stretch<Counts>[], side: Side): readonly Counts[] {
  return stretches.flatMap(({ alone }) => wholeEvents(alone, side === 'harm' ? 'down' : 'up'));
}

/** Ticks in whole events: harm is given the candidate's rounded down and stable's rounded up, safety the other way round. */
export function roundTicks<One extends Tick>(ticks: readonly One[], side: Side): readonly One[] {
  const [ours, theirs] = side === 'harm' ? (['down', 'up'] as const) : (['up', 'down'] as const);
  const candidate = wholeEvents(
    ticks.map((tick) => tick.candidate),
    ours,
  );
  const stable = wholeEvents(
    ticks.map((tick) => tick.stable),
    theirs,
  );
  return ticks.map((tick, index) => ({
    ...tick,
    candidate: { ...tick.candidate, ...candidate[index] },
    stable: { ...tick.stable, ...stable[index] },
  }));
}

import type { Counts } from '../stats/counts.ts';
import type { Stretch } from './divide.ts';

/**
 * The ticks as the tests of "more is worse" are to see them. Where fewer events are worse, the arms change places: stable
 * having more than so many times as many events as the candidate is the candidate having too few. That is exact like the
 * other direction, and for rare events far faster than counting those who had none, since evidence grows with events. The
 * candidate alone is held against a least share by counting those who had none.
 */
export function facing(
  { worse = 'more' }: { readonly worse?: 'more' | 'fewer' | undefined },
  stretches: readonly Stretch<Counts>[],
): readonly Stretch<Counts>[] {
  if (worse === 'more') return stretches;
  return stretches.map((stretch) => ({
    ...stretch,
    pairs: stretch.pairs.map(({ candidate, stable }) => ({ candidate: stable, stable: candidate })),
    alone: stretch.alone.map(({ events, exposure }) => ({
      events: Math.max(0, exposure - events),
      exposure,
    })),
  }));
}

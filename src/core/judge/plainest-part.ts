import { formatPercent } from '../units.ts';
import type { Stretch } from './divide.ts';
import type { CountTest, Totals } from './method.ts';

/** A part of a rollout, and where it is; undefined: it is the whole. */
export interface Part<A> {
  readonly stretches: readonly Stretch<A>[];
  readonly where: string | undefined;
}

/**
 * The part of a rollout in which harm is plainest: the whole, a step, or the last ticks; where none of them shows it, some ticks
 * anywhere. A proof may rest on a part whose numbers drown in the others; people are shown the part, or the numbers would contradict
 * the verdict. For words only: a part chosen by what is in it proves nothing. Evidence of the whole counts from every onset within
 * it, and so may be the most of all although its totals are within the limit: what does not show the harm is not shown where another
 * part does.
 * @param logE  evidence of harm in some stretches
 * @param shows whether their totals are beyond what is harm
 */
export function plainestPart<A>(
  stretches: readonly Stretch<A>[],
  logE: (stretches: readonly Stretch<A>[]) => number,
  shows: (stretches: readonly Stretch<A>[]) => boolean = () => true,
): Part<A> {
  const whole: Part<A> = { stretches, where: undefined };
  const plainestOf = (parts: readonly Part<A>[]): Part<A> | undefined => {
    let plainest: Part<A> | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const part of parts) {
      if (!shows(part.stretches)) continue;
      const found = logE(part.stretches);
      if (found <= most) continue;
      most = found;
      plainest = part;
    }
    return plainest;
  };
  return (
    plainestOf([whole, ...steps(stretches), ...endings(stretches)]) ?? plainestOf(windows(stretches)) ?? whole
  );
}

/** Whether counts are beyond what a test of harm allows. */
export function isBeyond(test: CountTest, { candidate, stable, alone }: Totals): boolean {
  if (test.kind === 'limit') return alone.events > test.limit * alone.exposure;
  const { ratio, difference } = test.margin;
  // multiplied out: an arm may have no exposure
  const allowed = ratio * stable.events + difference * stable.exposure;
  return candidate.events * stable.exposure > allowed * candidate.exposure;
}

function steps<A>(stretches: readonly Stretch<A>[]): readonly Part<A>[] {
  if (stretches.length < 2) return [];
  return stretches.map((stretch) => ({
    stretches: [stretch],
    where: stretch.period.share === undefined ? undefined : `at ${formatPercent(100 * stretch.period.share)}`,
  }));
}

/** The last 1, 2, 4, … ticks of the weight of now. */
function endings<A>(stretches: readonly Stretch<A>[]): readonly Part<A>[] {
  const now = stretches.at(-1);
  if (!now) return [];
  return lengths(now).map((ticks) => ({
    stretches: [cut(now, ticks, 0)],
    where: ticks === 1 ? 'in the last tick' : `in the last ${ticks} ticks`,
  }));
}

/** 1, 2, 4, … ticks of each weight, each half overlapping the one before: what harmed and went by is in one of them for the most. */
function windows<A>(stretches: readonly Stretch<A>[]): readonly Part<A>[] {
  return stretches.flatMap((stretch, index) => {
    const { share } = stretch.period;
    const of =
      index === stretches.length - 1 || share === undefined ? '' : ` at ${formatPercent(100 * share)}`;
    return lengths(stretch).flatMap((ticks) => {
      const where = `in ${ticks} earlier ${ticks === 1 ? 'tick' : 'ticks'}${of}`;
      const parts: Part<A>[] = [];
      for (let later = 0; later + ticks <= ticksOf(stretch); later += Math.ceil(ticks / 2))
        parts.push({ stretches: [cut(stretch, ticks, later)], where });
      return parts;
    });
  });
}

/** 1, 2, 4, … ticks, fewer than all. */
function lengths(stretch: Stretch<unknown>): readonly number[] {
  const found: number[] = [];
  for (let ticks = 1; ticks < ticksOf(stretch); ticks *= 2) found.push(ticks);
  return found;
}

function ticksOf({ pairs, alone }: Stretch<unknown>): number {
  return Math.max(pairs.length, alone.length);
}

/** So many ticks of a stretch, before so many later ones. */
function cut<A>(stretch: Stretch<A>, ticks: number, later: number): Stretch<A> {
  const slice = <T>(all: readonly T[]) => all.slice(-(ticks + later), later === 0 ? undefined : -later);
  return { ...stretch, pairs: slice(stretch.pairs), alone: slice(stretch.alone) };
}

import { formatPercent } from '../units.ts';
import type { Stretch } from './divide.ts';
import type { CountTest, Totals } from './method.ts';

/** A part of a rollout, and where it is; undefined: it is the whole. */
export interface Part<A> {
  readonly stretches: readonly Stretch<A>[];
  readonly where: string | undefined;
}

/**
 * The part of a rollout in which harm is plainest: the whole, a step, or the last ticks. A proof may rest on a late part whose
 * numbers drown in those before it; people are shown the part, or the numbers would contradict the verdict. For words only:
 * a part chosen by what is in it proves nothing. Evidence of the whole counts from every onset within it, and so may be the most of
 * all although its totals are within the limit: what does not show the harm is not shown where another part does.
 * @param logE  evidence of harm in some stretches
 * @param shows whether their totals are beyond what is harm
 */
export function plainestPart<A>(
  stretches: readonly Stretch<A>[],
  logE: (stretches: readonly Stretch<A>[]) => number,
  shows: (stretches: readonly Stretch<A>[]) => boolean = () => true,
): Part<A> {
  let plainest: Part<A> = { stretches, where: undefined };
  let most = shows(stretches) ? logE(stretches) : Number.NEGATIVE_INFINITY;
  for (const part of [...steps(stretches), ...endings(stretches)]) {
    const found = logE(part.stretches);
    if (found <= most || !shows(part.stretches)) continue;
    most = found;
    plainest = part;
  }
  return plainest;
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
  const length = Math.max(now.pairs.length, now.alone.length);
  const parts: Part<A>[] = [];
  for (let ticks = 1; ticks < length; ticks *= 2) {
    const ending = { ...now, pairs: now.pairs.slice(-ticks), alone: now.alone.slice(-ticks) };
    parts.push({
      stretches: [ending],
      where: ticks === 1 ? 'in the last tick' : `in the last ${ticks} ticks`,
    });
  }
  return parts;
}

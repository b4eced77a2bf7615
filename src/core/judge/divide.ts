import type { EvidenceTick, Period } from './evidence.ts';

/** Both arms in the same tick. */
export interface Pair<A> {
  readonly candidate: A;
  readonly stable: A;
}

/** The ticks on one weight that are evidence. */
export interface Stretch<A> {
  readonly period: Period;
  /** Ticks seen on both arms, while stable has traffic; with a last few perhaps that wait for traffic. */
  readonly pairs: readonly Pair<A>[];
  /** The candidate's own ticks, whatever became of stable's. */
  readonly alone: readonly A[];
  /** Position of the newest tick that can be judged: both arms had traffic (alone: the candidate had). */
  readonly lastSeen: number | undefined;
  /** How many ticks are played: of those that wait for traffic, each with the one that has some. */
  readonly played: number;
}

/** A tick that was not compared, by its position, and why. */
export interface Dropped {
  readonly index: number;
  readonly reason: string;
}

/** The ticks of a check, by the weight they fell in. */
export interface Divided<A> {
  /** One per period, in order; the last is the weight of now. */
  readonly stretches: readonly Stretch<A>[];
  /** Ticks that some test of the check rests on. */
  readonly used: number;
  /** Those that were not compared; a limit may count some of them all the same, and then they say so. */
  readonly dropped: readonly Dropped[];
  /** Why the newest tick has no numbers; undefined when it has, or when there are no ticks. */
  readonly blindBecause: string | undefined;
}

/** How a kind of check looks at its ticks. */
export interface Looking<A> {
  /** How much an arm saw; 0 makes a tick wait for the next. */
  readonly exposure: (arm: A) => number;
  /** How the candidate can be judged where there is no stable: alone, or not at all. */
  readonly alone: boolean;
  /** Stable is never needed. */
  readonly oneArm: boolean;
}

interface Indexed<T> {
  readonly index: number;
  readonly value: T;
}

/** Sorts ticks into what can be judged and what cannot, and says why not. Linear in ticks. */
export function divideTicks<A>(
  ticks: readonly EvidenceTick<A>[],
  periods: readonly Period[],
  looking: Looking<A>,
): Divided<A> {
  const reasons = ticks.map((tick) => whyUnusable(tick, periods, looking));
  const blindBecause = reasons.at(-1);
  const groups = groupByPeriod(ticks, periods);
  const stretches = periods.map((period, position): Stretch<A> => {
    const { pairs, alone } = groups[position] ?? { pairs: [], alone: [] };
    const single = looking.oneArm || period.whole;
    const { silent, played } = single ? withoutTraffic(alone, looking) : waiting(pairs, looking);
    for (const { index, reason } of silent) reasons[index] ??= reason;
    const judged: readonly Indexed<unknown>[] = single ? alone : pairs;
    return {
      period,
      pairs: pairs.map(({ value }) => value),
      alone: alone.map(({ value }) => value),
      lastSeen: judged.findLast(({ index }) => reasons[index] === undefined)?.index,
      played,
    };
  });
  const lone = looking.alone && !looking.oneArm ? loneTicks(groups, periods, looking) : NO_TICKS;
  const dropped = reasons.flatMap((reason, index) => {
    if (reason === undefined) return [];
    return [{ index, reason: lone.has(index) ? `${reason}; counts for the limit alone` : reason }];
  });
  const unused = dropped.filter(({ index }) => !lone.has(index));
  return { stretches, used: ticks.length - unused.length, dropped, blindBecause };
}

const NO_TICKS: ReadonlySet<number> = new Set();

/** Ticks in which the candidate had traffic: a limit needs no more, whatever became of stable's. */
function loneTicks<A>(
  groups: readonly Group<A>[],
  periods: readonly Period[],
  { exposure }: Looking<A>,
): ReadonlySet<number> {
  const alone = periods.flatMap((_, position) => groups[position]?.alone ?? []);
  return new Set(alone.flatMap(({ index, value }) => (exposure(value) > 0 ? [index] : [])));
}

function whyUnusable<A>(
  { period, candidate, stable }: EvidenceTick<A>,
  periods: readonly Period[],
  { alone, oneArm }: Looking<A>,
): string | undefined {
  const now = period === undefined ? undefined : periods[period];
  if (!now) return 'weight changed';
  if (candidate.kind === 'unusable') return candidate.reason;
  if (oneArm) return undefined;
  if (now.whole) return alone ? undefined : 'no stable traffic at 100% to compare with';
  return stable.kind === 'unusable' ? stable.reason : undefined;
}

interface Group<A> {
  readonly pairs: Indexed<Pair<A>>[];
  readonly alone: Indexed<A>[];
}

function groupByPeriod<A>(
  ticks: readonly EvidenceTick<A>[],
  periods: readonly Period[],
): readonly Group<A>[] {
  const groups: readonly Group<A>[] = periods.map(() => ({ pairs: [], alone: [] }));
  for (const [index, { period, candidate, stable }] of ticks.entries()) {
    const group = period === undefined ? undefined : groups[period];
    if (period === undefined || !group || candidate.kind === 'unusable') continue;
    group.alone.push({ index, value: candidate.value });
    if (stable.kind === 'unusable' || periods[period]?.whole) continue;
    group.pairs.push({ index, value: { candidate: candidate.value, stable: stable.value } });
  }
  return groups;
}

/** Ticks that are not judged, and how many are played. */
interface Silence {
  readonly silent: readonly { readonly index: number; readonly reason: string }[];
  readonly played: number;
}

/** Ticks at the end of a period in which an arm has had no traffic since; a new weight begins anew. */
function waiting<A>(pairs: readonly Indexed<Pair<A>>[], { exposure }: Looking<A>): Silence {
  let candidate = 0;
  let stable = 0;
  let from = 0;
  let played = 0;
  for (const [position, { value }] of pairs.entries()) {
    candidate += exposure(value.candidate);
    stable += exposure(value.stable);
    if (!(candidate > 0 && stable > 0)) continue;
    candidate = 0;
    stable = 0;
    from = position + 1;
    played += 1;
  }
  const arm = candidate > 0 ? 'stable' : stable > 0 ? 'the candidate' : 'either arm';
  return {
    silent: pairs.slice(from).map(({ index }) => ({ index, reason: `no traffic on ${arm}` })),
    played,
  };
}

function withoutTraffic<A>(alone: readonly Indexed<A>[], { exposure }: Looking<A>): Silence {
  const silent = alone
    .filter(({ value }) => !(exposure(value) > 0))
    .map(({ index }) => ({ index, reason: 'no traffic on the candidate' }));
  return { silent, played: alone.length - silent.length };
}

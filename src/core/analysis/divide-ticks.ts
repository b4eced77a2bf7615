import type { Release } from '../manifest/release-schema.ts';
import type { Rollout, Transition } from '../plan/rollout.ts';
import { type Counts, mergeTicks, type Tick } from '../stats/counts.ts';
import type { Instant, Percent } from '../units.ts';
import type { DroppedTick } from './assessment.ts';
import type { TickReading } from './read-ticks.ts';

/** At this weight stable has no traffic of its own kind any more, so that nothing compares with it. */
const WHOLE_TRAFFIC = 100;

/** The time on one weight, with the ticks of it that are evidence. */
export interface Period {
  /** Position of the step that this weight belongs to, from 0. */
  readonly step: number;
  /** Everyone is served by the candidate: nothing to compare with. */
  readonly bake: boolean;
  /** Ticks with counts of both arms, below 100 %; with a last few perhaps that wait for traffic. */
  readonly compared: readonly Tick[];
  /** The candidate's own ticks at any weight, whatever became of stable's. */
  readonly alone: readonly Counts[];
  /** End of the newest tick that can be judged: both arms had traffic (at 100 %: the candidate had). */
  readonly lastSeen: Instant | undefined;
}

/** The ticks of a rollout, by the weight they fell in. */
export interface DividedTicks {
  /** One per transition, in order; the last is the weight of now. */
  readonly periods: readonly Period[];
  readonly ticksUsed: number;
  readonly dropped: readonly DroppedTick[];
  /** Why the newest tick of the grid has no numbers; undefined when it has. */
  readonly blindBecause: string | undefined;
}

interface Indexed<T> {
  readonly index: number;
  readonly counts: T;
}

function isBake(weight: Percent): boolean {
  return weight === WHOLE_TRAFFIC;
}

/** The step that a weight belongs to: the highest that is not above it, as in `findStanding`. */
function stepOf(release: Release, weight: Percent): number {
  return Math.max(
    0,
    release.spec.rollout.steps.findLastIndex((step) => step.weight <= weight),
  );
}

/** Whether everyone is served by the candidate now, so that nothing compares with it. */
export function isBakeNow(rollout: Rollout): boolean {
  return isBake((rollout.transitions.at(-1) ?? rollout.transitions[0]).weight);
}

/** Sorts ticks into what can be judged and what cannot, and says why not. Linear in ticks. */
export function divideTicks(
  readings: readonly TickReading[],
  {
    release,
    rollout,
    hasLimit,
  }: { readonly release: Release; readonly rollout: Rollout; readonly hasLimit: boolean },
): DividedTicks {
  const { transitions } = rollout;
  const reasons = readings.map((reading) => whyUnusable(reading, transitions, hasLimit));
  const blindBecause = reasons.at(-1);
  const groups = groupByPeriod(readings, transitions);
  const periods = transitions.map((transition, position): Period => {
    const { compared, alone } = groups[position] ?? { compared: [], alone: [] };
    const bake = isBake(transition.weight);
    const silent = bake ? withoutTraffic(alone) : waiting(compared);
    for (const { index, reason } of silent) reasons[index] ??= reason;
    const seen = (bake ? alone : compared).findLast(({ index }) => reasons[index] === undefined);
    return {
      step: stepOf(release, transition.weight),
      bake,
      compared: compared.map(({ counts }) => counts),
      alone: alone.map(({ counts }) => counts),
      lastSeen: seen && readings[seen.index]?.at,
    };
  });
  const dropped = readings.flatMap(({ at }, index) => {
    const reason = reasons[index];
    return reason === undefined ? [] : [{ at, reason }];
  });
  return { periods, ticksUsed: readings.length - dropped.length, dropped, blindBecause };
}

function whyUnusable(
  { period, candidate, stable }: TickReading,
  transitions: readonly Transition[],
  hasLimit: boolean,
): string | undefined {
  const transition = period === undefined ? undefined : transitions[period];
  if (!transition) return 'weight changed';
  if (candidate.kind === 'unusable') return candidate.reason;
  if (isBake(transition.weight)) return hasLimit ? undefined : 'no stable traffic at 100% to compare with';
  return stable.kind === 'unusable' ? stable.reason : undefined;
}

interface Group {
  readonly compared: Indexed<Tick>[];
  readonly alone: Indexed<Counts>[];
}

function groupByPeriod(
  readings: readonly TickReading[],
  transitions: readonly Transition[],
): readonly Group[] {
  const groups: readonly Group[] = transitions.map(() => ({ compared: [], alone: [] }));
  for (const [index, { period, candidate, stable }] of readings.entries()) {
    const group = period === undefined ? undefined : groups[period];
    const weight = period === undefined ? undefined : transitions[period]?.weight;
    if (!group || weight === undefined || candidate.kind === 'unusable') continue;
    group.alone.push({ index, counts: candidate.counts });
    if (stable.kind === 'unusable' || isBake(weight)) continue;
    group.compared.push({ index, counts: { candidate: candidate.counts, stable: stable.counts } });
  }
  return groups;
}

/** Ticks at the end of a period in which an arm has had no traffic since; a new weight begins anew. */
function waiting(
  compared: readonly Indexed<Tick>[],
): readonly { readonly index: number; readonly reason: string }[] {
  const count = mergeTicks(compared.map(({ counts }) => counts)).waiting;
  const last = compared.slice(compared.length - count);
  const candidate = last.some(({ counts }) => counts.candidate.exposure > 0);
  const stable = last.some(({ counts }) => counts.stable.exposure > 0);
  const silent = candidate ? 'stable' : stable ? 'the candidate' : 'either arm';
  return last.map(({ index }) => ({ index, reason: `no traffic on ${silent}` }));
}

function withoutTraffic(
  alone: readonly Indexed<Counts>[],
): readonly { readonly index: number; readonly reason: string }[] {
  return alone
    .filter(({ counts }) => counts.exposure === 0)
    .map(({ index }) => ({ index, reason: 'no traffic on the candidate' }));
}

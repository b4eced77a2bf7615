import type { Transition } from '../plan/rollout.ts';
import type { Counts } from '../stats/counts.ts';
import type { Instant } from '../units.ts';
import { describeGap, type Reading } from './answers.ts';
import type { Grid } from './observation.ts';
import type { Arm } from './plan-queries.ts';
import { gridPoint, gridPoints } from './query-grid.ts';

/** Counts of one arm in one tick, or why they cannot be used. */
export type ArmReading =
  | { readonly kind: 'counts'; readonly counts: Counts }
  | { readonly kind: 'unusable'; readonly reason: string };

/** One tick as it was read. */
export interface TickReading {
  /** End of the tick. */
  readonly at: Instant;
  /** Position of the transition whose weight held all through the tick; undefined when the weight changed within. */
  readonly period: number | undefined;
  readonly candidate: ArmReading;
  readonly stable: ArmReading;
}

/** The readings of bad and all events of one arm, one per tick. */
export interface ArmReadings {
  readonly bad: readonly Reading[];
  readonly total: readonly Reading[];
}

/**
 * `increase()` extrapolates each series on its own, so two counts of the same requests may differ by that much of the
 * total. Without this slack a candidate that fails all its requests could go unseen as a "counter reset".
 */
const EXTRAPOLATION_SLACK = 0.1;

/** Puts the readings of both arms together, tick by tick. Linear in ticks and transitions. */
export function readTicks(input: {
  readonly grid: Grid;
  readonly transitions: readonly Transition[];
  readonly arms: Readonly<Record<Arm, ArmReadings>>;
  readonly absentIsZero: boolean;
}): readonly TickReading[] {
  const { grid, transitions, arms, absentIsZero } = input;
  const ticks: TickReading[] = [];
  let period = -1;
  for (let index = 0; index < gridPoints(grid); index += 1) {
    const at = gridPoint(grid, index);
    const begin = at - grid.step;
    while (writtenAt(transitions[period + 1]) <= begin) period += 1;
    const changes = writtenAt(transitions[period + 1]) < at;
    const arm = (name: Arm): ArmReading =>
      readArm({ arm: name, bad: arms[name].bad[index], total: arms[name].total[index], absentIsZero });
    ticks.push({
      at,
      period: changes || period < 0 ? undefined : period,
      candidate: arm('candidate'),
      stable: arm('stable'),
    });
  }
  return ticks;
}

function writtenAt(transition: Transition | undefined): number {
  return transition?.at ?? Number.POSITIVE_INFINITY;
}

function readArm(input: {
  readonly arm: Arm;
  readonly bad: Reading | undefined;
  readonly total: Reading | undefined;
  readonly absentIsZero: boolean;
}): ArmReading {
  const { arm, total = 'missing' } = input;
  if (typeof total !== 'number') return unusable(`${arm} total: ${describeGap(total)}`);
  const bad = readBad(input.bad ?? 'missing', input.absentIsZero);
  if (typeof bad !== 'number') return unusable(`${arm} bad: ${describeGap(bad)}`);
  if (total > Number.MAX_SAFE_INTEGER) return unusable(`${arm}: ${total} in all is more than can be counted`);
  if (bad < 0 || total < 0 || bad > total * (1 + EXTRAPOLATION_SLACK))
    return unusable(`${arm}: ${bad} bad of ${total} in all, as after a counter reset`);
  return { kind: 'counts', counts: { events: Math.min(bad, total), exposure: total } };
}

/** No series, or no sample in it, is no bad event only where the manifest says so; a NaN never is. */
function readBad(bad: Reading, absentIsZero: boolean): Reading {
  return absentIsZero && (bad === 'missing' || bad === 'empty') ? 0 : bad;
}

function unusable(reason: string): ArmReading {
  return { kind: 'unusable', reason };
}

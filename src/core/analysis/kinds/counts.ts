import type { Counts, Margin, Seen } from '../../judge/evidence.ts';
import { type Compared, type FullMargin, harmMargin, safeMargin } from '../../manifest/defaults.ts';
import type { Evaluation } from '../assessment.ts';
import { describeGap, type Reading } from '../reading.ts';
import { type Arm, type Readings, unusable } from './collector.ts';

/**
 * `increase()` extrapolates each series on its own, so two counts of the same requests may differ by that much of the
 * total. Without this slack a candidate that fails all its requests could go unseen as a "counter reset".
 */
const EXTRAPOLATION_SLACK = 0.1;

/** Bad events out of all events of one arm in one tick, from the roles `bad` and `total`. */
export function readCounts(
  { absentIsZero = false }: { readonly absentIsZero?: boolean | undefined },
  readings: Readings,
  arm: Arm,
): Seen<Counts> {
  const total = readings.one('total');
  if (typeof total !== 'number') return unusable(`${arm} total: ${describeGap(total)}`);
  const bad = readBad(readings.one('bad'), absentIsZero);
  if (typeof bad !== 'number') return unusable(`${arm} bad: ${describeGap(bad)}`);
  if (total > Number.MAX_SAFE_INTEGER) return unusable(`${arm}: ${total} in all is more than can be counted`);
  if (bad < 0 || total < 0 || bad > total * (1 + EXTRAPOLATION_SLACK))
    return unusable(`${arm}: ${bad} bad of ${total} in all, as after a counter reset`);
  return { kind: 'seen', value: { events: Math.min(bad, total), exposure: total } };
}

/** No series, or no sample in it, is no bad event only where the manifest says so; a NaN never is. */
export function readBad(bad: Reading, absentIsZero: boolean): Reading {
  return absentIsZero && (bad === 'missing' || bad === 'empty') ? 0 : bad;
}

/** The margins of a comparison, as evidence has them. */
export function marginsOf(
  spec: Compared,
  evaluation: Evaluation,
): { readonly harm: Margin; readonly safe: Margin } {
  return { harm: marginOf(harmMargin(spec)), safe: marginOf(safeMargin(spec, nextShareOf(evaluation))) };
}

/** Share of the traffic at the next step, 0 to 1; at the last step its own. */
export function nextShareOf({ standing }: Evaluation): number {
  return (standing.next ?? standing.step).weight / 100;
}

/** A margin of the manifest, as evidence has it. */
export function marginOf({ relative, absolute }: FullMargin): Margin {
  return { ratio: 1 + relative, difference: absolute };
}

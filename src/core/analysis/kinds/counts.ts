import type { Counts, Margin, Seen } from '../../judge/evidence.ts';
import { type Compared, type FullMargin, harmMargin, safeMargin } from '../../manifest/defaults.ts';
import type { Phrasing } from '../../manifest/expand-check.ts';
import type { Evaluation } from '../assessment.ts';
import { describeGap, type Reading } from '../reading.ts';
import { type Arm, type Readings, type Role, unusable } from './collector.ts';

/**
 * `increase()` extrapolates each series on its own, so two counts of the same requests may differ by that much of the
 * total. Without this slack a candidate that fails all its requests could go unseen as a "counter reset".
 */
const EXTRAPOLATION_SLACK = 0.1;

/** What counting needs of a check, however the manifest calls it. */
export interface CountedSpec extends Pick<Phrasing, 'keys' | 'complement'> {
  readonly bad: string;
  readonly total: string;
  readonly absentIsZero?: boolean | undefined;
}

/** The two counts, under the names that the manifest gives them. */
export function countRoles({ bad, total, keys }: CountedSpec): readonly Role[] {
  return [
    { name: keys?.bad ?? 'bad', query: bad },
    { name: keys?.total ?? 'total', query: total },
  ];
}

/** Bad events out of all events of one arm in one tick. */
export function readCounts(
  { absentIsZero = false, complement = false, keys }: CountedSpec,
  readings: Readings,
  arm: Arm,
): Seen<Counts> {
  const names = { bad: keys?.bad ?? 'bad', total: keys?.total ?? 'total' };
  const total = readings.one(names.total);
  if (typeof total !== 'number') return unusable(`${arm} ${names.total}: ${describeGap(total)}`);
  const counted = readBad(readings.one(names.bad), absentIsZero);
  if (typeof counted !== 'number') return unusable(`${arm} ${names.bad}: ${describeGap(counted)}`);
  return toCounts(counted, total, { arm, noun: names.bad, complement });
}

/** Two numbers as counts, unless they make no sense together. */
export function toCounts(
  bad: number,
  total: number,
  { arm, noun, complement }: { readonly arm: string; readonly noun: string; readonly complement: boolean },
): Seen<Counts> {
  if (total > Number.MAX_SAFE_INTEGER) return unusable(`${arm}: ${total} in all is more than can be counted`);
  if (bad < 0 || total < 0 || bad > total * (1 + EXTRAPOLATION_SLACK))
    return unusable(`${arm}: ${bad} ${noun} of ${total} in all, as after a counter reset`);
  const events = Math.min(bad, total);
  return { kind: 'seen', value: { events: complement ? total - events : events, exposure: total } };
}

/** No series, or no sample in it, is no bad event only where the manifest says so; a NaN never is. */
export function readBad(bad: Reading, absentIsZero: boolean): Reading {
  return absentIsZero && (bad === 'missing' || bad === 'empty') ? 0 : bad;
}

/** The margins of a comparison, as evidence has them. */
export function marginsOf(
  spec: Compared & Pick<Phrasing, 'worse'>,
  evaluation: Evaluation,
): { readonly harm: Margin; readonly safe: Margin } {
  const write = spec.worse === 'fewer' ? shortfallOf : marginOf;
  return { harm: write(harmMargin(spec)), safe: write(safeMargin(spec, nextShareOf(evaluation))) };
}

/** Share of the traffic at the next step, 0 to 1; at the last step its own. */
export function nextShareOf({ standing }: Evaluation): number {
  return (standing.next ?? standing.step).weight / 100;
}

/** A margin of the manifest, as evidence has it. */
export function marginOf({ relative, absolute }: FullMargin): Margin {
  return { ratio: 1 + relative, difference: absolute };
}

/** The candidate's at least (1 − r)·stable's − d is stable's at most (the candidate's + d) ÷ (1 − r). */
function shortfallOf({ relative, absolute }: FullMargin): Margin {
  return { ratio: 1 / (1 - relative), difference: absolute / (1 - relative) };
}

import { type Counts, mergeTicks, sumCounts, type Tick } from '../../stats/counts.ts';
import type { Stretch } from '../divide.ts';
import type { Margin } from '../evidence.ts';
import type { ShownInterval, Totals, Words } from '../method.ts';
import { writeCount, writeFactor, writePoints, writeShare, writeValue } from '../write-numbers.ts';
import { type Terms, termsOf } from './terms.ts';

/** How counts are called: a share of trials, or events per unit of exposure. */
export type CountUnit = 'share' | 'rate';

/** What the words of a comparison of counts are about. */
export interface CountedCheck {
  readonly harm: Margin;
  /** Undefined: what is within the limit is safe. */
  readonly safe: Margin | undefined;
  readonly limit: number | undefined;
}

/** The counts of some stretches together. */
export function countTotals(stretches: readonly Stretch<Counts>[]): Totals {
  const ticks = comparedTicks(stretches);
  return {
    candidate: sumCounts(ticks.map((tick) => tick.candidate)),
    stable: sumCounts(ticks.map((tick) => tick.stable)),
    alone: sumCounts(stretches.flatMap(({ alone }) => alone)),
  };
}

/** The compared ticks of all stretches; merged within each. */
export function comparedTicks(stretches: readonly Stretch<Counts>[]): readonly Tick[] {
  return stretches.flatMap(({ pairs }) => mergeTicks(pairs).ticks);
}

/** A comparison of counts in words. */
export function countWords(
  { harm, safe, limit = 1 }: CountedCheck,
  stretches: readonly Stretch<Counts>[],
  {
    interval,
    unit,
    terms = termsOf(undefined),
  }: { readonly interval: ShownInterval | undefined; readonly unit: CountUnit; readonly terms?: Terms },
): Words {
  const totals = countTotals(stretches);
  const { candidate, stable } = totals;
  const counts = `${writeArm(candidate, { unit, terms })} against ${writeArm(stable, { unit, terms })}`;
  const effect = interval && describeInterval(interval, unit);
  const compared = effect === undefined ? counts : `${counts}; ${effect}`;
  const alone = writeArm(totals.alone, { unit, terms });
  const bound = writeRate(limit, unit);
  const whole = stretches.at(-1)?.period.whole ?? false;
  const seen = whole ? alone : compared;
  return {
    seen,
    harm: {
      comparison: `${compared}; ${describeBeyond(harm, stable, unit)}`,
      limit: `${alone}; above the limit of ${bound}`,
    },
    safe:
      whole || safe === undefined
        ? `${seen}; within the limit of ${bound}`
        : `${compared}; ${describeWithin(safe, stable, unit)}`,
    doubt:
      whole || safe === undefined
        ? `${seen}; not proven within the limit of ${bound}`
        : `${compared}; neither harm nor safety is proven${describeHopeless(safe, stable)}`,
    margins:
      whole || safe === undefined
        ? { harm: `above the limit of ${bound}`, safe: `within the limit of ${bound}` }
        : { harm: describeBeyond(harm, stable, unit), safe: describeWithin(safe, stable, unit) },
  };
}

/** `30 of 1,000 (3%)`; a rate: `4 in 120 (0.0333 per unit)`; in the terms of a question: `30 wrong of 1,000 labelled (3%)`. */
export function writeArm(
  { events, exposure }: Counts,
  { unit, terms }: { readonly unit: CountUnit; readonly terms: Terms },
): string {
  const counts =
    unit === 'share'
      ? `${writeCount(events)}${terms.events} of ${writeCount(exposure)}${terms.exposure}`
      : `${writeCount(events)} in ${writeExposure(exposure)}`;
  const per = unit === 'rate' ? ' per unit' : '';
  return exposure > 0 ? `${counts} (${writeRate(events / exposure, unit)}${per})` : counts;
}

/** Exposure is measured, not counted: 2.5 replica-hours are not 3. */
function writeExposure(exposure: number): string {
  return exposure < 100 ? String(Number(exposure.toPrecision(3))) : writeCount(exposure);
}

function writeRate(rate: number, unit: CountUnit): string {
  return unit === 'share' ? writeShare(rate) : writeValue(Number(rate.toPrecision(3)));
}

function writeDifference(difference: number, unit: CountUnit): string {
  return unit === 'share' ? writePoints(difference) : writeValue(Number(difference.toPrecision(3)));
}

/** The interval in words; an end beyond what people can picture is left out. */
export function describeInterval({ of, low, high }: ShownInterval, unit: CountUnit): string | undefined {
  return of === 'ratio' ? describeRatio(low, high) : describeDifference(low, high ?? 1, unit);
}

function describeRatio(low: number, high: number | undefined): string | undefined {
  const least = low >= 0.005 ? writeFactor(low) : undefined;
  const most = high !== undefined && high < 1_000_000 ? writeFactor(high) : undefined;
  if (least !== undefined && most !== undefined) return `between ${least} and ${most} times as many`;
  if (least !== undefined) return `at least ${least} times as many`;
  return most === undefined ? undefined : `at most ${most} times as many`;
}

function describeDifference(low: number, high: number, unit: CountUnit): string | undefined {
  const points = unit === 'share' ? ' points' : '';
  const rounded = (value: number): string =>
    `${Number((Math.abs(value) * (unit === 'share' ? 100 : 1)).toPrecision(2))}${points}`;
  if (low <= -1 && high >= 1) return undefined;
  if (low > 0) return `between ${rounded(low)} and ${rounded(high)} more`;
  if (high < 0) return `between ${rounded(high)} and ${rounded(low)} fewer`;
  return `between ${rounded(low)} fewer and ${rounded(high)} more`;
}

export function describeBeyond(margin: Margin, stable: Counts, unit: CountUnit): string {
  return margin.ratio === 1 && margin.difference === 0
    ? 'more than stable'
    : `more than ${describeMargin(margin, unit)} allowed${allowance(margin, stable, unit)}`;
}

export function describeWithin(margin: Margin, stable: Counts, unit: CountUnit): string {
  return margin.ratio === 1 && margin.difference === 0
    ? 'fewer than stable'
    : `within ${describeMargin(margin, unit)} that count as safe${allowance(margin, stable, unit)}`;
}

export function describeMargin({ ratio, difference }: Margin, unit: CountUnit): string {
  const times = `the ${writeValue(ratio)} times`;
  if (difference === 0) return times;
  const points = writeDifference(difference, unit);
  return ratio === 1 ? `the ${points}` : `${times} plus ${points}`;
}

/** A multiple of nothing is nothing, however much is seen. */
function describeHopeless({ difference }: Margin, { events, exposure }: Counts): string {
  if (difference > 0 || events > 0 || exposure === 0) return '';
  return '; stable has none, and of none there is no multiple: safety needs an absolute part (difference) in safe';
}

/** What the margin comes to at stable's rate, where that is not plain from the factor. */
function allowance({ ratio, difference }: Margin, { events, exposure }: Counts, unit: CountUnit): string {
  if (difference === 0 || exposure === 0) return '';
  return ` (up to ${writeRate((ratio * events) / exposure + difference, unit)})`;
}

import type { GaugeEvidence, GaugeReading, GaugeSilence } from '../../stats/gauge.ts';
import type { Pair } from '../divide.ts';
import type { GaugeCheck, GaugeMargin, Measured } from '../evidence.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeCount, writeFactor, writeValue } from '../write-numbers.ts';

/** What a gauge's words are about. */
export interface GaugeStory {
  readonly measured: readonly Pair<Measured>[];
  readonly interval: ShownInterval | undefined;
  /** Since the rollout began. */
  readonly all: GaugeEvidence;
  /** Since this step began. */
  readonly now: GaugeEvidence;
}

/** A comparison of a measurement in words. */
export function gaugeWords(check: GaugeCheck, { measured, interval, all, now }: GaugeStory): Words {
  const effect = interval && describeDifference(interval);
  const seen = [describeMeans(measured), effect].filter((part) => part !== undefined).join('; ');
  const reading = all.kind === 'usable' ? all : undefined;
  const beyond = `${check.worse} than stable by more than the ${writeMargin(check.harm, reading)} allowed`;
  const within = `within the ${writeMargin(check.safe, reading)} that count as safe`;
  return {
    seen,
    harm: { comparison: `${seen}; ${beyond}` },
    safe: `${seen}; ${within}`,
    margins: now.kind === 'unusable' ? undefined : { harm: beyond, safe: within },
    doubt:
      now.kind === 'unusable'
        ? `${seen}; ${describeSilence(now)}`
        : `${seen}; neither harm nor safety is proven`,
  };
}

/** `0.041 against 0.029 on average over 72 ticks`. */
function describeMeans(measured: readonly Pair<Measured>[]): string {
  if (measured.length === 0) return 'no values';
  const mean = (measure: (pair: Pair<Measured>) => number): string =>
    writeMeasured(measured.reduce((sum, pair) => sum + measure(pair) / measured.length, 0));
  const ticks =
    measured.length === 1 ? 'in one tick' : `on average over ${writeCount(measured.length)} ticks`;
  return `${mean(({ candidate }) => candidate.value)} against ${mean(({ stable }) => stable.value)} ${ticks}`;
}

function describeDifference({ low, high = Number.POSITIVE_INFINITY }: ShownInterval): string {
  const [least, most] = [low, high].map((end) => writeMeasured(Math.abs(end)));
  if (low > 0) return `between ${least} and ${most} higher`;
  if (high < 0) return `between ${most} and ${least} lower`;
  return `between ${least} lower and ${most} higher`;
}

/** Why nothing can be promised in this step. */
function describeSilence({ obstacle, ticks, needed, correlation }: GaugeSilence): string {
  switch (obstacle) {
    case 'too-few-batches':
      return `too early to judge: ${writeCount(ticks)} ${ticks === 1 ? 'tick' : 'ticks'} in this step, ${writeCount(needed)} are needed to know how much it varies`;
    case 'autocorrelated': {
      const by =
        correlation === undefined ? '' : ` (neighbouring averages correlate by ${writeFactor(correlation)})`;
      return `cannot be judged yet: the difference wanders slowly${by}, so that ${writeCount(needed)} ticks in this step are needed and there are ${writeCount(ticks)}`;
    }
    default:
      return `cannot be judged: the values do not vary over ${writeCount(ticks)} ticks, as when a series is stuck or rounded, and one value read often is one observation`;
  }
}

/** `0.5 standard deviations of stable (0.004)`; absolute: `0.004`. */
function writeMargin({ difference, unit }: GaugeMargin, reading: GaugeReading | undefined): string {
  if (unit === 'absolute') return writeMeasured(difference);
  const amount = reading ? ` (${writeMeasured(difference * reading.deviation)})` : '';
  return `${writeValue(difference)} standard deviations of stable${amount}`;
}

/** Three digits: a measurement's noise is in the fourth. */
function writeMeasured(value: number): string {
  return writeValue(Number(value.toPrecision(3)));
}

import {
  type Burn,
  burnWindows,
  type TimedCounts,
  type WindowBurn,
  windowBurns,
} from '../../stats/burn-rate.ts';
import { formatDuration, instant, type Millis } from '../../units.ts';
import type { LimitCheck } from '../evidence.ts';
import type { Breach } from '../method.ts';
import { writeFactor, writeShare, writeValue } from '../write-numbers.ts';

/**
 * The multi-window burn-rate alerts over the newest ticks: a pair of windows of which both burn at its factor or faster.
 *
 * What lies before the rollout counts as nothing burnt. The alerts are about shares of a budget (2 % in an hour, 10 % in three
 * days), and a rollout of five minutes has not used up a tenth of a month's budget however it burns. The ticks of all weights
 * count, with those during which the weight changed: they are the candidate's own, and nothing is compared.
 */
export function burnBreach({ alerts, ticks }: LimitCheck, tick: Millis | undefined): Breach | undefined {
  if (alerts === undefined || tick === undefined) return undefined;
  const counts = ticks.flatMap(({ candidate }, index): TimedCounts[] =>
    candidate.kind === 'unusable'
      ? []
      : [{ ...candidate.value, from: instant(index * tick), to: instant((index + 1) * tick) }],
  );
  const { objective, period } = alerts;
  const burning = windowBurns(counts, {
    target: objective,
    now: instant(ticks.length * tick),
    windows: burnWindows(period),
  }).find(isAlert);
  if (!burning) return undefined;
  const { factor, long, short, longBurn, shortBurn } = burning;
  const times = (burn: Burn): string => writeFactor(overWindow(burn));
  return {
    text: `the error budget of ${writeShare(objective)} burns ${times(longBurn)} times as fast as it may over the last ${formatDuration(long)} and ${times(shortBurn)} times over the last ${formatDuration(short)}; at most ${writeValue(factor)} times; a fixed rule, which the false rollback rate does not cover`,
  };
}

function isAlert({ factor, longBurn, shortBurn }: WindowBurn): boolean {
  return overWindow(longBurn) >= factor && overWindow(shortBurn) >= factor;
}

/** The pace over the whole window, as if nothing had burnt where no tick is. */
function overWindow({ rate = 0, coverage }: Burn): number {
  return rate * coverage;
}

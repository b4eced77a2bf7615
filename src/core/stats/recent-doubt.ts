import type { Bet, Gain, Mixture } from './bets.ts';
import { mergeTicks, type Tick } from './counts.ts';
import { logSum } from './log-space.ts';
import { gainOn, type Margin } from './twin.ts';

/** How large a fault may be, and how far back it may have begun. */
export interface DoubtBets {
  /** Ticks, the newest ones, in which the fault may have begun. Default 12: an hour of ticks of five minutes. */
  readonly within?: number;
  /** Sizes of the fault. Default: 1.5, 2.5 and 6 times as bad as the margin. */
  readonly bets?: Mixture;
  /** φ ≥ 1, as in BetOptions. */
  readonly dispersion?: number;
}

/** The same of a comparison of two arms: what lies beyond the margin is a fault. */
export interface DoubtOptions extends DoubtBets {
  readonly margin: Margin;
}

const FAULTS: Mixture = [
  { kappa: 1.5, weight: 1 },
  { kappa: 2.5, weight: 2 },
  { kappa: 6, weight: 1 },
];
const USUAL_STRETCH = 12;

/** From here on a step waits; a healthy one does so in 2 to 8 of 100 cases, for a tick or two. Measured in docs/deciding/mixture.md. */
export const DOUBTFUL = Math.LN2;

/**
 * How much the newest ticks speak for a fault that has just begun: the natural log of the largest mixture e-value over all starts
 * among the last `within` ticks (Page's CUSUM, with a mixture in the place of one size). Evidence of safety since a step's start
 * passes over the last minutes, however bad they were; this does not.
 *
 * The largest of many e-values is not an e-value: the number proves nothing and promises no rate. It is for waiting, not for
 * rolling back: a step whose doubt is at least `DOUBTFUL` is not left yet.
 *
 * @param ticks  counts in order of time
 * @returns nats, ≥ 0; 0 without data, since a fault that begins after the newest tick is always possible
 */
export function recentDoubt(ticks: readonly Tick[], { margin, ...options }: DoubtOptions): number {
  const recent = mergeTicks(ticks).ticks.slice(-(options.within ?? USUAL_STRETCH));
  return doubtOf(recent.length, (index, bet) => gainOn(recent[index], margin, bet), options);
}

/** `recentDoubt` of any kind of evidence: what a bet gains tick by tick, the newest last. */
export function doubtOf(ticks: number, gain: Gain, options: DoubtBets): number {
  const { within = USUAL_STRETCH, bets = FAULTS, dispersion = 1 } = options;
  const weight = bets.reduce((sum, bet) => sum + bet.weight, 0);
  const placed = bets.map((bet: Bet) => ({ kappa: bet.kappa, logKappa: Math.log(bet.kappa) }));
  const held = bets.map((bet) => Math.log(bet.weight / weight));
  let doubt = 0;
  for (let index = ticks - 1; index >= Math.max(0, ticks - within); index -= 1) {
    for (const [place, bet] of placed.entries())
      held[place] = (held[place] ?? 0) + gain(index, bet) / dispersion;
    doubt = Math.max(doubt, logSum(held));
  }
  return doubt;
}

import type { Instant, Millis } from '../units.ts';
import type { BetOptions } from './bets.ts';
import { type Counts, mergeTicks, NO_COUNTS, type Tick } from './counts.ts';
import { oneSampleLogE } from './one-sample.ts';

/** A service level objective: the share of good events that is promised, 0 to 1, over a period. */
export interface Objective {
  readonly target: number;
}

/** One side of the test of how fast an error budget is used. */
export interface BurnTest extends BetOptions, Objective {
  /** b: 1 uses the budget up exactly by the end of the period, 14.4 two percent of 30 days in an hour. */
  readonly burnRate: number;
}

/**
 * Natural log of the evidence that the error budget burns faster than `burnRate` times its even pace (`harm`), or slower
 * (`safe`): one-sample at θ0 = b·(1 − target). A rate of 1 or more cannot be exceeded; then harm never rises above 0.
 */
export function burnRateLogE(ticks: readonly Counts[], test: BurnTest): number {
  const { target, burnRate, ...bets } = test;
  return oneSampleLogE(ticks, { ...bets, limit: burnRate * (1 - target) });
}

/** Two windows that must both burn too fast: the long one so that it matters, the short one so that it still does. */
export interface BurnWindow {
  /** Multiple of the even pace. */
  readonly factor: number;
  readonly long: Millis;
  readonly short: Millis;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Share of the budget, long and short window, as recommended for 30 days. */
const RECOMMENDED = [
  { budget: 0.02, long: HOUR, short: HOUR / 12 },
  { budget: 0.05, long: 6 * HOUR, short: HOUR / 2 },
  { budget: 0.1, long: DAY, short: 2 * HOUR },
  { budget: 0.1, long: 3 * DAY, short: 6 * HOUR },
] as const;

/**
 * The windows of multi-window, multi-burn-rate alerts: 2 % of the budget in 1 h, 5 % in 6 h, 10 % in 1 d and in 3 d, each
 * with a short window of a twelfth. For a period of 30 days the factors are 14.4, 6, 3 and 1; for another period they
 * keep the share of the budget (Google, "The Site Reliability Workbook", chapter 5, sre.google/workbook/alerting-on-slos).
 */
export function burnWindows(period: Millis): readonly BurnWindow[] {
  return RECOMMENDED.map(({ budget, long, short }) => ({
    factor: (budget * period) / long,
    long: long as Millis,
    short: short as Millis,
  }));
}

/** Counts of a stretch of time, from `from` up to `to`. */
export interface TimedCounts extends Counts {
  readonly from: Instant;
  readonly to: Instant;
}

/** How fast the budget burns in a window. */
export interface Burn {
  /** Multiple of the even pace; undefined without exposure. Infinity when events happen and no budget is left to any. */
  readonly rate: number | undefined;
  /** Share of the window that ticks cover, 0 to 1: a rollout younger than the window covers less. */
  readonly coverage: number;
}

/** A pair of windows and whether both burn at `factor` or faster. */
export interface WindowBurn extends BurnWindow {
  readonly longBurn: Burn;
  readonly shortBurn: Burn;
  /**
   * Both rates are known and reach the factor. A business rule over the newest ticks, outside any error rate: with few
   * events it fires by chance.
   */
  readonly isBurning: boolean;
}

/**
 * The burn rates of pairs of windows that end at `now`. A tick counts when it ends within the window and not after
 * `now`; ticks longer than a short window make that window as long as a tick.
 */
export function windowBurns(
  ticks: readonly TimedCounts[],
  options: Objective & { readonly now: Instant; readonly windows: readonly BurnWindow[] },
): readonly WindowBurn[] {
  const { now, target, windows } = options;
  return windows.map((window) => {
    const longBurn = burnIn(ticks, { now, length: window.long, target });
    const shortBurn = burnIn(ticks, { now, length: window.short, target });
    const reaches = ({ rate }: Burn): boolean => rate !== undefined && rate >= window.factor;
    return { ...window, longBurn, shortBurn, isBurning: reaches(longBurn) && reaches(shortBurn) };
  });
}

function burnIn(
  ticks: readonly TimedCounts[],
  { now, length, target }: Objective & { readonly now: Instant; readonly length: Millis },
): Burn {
  let { events, exposure } = NO_COUNTS;
  let covered = 0;
  for (const tick of ticks) {
    if (tick.to > now || tick.to <= now - length) continue;
    events += tick.events;
    exposure += tick.exposure;
    covered += tick.to - Math.max(tick.from, now - length);
  }
  const rate = events === 0 ? 0 : events / exposure / (1 - target);
  return { rate: exposure > 0 ? rate : undefined, coverage: Math.min(1, covered / length) };
}

/**
 * Bad events of the candidate beyond what stable's rate predicts for its traffic: Σ xC − nC·(xB/nB) over ticks, each
 * against its own baseline so that a moving rate or split does not count. Ticks without exposure on an arm are merged
 * into the next; those at the end wait.
 *
 * A limit on it is a business rule and stands outside any error rate: what was broken is known, not inferred.
 * @returns events; negative when the candidate does better, 0 without comparable ticks
 */
export function excessEvents(ticks: readonly Tick[]): number {
  return mergeTicks(ticks).ticks.reduce(
    (sum, { candidate, stable }) =>
      sum + candidate.events - candidate.exposure * (stable.events / stable.exposure),
    0,
  );
}

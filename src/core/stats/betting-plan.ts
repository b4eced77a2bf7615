import type { Mixture, Side } from './bets.ts';

/**
 * How stakes are laid over a rollout. A plan is a mixture over the size of an effect and over the tick at which it begins:
 * part of the stake is laid at the first tick, the rest is a reserve that is laid bit by bit. What is in reserve neither
 * gains nor loses, so that the total is a weighted mean of e-processes that begin at different ticks.
 */
export interface BettingPlan {
  /** Laid at the first tick; shares of what is not in reserve. */
  readonly opening: Mixture;
  /** Undefined: everything is laid at the first tick. */
  readonly later?: LaterBets;
  /**
   * How boldly a bet near the goal still plays: with a gap of g nats to the goal no bet plays more than κ = exp(aim · g), for
   * it would win what nobody asks for and pay for it with the chance to get there. Undefined: bets do not look at the goal.
   */
  readonly aim?: number;
}

/** Bets on an effect that begins after the first tick. */
export interface LaterBets {
  readonly bets: Mixture;
  /** Share of the whole stake that is in reserve at the beginning, 0 to 1. */
  readonly reserve: number;
  /**
   * Of the reserve, `pace` / (ticks left to the horizon + `tail` · (ticks so far + 10)) is laid at each tick. Up to the horizon that
   * is about even, with more in the beginning for a pace above 1; after it, it goes on for ever without using up the reserve.
   */
  readonly pace: number;
  readonly tail: number;
  /** Share of the reserve that is laid when the rollout takes a new weight; see `Course.changes`. */
  readonly onChange: number;
  /** An opening bet that has lost all but this share is closed, and what it has left goes back into the reserve. */
  readonly salvage: number;
}

/**
 * What is played without being told. Chosen by simulation and not by theory: docs/deciding/mixture.md has what was tried, what
 * it measured, and what was dropped. Harm: most of the stake on a candidate that is about twice as bad, since that is where a day
 * of ordinary traffic decides, and a sixth on slight and on drastic ones. Safe: a candidate does not become safe later, so there
 * is no reserve.
 */
export const DEFAULT_PLAN: Readonly<Record<Side, BettingPlan>> = {
  harm: {
    opening: [
      { kappa: 1.05, weight: 2 },
      { kappa: 1.2, weight: 10 },
      { kappa: 1.7, weight: 15 },
      { kappa: 2.3, weight: 59 },
      { kappa: 5, weight: 12 },
      { kappa: 20, weight: 2 },
    ],
    later: {
      bets: [
        { kappa: 1.2, weight: 4 },
        { kappa: 1.5, weight: 8 },
        { kappa: 2.2, weight: 81 },
        { kappa: 6, weight: 7 },
      ],
      reserve: 0.36,
      pace: 1.5,
      tail: 0.25,
      onChange: 0.15,
      salvage: 0.1,
    },
    aim: 1.5,
  },
  safe: {
    opening: [
      { kappa: 0.95, weight: 0.5 },
      { kappa: 0.82, weight: 3 },
      { kappa: 0.6, weight: 5 },
      { kappa: 0.35, weight: 2 },
      { kappa: 0.08, weight: 1 },
    ],
  },
};

/** The horizon that is assumed when none is known: a day of ticks of five minutes. */
export const USUAL_HORIZON = 288;

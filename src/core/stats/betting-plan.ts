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
  /** How boldly bets near the goal still play. Undefined: they do not look at the goal. */
  readonly aim?: Aim;
}

/**
 * With a gap of g nats to the goal no bet plays more than κ = exp(max(reach · g, least)): more would win what nobody asks for and
 * pay for it with the chance to get there. An event wins only a part of ln κ, the smaller the larger the candidate's share of the
 * traffic, so that without `least` each would bring the evidence a part of the gap nearer, and it would never get there.
 */
export interface Aim {
  readonly reach: number;
  readonly least: number;
}

/** Bets on an effect that begins after the first tick. */
export interface LaterBets {
  readonly bets: Mixture;
  /** Share of the whole stake that is in reserve at the beginning, 0 to 1. */
  readonly reserve: number;
  /**
   * Of the reserve, `pace` / (ticks left to the horizon) is laid at each tick, but at most `tail` / (ticks so far + 10). A pace of 1
   * is even up to the horizon, more is sooner. Afterwards, or without a horizon, the tail goes on and never uses up the reserve.
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
 * of ordinary traffic decides, and a fifth on slight and on drastic ones. Safe: a candidate does not become safe later, so there
 * is no reserve.
 */
export const DEFAULT_PLAN: Readonly<Record<Side, BettingPlan>> = {
  harm: {
    opening: [
      { kappa: 1.05, weight: 2 },
      { kappa: 1.2, weight: 8 },
      { kappa: 1.5, weight: 8 },
      { kappa: 2.2, weight: 70 },
      { kappa: 5, weight: 10 },
      { kappa: 20, weight: 2 },
    ],
    later: {
      bets: [
        { kappa: 1.2, weight: 3 },
        { kappa: 1.45, weight: 6 },
        { kappa: 2.2, weight: 85 },
        { kappa: 6, weight: 6 },
      ],
      reserve: 0.36,
      pace: 1.8,
      tail: 2,
      onChange: 0.15,
      salvage: 0.1,
    },
    aim: { reach: 1.5, least: 0.2 },
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

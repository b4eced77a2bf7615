import type { Tick } from '../../../src/core/stats/counts.ts';
import { type Draws, drawsFrom, seedOf } from './random.ts';

/** Minutes in a tick, and ticks in the 24 hours that every cell is watched. */
export const TICK_MINUTES = 5;
export const DAY_TICKS = 288;

/** How traffic and errors come about. Rates are shares of requests. */
export interface World {
  /** Requests per minute over both arms, on average over the day. */
  readonly rpm: number;
  /** Share of the requests that the candidate gets, 0 to 1. */
  readonly share: number;
  /** Instead, ticks and share of each step of a rollout; the last one goes on. */
  readonly steps?: readonly { readonly ticks: number; readonly share: number }[];
  /** Error rate of a healthy version. Default 0.005. */
  readonly base?: number;
  /** The candidate's error rate as a factor of stable's. Default 1, which is A/A. */
  readonly effect?: number;
  /** Added to the candidate's error rate in every tick. Default 0. */
  readonly more?: number;
  /** Tick at which the effect begins. Default 0. */
  readonly onset?: number;
  /** Standard deviation of the log of the error rate that both arms share. Default 0.3. */
  readonly wobble?: number;
  /** A ten-minute incident in both arms: errors times this, at a random time. Default 1: none. */
  readonly incident?: number;
  /** Requests that fail or pass together. Default 1. */
  readonly clump?: number;
  /** Requests of a user, all of them on one arm, who fails as a whole with half of the errors. Default: none. */
  readonly sticky?: number;
  /** Pods per arm differ for ever: standard deviation of the log of a pod's error rate, with 20 pods. Default 0. */
  readonly podSpread?: number;
  /** Ticks to watch. Default one day. */
  readonly ticks?: number;
  /** Requests per tick to thin instead of the diurnal curve. */
  readonly series?: readonly number[];
}

/** One rollout in a world. Gamma bursts: shape 20 a tick, which is shape 4 a minute. AR(1): 0.95 from tick to tick. */
export function rollout(world: World, seed: number): readonly Tick[] {
  const draws = drawsFrom(seedOf(seed, 'rollout'));
  const { base = 0.005, effect = 1, more = 0, onset = 0, wobble = 0.3 } = world;
  const { ticks = DAY_TICKS, incident = 1 } = world;
  const incidentAt = Math.floor(draws.uniform() * ticks);
  const pods = podRates(world, draws);
  let state = draws.normal();
  return Array.from({ length: ticks }, (_, index) => {
    state = 0.95 * state + Math.sqrt(1 - 0.95 ** 2) * draws.normal();
    const hit = index === incidentAt || index === incidentAt + 1 ? incident : 1;
    const rate = base * Math.exp(wobble * state - wobble ** 2 / 2) * hit;
    const load = loadAt(world, index, draws);
    const part = shareAt(world, index);
    const candidate = draws.poisson(load * part);
    const stable = draws.poisson(load * (1 - part));
    const worse = index >= onset ? effect : 1;
    return {
      candidate: arm(candidate, rate * worse * pods.candidate + more, world, draws),
      stable: arm(stable, rate * pods.stable, world, draws),
    };
  });
}

function shareAt({ share, steps = [] }: World, index: number): number {
  let end = 0;
  for (const step of steps) {
    end += step.ticks;
    if (index < end) return step.share;
  }
  return steps.at(-1)?.share ?? share;
}

function loadAt({ rpm, series }: World, index: number, draws: Draws): number {
  if (series) return series[index] ?? 0;
  const diurnal = 1 + 0.6 * Math.sin((2 * Math.PI * index) / DAY_TICKS);
  return rpm * TICK_MINUTES * diurnal * draws.gamma(20);
}

function arm(exposure: number, rate: number, { clump = 1, sticky }: World, draws: Draws): Tick['candidate'] {
  const bounded = Math.min(0.95, rate);
  if (sticky !== undefined) return stickyArm(exposure, bounded, sticky, draws);
  if (clump === 1) return { events: draws.binomial(exposure, bounded), exposure };
  const events = draws.binomial(Math.floor(exposure / clump), bounded) * clump;
  return { events, exposure };
}

/** Half of the errors strike single requests, half strike all requests that a user makes in the tick. */
function stickyArm(exposure: number, rate: number, requests: number, draws: Draws): Tick['candidate'] {
  const single = draws.binomial(exposure, rate / 2);
  const users = draws.binomial(Math.round(exposure / requests), rate / 2);
  return { events: Math.min(exposure, single + users * requests), exposure };
}

/** Both arms are made of pods that differ for ever; the canary has its share of 20, at least one. */
function podRates({ podSpread = 0, share }: World, draws: Draws): { candidate: number; stable: number } {
  if (podSpread === 0) return { candidate: 1, stable: 1 };
  const canaries = Math.max(1, Math.round(20 * share));
  const mean = (pods: number): number => {
    let sum = 0;
    for (let pod = 0; pod < pods; pod += 1) sum += Math.exp(podSpread * draws.normal() - podSpread ** 2 / 2);
    return sum / pods;
  };
  return { candidate: mean(canaries), stable: mean(20 - canaries) };
}

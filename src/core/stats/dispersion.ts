import { type Counts, sumCounts, type Tick } from './counts.ts';

/** How clumped events are, and on how much that rests. */
export interface DispersionEstimate {
  /** φ ≥ 1; what is below 1 is raised to it. */
  readonly dispersion: number;
  /** As estimated, before the floor; its relative standard error is about √(2/degrees). */
  readonly raw: number;
  /** Independent contrasts behind it, more than 0. */
  readonly degrees: number;
}

/**
 * φ from stable's replicas as arms that should not differ: per tick Pearson's χ² of K replicas against their common
 * rate, Σ (x_i − n_i p)²/(n_i p(1 − p)), summed over ticks and divided by Σ (K − 1) (McCullagh and Nelder 1989,
 * "Generalized Linear Models", 4.5.2). What all replicas share, an incident or the hour of the day, does not count.
 *
 * @param ticks  per tick one count per replica; replicas without exposure and ticks without events or with nothing but
 *   events say nothing and are left out
 * @returns undefined when nothing is left
 */
export function replicaDispersion(ticks: readonly (readonly Counts[])[]): DispersionEstimate | undefined {
  let square = 0;
  let degrees = 0;
  for (const tick of ticks) {
    const replicas = tick.filter((replica) => replica.exposure > 0);
    const { events, exposure } = sumCounts(replicas);
    const rate = events / exposure;
    const variance = rate * (1 - rate);
    if (replicas.length < 2 || !(variance > 0)) continue;
    for (const replica of replicas)
      square += (replica.events - replica.exposure * rate) ** 2 / (replica.exposure * variance);
    degrees += replicas.length - 1;
  }
  return estimate(square, degrees);
}

/**
 * φ from the history of one arm, in von Neumann's form (1941, Annals of Mathematical Statistics 12): the mean over
 * neighbouring ticks of (r_k − r_(k−1))²/(p(1 − p)(1/n_k + 1/n_(k−1))), p the rate of the whole history. Differences of
 * neighbours forget slow changes; what moves faster than a tick counts although both arms share it, so the estimate is
 * too large rather than too small. Fit to be used when no replicas are to be seen.
 *
 * @param ticks  in order of time, evenly spaced, from before the rollout: 24 hours give ±8 % at five minutes a tick.
 *   A tick without exposure separates its neighbours
 * @returns undefined when no two neighbours have exposure, or no event or nothing but events was seen
 */
export function historyDispersion(ticks: readonly Counts[]): DispersionEstimate | undefined {
  const { events, exposure } = sumCounts(ticks);
  const rate = events / exposure;
  const variance = rate * (1 - rate);
  if (!(variance > 0)) return undefined;
  let sum = 0;
  let pairs = 0;
  for (const [index, tick] of ticks.entries()) {
    const before = ticks[index - 1];
    if (before === undefined || !(before.exposure > 0 && tick.exposure > 0)) continue;
    const difference = tick.events / tick.exposure - before.events / before.exposure;
    sum += difference ** 2 / (variance * (1 / tick.exposure + 1 / before.exposure));
    pairs += 1;
  }
  return estimate(sum, pairs);
}

/**
 * φ from the rollout itself: Pearson's χ² of each tick's split of events between the arms, given all events of the tick and the
 * ratio of the arms over all ticks (half an event added to each, so that there is one), divided by ticks − 1. A persistent
 * difference of the arms does not count. It is known too late to read evidence by (early looks happen before it is known) and
 * so is a warning only.
 *
 * @param ticks  ticks without events or without exposure on an arm say nothing and are left out
 * @returns undefined with fewer than two ticks
 */
export function rolloutDispersion(ticks: readonly Tick[]): DispersionEstimate | undefined {
  const usable = ticks.filter(
    ({ candidate, stable }) =>
      candidate.exposure > 0 && stable.exposure > 0 && candidate.events + stable.events > 0,
  );
  const ours = sumCounts(usable.map(({ candidate }) => candidate));
  const theirs = sumCounts(usable.map(({ stable }) => stable));
  const ratio = (ours.events + 0.5) / ours.exposure / ((theirs.events + 0.5) / theirs.exposure);
  let square = 0;
  for (const { candidate, stable } of usable) {
    const events = candidate.events + stable.events;
    const weighted = ratio * candidate.exposure;
    const share = weighted / (weighted + stable.exposure);
    square += (candidate.events - events * share) ** 2 / (events * share * (1 - share));
  }
  return usable.length < 2 ? undefined : estimate(square, usable.length - 1);
}

function estimate(sum: number, degrees: number): DispersionEstimate | undefined {
  if (degrees === 0) return undefined;
  const raw = sum / degrees;
  return { dispersion: Math.max(1, raw), raw, degrees };
}

/**
 * τ, the standard deviation of the replicas' log rates that sampling does not explain: replicas differ for ever, and the
 * arms are made of replicas. Method of moments on log rates, with weights w = 1/v from their sampling variances
 * v = φ/(x + ½): τ² = (Σ w(y − ȳ)² − (K − 1))/(Σw − Σw²/Σw), at least 0 (DerSimonian and Laird 1986, Controlled Clinical
 * Trials 7). Half an event is added so that a replica without any has a rate.
 *
 * @param replicas  stable's replicas, each with its total over the same stretch of time
 * @returns unitless, 0 when sampling explains all; undefined with fewer than two replicas that had exposure
 */
export function replicaSpread(
  replicas: readonly Counts[],
  options: { readonly dispersion?: number } = {},
): number | undefined {
  const { dispersion = 1 } = options;
  const measured = replicas
    .filter((replica) => replica.exposure > 0)
    .map(({ events, exposure }) => ({
      log: Math.log((events + 0.5) / exposure),
      weight: (events + 0.5) / dispersion,
    }));
  if (measured.length < 2) return undefined;
  const total = measured.reduce((sum, { weight }) => sum + weight, 0);
  const mean = measured.reduce((sum, { log, weight }) => sum + log * (weight / total), 0);
  const spread = measured.reduce((sum, { log, weight }) => sum + weight * (log - mean) ** 2, 0);
  const scale = total - measured.reduce((sum, { weight }) => sum + weight * (weight / total), 0);
  return Math.sqrt(Math.max(0, spread - (measured.length - 1)) / scale);
}

/**
 * The least harm ratio that replicas which differ by τ do not reach by chance: exp(2τ√(1/kC + 1/kB)), two standard
 * deviations of the difference of two arms' mean log rates.
 * @returns ≥ 1; Infinity when an arm has no replica and τ > 0
 */
export function leastHarmRatio(given: {
  /** τ of `replicaSpread`. */
  readonly spread: number;
  readonly candidateReplicas: number;
  readonly stableReplicas: number;
}): number {
  const { spread, candidateReplicas, stableReplicas } = given;
  if (!(spread > 0)) return 1;
  return Math.exp(2 * spread * Math.sqrt(1 / candidateReplicas + 1 / stableReplicas));
}

import { seededRandom } from '../../core/stats/seeded-random.ts';

/** Everything the worlds draw, from one seed. */
export interface Draws {
  /** Uniform in (0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Gamma with mean 1; the larger the shape, the steadier. */
  gamma(shape: number): number;
  poisson(mean: number): number;
  binomial(trials: number, probability: number): number;
}

/** Draws that can be had again: the same seed gives the same numbers. */
export function drawsFrom(seed: number): Draws {
  const source = seededRandom(seed);
  const uniform = (): number => source.uniform() + 2 ** -33;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    gamma: (shape) => gamma(shape, uniform, normal) / shape,
    poisson: (mean) => poisson(mean, uniform),
    binomial: (trials, probability) => binomial(trials, probability, uniform, source.binomial),
  };
}

/** An independent seed for every part of a run, so that a cell gives the same numbers whatever else is run. */
export function seedOf(seed: number, ...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const letter of parts.join('/')) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); shape ≥ 1. */
function gamma(shape: number, uniform: () => number, normal: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Products of uniforms below 10, above it Hörmann's PTRS ("The transformed rejection method", 1993). */
function poisson(mean: number, uniform: () => number): number {
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let events = 0;
    for (let product = uniform(); product > limit; product *= uniform()) events += 1;
    return events;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= sure) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const bound = k * Math.log(mean) - mean - logFactorial(k);
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** Waiting times for few successes, Hörmann's BTRS (1993) for many. */
function binomial(
  trials: number,
  probability: number,
  uniform: () => number,
  byWaiting: (trials: number, probability: number) => number,
): number {
  if (probability > 0.5) return trials - binomial(trials, 1 - probability, uniform, byWaiting);
  const mean = trials * probability;
  if (mean < 15) return byWaiting(trials, probability);
  const spread = Math.sqrt(mean * (1 - probability));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const sure = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const logOdds = Math.log(probability / (1 - probability));
  const mode = Math.floor((trials + 1) * probability);
  const atMode = logFactorial(mode) + logFactorial(trials - mode);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.5);
    if (us >= 0.07 && v <= sure) return k;
    if (k < 0 || k > trials) continue;
    const bound = atMode - logFactorial(k) - logFactorial(trials - k) + (k - mode) * logOdds;
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

const LOG_FACTORIALS: number[] = [0];
for (let k = 1; k < 64; k += 1) LOG_FACTORIALS.push((LOG_FACTORIALS[k - 1] ?? 0) + Math.log(k));

/** ln k!, by table and by Stirling's series. */
export function logFactorial(k: number): number {
  const known = LOG_FACTORIALS[k];
  if (known !== undefined) return known;
  const inverse = 1 / k;
  const series = inverse * (1 / 12 - inverse * inverse * (1 / 360 - inverse * inverse * (1 / 1260)));
  return (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + series;
}

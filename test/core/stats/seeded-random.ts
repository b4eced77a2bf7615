/** Randomness that can be had again: the same seed gives the same numbers. */
export interface SeededRandom {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Number of successes in `trials` independent trials. */
  binomial(trials: number, probability: number): number;
}

/** The seed of this run, printed so that a failure can be had again with BELAY_SEED=…. */
export function announceSeed(test: string, usual: number): number {
  const seed = Number(process.env.BELAY_SEED ?? usual);
  console.log(`seed of "${test}": ${seed} (BELAY_SEED)`);
  return seed;
}

/** Generator mulberry32 (Tommy Ettinger, public domain): 32 bits of state, plenty for simulations of this size. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { uniform, binomial: (trials, probability) => binomial(uniform, trials, probability) };
}

/** Waiting times between successes are geometric, so the cost grows with the successes and not with the trials. */
function binomial(uniform: () => number, trials: number, probability: number): number {
  if (probability <= 0 || trials <= 0) return 0;
  if (probability > 0.5) return trials - binomial(uniform, trials, 1 - probability);
  const logFailure = Math.log1p(-probability);
  let successes = 0;
  let position = 0;
  for (;;) {
    position += Math.floor(Math.log(1 - uniform()) / logFailure) + 1;
    if (position > trials) return successes;
    successes += 1;
  }
}

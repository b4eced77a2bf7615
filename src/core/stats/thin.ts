/** Gives numbers in [0, 1), the same ones for the same seed. */
export type Uniform = () => number;

/** Generator mulberry32 (Tommy Ettinger, public domain), seeded by any text: FNV-1a of its UTF-16 code units. */
export function seededUniform(seed: string): Uniform {
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1)
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From this variance on a binomial is drawn as a rounded normal: its skew is below 1/30 there. */
const NORMAL_FROM = 900;

/**
 * How many of `count` events fall to an arm that each of them chooses with probability `share`, independently (binomial thinning).
 * What is left is the other arm: of a Poisson stream both are Poisson and independent, bursts and trends of the stream are in
 * both. A count that is not whole, as `increase()` extrapolates it, is rounded up by chance, and no more falls to the arm than there is.
 * @param count events, 0 or more
 * @param share 0 to 1
 */
export function thin(count: number, share: number, uniform: Uniform): number {
  if (share >= 1) return count;
  if (!(count > 0 && share > 0)) return 0;
  const floor = Math.floor(count);
  const trials = uniform() < count - floor ? floor + 1 : floor;
  return Math.min(
    count,
    share > 0.5 ? trials - draw(trials, 1 - share, uniform) : draw(trials, share, uniform),
  );
}

/** Exact: waiting times between successes are geometric, so that the cost grows with the successes. */
function draw(trials: number, probability: number, uniform: Uniform): number {
  const variance = trials * probability * (1 - probability);
  if (variance >= NORMAL_FROM) return drawNormal(trials, trials * probability, { variance, uniform });
  const logFailure = Math.log1p(-probability);
  let successes = 0;
  for (let position = 0; ; successes += 1) {
    position += Math.floor(Math.log(1 - uniform()) / logFailure) + 1;
    if (position > trials) return successes;
  }
}

function drawNormal(
  trials: number,
  mean: number,
  { variance, uniform }: { readonly variance: number; readonly uniform: Uniform },
): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  const normal = radius * Math.cos(2 * Math.PI * uniform());
  return Math.min(trials, Math.max(0, Math.round(mean + Math.sqrt(variance) * normal)));
}

/** From so many on, drawing without replacement is done as if with it: the pool is large then, and the cost is not. */
const MANY = 10_000;

/**
 * How many of `part` events are among the `taken` that fell to an arm out of `whole`, of which they are part (hypergeometric).
 * @param part   events, at most `whole`
 * @param taken  of all events, at most `whole`
 */
export function thinPart(
  part: number,
  { whole, taken }: { readonly whole: number; readonly taken: number },
  uniform: Uniform,
): number {
  if (taken >= whole) return part;
  if (!(part > 0 && taken > 0)) return 0;
  const share = taken / whole;
  if (part > MANY) return Math.min(taken, thin(part, share, uniform));
  const floor = Math.floor(Math.min(part, whole));
  const events = uniform() < part - floor ? floor + 1 : floor;
  let chosen = 0;
  for (let index = 0; index < events; index += 1)
    if (uniform() * (whole - index) < taken - chosen) chosen += 1;
  return Math.min(chosen, part, taken);
}

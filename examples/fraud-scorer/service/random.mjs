/**
 * Seeded randomness: the same seed gives the same numbers on every machine, so that data sets, models and traffic can be
 * made again byte for byte. The generator is sfc32 (Chris Doty-Humphrey, PractRand); only IEEE arithmetic, Math.log and
 * Math.sqrt are used.
 */

/**
 * @param {number} seed any integer
 * @returns a generator: `next` is uniform in [0, 1), `normal` is standard normal, `pick` draws an index by weight
 */
export function createRandom(seed) {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < 15; round += 1) next();
  return { next, normal: () => polarNormal(next), pick: (weights) => pickIndex(weights, next()) };
}

// Marsaglia's polar method: needs no sine or cosine, whose last digit differs between engines.
function polarNormal(next) {
  for (;;) {
    const x = 2 * next() - 1;
    const y = 2 * next() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

function pickIndex(weights, uniform) {
  let rest = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < weights.length; index += 1) {
    rest -= weights[index];
    if (rest < 0) return index;
  }
  return weights.length - 1;
}

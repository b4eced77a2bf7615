const HALF_LOG_TWO_PI = 0.9189385332046727;
/** Below it the recurrence Γ(x + 1) = xΓ(x) carries x up; from here the series is exact to the last bits. */
const SERIES_FROM = 12;
const CONTINUED_FRACTION_STEPS = 200_000;
const TINY = 1e-300;

/**
 * ln Γ(x) for x > 0, by Stirling's series (DLMF 5.11.1, dlmf.nist.gov) and the recurrence for small x. Relative error
 * below 1e-14, away from the zeros at 1 and 2 where it is absolute.
 */
export function logGamma(x: number): number {
  let carried = 0;
  let at = x;
  for (; at < SERIES_FROM; at += 1) carried -= Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return carried + (at - 0.5) * Math.log(at) - at + HALF_LOG_TWO_PI + series;
}

/** ln B(a, b), the beta function, for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * ln I_x(a, b): natural log of the probability that a Beta(a, b) variable is at most x. Continued fraction DLMF 8.17.22,
 * evaluated by Lentz's method, on the side of the mean where it converges at once; the other side is its complement.
 * @param x  0 to 1; 0 gives −Infinity and 1 gives 0
 */
export function logBetaBelow(x: number, a: number, b: number): number {
  if (!(x > 0)) return Number.NEGATIVE_INFINITY;
  if (x >= 1) return 0;
  if (x < (a + 1) / (a + b + 2)) return Math.min(0, logFraction(x, a, b));
  // Here the complement is at most about a half, so that nothing cancels.
  return Math.log1p(-Math.min(1, Math.exp(logFraction(1 - x, b, a))));
}

function logFraction(x: number, a: number, b: number): number {
  return a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b) - Math.log(a) + Math.log(fraction(x, a, b));
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = awayFromZero(1 - ((a + b) * x) / (a + 1));
  d = 1 / d;
  let product = d;
  for (let m = 1; m <= CONTINUED_FRACTION_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const step = d * c;
    product *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return product;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

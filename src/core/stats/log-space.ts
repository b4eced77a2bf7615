/**
 * ln Σ exp(log): adds numbers that are given by their natural logarithms, without overflow.
 * No terms give −Infinity, the logarithm of nothing.
 */
export function logSum(logs: readonly number[]): number {
  const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}

/** ln(exp(a) + exp(b)): `logSum` of two, for inner loops. */
export function addLogs(a: number, b: number): number {
  const larger = a > b ? a : b;
  const smaller = a > b ? b : a;
  // Below a part in 2^53 the smaller one changes nothing; this also answers for two nothings.
  return smaller < larger - 40 || larger === Number.NEGATIVE_INFINITY
    ? larger
    : larger + Math.log1p(Math.exp(smaller - larger));
}

/** ln of the mean of numbers that are given by their natural logarithms. */
export function logMean(logs: readonly number[]): number {
  return logSum(logs) - Math.log(logs.length);
}

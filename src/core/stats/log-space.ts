/**
 * ln Σ exp(log): adds numbers that are given by their natural logarithms, without overflow.
 * No terms give −Infinity, the logarithm of nothing.
 */
export function logSum(logs: readonly number[]): number {
  const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}

/** ln of the mean of numbers that are given by their natural logarithms. */
export function logMean(logs: readonly number[]): number {
  return logSum(logs) - Math.log(logs.length);
}

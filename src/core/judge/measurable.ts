/** Squares of larger numbers, and sums of those, are no numbers any more. */
const LARGEST = 1e100;

/** Whether a measurement can be computed with: finite, and of a size that leaves room for its square. */
export function isMeasurable(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}

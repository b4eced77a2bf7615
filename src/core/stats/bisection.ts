const STEPS = 80;
/** Stands for infinity on a positive scale. */
const HUGE = 2 ** 200;

/**
 * The last point of a range at which a claim still holds, when it holds from the start up to some point and not
 * beyond. Eighty halvings: exact to the last bits of the range.
 * @returns `from` when the claim holds nowhere that was looked at, nearly `to` when it holds everywhere
 */
export function lastWhere(
  holds: (at: number) => boolean,
  range: { readonly from: number; readonly to: number; readonly steps?: number },
): number {
  let { from, to } = range;
  for (let step = 0; step < (range.steps ?? STEPS); step += 1) {
    const middle = (from + to) / 2;
    if (middle === from || middle === to) break;
    if (holds(middle)) from = middle;
    else to = middle;
  }
  return from;
}

/**
 * `lastWhere` over all positive numbers, on the log scale, so that the relative error is the same for tiny and huge
 * ones. 0 when the claim holds at no number above 0, Infinity when it holds at every one.
 */
export function lastPositive(holds: (at: number) => boolean): number {
  let from = 1;
  let to = 1;
  while (from > 0 && !holds(from)) from /= 2;
  if (from === 0) return 0;
  while (to < HUGE && holds(to)) to *= 2;
  if (to >= HUGE) return Number.POSITIVE_INFINITY;
  return 2 ** lastWhere((exponent) => holds(2 ** exponent), { from: Math.log2(from), to: Math.log2(to) });
}

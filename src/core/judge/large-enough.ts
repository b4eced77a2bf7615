/**
 * The parts of a population that safety is asked of: those with at least this share of the exposure, or all when none has it. The
 * choice looks at exposures alone, never at events, so that nothing is chosen by its result.
 */
export function largeEnough<Part>(
  parts: readonly Part[],
  minShare: number,
  exposureOf: (part: Part) => number,
): readonly Part[] {
  const all = parts.reduce((sum, part) => sum + exposureOf(part), 0);
  const large = parts.filter((part) => exposureOf(part) >= minShare * all && exposureOf(part) > 0);
  return large.length > 0 ? large : parts;
}

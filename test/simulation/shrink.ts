import { hasDrillBeside } from './draw-drills.ts';
import type { Violation } from './invariants.ts';
import type { Scenario } from './scenario.ts';
import type { Outcome } from './simulate.ts';

/**
 * The smallest history that still breaks the same invariant, by leaving things out: first halves, then single happenings, then
 * drills beside runs. At most `budget` histories are played.
 */
export async function shrink(
  scenario: Scenario,
  invariant: Violation['invariant'],
  {
    play,
    budget = 400,
  }: { readonly play: (scenario: Scenario) => Promise<Outcome>; readonly budget?: number },
): Promise<Scenario> {
  let left = budget;
  const breaks = async (candidate: Scenario): Promise<boolean> => {
    left -= 1;
    const { violations } = await play(candidate);
    return violations[0]?.invariant === invariant;
  };
  let smallest = scenario;
  for (let size = Math.ceil(scenario.happenings.length / 2); size >= 1 && left > 0; ) {
    let isSmaller = false;
    for (let at = 0; at < smallest.happenings.length && left > 0; ) {
      const happenings = smallest.happenings.filter((_, index) => index < at || index >= at + size);
      const candidate = { ...smallest, happenings };
      if (await breaks(candidate)) {
        smallest = candidate;
        isSmaller = true;
      } else at += size;
    }
    if (!isSmaller) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  for (const [at, one] of smallest.happenings.entries()) {
    if (!hasDrillBeside(one) || left <= 0) continue;
    const { drill: _, ...alone } = one;
    const candidate = { ...smallest, happenings: smallest.happenings.with(at, alone) };
    if (await breaks(candidate)) smallest = candidate;
  }
  return smallest;
}

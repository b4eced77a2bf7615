import { describe, expect, it } from 'vitest';
import { playAgain, playSeeds } from './campaign.ts';
import { EXPECTED, EXPECTED_OF_DRILLS, missing, RARE } from './coverage.ts';
import { printCampaign } from './print.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

/**
 * Every history holds.
 *
 * Histories that differ with every build would find more, and no build could be had again: the long runs do that.
 */
export function describeSeeds({
  from,
  count,
  drills = false,
}: {
  readonly from: number;
  readonly count: number;
  /** With drills between their events; only what drills must have shown is asked of so few. */
  readonly drills?: boolean;
}): void {
  const expected = drills ? EXPECTED_OF_DRILLS : EXPECTED.filter((mark) => !RARE.has(mark));
  describe(`the histories of seeds ${from} to ${from + count - 1}${drills ? ', with drills' : ''}`, () => {
    it('keep the invariants, and hold every situation and every fault', async () => {
      const system = await buildSystem();
      const campaign = await playSeeds(system, { from, count, drills, stopAfter: 5 });
      console.log(printCampaign(campaign, { machine: `node ${process.version}`, drills }));
      const [first] = campaign.failures;
      if (first) {
        const play = (scenario: typeof first.scenario) => playAgain(system, scenario);
        console.log(
          JSON.stringify(await shrink(first.scenario, first.violation.invariant, { play, budget: 200 })),
        );
      }
      expect(campaign.failures.map(({ seed, violation }) => ({ seed, ...violation }))).toEqual([]);
      expect(missing(campaign.coverage, expected)).toEqual([]);
    }, 600_000);
  });
}

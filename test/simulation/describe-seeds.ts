import { describe, expect, it } from 'vitest';
import { playAgain, playSeeds } from './campaign.ts';
import { missing, RARE } from './coverage.ts';
import { printCampaign } from './print.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

/**
 * Every history holds.
 *
 * Histories that differ with every build would find more, and no build could be had again: the long runs do that.
 */
export function describeSeeds({ from, count }: { readonly from: number; readonly count: number }): void {
  describe(`the histories of seeds ${from} to ${from + count - 1}`, () => {
    it('keep the invariants, and hold every situation and every fault', async () => {
      const system = await buildSystem();
      const campaign = await playSeeds(system, { from, count, stopAfter: 5 });
      console.log(printCampaign(campaign, `node ${process.version}`));
      const [first] = campaign.failures;
      if (first) {
        const play = (scenario: typeof first.scenario) => playAgain(system, scenario);
        console.log(
          JSON.stringify(await shrink(first.scenario, first.violation.invariant, { play, budget: 200 })),
        );
      }
      expect(campaign.failures.map(({ seed, violation }) => ({ seed, ...violation }))).toEqual([]);
      expect(missing(campaign.coverage).filter((mark) => !RARE.has(mark))).toEqual([]);
    }, 600_000);
  });
}

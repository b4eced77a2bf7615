import { describe, expect, it } from 'vitest';
import { playAgain, playSeeds } from './campaign.ts';
import { missing } from './coverage.ts';
import open from './open.json' with { type: 'json' };
import { printCampaign } from './print.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

/**
 * Every history holds, but for those of `open.json`: each is a defect that is known and not mended yet, and one that is mended has to
 * leave the list.
 *
 * Histories that differ with every build would find more, and no build could be had again: the long runs do that.
 */
export function describeSeeds({ from, count }: { readonly from: number; readonly count: number }): void {
  describe(`the histories of seeds ${from} to ${from + count - 1}`, () => {
    it('keep the invariants, and hold every situation and every fault', async () => {
      const system = await buildSystem();
      const campaign = await playSeeds(system, { from, count, stopAfter: 5 + open.length });
      console.log(printCampaign(campaign, `node ${process.version}`));
      const known = open.filter(({ seed }) => seed >= from && seed < from + count);
      const [first] = campaign.failures.filter(({ seed }) => !known.some((one) => one.seed === seed));
      if (first) {
        const play = (scenario: typeof first.scenario) => playAgain(system, scenario);
        console.log(
          JSON.stringify(await shrink(first.scenario, first.violation.invariant, { play, budget: 200 })),
        );
      }
      const broken = campaign.failures.map(({ seed, violation }) => ({
        seed,
        invariant: violation.invariant,
      }));
      expect(broken).toEqual(known);
      expect(missing(campaign.coverage)).toEqual([]);
    }, 600_000);
  });
}

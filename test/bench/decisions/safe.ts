import { REFERENCE_MIXTURE } from '../../../src/core/stats/bets.ts';
import { mergeTicks } from '../../../src/core/stats/counts.ts';
import { type Margin, mergedTwinCurve } from '../../../src/core/stats/twin.ts';
import { firstAtLeast, GOAL, type Rule } from './rules.ts';
import { type Section, tryRules } from './section.ts';
import type { World } from './world.ts';

const CELLS = [
  { rpm: 50, share: 0.25 },
  { rpm: 500, share: 0.05 },
  { rpm: 500, share: 0.25 },
  { rpm: 5_000, share: 0.05 },
  { rpm: 5_000, share: 0.25 },
];
const MARGINS: readonly { readonly name: string; readonly margin: Margin }[] = [
  { name: '×1.25', margin: { ratio: 1.25, difference: 0 } },
  { name: '×2', margin: { ratio: 2, difference: 0 } },
  { name: '+0.25 pp', margin: { ratio: 1, difference: 0.0025 } },
  { name: '×1.25 and +0.25 pp', margin: { ratio: 1.25, difference: 0.0025 } },
  { name: '×1.1 and +1 pp', margin: { ratio: 1.1, difference: 0.01 } },
];

const POINTS: Margin = { ratio: 1, difference: 0.005 };

/** Twice as many of 0.5 % is 0.5 points more on average, and not in every tick while the rate wanders. */
const AT_MARGINS: readonly {
  readonly name: string;
  readonly world: Pick<World, 'effect' | 'more' | 'wobble'>;
  readonly margin: Margin;
}[] = [
  { name: '×1.25', world: { effect: 1.25 }, margin: { ratio: 1.25, difference: 0 } },
  { name: '×2', world: { effect: 2 }, margin: { ratio: 2, difference: 0 } },
  { name: '+0.5 pp in every tick', world: { more: 0.005 }, margin: POINTS },
  { name: '+0.5 pp, rate stands still', world: { effect: 2, wobble: 0 }, margin: POINTS },
  { name: '+0.5 pp on average', world: { effect: 2 }, margin: POINTS },
];

function rules(margin: Margin): readonly Rule[] {
  return [
    { name: 'reference mixture', mixture: REFERENCE_MIXTURE.safe },
    { name: 'default plan', mixture: undefined },
  ].map(({ name, mixture }) => ({
    name,
    firesAt: (ticks) =>
      firstAtLeast(
        mergedTwinCurve(mergeTicks(ticks).ticks, { side: 'safe', margin, ...(mixture && { mixture }) }),
        GOAL,
      ),
  }));
}

/** Time until a healthy candidate is proven safe, and how often one exactly at the margin is. */
export const SAFE: Section = {
  kind: 'trials',
  name: 'safe',
  title:
    'Time to SAFE of a healthy candidate in 24 h, α 5 %; and false SAFE of a candidate exactly at a margin',
  rows: (run) => [
    ...CELLS.flatMap((cell) =>
      MARGINS.flatMap(({ name, margin }) =>
        tryRules(
          {
            section: 'safe',
            cell: `${cell.rpm} rpm ${100 * cell.share} % ${name}`,
            world: cell,
            rules: rules(margin),
          },
          run,
        ),
      ),
    ),
    ...AT_MARGINS.flatMap(({ name, world: healthy, margin }) => {
      const world: World = { rpm: 500, share: 0.25, ...healthy };
      const cell = `500 rpm 25 % exactly at ${name}`;
      return tryRules({ section: 'safe', cell, world, rules: rules(margin) }, run);
    }),
  ],
};

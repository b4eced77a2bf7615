import { argo, zTest } from './peers.ts';
import { belay, DEFAULT, GOAL, REFERENCE, type Rule } from './rules.ts';
import { type Section, tryRules } from './section.ts';
import type { World } from './world.ts';

const CELLS = [
  { rpm: 500, share: 0.05 },
  { rpm: 5_000, share: 0.25 },
];

interface Stress {
  readonly name: string;
  readonly world: Omit<World, 'rpm' | 'share'>;
  readonly defence?: Rule;
}

const byDispersion = (dispersion: number): Rule =>
  belay(`default plan, dispersion ${dispersion}`, { goal: GOAL, dispersion });
const byMargin = (ratio: number): Rule =>
  belay(`default plan, margin ×${ratio}`, { goal: GOAL }, { ratio, difference: 0 });

const STRESSES: readonly Stress[] = [
  { name: 'shared wobble sd 0.6', world: { wobble: 0.6 } },
  { name: 'shared incident ×10', world: { incident: 10 } },
  { name: 'clumps of 3', world: { clump: 3 }, defence: byDispersion(3) },
  { name: 'clumps of 10', world: { clump: 10 }, defence: byDispersion(10) },
  { name: 'sticky users, 8 requests', world: { sticky: 8 }, defence: byDispersion(8) },
  { name: 'pods that differ, sd 0.3', world: { podSpread: 0.3 }, defence: byMargin(1.5) },
];

/** Worlds that break the assumption of independent requests or of like arms, with and without the defence. */
export const STRESS: Section = {
  kind: 'trials',
  name: 'stress',
  title: 'False rollbacks of healthy candidates in worlds that tests do not expect',
  rows: (run) =>
    STRESSES.flatMap(({ name, world, defence }) =>
      CELLS.flatMap((cell) =>
        tryRules(
          {
            section: 'stress',
            cell: `${cell.rpm} rpm ${100 * cell.share} % ${name}`,
            world: { ...cell, ...world },
            rules: [
              REFERENCE,
              DEFAULT,
              ...(defence ? [defence] : []),
              argo(3),
              zTest('z-test peeked', 1.644854),
            ],
          },
          run,
        ),
      ),
    ),
};

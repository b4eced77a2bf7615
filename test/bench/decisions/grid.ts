import { kayenta } from './kayenta.ts';
import { argo, flagger, normalMixture, pocockLine, zTest } from './peers.ts';
import { DEFAULT, REFERENCE, type Rule } from './rules.ts';
import { type Run, type Section, tryRules } from './section.ts';
import type { Row } from './summary.ts';
import type { World } from './world.ts';

const CELLS = [50, 500, 5_000].flatMap((rpm) => [0.01, 0.05, 0.25].map((share) => ({ rpm, share })));
const EFFECTS = [1, 1.2, 1.5, 2, 5];
/** The judge sorts both arms at every look, which is a hundred times the work of the others. */
const SLOW_PART = 8;

/** Rules with a cheap look. */
export function quickRules(seed: number): readonly Rule[] {
  return [
    REFERENCE,
    DEFAULT,
    argo(3),
    flagger(5),
    zTest('z-test peeked', 1.644854),
    zTest('Pocock, 288 looks', pocockLine(288, seed)),
    normalMixture,
  ];
}

function named({ rpm, share, effect = 1, onset = 0 }: World): string {
  const size = effect === 1 ? 'A/A' : `×${effect}`;
  return `${rpm} rpm ${100 * share} % ${size}${onset > 0 ? ` from ${onset / 12} h` : ''}`;
}

function tryAll(section: string, world: World, run: Run, quick: readonly Rule[]): readonly Row[] {
  const cell = named(world);
  const slow = { ...run, runs: Math.ceil(run.runs / SLOW_PART) };
  return [
    ...tryRules({ section, cell, world, rules: quick }, run),
    ...tryRules({ section, cell, world, rules: [kayenta] }, slow),
  ];
}

/** Every traffic, share and effect, from the start. */
export const GRID: Section = {
  kind: 'trials',
  name: 'grid',
  title: 'Errors at 0.5 %, 24 h, looked at every 5 minutes, α 5 %: false rollbacks (A/A) and detection',
  rows: (run) => {
    const quick = quickRules(run.seed);
    const worlds = EFFECTS.flatMap((effect) => CELLS.map((cell) => ({ ...cell, effect })));
    return worlds.flatMap((world) => tryAll('grid', world, run, quick));
  },
};

/** Twice as many errors that begin after hours of health. */
export const LATE: Section = {
  kind: 'trials',
  name: 'late',
  title: 'The same, ×2 beginning at hour 6 and at hour 12; minutes from the onset',
  rows: (run) => {
    const quick = quickRules(run.seed);
    const cells = [
      { rpm: 500, share: 0.05 },
      { rpm: 500, share: 0.25 },
      { rpm: 5_000, share: 0.05 },
    ];
    const worlds = cells.flatMap((cell) => [72, 144].map((onset) => ({ ...cell, effect: 2, onset })));
    return worlds.flatMap((world) => tryAll('late', world, run, quick));
  },
};

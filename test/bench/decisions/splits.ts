import { type SplitTick, splitEvidence } from '../../../src/core/stats/split.ts';
import { drawsFrom, seedOf } from './random.ts';
import { GOAL } from './rules.ts';
import { type Section, tryMade } from './section.ts';
import { DAY_TICKS, TICK_MINUTES } from './world.ts';

const DECLARED = 0.05;
const LOOKS = Array.from({ length: DAY_TICKS }, (_, tick) => tick).filter(
  (tick) => tick < 12 || tick % 3 === 2,
);

interface Routing {
  readonly rpm: number;
  /** The share that is really served. */
  readonly share: number;
  /** Requests of a session, all on one arm. */
  readonly session: number;
}

function splits({ rpm, share, session }: Routing, seed: number): readonly SplitTick[] {
  const draws = drawsFrom(seedOf(seed, 'splits'));
  return Array.from({ length: DAY_TICKS }, () => {
    const sessions = draws.poisson((rpm * TICK_MINUTES) / session);
    const ours = share > 0 ? draws.binomial(sessions, share) : 0;
    return { candidate: ours * session, stable: (sessions - ours) * session };
  });
}

type Look = (ticks: readonly SplitTick[]) => boolean;

function peek(name: string, isOff: Look) {
  return {
    name,
    firesAt: (ticks: readonly SplitTick[]) => LOOKS.find((tick) => isOff(ticks.slice(0, tick + 1))),
  };
}

const belay =
  (dispersion: number): Look =>
  (ticks) =>
    splitEvidence(ticks, { share: DECLARED, dispersion, goal: GOAL }).logE >= GOAL;

/** The usual test for a sample ratio mismatch, two-sided at 1 %, looked at again and again. */
const mismatch: Look = (ticks) => {
  const ours = ticks.reduce((sum, { candidate }) => sum + candidate, 0);
  const all = ticks.reduce((sum, { candidate, stable }) => sum + candidate + stable, 0);
  return all > 0 && Math.abs(ours - all * DECLARED) / Math.sqrt(all * DECLARED * (1 - DECLARED)) > 2.575829;
};

const RULES = [
  peek('split, tolerance 10 %', belay(1)),
  peek('split, tolerance 10 %, dispersion 10', belay(10)),
  peek('χ² for a mismatch, 1 %, peeked', mismatch),
];

const WORLDS: readonly { readonly name: string; readonly world: Omit<Routing, 'rpm'> }[] = [
  { name: 'as declared', world: { share: DECLARED, session: 1 } },
  { name: '6 % served', world: { share: 0.06, session: 1 } },
  { name: 'nothing served', world: { share: 0, session: 1 } },
  { name: 'as declared, sessions of 10', world: { share: DECLARED, session: 10 } },
];

/** Whether 5 % are 5 %. */
export const SPLITS: Section = {
  kind: 'trials',
  name: 'splits',
  title: 'A split that is declared as 5 %, 24 h: false holds, and how soon another split is found',
  rows: (run) =>
    [50, 500, 5_000].flatMap((rpm) =>
      WORLDS.flatMap(({ name, world }) =>
        tryMade(
          {
            section: 'splits',
            cell: `${rpm} rpm ${name}`,
            make: (seed) => splits({ ...world, rpm }, seed),
            rules: RULES,
            part: 3,
          },
          run,
        ),
      ),
    ),
};

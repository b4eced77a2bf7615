import { type GaugeMargin, type GaugeTick, gaugeEvidence } from '../../../src/core/stats/gauge.ts';
import { kayenta } from './kayenta.ts';
import { drawsFrom, seedOf } from './random.ts';
import { GOAL } from './rules.ts';
import { type Section, tryMade } from './section.ts';
import { DAY_TICKS, TICK_MINUTES } from './world.ts';

const CORRELATIONS = [0, 0.5, 0.8, 0.95, 0.99];

/** A day of minutes: what both arms share cancels, and their difference wanders with a correlation from minute to minute. */
export function gauges(correlation: number, shift: number, seed: number, onset = 0): readonly GaugeTick[] {
  const draws = drawsFrom(seedOf(seed, 'gauges'));
  let [ours, theirs] = [draws.normal(), draws.normal()];
  const next = (value: number) => correlation * value + Math.sqrt(1 - correlation ** 2) * draws.normal();
  return Array.from({ length: DAY_TICKS * TICK_MINUTES }, (_, minute) => {
    [ours, theirs] = [next(ours), next(theirs)];
    return { candidate: ours + (minute >= onset ? shift : 0), stable: theirs };
  });
}

type Look = (minutes: readonly GaugeTick[]) => boolean;

/** Looks every five minutes. */
function peek(name: string, isWorse: Look) {
  return {
    name,
    firesAt: (minutes: readonly GaugeTick[]): number | undefined => {
      for (let tick = 0; tick < DAY_TICKS; tick += 1)
        if (isWorse(minutes.slice(0, (tick + 1) * TICK_MINUTES))) return tick;
      return undefined;
    },
  };
}

/** Belay's gauge over a rollout of one step. */
function belay(margin: GaugeMargin): Look {
  return (minutes) => {
    const found = gaugeEvidence(minutes, { worse: 'higher', harm: margin, safe: margin, alpha: 0.025 });
    return found.kind === 'usable' && found.logHarm >= GOAL;
  };
}

const pairedZ: Look = (minutes) => {
  const n = minutes.length;
  const mean = minutes.reduce((sum, { candidate, stable }) => sum + candidate - stable, 0) / n;
  const square = minutes.reduce((sum, { candidate, stable }) => sum + (candidate - stable - mean) ** 2, 0);
  return mean > 1.644854 * Math.sqrt(square / (n - 1) / n);
};

/** The judge's values, one per five minutes: it would sort 1,440 of them at every look. */
const mannWhitney = {
  name: 'Kayenta Mann–Whitney of 5-minute means',
  firesAt: (minutes: readonly GaugeTick[]) =>
    kayenta.firesAt(
      Array.from({ length: DAY_TICKS }, (_, tick) => {
        const own = minutes.slice(tick * TICK_MINUTES, (tick + 1) * TICK_MINUTES);
        const mean = (arm: 'candidate' | 'stable') => ({
          // the judge compares ratios of means, which needs positive numbers
          events: 100 + own.reduce((sum, one) => sum + one[arm], 0) / own.length,
          exposure: 1,
        });
        return { candidate: mean('candidate'), stable: mean('stable') };
      }),
    ),
};

const RULES = [
  peek('gauge, no margin', belay({ difference: 0, unit: 'absolute' })),
  peek('gauge, margin 0.5 sd (default)', belay({ difference: 0.5, unit: 'sd' })),
  peek('paired z-test, peeked', pairedZ),
];

/** What is no count: how often averages that wander are taken for worse, and how soon a shift is found. */
export const GAUGES: Section = {
  kind: 'trials',
  name: 'gauges',
  title:
    'Gauges by their correlation from minute to minute, 24 h: false rollbacks (A/A) and a shift by a standard deviation',
  rows: (run) =>
    CORRELATIONS.flatMap((correlation) =>
      [0, 1].flatMap((shift) => {
        const made = {
          section: 'gauges',
          cell: `correlation ${correlation} ${shift === 0 ? 'A/A' : `+${shift} sd`}`,
          make: (seed: number) => gauges(correlation, shift, seed),
        };
        return [
          ...tryMade({ ...made, rules: RULES, part: 2 }, run),
          ...tryMade({ ...made, rules: [mannWhitney], part: 10 }, run),
        ];
      }),
    ),
};

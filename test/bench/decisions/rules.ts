import { type BetOptions, REFERENCE_MIXTURE } from '../../../src/core/stats/bets.ts';
import { mergeTicks, type Tick } from '../../../src/core/stats/counts.ts';
import { logSum } from '../../../src/core/stats/log-space.ts';
import { gainOn, type Margin, mergedTwinCurve } from '../../../src/core/stats/twin.ts';

/** Looks after every tick and says at which one it would roll back; undefined when it never would. */
export interface Rule {
  readonly name: string;
  readonly firesAt: (ticks: readonly Tick[]) => number | undefined;
}

/** The false rollbacks that all rules with a rate are set to. */
export const ALPHA = 0.05;
export const GOAL = Math.log(1 / ALPHA);
export const NO_MARGIN: Margin = { ratio: 1, difference: 0 };

/** Belay's comparison with the given bets, at the margin "no more than stable". */
export function belay(name: string, options: Omit<BetOptions, 'side'>, margin: Margin = NO_MARGIN): Rule {
  return {
    name,
    firesAt: (ticks) =>
      firstAtLeast(mergedTwinCurve(mergeTicks(ticks).ticks, { side: 'harm', margin, ...options }), GOAL),
  };
}

export const REFERENCE = belay('reference mixture', { mixture: REFERENCE_MIXTURE.harm });
export const DEFAULT = belay('default plan', { goal: GOAL });

/** "A better mixture" of the first sketch: six bets, 70 % from the start, 30 % on a start at every full hour of a day. */
export const HOURLY: Rule = {
  name: 'hourly starts',
  firesAt: (ticks) => {
    const bets = [1.15, 1.4, 1.8, 2.5, 5, 20].map((kappa, place) => ({
      kappa,
      logKappa: Math.log(kappa),
      weight: [1, 2, 3, 3, 2, 1][place]! / 12,
    }));
    const held = bets.map(({ weight }) => Math.log(0.7 * weight));
    let rest = 0.3;
    for (const [index, tick] of mergeTicks(ticks).ticks.entries()) {
      const begins = index > 0 && index % 12 === 0 && index < 288;
      if (begins) rest -= 0.3 / 23;
      for (const [place, bet] of bets.entries()) {
        const before = begins ? logSum([held[place]!, Math.log((0.3 / 23) * bet.weight)]) : held[place]!;
        held[place] = before + gainOn(tick, NO_MARGIN, bet);
      }
      if (logSum([...held, Math.log(Math.max(rest, 1e-12))]) >= GOAL) return index;
    }
    return undefined;
  },
};

export function firstAtLeast(curve: readonly number[], goal: number): number | undefined {
  const index = curve.findIndex((value) => value >= goal);
  return index === -1 ? undefined : index;
}

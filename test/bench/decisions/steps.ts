import type { BetOptions } from '../../../src/core/stats/bets.ts';
import { REFERENCE_MIXTURE } from '../../../src/core/stats/bets.ts';
import { mergeTicks, type Tick } from '../../../src/core/stats/counts.ts';
import { logMean } from '../../../src/core/stats/log-space.ts';
import { mergedTwinCurve } from '../../../src/core/stats/twin.ts';
import { firstAtLeast, GOAL, NO_MARGIN, type Rule } from './rules.ts';
import { type Section, tryRules } from './section.ts';

const STEPS = [0.01, 0.05, 0.1, 0.25, 0.5].map((share) => ({ ticks: 58, share }));
const STARTS = STEPS.map((_, step) => step * 58);
const TICKS = STEPS.length * 58;

/** M = ½·E_rollout + ½·mean of E_step, where a step's e-value begins at 1 with the step and stays as it was afterwards. */
function halfAndHalf(name: string, options: Omit<BetOptions, 'side'>, goalOf: boolean): Rule {
  return {
    name,
    firesAt: (ticks) => {
      const curve = (part: readonly Tick[], logWeight: number): readonly number[] =>
        mergedTwinCurve(mergeTicks(part).ticks, {
          side: 'harm',
          margin: NO_MARGIN,
          ...options,
          ...(goalOf && { goal: GOAL - logWeight }),
        });
      const whole = curve(ticks, Math.log(0.5));
      const steps = STARTS.map((start) =>
        curve(ticks.slice(start, start + 58), Math.log(0.5 / STEPS.length)),
      );
      const mixed = whole.map((logE, index) => {
        const now = steps.map((step, place) => {
          const into = index - (STARTS[place] ?? 0);
          return into < 0 ? 0 : (step[Math.min(into, step.length - 1)] ?? 0);
        });
        return logMean([logE, logMean(now)]);
      });
      return firstAtLeast(mixed, GOAL);
    },
  };
}

/** One process over the whole rollout that is told of the new weights. */
const ONE_PLAN: Rule = {
  name: 'one default plan, told of new weights',
  firesAt: (ticks) =>
    firstAtLeast(
      mergedTwinCurve(mergeTicks(ticks).ticks, {
        side: 'harm',
        margin: NO_MARGIN,
        goal: GOAL,
        horizon: TICKS,
        changes: STARTS,
      }),
      GOAL,
    ),
};

const RULES: readonly Rule[] = [
  halfAndHalf('½ rollout + ½ steps, reference mixture', { mixture: REFERENCE_MIXTURE.harm }, false),
  halfAndHalf('½ rollout + ½ steps, default plan', {}, true),
  ONE_PLAN,
];

/** A rollout of five steps: what the rollout-long and the step-long evidence are worth together. */
export const ROLLOUT: Section = {
  kind: 'trials',
  name: 'steps',
  title: 'A rollout of five steps of 4.8 h (1, 5, 10, 25, 50 %): one process or one per step',
  rows: (run) =>
    [500, 5_000].flatMap((rpm) =>
      [
        { name: 'A/A', effect: 1, onset: 0 },
        { name: '×2 from the start', effect: 2, onset: 0 },
        { name: '×2 from step 3 on', effect: 2, onset: 116 },
        { name: '×2 from the middle of step 3', effect: 2, onset: 145 },
      ].flatMap(({ name, ...fault }) =>
        tryRules(
          {
            section: 'steps',
            cell: `${rpm} rpm ${name}`,
            world: { rpm, share: 0.01, steps: STEPS, ticks: TICKS, ...fault },
            rules: RULES,
          },
          run,
        ),
      ),
    ),
};

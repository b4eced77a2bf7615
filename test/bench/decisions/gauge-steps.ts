import { type GaugeTick, gaugeEvidence } from '../../../src/core/stats/gauge.ts';
import { logMean } from '../../../src/core/stats/log-space.ts';
import { gauges } from './gauges.ts';
import { GOAL } from './rules.ts';
import { type Section, tryMade } from './section.ts';
import { DAY_TICKS, TICK_MINUTES } from './world.ts';

const STEPS = 5;
const STEP_TICKS = DAY_TICKS / STEPS;
const MARGIN = { difference: 0, unit: 'absolute' } as const;

/** Evidence at one look: since the rollout began, and of each step; a step to come says nothing. */
interface Standing {
  readonly all: number;
  readonly steps: readonly number[];
}

function logHarm(minutes: readonly GaugeTick[]): number {
  const found = gaugeEvidence(minutes, { worse: 'higher', harm: MARGIN, safe: MARGIN, alpha: 0.025 });
  return found.kind === 'usable' ? found.logHarm : 0;
}

const known = new WeakMap<readonly GaugeTick[], readonly Standing[]>();

/** Every look of a day, once for all rules. */
function standings(minutes: readonly GaugeTick[]): readonly Standing[] {
  const before = known.get(minutes);
  if (before) return before;
  const steps = Array.from({ length: STEPS }, () => 0);
  const found = Array.from({ length: DAY_TICKS }, (_, tick): Standing => {
    const step = Math.floor(tick / STEP_TICKS);
    const now = (tick + 1) * TICK_MINUTES;
    steps[step] = logHarm(minutes.slice(Math.ceil(step * STEP_TICKS) * TICK_MINUTES, now));
    return { all: logHarm(minutes.slice(0, now)), steps: [...steps] };
  });
  known.set(minutes, found);
  return found;
}

const rule = (name: string, logE: (standing: Standing) => number) => ({
  name,
  firesAt: (minutes: readonly GaugeTick[]): number | undefined => {
    const at = standings(minutes).findIndex((standing) => logE(standing) >= GOAL);
    return at === -1 ? undefined : at;
  },
});

const RULES = [
  rule('half rollout, half mean of steps (default)', ({ all, steps }) => logMean([all, logMean(steps)])),
  rule('rollout alone', ({ all }) => all),
  rule('mean of steps alone', ({ steps }) => logMean(steps)),
  rule('product of steps', ({ steps }) => steps.reduce((sum, log) => sum + log, 0)),
];
const ONSETS = [
  { name: 'A/A', shift: 0, onset: 0 },
  { name: '+1 sd from the start', shift: 1, onset: 0 },
  { name: '+1 sd from step 3', shift: 1, onset: Math.ceil(2 * STEP_TICKS) },
  { name: '+1 sd from the middle of step 3', shift: 1, onset: Math.ceil(2.5 * STEP_TICKS) },
];

/** How evidence of a gauge is mixed over the steps of a rollout. Times count from the beginning of the rollout. */
export const GAUGE_STEPS: Section = {
  kind: 'trials',
  name: 'gauge-steps',
  title: 'A gauge over five steps of 4.8 h: how rollout and steps are mixed; times from the beginning',
  rows: (run) =>
    [0, 0.5, 0.8].flatMap((correlation) =>
      ONSETS.flatMap(({ name, shift, onset }) =>
        tryMade(
          {
            section: 'gauge-steps',
            cell: `correlation ${correlation} ${name}`,
            make: (seed: number) => gauges(correlation, shift, seed, onset * TICK_MINUTES),
            rules: RULES,
            part: 2,
          },
          run,
        ),
      ),
    ),
};

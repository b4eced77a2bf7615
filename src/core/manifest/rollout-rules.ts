import { formatDuration, formatPercent, millis } from '../units.ts';
import { HEALTH_DEFAULTS, leastVerify } from './defaults.ts';
import { valueAt } from './describe-value.ts';
import type { Draft } from './draft.ts';
import type { Rule } from './rule.ts';

const ROLLOUT = ['spec', 'rollout'] as const;
const HEALTH = ['spec', 'health'] as const;

/** Shorter ticks than this hold hardly an event, and few servers scrape more often. */
const SHORTEST_TICK = millis(10_000);
/** Prometheus answers at most 11,000 points per series (web/api/v1/api.go); one point is a tick. */
const MOST_TICKS = 11_000;

/** Every step gives the candidate more than the one before. */
export const stepsRise: Rule = function* ({ draft: { steps } }) {
  let above = 0;
  for (const [index, { weight }] of steps.entries()) {
    if (weight === undefined) continue;
    if (weight <= above)
      yield {
        code: 'STEP_NOT_INCREASING',
        path: [...ROLLOUT, 'steps', index, 'weight'],
        message: `weight must rise, expected more than ${above}, got ${weight}; reorder or remove the step`,
      };
    above = Math.max(above, weight);
  }
};

/** The last step is the bake: without one the candidate would be promoted before it ever served everyone. */
export const stepsEndAtFull: Rule = function* ({ draft: { steps } }) {
  const last = steps.at(-1)?.weight;
  if (last === undefined || last === 100) return;
  yield {
    code: 'STEPS_INCOMPLETE',
    path: [...ROLLOUT, 'steps', steps.length - 1, 'weight'],
    message: `the last step must be 100, got ${last}; add {weight: 100, hold: …}, whose hold is the bake`,
  };
};

/** The weight is one that Belay could have written. */
export const weightIsDeclared: Rule = function* ({ draft: { weight, steps, candidate } }) {
  if (weight === undefined || weight === 0) return;
  const path = [...ROLLOUT, 'weight'];
  if (!candidate) {
    yield {
      code: 'WEIGHT_WITHOUT_CANDIDATE',
      path,
      message: `must be 0 while there is no candidate, got ${weight}; a settled release has nobody to give traffic to`,
    };
    return;
  }
  const declared = steps.map((step) => step.weight);
  if (declared.length === 0 || declared.includes(undefined) || declared.includes(weight)) return;
  yield {
    code: 'WEIGHT_NOT_A_STEP',
    path,
    message: `must be 0 or the weight of a step (${declared.join(', ')}), got ${weight}; Belay writes this number`,
  };
};

/** A rollout that only ever passes can end before its deadline. */
export const deadlineFits: Rule = function* ({ draft: { steps, deadline }, source }) {
  if (deadline === undefined) return;
  const path = [...ROLLOUT, 'deadline'];
  const total = millis(steps.reduce((sum, step) => sum + (step.hold ?? 0), 0));
  if (total > deadline)
    yield {
      code: 'DEADLINE_TOO_SHORT',
      path,
      message: `must be at least the sum of the holds, ${formatDuration(total)}, got ${String(valueAt(source.value, path))}; a healthy rollout could not end`,
    };
};

/** Evidence is counted in ticks: they are wide enough to hold some, and a step is long enough to hold one. */
export const ticksFit: Rule = function* ({ draft }) {
  const tick = draft.tick ?? HEALTH_DEFAULTS.tick;
  if (tick < SHORTEST_TICK) {
    yield {
      code: 'TICK_TOO_SHORT',
      path: [...HEALTH, 'tick'],
      message: `must be at least ${formatDuration(SHORTEST_TICK)}, got ${formatDuration(tick)}`,
    };
    return;
  }
  for (const [index, { hold }] of draft.steps.entries())
    if (hold !== undefined && hold < tick)
      yield {
        code: 'HOLD_TOO_SHORT',
        path: [...ROLLOUT, 'steps', index, 'hold'],
        message: `must be at least one tick, ${formatDuration(tick)}, got ${formatDuration(hold)}; a step is left on evidence of its own`,
      };
  yield* tickCountFits(draft, tick);
};

function* tickCountFits({ deadline, watch, tick: written }: Draft, tick: number): ReturnType<Rule> {
  if (deadline === undefined) return;
  const length = millis(deadline + (watch ?? 0));
  if (length / tick <= MOST_TICKS) return;
  const least = formatDuration(millis(Math.ceil(length / MOST_TICKS / 1000) * 1000));
  const watched = watch === undefined ? '' : ', watched on after its promotion,';
  yield {
    code: 'TICKS_TOO_MANY',
    path:
      written === undefined ? [...ROLLOUT, watch === undefined ? 'deadline' : 'watch'] : [...HEALTH, 'tick'],
    message: `a rollout${watched} of ${formatDuration(length)} has more than ${MOST_TICKS} ticks of ${formatDuration(millis(tick))}; set spec.health.tick to at least ${least}`,
  };
}

/** Missing evidence is noticed before it is called missing for too long. */
export const noDataDeadlineFits: Rule = function* ({ draft }) {
  const tick = draft.tick ?? HEALTH_DEFAULTS.tick;
  const delay = draft.ingestDelay ?? HEALTH_DEFAULTS.ingestDelay;
  const deadline = draft.noDataDeadline ?? HEALTH_DEFAULTS.noDataDeadline;
  const least = millis(tick + delay);
  if (deadline >= least) return;
  const written = (['noDataDeadline', 'tick', 'ingestDelay'] as const).find(
    (key) => draft[key] !== undefined,
  );
  yield {
    code: 'NO_DATA_DEADLINE_TOO_SHORT',
    path: [...HEALTH, written ?? 'noDataDeadline'],
    message: `noDataDeadline must be at least tick plus ingestDelay, ${formatDuration(least)}, got ${formatDuration(deadline)}; every first tick would come too late`,
  };
};

/** A rollback can be verified within the time that is given for it. */
export const verifyFits: Rule = function* ({ draft }) {
  const { verify } = draft;
  const least = leastVerify(draft);
  if (verify === undefined || verify >= least) return;
  yield {
    code: 'VERIFY_TOO_SHORT',
    path: ['spec', 'rollback', 'verify'],
    message: `must be at least two ticks plus ingestDelay, ${formatDuration(least)}, got ${formatDuration(verify)}; nothing would be seen of the restored version by then`,
  };
};

/** `5%` for a ratio of 0.05. */
export function ratioText(ratio: number): string {
  return formatPercent(ratio * 100);
}

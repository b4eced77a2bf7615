import type { Side } from '../stats/bets.ts';
import { DEFAULT_PLAN } from '../stats/betting-plan.ts';
import { type Forecast, planOneSample, planTwin } from '../stats/planner.ts';
import type { CountTest, CountTests } from './method.ts';

/** What is expected of both arms. */
export interface Flow {
  /** Per minute. */
  readonly candidateExposure: number;
  readonly stableExposure: number;
  readonly candidateRate: number;
  readonly stableRate: number;
}

/** How a check plays its tests. */
export type Play = Pick<CountTests, 'unit' | 'dispersion' | 'trim'>;

export interface TestGoal {
  readonly side: Side;
  /** Nats that decide. */
  readonly needed: number;
  readonly play: Play;
  /** Width of a tick, minutes. */
  readonly tick: number;
}

/**
 * When a test is to be expected to decide, played from its first tick by the bets that are played: each pays for its share of
 * the stake, what is in reserve for later included. A comparison with an arm without traffic never decides. Minutes, not
 * rounded to ticks. Beside simulation: test/core/judge/plan-test.test.ts.
 */
export function planTest(test: CountTest, flow: Flow, { side, needed, play, tick }: TestGoal): Forecast {
  const { opening, later } = DEFAULT_PLAN[side];
  const options = {
    side,
    alpha: Math.exp(-needed) * (1 - (later?.reserve ?? 0)),
    mixture: opening,
    cost: 'share',
    dispersion: play.dispersion,
    forgiven: { ticks: play.trim, width: tick },
  } as const;
  if (test.kind === 'comparison') return planTwin(flow, { ...options, margin: test.margin });
  const { candidateExposure: exposure, candidateRate: rate } = flow;
  return planOneSample({ exposure, rate, limit: test.limit, isRate: play.unit === 'rate' }, options);
}

/** Minutes as people meet them: nobody decides before the end of a tick. Undefined: never. */
export function wholeTickMinutes(minutes: number, tick: number): number | undefined {
  return Number.isFinite(minutes) ? Math.max(1, Math.ceil(minutes / tick)) * tick : undefined;
}

/** A rate that is `effect` times another, as far as there is such a share. */
export function timesRate(rate: number, effect: number, unit: Play['unit']): number {
  return unit === 'share' ? Math.min(1, rate * effect) : rate * effect;
}

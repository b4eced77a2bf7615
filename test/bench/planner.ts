import { type BetOptions, REFERENCE_MIXTURE, type Side } from '../../src/core/stats/bets.ts';
import type { Tick } from '../../src/core/stats/counts.ts';
import { type Forecast, planTwin } from '../../src/core/stats/planner.ts';
import { type Margin, mergedTwinLogE } from '../../src/core/stats/twin.ts';
import { type SeededRandom, seededRandom } from '../core/stats/seeded-random.ts';

/**
 * The planner's times beside simulated ones: `npx tsx test/bench/planner.ts [runs]`. Steady traffic and rates, ticks of five
 * minutes, α 5 %, evidence read after every tick (of a fortieth of the planned median when that is longer).
 */

export interface PlannedCase {
  readonly name: string;
  readonly side: Side;
  readonly margin: Margin;
  /** Requests per minute of both arms, and the candidate's share. */
  readonly requests: number;
  readonly share: number;
  readonly base: number;
  readonly effect: number;
}

export interface CheckedCase {
  readonly planned: Forecast;
  /** Minutes; Infinity when the run did not decide within ten times the planned median. */
  readonly median: number;
  readonly ninety: number;
}

const ALPHA = 0.05;
const TICK_MINUTES = 5;

export const PLANNED_CASES: readonly PlannedCase[] = [
  ...[1.2, 1.5, 2, 5].flatMap((effect) =>
    [
      { requests: 500, share: 0.05 },
      { requests: 5_000, share: 0.25 },
    ].map(({ requests, share }) => ({
      name: `×${effect} at ${requests} rpm, ${share * 100} %`,
      side: 'harm' as const,
      margin: { ratio: 1, difference: 0 },
      requests,
      share,
      base: 0.005,
      effect,
    })),
  ),
  ...[
    { ratio: 1.25, difference: 0 },
    { ratio: 1.25, difference: 0.0025 },
    { ratio: 1, difference: 0.005 },
  ].map((margin) => ({
    name: `safe within ×${margin.ratio} + ${margin.difference * 100} pp at 500 rpm, 25 %`,
    side: 'safe' as const,
    margin,
    requests: 500,
    share: 0.25,
    base: 0.005,
    effect: 1,
  })),
];

/** Plans a case and plays it `runs` times. */
export function checkPlan(
  given: PlannedCase,
  options: { readonly seed: number; readonly runs: number; readonly isReference?: boolean },
): CheckedCase {
  const { side, margin, requests, share, base, effect } = given;
  const planned = planTwin(
    {
      candidateExposure: requests * share,
      stableExposure: requests * (1 - share),
      candidateRate: base * effect,
      stableRate: base,
    },
    { side, margin, alpha: ALPHA },
  );
  const random = seededRandom(options.seed);
  const every = Math.max(TICK_MINUTES, planned.median / 40);
  const bets: BetOptions = options.isReference ? { side, mixture: REFERENCE_MIXTURE[side] } : { side };
  const times = Array.from({ length: options.runs }, () =>
    decideAt(random, given, { every, last: Math.max(10 * planned.median, 12 * TICK_MINUTES), bets }),
  ).sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * times.length)] ?? Number.POSITIVE_INFINITY;
  return { planned, median: at(0.5), ninety: at(0.9) };
}

function decideAt(
  random: SeededRandom,
  given: PlannedCase,
  { every, last, bets }: { readonly every: number; readonly last: number; readonly bets: BetOptions },
): number {
  const { margin, requests, share, base, effect } = given;
  const ticks: Tick[] = [];
  for (let minutes = every; minutes <= last; minutes += every) {
    const candidate = Math.round(requests * share * every);
    const stable = Math.round(requests * (1 - share) * every);
    ticks.push({
      candidate: { events: random.binomial(candidate, base * effect), exposure: candidate },
      stable: { events: random.binomial(stable, base), exposure: stable },
    });
    if (mergedTwinLogE(ticks, { ...bets, margin }) >= -Math.log(ALPHA)) return minutes;
  }
  return Number.POSITIVE_INFINITY;
}

if (process.argv[1]?.endsWith('bench/planner.ts')) {
  const runs = Number(process.argv[2]) || 200;
  const minutes = (value: number): string => value.toFixed(0).padStart(7);
  console.log(`${runs} runs each, seed 7; minutes: planned median, 90 % | reference bets | the default plan`);
  for (const given of PLANNED_CASES) {
    const reference = checkPlan(given, { seed: 7, runs, isReference: true });
    const usual = checkPlan(given, { seed: 7, runs });
    const row = [reference.planned.median, reference.planned.ninety, reference.median, reference.ninety];
    console.log(`${given.name.padEnd(46)}${[...row, usual.median, usual.ninety].map(minutes).join('')}`);
  }
}

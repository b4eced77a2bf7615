import { type BettingPlan, DEFAULT_PLAN } from '../../../src/core/stats/betting-plan.ts';
import { AIMED_BETS } from './aimed-bets.ts';
import { type Draws, drawsFrom, seedOf } from './random.ts';
import { belay, DEFAULT, GOAL, HOURLY, REFERENCE, type Rule } from './rules.ts';
import { manyRollouts, type Run, type Section, timesOf } from './section.ts';
import { type Row, ratioSpread, smoothMedian, summarise } from './summary.ts';
import { TICK_MINUTES, type World } from './world.ts';

/** What the default plan has to reach at 500 requests a minute and 5 %, as a part of the reference mixture's median. */
const GOALS: Readonly<Record<string, number>> = {
  '500 rpm 5 % ×2': 0.85,
  '500 rpm 5 % ×2 from 6 h': 0.55,
  '500 rpm 5 % ×2 from 12 h': 0.3,
};
/** Medians need more rollouts than rates. */
const MORE = 8;

const { harm } = DEFAULT_PLAN;
const { later } = harm;
const WITHOUT_AIM: BettingPlan = { opening: harm.opening, ...(later && { later }) };
/** Stops at the goal, but no bet is held back before it. */
const BOLD: BettingPlan = { ...harm, aim: { reach: 1e9, least: 0 } };
const USUAL_AIM: Pick<BettingPlan, 'aim'> = harm.aim ? { aim: harm.aim } : {};
/** Slows down all the way to the goal, which it then reaches late or never where few events come. */
const TIMID: BettingPlan = { ...harm, aim: { reach: harm.aim?.reach ?? 0, least: 0 } };

/** What the default plan is made of, one thing left out at a time. */
const ABLATIONS: readonly Rule[] = [
  belay('… bets do not look at the goal', { plan: WITHOUT_AIM }),
  belay('… stops at the goal without slowing', { plan: BOLD, goal: GOAL }),
  belay('… slows down without a floor', { plan: TIMID, goal: GOAL }),
  belay('… lost bets stay open', { plan: withLater({ salvage: 0 }), goal: GOAL }),
  belay('… reserve laid evenly', { plan: withLater({ pace: 1 }), goal: GOAL }),
  belay('… half in reserve', { plan: withLater({ reserve: 0.5 }), goal: GOAL }),
  belay('… a fifth in reserve', { plan: withLater({ reserve: 0.2 }), goal: GOAL }),
  belay('… horizon of three days', { goal: GOAL, horizon: 864 }),
  belay('… horizon of six hours', { goal: GOAL, horizon: 72 }),
  AIMED_BETS,
  belay('… no reserve', { plan: { opening: harm.opening, ...USUAL_AIM }, goal: GOAL }),
  belay('… κ = 2 alone, which nobody knows', {
    plan: { opening: [{ kappa: 2, weight: 1 }], ...USUAL_AIM },
    goal: GOAL,
  }),
];

function withLater(change: Partial<NonNullable<BettingPlan['later']>>): BettingPlan {
  return { ...harm, ...(later && { later: { ...later, ...change } }) };
}

/** The goals of the primitive, and what each part of the default plan is worth. */
export const PRIMITIVE: Section = {
  kind: 'trials',
  name: 'primitive',
  title: 'The primitive: median time as a part of the reference mixture’s in the same rollouts',
  rows: (given) => {
    const run = { ...given, runs: given.runs * MORE };
    const cells = [
      { rpm: 500, share: 0.05, more: ABLATIONS },
      { rpm: 5_000, share: 0.05, more: [] },
      { rpm: 500, share: 0.25, more: [] },
      { rpm: 50, share: 0.25, more: [] },
    ];
    return cells.flatMap(({ more, ...cell }) =>
      WORLDS.flatMap(({ name, ...world }) =>
        compare(
          `${cell.rpm} rpm ${100 * cell.share} % ${name}`,
          { ...cell, ...world },
          [REFERENCE, HOURLY, DEFAULT, ...more],
          more.length > 0 ? run : { ...run, runs: given.runs },
        ),
      ),
    );
  },
};

const WORLDS: readonly { readonly name: string; readonly effect: number; readonly onset: number }[] = [
  { name: 'A/A', effect: 1, onset: 0 },
  { name: '×1.2', effect: 1.2, onset: 0 },
  { name: '×1.5', effect: 1.5, onset: 0 },
  { name: '×2', effect: 2, onset: 0 },
  { name: '×2 from 6 h', effect: 2, onset: 72 },
  { name: '×2 from 12 h', effect: 2, onset: 144 },
  { name: '×5', effect: 5, onset: 0 },
  { name: '×5 from 12 h', effect: 5, onset: 144 },
];

function compare(cell: string, world: World, rules: readonly Rule[], run: Run): readonly Row[] {
  if (run.only !== undefined && !`primitive ${cell}`.includes(run.only)) return [];
  const rollouts = manyRollouts(world, { runs: run.runs, seed: seedOf(run.seed, cell) });
  let base: readonly (number | undefined)[] = [];
  return rules.map((rule, place) => {
    const { times, note } = timesOf(rollouts, rule, world.onset ?? 0);
    if (place === 0) base = times;
    const draws = drawsFrom(seedOf(run.seed, cell, 'again'));
    const goal = rule === DEFAULT ? GOALS[cell] : undefined;
    const told = place === 0 || world.effect === 1 ? undefined : ratioNote({ times, base, goal, draws });
    const notes = [told, note].filter((text) => text !== undefined);
    return summarise({ section: 'primitive', cell, rule: rule.name, note: notes.join('; ') }, times);
  });
}

interface Compared {
  readonly times: readonly (number | undefined)[];
  /** Of the reference mixture. */
  readonly base: readonly (number | undefined)[];
  readonly goal: number | undefined;
  readonly draws: Draws;
}

function ratioNote({ times, base, goal, draws }: Compared): string | undefined {
  const [median, usual] = [smoothMedian(times, TICK_MINUTES), smoothMedian(base, TICK_MINUTES)];
  if (median === undefined || usual === undefined) return undefined;
  const ratio = median / usual;
  if (goal === undefined) return `${ratio.toFixed(3)} of the reference`;
  const { low, high } = ratioSpread(times, base, { step: TICK_MINUTES, draws });
  const verdict = ratio <= goal ? 'met' : 'MISSED';
  return `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] of the reference (goal ${goal}: ${verdict})`;
}

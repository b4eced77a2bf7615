import type { Bet, Gain, PlacedBet, Side } from './bets.ts';
import { type BettingPlan, type LaterBets, USUAL_HORIZON } from './betting-plan.ts';
import { addLogs } from './log-space.ts';

/** What is known of the rollout before the ticks are looked at. None of it changes what is valid, only what is quick. */
export interface Course {
  /** Ticks that the rollout is expected to last, > 0; later faults are still found, more slowly. Default 288. */
  readonly horizon?: number;
  /** Natural log of the e-value that decides. Bets that come near it play for it, and stop there. Undefined: none. */
  readonly goal?: number;
  /**
   * Ticks at which a new weight began, ascending, counted like the ticks that are played. The first tick needs no mention. Must
   * not depend on the events of the tick itself or of later ones.
   */
  readonly changes?: readonly number[];
}

/** A plan and how it is read. */
export interface PlanReading {
  readonly plan: BettingPlan;
  readonly side: Side;
  readonly dispersion: number;
  readonly trim: number;
  readonly course: Course;
  /** Called with the natural log of the e-value after every tick that is played; a goal that is reached ends the play. */
  readonly afterTick?: (logE: number) => void;
}

/** All bets of a plan, first the opening ones, and what each holds, in logarithms, for 0, 1, … forgiven ticks. */
interface Book {
  readonly bets: readonly (PlacedBet & { readonly logShare: number })[];
  /** Number of opening bets. */
  readonly opened: number;
  /** `held[forgiven][bet]`; after the bets comes the reserve. */
  readonly held: readonly Float64Array[];
}

/**
 * Natural log of the e-value of a plan after `ticks` ticks.
 *
 * Before tick k the stake of every bet, the reserve and the boldness of each bet are known from the ticks before it; on the tick
 * each bet is multiplied by a factor whose expectation is at most 1 under the null, and the reserve stays. So the expectation of
 * the total is at most what it was, for whatever rule moves money between bets and reserve beforehand: a non-negative
 * supermartingale that begins at 1, as in `twinLogE`. For later starts this is A_k = (A_{k−1} + π_k)·e_k per bet with
 * E_k = Σ A_k + (1 − Σ π), in linear time for every tick as a possible start.
 *
 * Forgiven ticks: with m of them, a bet is the smaller of "this tick counts" and "this tick is the m-th that does not", which
 * for bets from the first tick is the sum of gains without its m largest. Never more than without forgiving, hence valid.
 */
export function playPlan(ticks: number, gain: Gain, reading: PlanReading): number {
  const { plan, course, afterTick } = reading;
  const { later, aim } = plan;
  const book = openBook(reading);
  const changes = new Set(course.changes);
  const goal = aim === undefined ? undefined : course.goal;
  let logE = 0;
  for (let index = 0; index < ticks; index += 1) {
    if (goal !== undefined && logE >= goal) return logE;
    if (later) {
      salvage(book, later);
      release(book, shareLaid(index, later, course.horizon, changes.has(index)));
    }
    const boldest = boldestLog(goal === undefined ? undefined : goal - logE, reading);
    const round = { index, gain, boldest, reading };
    for (let place = 0; place < book.bets.length; place += 1) playBet(book, place, round);
    // Without a goal or an onlooker nobody needs to know where it stands before the end.
    if (goal !== undefined || afterTick) logE = standing(book);
    afterTick?.(logE);
  }
  return ticks === 0 ? 0 : standing(book);
}

function openBook({ plan: { opening, later }, trim }: PlanReading): Book {
  const place = (mixture: readonly Bet[]): Book['bets'] => {
    const weight = mixture.reduce((sum, bet) => sum + bet.weight, 0);
    return mixture.map((bet) => ({
      kappa: bet.kappa,
      logKappa: Math.log(bet.kappa),
      logShare: Math.log(bet.weight / weight),
    }));
  };
  const opened = place(opening);
  const laid = later ? place(later.bets) : [];
  const stake = later ? Math.log1p(-later.reserve) : 0;
  const start = [
    ...opened.map(({ logShare }) => logShare + stake),
    ...laid.map(() => Number.NEGATIVE_INFINITY),
    later ? Math.log(later.reserve) : Number.NEGATIVE_INFINITY,
  ];
  const held = Array.from({ length: trim + 1 }, () => Float64Array.from(start));
  return { bets: [...opened, ...laid], opened: opened.length, held };
}

/** Closes the opening bets that have lost nearly everything, as they stand without forgiven ticks. */
function salvage({ bets, opened, held }: Book, later: LaterBets): void {
  const floor = Math.log(later.salvage) + Math.log1p(-later.reserve);
  const plain = held[0];
  for (let place = 0; place < opened; place += 1) {
    const now = plain?.[place] ?? Number.NEGATIVE_INFINITY;
    if (now === Number.NEGATIVE_INFINITY || now >= (bets[place]?.logShare ?? 0) + floor) continue;
    for (const row of held) {
      row[bets.length] = addLogs(row[bets.length] ?? 0, row[place] ?? 0);
      row[place] = Number.NEGATIVE_INFINITY;
    }
  }
}

function release({ bets, opened, held }: Book, share: number): void {
  const logShare = Math.log(share);
  const logKept = Math.log1p(-share);
  for (const row of held) {
    const reserve = row[bets.length] ?? 0;
    for (let place = opened; place < bets.length; place += 1)
      row[place] = addLogs(row[place] ?? 0, reserve + logShare + (bets[place]?.logShare ?? 0));
    row[bets.length] = reserve + logKept;
  }
}

function shareLaid(index: number, later: LaterBets, horizon = USUAL_HORIZON, isChange = false): number {
  const share = Math.min(later.tail / (index + 10), index < horizon ? later.pace / (horizon - index) : 1);
  return isChange ? Math.max(share, later.onChange) : share;
}

/** Largest |ln κ| that a bet may play; a clump of φ events counts as one, so a bet's gains are φ times as far away. */
function boldestLog(gap: number | undefined, { plan: { aim }, dispersion }: PlanReading): number {
  if (aim === undefined || gap === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(aim.reach * gap, aim.least) * dispersion;
}

/** The tick that is played. */
interface Round {
  readonly index: number;
  readonly gain: Gain;
  readonly boldest: number;
  readonly reading: PlanReading;
}

function playBet({ bets, held }: Book, place: number, { index, gain, boldest, reading }: Round): void {
  const bet = bets[place];
  if (!bet || held[0]?.[place] === Number.NEGATIVE_INFINITY) return;
  const gained = gain(index, Math.abs(bet.logKappa) <= boldest ? bet : timid(reading.side, boldest));
  for (let forgiven = held.length - 1; forgiven >= 0; forgiven -= 1) {
    const row = held[forgiven];
    if (!row) continue;
    const counted = (row[place] ?? 0) + gained / reading.dispersion;
    const skipped = held[forgiven - 1]?.[place];
    row[place] = skipped === undefined ? counted : Math.min(counted, skipped);
  }
}

function timid(side: Side, boldest: number): PlacedBet {
  const logKappa = side === 'harm' ? boldest : -boldest;
  return { kappa: Math.exp(logKappa), logKappa };
}

/** ln of everything there is, bets and reserve, with all ticks forgiven that may be: `logSum` without an array per tick. */
function standing({ held }: Book): number {
  const row = held[held.length - 1];
  if (!row) return 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (const log of row) if (log > largest) largest = log;
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  // Below a part in 2^53 a term changes nothing.
  for (const log of row) if (log > largest - 40) sum += Math.exp(log - largest);
  return largest + Math.log(sum);
}

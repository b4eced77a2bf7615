import { type Mixture, placeMixture, type Side } from './bets.ts';
import type { Tick } from './counts.ts';

/** Evidence at one place of a scale of margins. */
export interface Slope {
  /** ln E. */
  readonly logE: number;
  /** d ln E / d place; at a place where a forgiven tick changes, that of one side. */
  readonly slope: number;
}

/** The evidence of plain bets as a function of the margin. */
export type EvidenceAlong = (place: number) => Slope;

/** How ticks are read; see BetOptions. */
export interface PlainReading {
  readonly side: Side;
  readonly mixture: Mixture;
  readonly dispersion: number;
  readonly trim: number;
}

/** A bet this far below the best adds nothing to the last bit, with some nats to spare. */
const LOST = 45;

/**
 * `mergedTwinLogE` at ratio 2^place and difference 0. Per tick, with share s = R·n/(m + R·n) and e events of both arms,
 *   gain = x·ln κ − e·ln(1 + (κ − 1)s),   d gain / d ln R = −e·(κ − 1)·s(1 − s)/(1 + (κ − 1)s), between −e and e.
 * A bet that has lost nearly everything at the place before is left out as long as no step that is so small can bring it back.
 */
export function alongRatio(ticks: readonly Tick[], reading: PlainReading): EvidenceAlong {
  const { own, events, ours, theirs, size } = columnsOf(
    ticks.filter(({ candidate, stable }) => candidate.events + stable.events > 0),
  );
  const all = events.reduce((sum, count) => sum + count, 0) / reading.dispersion;
  const shares = column(size);
  const book = openBook(reading, size);
  let last: number | undefined;
  return (place) => {
    const ratio = 2 ** place;
    for (let index = 0; index < size; index += 1) {
      const scaled = ratio * (ours[index] as number);
      shares[index] = scaled / ((theirs[index] as number) + scaled);
    }
    // both this bet and the best may move by so much, each with its forgiven ticks
    const reach = last === undefined ? Number.POSITIVE_INFINITY : 4 * all * Math.LN2 * Math.abs(place - last);
    last = place;
    return book.read(reach, ({ kappa, logKappa }, gains, slopes) => {
      const more = kappa - 1;
      for (let index = 0; index < size; index += 1) {
        const share = shares[index] as number;
        const count = events[index] as number;
        const odds = more * share;
        gains[index] = (own[index] as number) * logKappa - count * Math.log1p(odds);
        slopes[index] = (-count * odds * (1 - share) * Math.LN2) / (1 + odds);
      }
    });
  };
}

/**
 * `mergedTwinLogE` at ratio 1 and difference `place`: the gain of a bet in a tick is what it is at difference 0 less a(κ)·n·d, so
 * that no logarithm is taken after the first place.
 */
export function alongDifference(ticks: readonly Tick[], reading: PlainReading): EvidenceAlong {
  const { own, events, ours, theirs, size } = columnsOf(ticks);
  const book = openBook(reading, size);
  const lines = placeMixture(reading.mixture, reading.side).map(({ kappa, logKappa }) => {
    const [start, fall] = [column(size), column(size)];
    for (let index = 0; index < size; index += 1) {
      const [n, m] = [ours[index] as number, theirs[index] as number];
      const odds = (kappa - 1) * (n / (m + n));
      start[index] = (own[index] as number) * logKappa - (events[index] as number) * Math.log1p(odds);
      fall[index] = -(kappa - 1) * (m / (m + kappa * n)) * n;
    }
    return { start, fall };
  });
  return (place) =>
    book.read(Number.POSITIVE_INFINITY, (_, gains, slopes, at) => {
      const { start, fall } = lines[at] as (typeof lines)[number];
      for (let index = 0; index < size; index += 1) {
        const slope = fall[index] as number;
        gains[index] = (start[index] as number) + slope * place;
        slopes[index] = slope;
      }
    });
}

/** Ticks column by column: the candidate's events, those of both arms, and both exposures. */
function columnsOf(ticks: readonly Tick[]) {
  const size = ticks.length;
  const [own, events, ours, theirs] = [column(size), column(size), column(size), column(size)];
  ticks.forEach(({ candidate, stable }, index) => {
    own[index] = candidate.events;
    events[index] = candidate.events + stable.events;
    ours[index] = candidate.exposure;
    theirs[index] = stable.exposure;
  });
  return { own, events, ours, theirs, size };
}

function column(size: number): Float64Array {
  return new Float64Array(size);
}

type Play = (
  bet: { readonly kappa: number; readonly logKappa: number },
  gains: Float64Array,
  slopes: Float64Array,
  at: number,
) => void;

/** The bets of a mixture and what each is worth at the place that was looked at last. */
function openBook({ side, mixture, dispersion, trim }: PlainReading, size: number) {
  const bets = placeMixture(mixture, side);
  const [logs, slopes] = [column(bets.length), column(bets.length)];
  const [gained, sloped] = [column(size), column(size)];
  let best = Number.NEGATIVE_INFINITY;
  const read = (reach: number, play: Play): Slope => {
    const least = best - LOST - reach;
    best = Number.NEGATIVE_INFINITY;
    for (const [at, bet] of bets.entries()) {
      // what is left out stays where it was, far below
      if (Number.isFinite(least) && (logs[at] as number) < least) continue;
      play(bet, gained, sloped, at);
      const { sum, slope } = addUp(gained, sloped, trim);
      logs[at] = bet.logShare + sum / dispersion;
      slopes[at] = slope / dispersion;
      best = Math.max(best, logs[at] as number);
    }
    let [whole, rise] = [0, 0];
    for (let at = 0; at < bets.length; at += 1) {
      const part = Math.exp((logs[at] as number) - best);
      whole += part;
      rise += part * (slopes[at] as number);
    }
    return { logE: best + Math.log(whole), slope: rise / whole };
  };
  return { read };
}

/** Sums without the `trim` largest positive gains. */
function addUp(gains: Float64Array, slopes: Float64Array, trim: number): { sum: number; slope: number } {
  let [sum, slope] = [0, 0];
  for (let index = 0; index < gains.length; index += 1) {
    sum += gains[index] as number;
    slope += slopes[index] as number;
  }
  for (const index of trim === 0 ? [] : largest(gains, trim)) {
    sum -= gains[index] as number;
    slope -= slopes[index] as number;
  }
  return { sum, slope };
}

/** Positions of so many of the largest gains above 0. */
function largest(gains: Float64Array, size: number): readonly number[] {
  // Smallest gain first. Short: as many as ticks are forgiven.
  const kept: number[] = [];
  let least = 0;
  for (let index = 0; index < gains.length; index += 1) {
    const gain = gains[index] as number;
    if (gain <= least) continue;
    if (kept.length >= size) kept.shift();
    let place = kept.length;
    while (place > 0 && (gains[kept[place - 1] as number] as number) > gain) place -= 1;
    kept.splice(place, 0, index);
    least = kept.length < size ? 0 : (gains[kept[0] as number] as number);
  }
  return kept;
}

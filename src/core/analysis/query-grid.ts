import { healthSettings } from '../manifest/defaults.ts';
import { after, elapsed, type Instant, instant, type Millis, millis } from '../units.ts';
import type { Evaluation } from './assessment.ts';
import type { Grid } from './observation.ts';

/** More points than this are not asked for only to learn how long a value has been missing. */
const LOOK_BACK_POINTS = 1_000;

/** The moment up to which metrics are complete: now, less the ingest delay. */
export function evidenceEnd({ release, now }: Evaluation): Instant {
  return instant(now - healthSettings(release).ingestDelay);
}

/**
 * The ends of the ticks of a rollout: startedAt + k·tick, k ≥ 1, as far as metrics are complete. The grid is fixed when the
 * rollout starts and never moves, so that nobody chooses it after looking. Undefined: no tick is complete yet.
 */
export function tickGrid(evaluation: Evaluation): Grid | undefined {
  const { tick } = healthSettings(evaluation.release);
  const { startedAt } = evaluation.rollout;
  const complete = Math.floor((evidenceEnd(evaluation) - startedAt) / tick);
  if (!(complete >= 1)) return undefined;
  return { first: after(startedAt, tick), last: after(startedAt, millis(complete * tick)), step: tick };
}

/** Where the values of a threshold check are read. */
export interface ThresholdGrid {
  readonly grid: Grid;
  /** So many points at the end of the grid are the window that is judged; those before only say since when values are missing. */
  readonly judged: number;
}

/**
 * Points of a threshold check, from the end of the evidence backwards, a tick or `window` apart, whichever is shorter. Judged
 * are those in (end − window, end]. The grid goes on back through the step for as long as evidence may be missing, so that
 * "missing for too long" can be told from "missing just now".
 */
export function thresholdGrid(evaluation: Evaluation, window: Millis): ThresholdGrid {
  const { tick, noDataDeadline } = healthSettings(evaluation.release);
  const end = evidenceEnd(evaluation);
  // "Sustained" needs more than one look: a window is judged at three moments at least.
  const third = Math.max(1_000, Math.floor(window / 3_000) * 1_000);
  const step = millis(window > 0 ? Math.min(tick, third) : tick);
  const judged = Math.max(1, Math.ceil(window / step));
  const lookBack = Math.min(noDataDeadline, elapsed(evaluation.standing.enteredAt, end));
  const points = Math.max(judged, Math.min(LOOK_BACK_POINTS, Math.ceil(lookBack / step)));
  return { grid: { first: instant(end - (points - 1) * step), last: end, step }, judged };
}

/** How many moments a grid has. */
export function gridPoints({ first, last, step }: Grid): number {
  return Math.round((last - first) / step) + 1;
}

/** The moment of point `index`, from 0. */
export function gridPoint({ first, step }: Grid, index: number): Instant {
  return instant(first + index * step);
}

import { isInfinite } from './aggregators.ts';
import { COUNTER_FUNCTIONS } from './counter-functions.ts';
import { quantileOf } from './quantile.ts';
import { CompensatedSum } from './summation.ts';
import { type SampleWindow, sampleCount, timeAt, valueAt } from './window.ts';

/**
 * One number from the samples of a window; undefined when there is none to give.
 * @param parameter the function's number besides the window; NaN when it has none
 */
export type WindowFunction = (window: SampleWindow, parameter: number) => number | undefined;

/**
 * The functions whose argument is a range vector, all but `absent_over_time`. All drop the metric name but
 * `last_over_time`.
 */
export const WINDOW_FUNCTIONS: ReadonlyMap<string, WindowFunction> = new Map<string, WindowFunction>([
  ...COUNTER_FUNCTIONS,
  ['sum_over_time', sum],
  ['avg_over_time', average],
  ['min_over_time', (window) => extreme(window, (value, least) => value < least)],
  ['max_over_time', (window) => extreme(window, (value, most) => value > most)],
  ['count_over_time', sampleCount],
  ['last_over_time', (window) => valueAt(window, sampleCount(window) - 1)],
  ['present_over_time', () => 1],
  ['stdvar_over_time', variance],
  ['stddev_over_time', (window) => Math.sqrt(variance(window))],
  ['quantile_over_time', (window, q) => quantileOf(q, window.values.subarray(window.from, window.to))],
  ['deriv', (window) => regression(window, timeAt(window, 0))?.slope],
  ['predict_linear', predict],
]);

function sum({ values, from, to }: SampleWindow): number {
  const total = new CompensatedSum();
  for (let index = from; index < to; index += 1) total.add(values[index] ?? 0);
  return isInfinite(total.plain) ? total.plain : total.value;
}

function average({ values, from, to }: SampleWindow): number {
  const mean = new CompensatedSum();
  for (let index = from; index < to; index += 1) {
    const value = values[index] ?? 0;
    const count = index - from + 1;
    // An infinite mean stays what it is, unless its opposite or NaN joins.
    if (isInfinite(mean.plain) && (value === mean.plain || Number.isFinite(value))) continue;
    mean.add(value / count - mean.plain / count);
  }
  return isInfinite(mean.plain) ? mean.plain : mean.value;
}

function extreme(
  { values, from, to }: SampleWindow,
  beats: (value: number, best: number) => boolean,
): number {
  let best = values[from] ?? Number.NaN;
  for (let index = from; index < to; index += 1) {
    const value = values[index] ?? 0;
    if (beats(value, best) || Number.isNaN(best)) best = value;
  }
  return best;
}

/** Welford's method with compensated sums. */
function variance({ values, from, to }: SampleWindow): number {
  const mean = new CompensatedSum();
  const squares = new CompensatedSum();
  for (let index = from; index < to; index += 1) {
    const value = values[index] ?? 0;
    const delta = value - mean.value;
    mean.add(delta / (index - from + 1));
    squares.add(delta * (value - mean.value));
  }
  return squares.value / (to - from);
}

interface Line {
  /** Per second. */
  readonly slope: number;
  /** At the time asked for. */
  readonly intercept: number;
}

/** The least-squares line through the samples; undefined with fewer than two. @param zero the time of x = 0 (ms) */
function regression(window: SampleWindow, zero: number): Line | undefined {
  const { values, times, from, to } = window;
  const count = sampleCount(window);
  if (count < 2) return undefined;
  const sums = {
    x: new CompensatedSum(),
    y: new CompensatedSum(),
    xy: new CompensatedSum(),
    xx: new CompensatedSum(),
  };
  const first = values[from] ?? Number.NaN;
  let isConstant = true;
  for (let index = from; index < to; index += 1) {
    const x = ((times[index] ?? 0) - zero) / 1000;
    const y = values[index] ?? 0;
    if (index > from && y !== first) isConstant = false;
    sums.x.add(x);
    sums.y.add(y);
    sums.xy.add(x * y);
    sums.xx.add(x * x);
  }
  if (isConstant)
    return isInfinite(first) ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: first };
  const [x, y] = [sums.x.value, sums.y.value];
  const slope = (sums.xy.value - (x * y) / count) / (sums.xx.value - (x * x) / count);
  return { slope, intercept: y / count - (slope * x) / count };
}

function predict(window: SampleWindow, seconds: number): number | undefined {
  const line = regression(window, window.at);
  return line === undefined ? undefined : line.slope * seconds + line.intercept;
}

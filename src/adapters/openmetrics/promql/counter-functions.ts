import { countPairs, type SampleWindow, sampleCount, timeAt, valueAt } from './window.ts';
import type { WindowFunction } from './window-functions.ts';

/** The functions of counters and of differences, by name. */
export const COUNTER_FUNCTIONS: readonly (readonly [string, WindowFunction])[] = [
  ['increase', (window) => extrapolatedChange(window, { isCounter: true, isPerSecond: false })],
  ['rate', (window) => extrapolatedChange(window, { isCounter: true, isPerSecond: true })],
  ['delta', (window) => extrapolatedChange(window, { isCounter: false, isPerSecond: false })],
  ['irate', (window) => lastStep(window, { isCounter: true })],
  ['idelta', (window) => lastStep(window, { isCounter: false })],
  ['resets', (window) => countPairs(window, (before, after) => after < before)],
  ['changes', (window) => countPairs(window, isChange)],
];

function isChange(before: number, after: number): boolean {
  return after !== before && !(Number.isNaN(after) && Number.isNaN(before));
}

/** A gap to the edge of the window below 1.1 times the usual distance of samples counts as covered. */
const COVERED = 1.1;

/**
 * By how much a series changed over a window, extrapolated to its edges: the change between first and last sample (after
 * a counter reset counting from 0 again), times the ratio of the time it is taken to stand for and the time between the
 * two samples. That time reaches to an edge if the edge is near (a sample is expected there), else by half the average
 * distance of samples; and for a counter not farther back than to where it was 0, were it a straight line.
 *
 * undefined with fewer than two samples.
 * Source: the documented behaviour of increase(), rate() and delta() of Prometheus 2.42
 * (https://prometheus.io/docs/prometheus/2.42/querying/functions/#rate); every step rounds as the server's does.
 */
function extrapolatedChange(
  window: SampleWindow,
  kind: { readonly isCounter: boolean; readonly isPerSecond: boolean },
): number | undefined {
  const count = sampleCount(window);
  if (count < 2) return undefined;
  const firstTime = timeAt(window, 0);
  const lastTime = timeAt(window, count - 1);
  const change = kind.isCounter ? counterChange(window) : valueAt(window, count - 1) - valueAt(window, 0);
  const sampled = (lastTime - firstTime) / 1000;
  const distance = sampled / (count - 1);
  let toStart = (firstTime - window.start) / 1000;
  const toEnd = (window.end - lastTime) / 1000;
  const first = valueAt(window, 0);
  if (kind.isCounter && change > 0 && first >= 0) {
    const toZero = sampled * (first / change);
    if (toZero < toStart) toStart = toZero;
  }
  let covered = sampled;
  covered += toStart < distance * COVERED ? toStart : distance / 2;
  covered += toEnd < distance * COVERED ? toEnd : distance / 2;
  const factor = covered / sampled;
  return change * (kind.isPerSecond ? factor / ((window.end - window.start) / 1000) : factor);
}

function counterChange({ values, from, to }: SampleWindow): number {
  let before = values[from] ?? 0;
  let change = (values[to - 1] ?? 0) - before;
  for (let index = from + 1; index < to; index += 1) {
    const value = values[index] ?? 0;
    if (value < before) change += before;
    before = value;
  }
  return change;
}

/** The change between the last two samples; a rate per second for a counter. */
function lastStep(window: SampleWindow, kind: { readonly isCounter: boolean }): number | undefined {
  const count = sampleCount(window);
  if (count < 2) return undefined;
  const last = valueAt(window, count - 1);
  const previous = valueAt(window, count - 2);
  if (!kind.isCounter) return last - previous;
  const change = last < previous ? last : last - previous;
  return change / ((timeAt(window, count - 1) - timeAt(window, count - 2)) / 1000);
}

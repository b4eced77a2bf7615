/** The samples of one series inside a window, closed on both ends; at least one. */
export interface SampleWindow {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Index of the first sample inside. */
  readonly from: number;
  /** Index after the last sample inside. */
  readonly to: number;
  /** Where the window begins and ends (ms). */
  readonly start: number;
  readonly end: number;
  /** The moment that is asked for (ms): later than `end` by the offset. */
  readonly at: number;
}

/** How many samples are inside. */
export function sampleCount(window: SampleWindow): number {
  return window.to - window.from;
}

/** Value of the n-th sample inside, from 0. */
export function valueAt(window: SampleWindow, index: number): number {
  return window.values[window.from + index] ?? Number.NaN;
}

/** Time of the n-th sample inside, from 0 (ms). */
export function timeAt(window: SampleWindow, index: number): number {
  return window.times[window.from + index] ?? Number.NaN;
}

/** How often a number is followed by one that `happens` compares true with: falls, changes. */
export function countPairs(
  window: SampleWindow,
  happens: (before: number, after: number) => boolean,
): number {
  const { values, from, to } = window;
  let count = 0;
  for (let index = from + 1; index < to; index += 1)
    if (happens(values[index - 1] ?? 0, values[index] ?? 0)) count += 1;
  return count;
}

import type { Draws } from './random.ts';

const REDRAWS = 200;

/** One figure of a section: how many of `runs` fired, and when. */
export interface Row {
  readonly section: string;
  /** World or data. */
  readonly cell: string;
  readonly rule: string;
  readonly runs: number;
  /** Share that fired, with a Wilson 95 % interval. */
  readonly fired: number;
  readonly low: number;
  readonly high: number;
  /** Minutes until half and nine tenths of all runs have fired; undefined when fewer do. */
  readonly median: number | undefined;
  readonly late: number | undefined;
  readonly note?: string;
}

/** Wilson's interval of a share at 95 %. */
export function wilson(hits: number, runs: number): { readonly low: number; readonly high: number } {
  if (runs === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const share = hits / runs;
  const middle = (share + z ** 2 / (2 * runs)) / (1 + z ** 2 / runs);
  const half = (z / (1 + z ** 2 / runs)) * Math.sqrt((share * (1 - share)) / runs + z ** 2 / (4 * runs ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Times in minutes of all runs, undefined for the runs that never fired, put into a row. */
export function summarise(
  label: Pick<Row, 'section' | 'cell' | 'rule' | 'note'>,
  times: readonly (number | undefined)[],
): Row {
  const hits = times.filter((time) => time !== undefined).length;
  const runs = times.length;
  return {
    ...label,
    runs,
    fired: runs === 0 ? 0 : hits / runs,
    ...wilson(hits, runs),
    median: quantile(times, 0.5),
    late: quantile(times, 0.9),
  };
}

/** Smallest time by which the share of all runs has fired. */
export function quantile(times: readonly (number | undefined)[], share: number): number | undefined {
  const sorted = times.map((time) => time ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/**
 * The median with the runs of the median tick spread evenly over the tick. Ticks are five minutes, so a plain median moves in
 * steps of five; ratios of medians need something finer.
 */
export function smoothMedian(times: readonly (number | undefined)[], step: number): number | undefined {
  const median = quantile(times, 0.5);
  if (median === undefined) return undefined;
  const before = times.filter((time) => time !== undefined && time < median).length;
  const at = times.filter((time) => time === median).length;
  return median - step + (step * (times.length / 2 - before)) / at;
}

/** 95 % of the ratios of two medians when both samples are drawn again and again from themselves. */
export function ratioSpread(
  times: readonly (number | undefined)[],
  base: readonly (number | undefined)[],
  { step, draws }: { readonly step: number; readonly draws: Draws },
): { readonly low: number; readonly high: number } {
  const again = (sample: readonly (number | undefined)[]) =>
    smoothMedian(
      sample.map(() => sample[Math.floor(draws.uniform() * sample.length)]),
      step,
    ) ?? Number.POSITIVE_INFINITY;
  const ratios = Array.from({ length: REDRAWS }, () => again(times) / again(base)).sort((a, b) => a - b);
  return {
    low: ratios[Math.floor(0.025 * REDRAWS)] ?? 0,
    high: ratios[Math.ceil(0.975 * REDRAWS) - 1] ?? Number.POSITIVE_INFINITY,
  };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export function duration(minutes: number | undefined): string {
  if (minutes === undefined) return '–';
  return minutes < 120 ? `${Math.round(minutes)} m` : `${(minutes / 60).toFixed(1)} h`;
}

/** Rows of one section as a table, a line per rule and world. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ cell, rule, runs, fired, low, high, median, late, note }) => [
    cell,
    rule,
    `${percent(fired)} [${percent(low)}, ${percent(high)}]`,
    duration(median),
    duration(late),
    String(runs),
    note ?? '',
  ]);
  const head = ['world', 'rule', 'fired [95 %]', 'median', '90 %', 'runs', ''];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  const print = (line: readonly string[]) =>
    line
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [print(head), ...lines.map(print)].join('\n');
}

import { type Instant, instant } from '../../core/units.ts';
import { type Labels, labelValue, METRIC_NAME } from './labels.ts';

/** The samples of one series. */
export interface StoredSeries {
  readonly labels: Labels;
  /** Milliseconds since 1970, strictly rising. */
  readonly times: Float64Array;
  /** As many as `times`; may hold NaN and infinities. */
  readonly values: Float64Array;
}

/** One condition on one label of a selector. */
export interface LabelMatcher {
  readonly label: string;
  /** Whether a value meets the condition; the empty string stands for "no such label". */
  readonly matches: (value: string) => boolean;
  /** The value that `=` asks for; lets the store look a metric name up. */
  readonly equals?: string;
}

/** Recorded history, ready for selectors. */
export interface SeriesStore {
  readonly seriesCount: number;
  readonly sampleCount: number;
  /** When the newest sample was taken; undefined: there is none. */
  readonly newest: Instant | undefined;
  /** The series that meet all matchers, in a fixed order. */
  select(matchers: readonly LabelMatcher[]): readonly StoredSeries[];
}

/** A store of `series`, whose label sets are distinct. */
export function createSeriesStore(series: readonly StoredSeries[]): SeriesStore {
  // Sorted by labels, as the blocks of a Prometheus are: sums then add in the same order and round alike.
  const sorted = [...series].sort((a, b) => compareLabels(a.labels, b.labels));
  const byName = new Map<string, StoredSeries[]>();
  for (const one of sorted) {
    const name = labelValue(one.labels, METRIC_NAME);
    const named = byName.get(name);
    if (named) named.push(one);
    else byName.set(name, [one]);
  }
  const newest = sorted.reduce((latest, { times }) => Math.max(latest, times.at(-1) ?? latest), -Infinity);
  return {
    seriesCount: sorted.length,
    newest: Number.isFinite(newest) ? instant(newest) : undefined,
    sampleCount: sorted.reduce((sum, one) => sum + one.times.length, 0),
    select(matchers) {
      const name = matchers.find((matcher) => matcher.label === METRIC_NAME)?.equals;
      const candidates = name === undefined ? sorted : (byName.get(name) ?? []);
      return candidates.filter(({ labels }) =>
        matchers.every((matcher) => matcher.matches(labelValue(labels, matcher.label))),
      );
    },
  };
}

/** Name by name, then value by value; the set that ends first comes first. */
function compareLabels(a: Labels, b: Labels): number {
  for (const [index, [name, value]] of a.pairs.entries()) {
    const other = b.pairs[index];
    if (other === undefined) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    if (value !== other[1]) return value < other[1] ? -1 : 1;
  }
  return a.pairs.length - b.pairs.length;
}

import { BUCKET_BOUND, compareBounds } from '../../../core/judge/bucket-bound.ts';
import { parseNumber } from '../exposition-number.ts';
import { type Labels, labelValue, METRIC_NAME, withoutLabels } from '../labels.ts';
import { histogramQuantile } from './quantile.ts';
import { emptyRow, joinRows, type Row, type Steps } from './rows.ts';

interface Histogram {
  readonly labels: Labels;
  readonly buckets: { readonly bound: number; readonly row: Row }[];
}

/**
 * `histogram_quantile(q, buckets)`: one row per set of labels but `le`; rows without a readable `le` are left out.
 * @param q one number per step
 * @param at where the function stands in the query
 * @throws QueryRefusal when histograms of different names have the same other labels
 */
export function quantileRows(
  given: { readonly q: Float64Array; readonly buckets: readonly Row[]; readonly steps: Steps },
  at: number,
): readonly Row[] {
  const rows: Row[] = [];
  for (const histogram of histogramsOf(given.buckets)) {
    const row = emptyRow(withoutLabels(histogram.labels, [METRIC_NAME]), given.steps);
    for (let step = 0; step < given.steps.count; step += 1) {
      const buckets = histogram.buckets
        .filter((bucket) => bucket.row.present[step] === 1)
        .map((bucket) => ({ bound: bucket.bound, count: bucket.row.values[step] ?? 0 }));
      if (buckets.length === 0) continue;
      row.values[step] = histogramQuantile(given.q[step] ?? Number.NaN, buckets);
      row.present[step] = 1;
    }
    rows.push(row);
  }
  return joinRows(rows, at);
}

function histogramsOf(rows: readonly Row[]): readonly Histogram[] {
  const byKey = new Map<string, Histogram>();
  for (const row of rows) {
    const bound = parseNumber(labelValue(row.labels, BUCKET_BOUND));
    if (bound === undefined) continue;
    const labels = withoutLabels(row.labels, [BUCKET_BOUND]);
    const histogram = byKey.get(labels.key) ?? { labels, buckets: [] };
    byKey.set(labels.key, histogram);
    histogram.buckets.push({ bound, row });
  }
  for (const { buckets } of byKey.values()) buckets.sort((a, b) => compareBounds(a.bound, b.bound));
  return [...byKey.values()];
}

import { type Mask, quote } from '../http/quote.ts';

/** Labels of one series, `__name__` included. */
export type Labels = Readonly<Record<string, string>>;

/** How many of the series a message shows. */
const SHOWN = 3;

/**
 * `gave 5 series, expected 1: {code="200"}, {code="500"}, {code="503"} and 2 more …`, with only the labels that tell them
 * apart.
 */
export function describeSeries(series: readonly Labels[], mask: Mask): string {
  const names = distinguishing(series);
  const shown = series.slice(0, SHOWN).map((labels) => quote(formatLabels({ labels, names, mask }), mask));
  const rest = series.length > SHOWN ? ` and ${series.length - SHOWN} more` : '';
  return `gave ${series.length} series, expected 1: ${shown.join(', ')}${rest}; add sum() or a label filter`;
}

/** One spelling per label set, for comparing. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function distinguishing(series: readonly Labels[]): readonly string[] {
  const values = new Map<string, Map<string, number>>();
  for (const labels of series)
    for (const [name, value] of Object.entries(labels)) {
      const counts = values.get(name) ?? new Map<string, number>();
      values.set(name, counts.set(value, (counts.get(value) ?? 0) + 1));
    }
  const shared = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].every((count) => count === series.length);
  return [...values].filter(([, counts]) => !shared(counts)).map(([name]) => name);
}

function formatLabels(given: {
  readonly labels: Labels;
  readonly names: readonly string[];
  readonly mask: Mask;
}): string {
  const own = new Map(Object.entries(given.labels));
  const pairs = given.names.flatMap((name) => {
    const value = own.get(name);
    // Masked here already: after escaping, a secret would not be recognised.
    return value === undefined ? [] : [`${name}=${JSON.stringify(given.mask(value))}`];
  });
  return `{${pairs.join(',')}}`;
}

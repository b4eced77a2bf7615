/** One label of a series: name, value. */
export type LabelPair = readonly [name: string, value: string];

/** The labels of a series, the metric name among them as `__name__`. Two sets are equal when their keys are. */
export interface Labels {
  /** Sorted by name, no name twice, no empty value (an empty label is no label). */
  readonly pairs: readonly LabelPair[];
  /** One string per label set; for maps and comparison only. */
  readonly key: string;
}

/** The label that holds the metric name. */
export const METRIC_NAME = '__name__';

/** A label set of `pairs`, whose names are distinct; sorts them and drops empty values. */
export function makeLabels(pairs: Iterable<LabelPair>): Labels {
  return fromSorted([...pairs].filter(([, value]) => value !== '').sort(byName));
}

/** No labels at all: what `sum(x)` leaves. */
export const NO_LABELS: Labels = { pairs: [], key: '' };

/** Value of one label; empty when it is not there, as in PromQL. */
export function labelValue(labels: Labels, name: string): string {
  for (const [other, value] of labels.pairs) if (other === name) return value;
  return '';
}

/** The labels with none of `names`. */
export function withoutLabels(labels: Labels, names: readonly string[]): Labels {
  const kept = labels.pairs.filter(([name]) => !names.includes(name));
  return kept.length === labels.pairs.length ? labels : fromSorted(kept);
}

/** The labels that are in `names`. */
export function onlyLabels(labels: Labels, names: readonly string[]): Labels {
  const kept = labels.pairs.filter(([name]) => names.includes(name));
  return kept.length === labels.pairs.length ? labels : fromSorted(kept);
}

/** The labels with `name` set to `value`, or removed when it is empty. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  return makeLabels([...withoutLabels(labels, [name]).pairs, [name, value]]);
}

/** Writes a label set the way PromQL does, for messages: `up{job="a"}`. */
export function formatLabels(labels: Labels): string {
  const inside = labels.pairs
    .filter(([name]) => name !== METRIC_NAME)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const name = labelValue(labels, METRIC_NAME);
  return inside.length === 0 && name !== '' ? name : `${name}{${inside.join(', ')}}`;
}

function fromSorted(pairs: readonly LabelPair[]): Labels {
  let key = '';
  // The length in front makes the key unambiguous whatever a value contains.
  for (const [name, value] of pairs) key += `${name}=${value.length}:${value};`;
  return { pairs, key };
}

function byName(a: LabelPair, b: LabelPair): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

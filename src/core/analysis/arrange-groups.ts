import { BUCKET_BOUND, compareBounds, formatBound, parseBound } from '../judge/bucket-bound.ts';
import type { Absence, AbsenceReason, Group, Grouped, PointAbsence } from './observation.ts';

/** More groups than these are not a distribution but a label that should have been left out. */
export const MAX_GROUPS = 200;
/** Most characters of a group's value. */
const MAX_VALUE = 200;
/** What nobody sees, or sees elsewhere than it is, in a table of groups; halves of characters too. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** How many series a message shows. */
const SHOWN = 3;
/** How many characters of a label. */
const SHOWN_LENGTH = 60;

/** A series with its labels. */
export interface LabelledLine {
  readonly labels: Readonly<Record<string, string>>;
  /** One entry per grid point, as many as every other line has. */
  readonly values: readonly (number | PointAbsence)[];
}

export interface ArrangeOptions {
  /** The label that tells the groups apart. */
  readonly by: string;
  /** Makes a label fit for a message: secrets masked, on one line. Messages cut it. */
  readonly show: (value: string) => string;
}

/**
 * The series of an answer, each under its value of the label. The rules are those of every provider: no line without a
 * value counts; each series has the label; no two share a value of it. Bounds that differ in spelling alone (`1` and `1.0`)
 * are one bucket, and their counts add up as `histogram_quantile` adds them (prometheus, promql/quantile.go,
 * coalesceBuckets).
 */
export function arrangeGroups(lines: readonly LabelledLine[], options: ArrangeOptions): Grouped | Absence {
  const { by, show } = options;
  const found = lines.filter(({ values }) => values.some((value) => value !== 'missing'));
  if (found.length === 0)
    return absent('empty', `gave no series, expected one per "${by}"; check the metric name and the labels`);
  const named: NamedLine[] = [];
  for (const { labels, values } of sortLines(found)) {
    const text = (Object.hasOwn(labels, by) && labels[by]) || undefined;
    if (text === undefined) return unlabelled(labels, options);
    const value = by === BUCKET_BOUND ? readBound(text) : text;
    if (value === undefined)
      return absent('bad-response', `gave a bucket whose "le" is no number: ${quoted(text, show)}`);
    if ([...value].length > MAX_VALUE || UNSEEN.test(value))
      return absent(
        'bad-response',
        `gave a "${by}" of more than ${MAX_VALUE} characters or with invisible ones: ${quoted(text, show)}; rewrite it with label_replace()`,
      );
    named.push({ value, text, labels, values });
  }
  const histograms = new Map(named.map((line) => [keyWithout(line.labels, by), line]));
  if (by === BUCKET_BOUND && histograms.size > 1) return manyHistograms([...histograms.values()], options);
  const merged = mergeLines(named, options);
  return merged.kind === 'absent' ? merged : limitGroups(sortGroups(merged.groups, by), by);
}

interface NamedLine extends LabelledLine {
  readonly value: string;
  /** The label as it came. */
  readonly text: string;
}

/** One line per value, where lines may differ in the spelling of a bound and in nothing else. */
function mergeLines(lines: readonly NamedLine[], options: ArrangeOptions): Grouped | Absence {
  const { by } = options;
  const sharing = new Map<string, NamedLine[]>();
  for (const line of lines) sharing.set(line.value, [...(sharing.get(line.value) ?? []), line]);
  const groups: Group[] = [];
  for (const [value, [first, ...rest]] of sharing) {
    if (first === undefined) continue;
    const all = [first, ...rest];
    const spellings = new Set(all.map(({ text }) => text));
    const others = new Set(all.map(({ labels }) => keyWithout(labels, by)));
    if (spellings.size < all.length || others.size > 1) return manySeries(value, all, options);
    groups.push({ value, values: rest.reduce((sum, line) => addValues(sum, line.values), first.values) });
  }
  return { kind: 'grouped', groups };
}

function addValues(a: LabelledLine['values'], b: LabelledLine['values']): LabelledLine['values'] {
  return a.map((value, point) => addPoints(value, b[point] ?? 'missing'));
}

function addPoints(a: number | PointAbsence, b: number | PointAbsence): number | PointAbsence {
  if (a === 'missing') return b;
  if (b === 'missing') return a;
  if (typeof a === 'number' && typeof b === 'number') return Number.isFinite(a + b) ? a + b : 'infinite';
  return a === 'not-a-number' || b === 'not-a-number' ? 'not-a-number' : 'infinite';
}

function readBound(text: string): string | undefined {
  const bound = parseBound(text);
  return bound === undefined ? undefined : formatBound(bound);
}

/** In a fixed order, so that what is added up rounds alike and messages are the same whoever answered. */
function sortLines(lines: readonly LabelledLine[]): readonly LabelledLine[] {
  return lines
    .map((line) => ({ line, key: keyWithout(line.labels, undefined) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ line }) => line);
}

function sortGroups(groups: readonly Group[], by: string): readonly Group[] {
  const boundOf = ({ value }: Group): number => parseBound(value) ?? Number.NaN;
  return groups.toSorted((a, b) =>
    by === BUCKET_BOUND ? compareBounds(boundOf(a), boundOf(b)) : compareText(a.value, b.value),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function limitGroups(groups: readonly Group[], by: string): Grouped | Absence {
  if (groups.length <= MAX_GROUPS) return { kind: 'grouped', groups };
  return absent(
    'too-large',
    `gave ${groups.length} values of "${by}", expected at most ${MAX_GROUPS}; ask for fewer, with a coarser label or a filter`,
  );
}

function unlabelled(labels: LabelledLine['labels'], { by, show }: ArrangeOptions): Absence {
  const series = writeLabels(Object.entries(labels), show);
  return absent(
    'many-series',
    `gave a series without "${by}" (${series}), expected one series per "${by}"; aggregate by (${by}), as in sum by (${by}) (…)`,
  );
}

function manySeries(value: string, lines: readonly NamedLine[], options: ArrangeOptions): Absence {
  const { by, show } = options;
  return absent(
    'many-series',
    `gave ${lines.length} series with ${by}=${quoted(value, show)}, expected 1: ${writeSeries(lines, options)}; aggregate by (${by}), as in sum by (${by}) (…)`,
  );
}

/** Buckets of several histograms are no histogram, even if no two have the same bound. */
function manyHistograms(lines: readonly NamedLine[], options: ArrangeOptions): Absence {
  const { by } = options;
  return absent(
    'many-series',
    `gave the buckets of ${lines.length} histograms, expected 1: ${writeSeries(lines, options)}; aggregate by (${by}), as in sum by (${by}) (…)`,
  );
}

/** `{pod="a"}, {pod="b"} and 2 more`, with only the labels that tell them apart. */
function writeSeries(lines: readonly NamedLine[], { by, show }: ArrangeOptions): string {
  const isTelling = ([name, text]: readonly [string, string]): boolean =>
    name !== by && !lines.every(({ labels }) => Object.hasOwn(labels, name) && labels[name] === text);
  const shown = lines
    .slice(0, SHOWN)
    .map(({ labels }) => writeLabels(Object.entries(labels).filter(isTelling), show));
  return shown.join(', ') + (lines.length > SHOWN ? ` and ${lines.length - SHOWN} more` : '');
}

/** `{code="500",pod="a"}`, at most three labels. */
function writeLabels(labels: readonly (readonly [string, string])[], show: ArrangeOptions['show']): string {
  const pairs = labels.slice(0, SHOWN).map(([name, value]) => `${cut(show(name))}=${quoted(value, show)}`);
  return `{${[...pairs, ...(labels.length > SHOWN ? ['…'] : [])].join(',')}}`;
}

function quoted(value: string, show: ArrangeOptions['show']): string {
  return JSON.stringify(cut(show(value)));
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > SHOWN_LENGTH ? `${characters.slice(0, SHOWN_LENGTH).join('')}…` : text;
}

/** One spelling per label set, without one of its labels. */
function keyWithout(labels: LabelledLine['labels'], by: string | undefined): string {
  const pairs = Object.entries(labels).filter(([name, value]) => name !== by && value !== '');
  return JSON.stringify(pairs.sort(([a], [b]) => compareText(a, b)));
}

function absent(reason: AbsenceReason, detail: string): Absence {
  return { kind: 'absent', reason, detail };
}

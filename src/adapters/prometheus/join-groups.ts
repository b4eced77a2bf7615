import { arrangeGroups, type LabelledLine } from '../../core/analysis/arrange-groups.ts';
import type { Absence, Grouped } from '../../core/analysis/observation.ts';
import { absent } from '../http/absent.ts';
import { type Mask, quote } from '../http/quote.ts';
import { describeSeries, labelKey } from './describe-series.ts';
import { toBuckets } from './native-histogram.ts';
import { type GroupLine, type GroupPart, MIXED } from './parse-groups.ts';

/**
 * The groups of a grid from the answers to its consecutive parts. Series are the same when their labels are; what may be a
 * group is looked at over the whole grid, as if one answer had had it all.
 */
export function joinGroups(
  parts: readonly GroupPart[],
  { by, mask }: { readonly by: string; readonly mask: Mask },
): Grouped | Absence {
  const lines = joinParts(parts, mask);
  if ('kind' in lines) return lines;
  const show = (text: string): string => quote(text, mask);
  const numbers = lines.filter((line) => line.kind === 'numbers');
  const histograms = lines.filter((line) => line.kind === 'histograms');
  const [histogram] = histograms;
  if (histogram === undefined) return arrange(numbers, { by, mask, show });
  if (numbers.length > 0) return MIXED;
  if (histograms.length > 1)
    return absent(
      'many-series',
      describeSeries(
        histograms.map(({ labels }) => labels),
        mask,
      ),
    );
  return arrange(toBuckets(histogram.labels, histogram.values), { by, mask, show });
}

type Joined<Line extends GroupLine = GroupLine> = Line extends GroupLine
  ? {
      readonly kind: Line['kind'];
      readonly labels: Line['labels'];
      readonly values: Line['values'][number][];
    }
  : never;

function joinParts(parts: readonly GroupPart[], mask: Mask): readonly Joined[] | Absence {
  const joined = new Map<string, Joined>();
  let before = 0;
  for (const { lines, points } of parts) {
    const here = new Set<string>();
    for (const line of lines) {
      const key = JSON.stringify([line.kind, labelKey(line.labels)]);
      if (here.has(key)) return absent('many-series', describeSeries([line.labels, line.labels], mask));
      here.add(key);
      const values: (typeof line.values)[number][] = joined.get(key)?.values ?? [];
      while (values.length < before) values.push('missing');
      for (const value of line.values) values.push(value);
      joined.set(key, { kind: line.kind, labels: line.labels, values } as Joined);
    }
    before += points;
  }
  for (const { values } of joined.values()) while (values.length < before) values.push('missing');
  return [...joined.values()].filter(({ values }) => values.some((value) => value !== 'missing'));
}

/** Group values go into records, where nothing is masked any more: one with a secret in it is refused. */
function arrange(
  lines: readonly LabelledLine[],
  { by, mask, show }: { readonly by: string; readonly mask: Mask; readonly show: (text: string) => string },
): Grouped | Absence {
  const groups = arrangeGroups(lines, { by, show });
  if (groups.kind === 'grouped' && groups.groups.some(({ value }) => mask(value) !== value))
    return absent(
      'bad-response',
      `gave a "${by}" that holds a secret of this run; look at what the server does`,
    );
  return groups;
}

import { arrangeGroups, type LabelledLine } from '../../core/analysis/arrange-groups.ts';
import type {
  Absence,
  AbsenceReason,
  Grouped,
  PointAbsence,
  Sample,
  Series,
} from '../../core/analysis/observation.ts';
import { assertNever } from '../../core/errors.ts';
import type { Labels } from './labels.ts';
import { isInfinite } from './promql/aggregators.ts';
import type { Row } from './promql/rows.ts';
import type { QueryAnswer } from './run-query.ts';

/** How many series a message shows. */
const SHOWN = 3;

/** The answer at one moment as a sample or an absence; the same ones a Prometheus server would lead to. */
export function toSample(answer: QueryAnswer): Sample | Absence {
  switch (answer.kind) {
    case 'refused':
      return refused(answer.message);
    case 'other':
      return answer.type === 'text'
        ? absent('bad-response', 'gave a text, expected a number; the query must give a scalar or one series')
        : absent(
            'bad-response',
            'gave all samples of a window, expected 1 number; wrap the window in rate(), increase() or the like',
          );
    case 'scalar':
      return sampleOf(answer.values[0] ?? Number.NaN);
    case 'vector': {
      const only = onlyRow(answer.rows);
      return only.kind === 'absent' ? only : sampleOf(only.row.values[0] ?? Number.NaN);
    }
    default:
      return assertNever(answer);
  }
}

/** The answer over a grid as one entry per point or an absence. */
export function toSeries(answer: QueryAnswer): Series | Absence {
  switch (answer.kind) {
    case 'refused':
      return refused(answer.message);
    case 'other':
      return refusedType(answer.type);
    case 'scalar':
      return { kind: 'series', values: [...answer.values].map(pointOf) };
    case 'vector': {
      const only = onlyRow(answer.rows);
      if (only.kind === 'absent') return only;
      return { kind: 'series', values: pointsOf(only.row) };
    }
    default:
      return assertNever(answer);
  }
}

/** The answer over a grid as the series of each value of a label, or an absence. A scalar is one series without labels. */
export function toGroups(answer: QueryAnswer, by: string): Grouped | Absence {
  switch (answer.kind) {
    case 'refused':
      return refused(answer.message);
    case 'other':
      return refusedType(answer.type);
    case 'scalar':
      return arrange([{ labels: {}, values: [...answer.values].map(pointOf) }], by);
    case 'vector':
      return arrange(
        answer.rows.map((row) => ({ labels: Object.fromEntries(row.labels.pairs), values: pointsOf(row) })),
        by,
      );
    default:
      return assertNever(answer);
  }
}

function arrange(lines: readonly LabelledLine[], by: string): Grouped | Absence {
  return arrangeGroups(lines, { by, show: (text) => text });
}

function pointsOf({ values, present }: Row): readonly (number | PointAbsence)[] {
  return [...values].map((value, step) => (present[step] === 1 ? pointOf(value) : 'missing'));
}

function absent(reason: AbsenceReason, detail: string): Absence {
  return { kind: 'absent', reason, detail };
}

function refused(message: string): Absence {
  return absent('refused', `the recording cannot answer the query: ${message}`);
}

function refusedType(type: 'range' | 'text'): Absence {
  return refused(
    `the query gives ${type === 'text' ? 'a text' : 'all samples of a window'}, expected numbers`,
  );
}

function sampleOf(value: number): Sample | Absence {
  if (Number.isNaN(value))
    return absent('not-a-number', 'gave NaN, expected a number; 0/0 and quantiles of nothing give NaN');
  if (isInfinite(value)) return absent('infinite', 'gave an infinite number; a division by 0 gives one');
  return { kind: 'sample', value };
}

function pointOf(value: number): number | PointAbsence {
  return Number.isNaN(value) ? 'not-a-number' : isInfinite(value) ? 'infinite' : value;
}

function onlyRow(rows: readonly Row[]): { readonly kind: 'row'; readonly row: Row } | Absence {
  const found = rows.filter((row) => row.present.includes(1));
  const [row] = found;
  if (row === undefined)
    return absent('empty', 'gave no series, expected 1; check the metric name and the labels');
  if (found.length > 1) return absent('many-series', describeMany(found.map(({ labels }) => labels)));
  return { kind: 'row', row };
}

/** `gave 5 series, expected 1: {code="200"}, …` with only the labels that tell them apart. */
function describeMany(series: readonly Labels[]): string {
  const shared = series.reduce(
    (names, { pairs }) => {
      const keys = new Set(pairs.map(([name, value]) => `${name}=${value}`));
      return names.filter((key) => keys.has(key));
    },
    (series[0]?.pairs ?? []).map(([name, value]) => `${name}=${value}`),
  );
  const shown = series.slice(0, SHOWN).map(({ pairs }) => {
    const own = pairs.filter(([name, value]) => !shared.includes(`${name}=${value}`));
    return `{${own.map(([name, value]) => `${name}=${JSON.stringify(value.slice(0, 60))}`).join(',')}}`;
  });
  const rest = series.length > SHOWN ? ` and ${series.length - SHOWN} more` : '';
  return `gave ${series.length} series, expected 1: ${shown.join(', ')}${rest}; add sum() or a label filter`;
}

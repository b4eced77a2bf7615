import type { Instant } from '../../src/core/units.ts';

/** A metric family with its recorded samples. */
export interface MetricFamily {
  /** Without the ending of its samples: `predict` for the counter `predict_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'unknown';
  readonly help?: string;
  /** The name must end with it: `seconds` for `predict_seconds`. */
  readonly unit?: string;
  readonly series: readonly RecordedSeries[];
}

/** The samples of one series. */
export interface RecordedSeries {
  /** What the sample name has beyond the family's: `_bucket`. Default: `_total` for a counter, `_info` for an info. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** In rising order of time. */
  readonly points: readonly RecordedPoint[];
}

/** When (ms) and what: any double, NaN and infinities too. */
export type RecordedPoint = readonly [at: Instant, value: number];

/**
 * Families as OpenMetrics 1.0 text with timestamps, which `promtool tsdb create-blocks-from openmetrics` and the
 * openmetrics provider read alike. A sample read back has the same millisecond and the same double.
 */
export function writeOpenMetrics(families: readonly MetricFamily[]): string {
  return [...families.flatMap(familyLines), '# EOF', ''].join('\n');
}

function familyLines(family: MetricFamily): readonly string[] {
  const { name, type, help, unit } = family;
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    ...(help === undefined ? [] : [`# HELP ${name} ${escapeText(help)}`]),
    ...family.series.flatMap((series) => {
      const suffix = series.suffix ?? (type === 'counter' ? '_total' : type === 'info' ? '_info' : '');
      const identity = `${name}${suffix}${writeLabels(series.labels ?? {})}`;
      return series.points.map(([at, value]) => `${identity} ${writeValue(value)} ${writeSeconds(at)}`);
    }),
  ];
}

/** `{a="b"}`; nothing for no labels. */
export function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function writeValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

/** Readers keep int(seconds × 1000), and 1.001 × 1000 is a little less than it should be: then 0.1 ms more. */
function writeSeconds(at: Instant): string {
  if (at % 1000 === 0) return String(at / 1000);
  const sign = at < 0 ? '-' : '';
  const size = Math.abs(at);
  const text = `${sign}${Math.trunc(size / 1000)}.${String(size % 1000).padStart(3, '0')}`;
  return Math.trunc(Number(text) * 1000) === at ? text : `${text}1`;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelValue } from '../../../src/adapters/openmetrics/labels.ts';
import { MAX_PROBLEMS, parseOpenMetrics } from '../../../src/adapters/openmetrics/parse-openmetrics.ts';
import type { StoredSeries } from '../../../src/adapters/openmetrics/series-store.ts';
import { instant } from '../../../src/core/units.ts';
import { writeOpenMetrics } from '../../tools/open-metrics-writer.ts';

function read(text: string): readonly StoredSeries[] {
  const result = parseOpenMetrics(text, 'day.om');
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.series;
}

/** `name{label="value"} time:value time:value` of each series. */
function show(series: readonly StoredSeries[]): readonly string[] {
  return series.map(({ labels, times, values }) => {
    const pairs = labels.pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return `${pairs.join(' ')} | ${[...times].map((time, index) => `${time}:${values[index]}`).join(' ')}`;
  });
}

function problemsOf(text: string): readonly string[] {
  const result = parseOpenMetrics(text, 'day.om');
  if (result.kind === 'series') return [];
  return result.problems.map(({ code, at }) => `${code} ${at.line}:${at.column}`);
}

describe('parseOpenMetrics', () => {
  it('reads families of every type', () => {
    const text = [
      '# TYPE a counter',
      '# HELP a what it is',
      'a_total 1 1',
      'a_created 0.5 1',
      '# TYPE b_seconds gauge',
      '# UNIT b_seconds seconds',
      'b_seconds -2.5 1',
      '# TYPE c histogram',
      'c_bucket{le="1"} 1 1',
      'c_bucket{le="+Inf"} 2 1',
      'c_count 2 1',
      'c_sum 3 1',
      '# TYPE d summary',
      'd{quantile="0.5"} 1 1',
      'd_count 1 1',
      '# TYPE e info',
      'e_info{version="3.5.0"} 1 1',
      '# TYPE f unknown',
      'f 1 1',
      '# TYPE g stateset',
      'g{g="on"} 1 1',
      '# TYPE h gaugehistogram',
      'h_bucket{le="+Inf"} 1 1',
      'h_gcount 1 1',
      'without_type 7 1',
      '# EOF',
      '',
    ].join('\n');
    expect(read(text)).toHaveLength(15);
  });

  it('joins the samples of a series, in whichever order its labels stand', () => {
    expect(show(read('x{a="1",b="2"} 1 1\nx{b="2",a="1"} 2 2\n# EOF\n'))).toEqual([
      '__name__="x" a="1" b="2" | 1000:1 2000:2',
    ]);
  });

  it('reads series that take turns', () => {
    const text = 'x{a="1"} 1 1\nx{a="2"} 2 1\nx{a="1"} 3 2\nx{a="2"} 4 2\nx{a="1"} 5 3\n# EOF';
    expect(show(read(text))).toEqual([
      '__name__="x" a="1" | 1000:1 2000:3 3000:5',
      '__name__="x" a="2" | 1000:2 2000:4',
    ]);
  });

  it('tells a series from one whose text begins the same', () => {
    const text = 'x 1 1\nx 1 2\nxy 1 1\nxy{a="1"} 1 1\nxy 1 2\nxy{a="1"} 1 2\n# EOF\n';
    expect(read(text).map(({ times }) => times.length)).toEqual([2, 2, 2]);
  });

  it('leaves out labels with empty values', () => {
    expect(show(read('x{a="",b="1"} 1 1\n# EOF\n'))).toEqual(['__name__="x" b="1" | 1000:1']);
  });

  it('undoes escapes and keeps a backslash before anything else', () => {
    const [series] = read('x{a="\\"\\\\\\n\\t"} 1 1\n# EOF\n');
    expect(labelValue(series!.labels, 'a')).toBe('"\\\n\\t');
  });

  it('reads over exemplars and comments', () => {
    const text =
      '# licence: CC0\n# TYPE x counter\nx_total 1 1 # {trace="a b"} 0.5 1.5\nx_total 2 2 # {} 3\n# EOF\n';
    expect(show(read(text))).toEqual(['__name__="x_total" | 1000:1 2000:2']);
  });

  it.each([
    ['1', 1],
    ['+1', 1],
    ['-0.25', -0.25],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1.5E-3', 0.0015],
    ['NaN', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['0.1', 0.1],
    ['123456789012345', 123456789012345],
    ['1234567890123456789', 1234567890123456800],
    ['0.30000000000000004', 0.30000000000000004],
    ['2.2250738585072014e-308', 2.2250738585072014e-308],
  ])('reads the value %s', (written, value) => {
    expect(read(`x ${written} 1\n# EOF\n`)[0]!.values[0]).toBe(value);
  });

  it.each([
    ['1', 1000],
    ['1.0009', 1000],
    ['-1.5', -1500],
    ['1763683200.123', 1763683200123],
    // Times 1000 this double is 1000.9999999999999; Prometheus cuts that off too.
    ['1.001', 1000],
    ['1e3', 1_000_000],
  ])('keeps the timestamp %s as %d ms', (written, time) => {
    expect(read(`x 1 ${written}\n# EOF\n`)[0]!.times[0]).toBe(time);
  });

  it.each([
    ['an empty text', '', ['EOF_MISSING 1:1']],
    ['a text without EOF', 'x 1 1\n', ['EOF_MISSING 1:7']],
    ['a line after EOF', '# EOF\nx 1 1\n', ['EOF_NOT_LAST 1:7']],
    ['a sample without timestamp', 'x 1\n# EOF\n', ['LINE_UNREADABLE 1:4']],
    ['a sample with exemplar and no timestamp', 'x 1 # {a="b"} 1\n# EOF\n', ['LINE_UNREADABLE 1:4']],
    ['a sample without value', 'x\n# EOF\n', ['LINE_UNREADABLE 1:2']],
    ['two spaces', 'x  1 1\n# EOF\n', ['LINE_UNREADABLE 1:3']],
    ['a tab', 'x\t1 1\n# EOF\n', ['LINE_UNREADABLE 1:2']],
    ['a trailing space', 'x 1 1 \n# EOF\n', ['LINE_UNREADABLE 1:6']],
    ['Windows line ends', 'x 1 1\r\n# EOF\n', ['LINE_UNREADABLE 1:5']],
    ['an empty line', 'x 1 1\n\n# EOF\n', ['LINE_UNREADABLE 2:1']],
    ['a value that is no number', 'x 1,5 1\n# EOF\n', ['LINE_UNREADABLE 1:3']],
    ['a hexadecimal value', 'x 0x10 1\n# EOF\n', ['LINE_UNREADABLE 1:3']],
    ['a value too large for a double', 'x 1e999 1\n# EOF\n', ['LINE_UNREADABLE 1:3']],
    ['an infinite timestamp', 'x 1 +Inf\n# EOF\n', ['LINE_UNREADABLE 1:5']],
    ['a timestamp in milliseconds', 'x 1 1763683200000000\n# EOF\n', ['LINE_UNREADABLE 1:5']],
    ['a name that begins with a digit', '1x 1 1\n# EOF\n', ['LINE_UNREADABLE 1:1']],
    ['labels without closing brace', 'x{a="b" 1 1\n# EOF\n', ['LABELS_UNREADABLE 1:3']],
    ['a space between labels', 'x{a="b", c="d"} 1 1\n# EOF\n', ['LABELS_UNREADABLE 1:9']],
    ['a comma before the brace', 'x{a="b",} 1 1\n# EOF\n', ['LABELS_UNREADABLE 1:3']],
    ['a label value without quotes', 'x{a=b} 1 1\n# EOF\n', ['LABELS_UNREADABLE 1:3']],
    ['a label twice', 'x{a="b",a="c"} 1 1\n# EOF\n', ['LABELS_UNREADABLE 1:9']],
    ['the name as a label', 'x{__name__="y"} 1 1\n# EOF\n', ['LABELS_UNREADABLE 1:3']],
    ['a time that stands still', 'x 1 1\nx 1 1\n# EOF\n', ['TIME_NOT_RISING 2:5']],
    ['a time that falls', 'x 1 2\nx{a="b"} 1 1\nx 1 1\n# EOF\n', ['TIME_NOT_RISING 3:5']],
    ['a family in two places', 'x 1 1\ny 1 1\nx 1 2\n# EOF\n', ['FAMILY_INTERLEAVED 3:1']],
    ['a type below its samples', 'x 1 1\n# TYPE x gauge\n# EOF\n', ['DESCRIPTOR_LATE 2:8']],
    ['two types', '# TYPE x gauge\n# TYPE x gauge\nx 1 1\n# EOF\n', ['DESCRIPTOR_TWICE 2:8']],
    ['an unknown type', '# TYPE x meter\nx 1 1\n# EOF\n', ['TYPE_UNKNOWN 1:10']],
    ['a type without a word', '# TYPE x\nx 1 1\n# EOF\n', ['LINE_UNREADABLE 1:8']],
    ['a unit the name lacks', '# UNIT x seconds\nx 1 1\n# EOF\n', ['UNIT_NOT_SUFFIX 1:10']],
    [
      'a counter whose type has _total',
      '# TYPE x_total counter\nx_total 1 1\n# EOF\n',
      ['NAME_NOT_OF_FAMILY 2:1'],
    ],
    ['a bucket without bound', '# TYPE x histogram\nx_bucket 1 1\n# EOF\n', ['LABEL_MISSING 2:1']],
    ['a hash without space', '#TYPE x gauge\n# EOF\n', ['LINE_UNREADABLE 1:2']],
    ['an exemplar of a gauge', 'x 1 1 # {a="b"} 1\n# EOF\n', ['LINE_UNREADABLE 1:6']],
    ['a bad exemplar', 'x_total 1 1 # {a=b} 1\n# EOF\n', ['LINE_UNREADABLE 1:12']],
    ['an exemplar with a bad value', 'x_total 1 1 # {} b\n# EOF\n', ['LINE_UNREADABLE 1:12']],
    ['an exemplar with a bad time', 'x_total 1 1 # {} 1 NaN\n# EOF\n', ['LINE_UNREADABLE 1:12']],
    ['more after an exemplar', 'x_total 1 1 # {} 1 1 1\n# EOF\n', ['LINE_UNREADABLE 1:12']],
  ])('refuses %s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('names every problem up to a limit, with what to do', () => {
    const text = `${'x\n'.repeat(MAX_PROBLEMS + 5)}# EOF\n`;
    const result = parseOpenMetrics(text, 'recordings/day.om');
    if (result.kind === 'series') throw new Error('expected problems');
    expect(result.problems).toHaveLength(MAX_PROBLEMS);
    expect(result.problems[1]).toMatchObject({
      severity: 'error',
      at: { file: 'recordings/day.om', line: 2, column: 2 },
      message: 'expected one space and a value, got the end of the line',
    });
  });

  it('never throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...['# TYPE ', '# HELP ', '# UNIT ', '# EOF', '\n', ' ', 'x', 'x_total', '{', '}', 'a="b"', ',', '"'],
        ...['\\', '1', '1.5', 'NaN', 'counter', 'histogram', '# {', '\u0000', '\ud800'],
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const result = parseOpenMetrics(pieces.join(''), 'f');
        expect(['series', 'problems']).toContain(result.kind);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back the labels and samples that were written', () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/).filter((text) => text !== '__name__');
    const labels = fc.dictionary(name, fc.string({ unit: 'grapheme', minLength: 1 }), { maxKeys: 4 });
    const time = fc.integer({ min: -1e12, max: 4e12 });
    const points = fc.uniqueArray(fc.tuple(time, fc.double()), { selector: ([at]) => at, minLength: 1 });
    fc.assert(
      fc.property(labels, points, (given, unsorted) => {
        const sorted = unsorted.toSorted(([a], [b]) => a - b);
        const text = writeOpenMetrics([
          {
            name: 'x',
            type: 'gauge',
            series: [{ labels: given, points: sorted.map(([at, value]) => [instant(at), value]) }],
          },
        ]);
        const [series] = read(text);
        const pairs = series!.labels.pairs.filter(([label]) => label !== '__name__');
        expect(Object.fromEntries(pairs)).toEqual({ ...given });
        expect([...series!.times]).toEqual(sorted.map(([at]) => at));
        expect([...series!.values]).toEqual(sorted.map(([, value]) => value));
      }),
    );
  });
});

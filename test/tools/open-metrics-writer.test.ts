import { describe, expect, it } from 'vitest';
import { instant } from '../../src/core/units.ts';
import { writeOpenMetrics } from './open-metrics-writer.ts';

const at = instant(Date.UTC(2026, 10, 21));

describe('open metrics writer', () => {
  it('writes a family as type, unit, help and samples, and ends with EOF', () => {
    const text = writeOpenMetrics([
      {
        name: 'predict_seconds',
        type: 'histogram',
        unit: 'seconds',
        help: 'time "to"\npredict',
        series: [
          { suffix: '_bucket', labels: { le: '+Inf' }, points: [[at, 3]] },
          { suffix: '_count', points: [[at, 3]] },
        ],
      },
    ]);
    expect(text).toBe(
      [
        '# TYPE predict_seconds histogram',
        '# UNIT predict_seconds seconds',
        '# HELP predict_seconds time \\"to\\"\\npredict',
        `predict_seconds_bucket{le="+Inf"} 3 ${at / 1000}`,
        `predict_seconds_count 3 ${at / 1000}`,
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('names counter and info samples as the format wants them', () => {
    const text = writeOpenMetrics([
      { name: 'predict', type: 'counter', series: [{ points: [[at, 1]] }] },
      { name: 'build', type: 'info', series: [{ labels: { version: '3.5.0' }, points: [[at, 1]] }] },
    ]);
    expect(text).toContain('\npredict_total 1 ');
    expect(text).toContain('\nbuild_info{version="3.5.0"} 1 ');
  });

  it('escapes backslash, quote and line feed in labels', () => {
    const text = writeOpenMetrics([
      { name: 'x', type: 'gauge', series: [{ labels: { path: 'a\\b"c"\nd' }, points: [[at, 1]] }] },
    ]);
    expect(text).toContain('x{path="a\\\\b\\"c\\"\\nd"} 1 ');
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [0.1, '0.1'],
    [1e21, '1e+21'],
  ])('writes %d as %s', (value, written) => {
    expect(writeOpenMetrics([{ name: 'x', type: 'gauge', series: [{ points: [[at, value]] }] }])).toContain(
      `\nx ${written} `,
    );
  });

  it('writes milliseconds so that they survive the cut of readers', () => {
    // 1.001 * 1000 is 1000.9999999999999.
    const text = writeOpenMetrics([{ name: 'x', type: 'gauge', series: [{ points: [[instant(1001), 1]] }] }]);
    const seconds = /x 1 (\S+)/.exec(text)?.[1];
    expect(Math.trunc(Number(seconds) * 1000)).toBe(1001);
  });
});

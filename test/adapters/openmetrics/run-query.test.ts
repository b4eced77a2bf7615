import { describe, expect, it } from 'vitest';
import { parseOpenMetrics } from '../../../src/adapters/openmetrics/parse-openmetrics.ts';
import { type QueryRun, runQuery } from '../../../src/adapters/openmetrics/run-query.ts';
import { createSeriesStore } from '../../../src/adapters/openmetrics/series-store.ts';

/** Ten minutes of a few series; all have a sample at 600 s. */
const TEXT = [
  '# TYPE requests counter',
  ...series('requests_total{version="a",code="200"}', [100, 160, 220, 280]),
  ...series('requests_total{version="a",code="500"}', [0, 0, 10, 20]),
  ...series('requests_total{version="b",code="200"}', [300, 0, 30, 60]),
  '# TYPE depth gauge',
  ...series('depth{version="a"}', [1, 2, 3, 4]),
  ...series('depth{version="b"}', [8, 6, 4, -2]),
  'other{version="a"} 10 600',
  'other{version="c"} 20 600',
  'owner{version="a",team="x"} 1 600',
  'owner{version="b",team="y"} 1 600',
  'odd{v="1"} NaN 600',
  'odd{v="2"} 5 600',
  '# TYPE wait histogram',
  'wait_bucket{version="a",le="+Inf"} 100 600',
  'wait_bucket{version="a",le="1"} 90 600',
  'wait_bucket{version="a",le="0.5"} 50 600',
  'wait_bucket{version="a",le="none"} 1 600',
  'wait_bucket{version="b",le="+Inf"} 0 600',
  'wait_bucket{version="b",le="1"} 0 600',
  'early 7 300',
  'late 9 600',
  '# EOF',
  '',
].join('\n');

/** Samples at 0, 200, 400 and 600 s. */
function series(identity: string, values: readonly number[]): readonly string[] {
  return values.map((value, index) => `${identity} ${value} ${index * 200}`);
}

const read = parseOpenMetrics(TEXT, 'test.om');
if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
const store = createSeriesStore(read.series);

/** `name{label="value"} number` per series, sorted; a step without value is `-`. */
function ask(query: string, steps: Partial<QueryRun['steps']> = {}): readonly string[] {
  const whole = { first: 600_000, interval: 1, count: 1, ...steps };
  const answer = runQuery(store, { query, steps: whole, lookback: 300_000 });
  if (answer.kind === 'refused') return [`refused ${answer.message}`];
  if (answer.kind === 'other') return [answer.type];
  if (answer.kind === 'scalar') return [[...answer.values].join(' ')];
  return answer.rows
    .map(({ labels, values, present }) => {
      const name = labels.pairs.find(([label]) => label === '__name__')?.[1] ?? '';
      const pairs = labels.pairs
        .filter(([label]) => label !== '__name__')
        .map(([label, value]) => `${label}=${value}`);
      return `${name}{${pairs.join()}} ${[...values].map((value, step) => (present[step] ? value : '-')).join(' ')}`;
    })
    .sort();
}

describe('selectors', () => {
  it.each([
    ['depth', ['depth{version=a} 4', 'depth{version=b} -2']],
    ['depth{version!="a"}', ['depth{version=b} -2']],
    ['depth{version=~"[ac]"}', ['depth{version=a} 4']],
    ['depth{version!~"a|c",missing=""}', ['depth{version=b} -2']],
    ['{__name__=~"dep.*",version="a"}', ['depth{version=a} 4']],
    ['depth{version="a"} offset 200s', ['depth{version=a} 3']],
    ['depth{version="a"} offset 201s', ['depth{version=a} 2']],
    ['depth{version="a"} @ 200', ['depth{version=a} 2']],
    ['depth{version="a"} @ 600 offset 200s', ['depth{version=a} 3']],
    ['early', ['early{} 7']],
    ['early @ 601', []],
    ['nothing', []],
    ['timestamp(early)', ['{} 300']],
    ['timestamp(early * 2)', ['{} 600']],
    ['timestamp(depth{version="a"} @ 300)', ['{version=a} 200']],
  ])('%s', (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });

  it('pin to the begin and the end of a grid', () => {
    const grid = { first: 200_000, interval: 200_000, count: 3 };
    expect(ask('depth{version="a"} @ start()', grid)).toEqual(['depth{version=a} 2 2 2']);
    expect(ask('depth{version="a"} @ end()', grid)).toEqual(['depth{version=a} 4 4 4']);
    expect(ask('late or early', grid)).toEqual(['early{} - 7 -', 'late{} - - 9']);
  });
});

describe('windows', () => {
  it.each([
    ['increase(requests_total{code="200"}[600s])', ['{code=200,version=a} 180', '{code=200,version=b} 60']],
    ['rate(requests_total{version="b"}[600s])', ['{code=200,version=b} 0.1']],
    ['resets(requests_total{version="b"}[600s])', ['{code=200,version=b} 1']],
    ['last_over_time(depth[600s])', ['depth{version=a} 4', 'depth{version=b} -2']],
    ['count_over_time(depth{version="a"}[400s])', ['{version=a} 3']],
    ['count_over_time(depth{version="a"}[399s])', ['{version=a} 2']],
    ['count_over_time(depth{version="a"}[200s] offset 400s)', ['{version=a} 2']],
    ['quantile_over_time(0.5, depth{version="a"}[600s])', ['{version=a} 2.5']],
    ['predict_linear(depth{version="a"}[600s], 400)', ['{version=a} 6']],
    ['absent_over_time(depth{version="z",x=~"y"}[600s])', ['{version=z} 1']],
    ['absent_over_time(depth[600s])', []],
    ['sum_over_time(vector(1)[300s:100s])', ['{} 4']],
    ['sum_over_time(vector(1)[300s:110s])', ['{} 3']],
    ['max_over_time((depth{version="b"} * 2)[600s:200s])', ['{version=b} 16']],
    ['max_over_time((depth{version="b"} * 2)[200s:200s] offset 200s)', ['{version=b} 12']],
    ['max_over_time((depth{version="b"} * 2)[200s:200s] @ 200)', ['{version=b} 16']],
    ['rate({__name__=~"depth|other",version="a"}[600s])', ['{version=a} 0.005']],
    [
      'max_over_time({__name__=~"depth|other",version="a"}[600s])',
      ['refused 1:1: the result has two series with the labels {version="a"}'],
    ],
  ])('%s', (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });
});

describe('aggregations', () => {
  it.each([
    ['sum(requests_total)', ['{} 360']],
    ['sum by (version) (requests_total)', ['{version=a} 300', '{version=b} 60']],
    ['sum without (code) (requests_total)', ['{version=a} 300', '{version=b} 60']],
    ['sum by (__name__) (requests_total)', ['requests_total{} 360']],
    ['avg(depth)', ['{} 1']],
    ['min(depth)', ['{} -2']],
    ['max(depth)', ['{} 4']],
    ['count(requests_total) by (code)', ['{code=200} 2', '{code=500} 1']],
    ['group(depth)', ['{} 1']],
    ['stddev(depth)', ['{} 3']],
    ['stdvar(depth)', ['{} 9']],
    ['quantile(0.25, depth)', ['{} -0.5']],
    ['min(odd)', ['{} 5']],
    ['max(odd)', ['{} 5']],
    ['sum(odd)', ['{} NaN']],
    ['sum(nothing)', []],
  ])('%s', (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });
});

describe('operators', () => {
  it.each([
    ['1 + 2 * 3 ^ 2 - 7 % 4', ['16']],
    ['-7 % 3', ['-1']],
    ['1 / 0', ['Infinity']],
    ['1 ^ NaN', ['1']],
    ['2 > bool 1', ['1']],
    ['depth * 2', ['{version=a} 8', '{version=b} -4']],
    ['1 - depth', ['{version=a} -3', '{version=b} 3']],
    ['depth % 3', ['{version=a} 1', '{version=b} -2']],
    ['-depth', ['{version=a} -4', '{version=b} 2']],
    ['+depth{version="a"}', ['depth{version=a} 4']],
    ['depth > 0', ['depth{version=a} 4']],
    ['0 < depth', ['depth{version=a} 4']],
    ['depth > bool 0', ['{version=a} 1', '{version=b} 0']],
    ['depth + other', ['{version=a} 14']],
    ['depth < other', ['depth{version=a} 4']],
    ['depth < bool on (version) other', ['{version=a} 1']],
    ['depth < on (version) other', ['{version=a} 4']],
    ['depth * ignoring (team) owner', ['{version=a} 4', '{version=b} -2']],
    ['depth * on (version) group_left (team) owner', ['{team=x,version=a} 4', '{team=y,version=b} -2']],
    ['owner * on (version) group_right (team) depth', ['{team=x,version=a} 4', '{team=y,version=b} -2']],
    [
      'requests_total / on (version) group_left sum by (version) (requests_total)',
      [
        '{code=200,version=a} 0.9333333333333333',
        '{code=200,version=b} 1',
        '{code=500,version=a} 0.06666666666666667',
      ],
    ],
    [
      'depth + on (version) requests_total',
      ['refused 1:7: several series on the right have {version="a"}; aggregate them or match on more labels'],
    ],
    [
      'requests_total + on (version) depth',
      [
        'refused 1:16: several series on the left match {version="a"} on the right; aggregate them or use group_left',
      ],
    ],
    ['depth and other', ['depth{version=a} 4']],
    ['depth unless other', ['depth{version=b} -2']],
    ['depth or other', ['depth{version=a} 4', 'depth{version=b} -2', 'other{version=c} 20']],
    ['depth or on () other', ['depth{version=a} 4', 'depth{version=b} -2']],
    ['nothing or vector(1)', ['{} 1']],
    ['nothing and depth', []],
    [
      '-{__name__=~"depth|other",version="a"}',
      ['refused 1:1: the result has two series with the labels {version="a"}'],
    ],
    [
      'abs({__name__=~"depth|other",version="a"})',
      ['refused 1:1: the result has two series with the labels {version="a"}'],
    ],
  ])('%s', (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });

  it('joins series that become equal where they take turns', () => {
    const grid = { first: 400_000, interval: 201_000, count: 2 };
    expect(ask('abs({__name__=~"early|late"})', grid)).toEqual(['{} 7 9']);
    expect(ask('-{__name__=~"early|late"}', grid)[0]).toMatch(/^refused 1:1/);
  });
});

describe('functions', () => {
  it.each([
    ['abs(depth{version="b"})', ['{version=b} 2']],
    ['ceil(depth / 3)', ['{version=a} 2', '{version=b} 0']],
    ['floor(depth / 3)', ['{version=a} 1', '{version=b} -1']],
    ['round(depth{version="a"} / 8)', ['{version=a} 1']],
    ['round(depth{version="a"} / 3, 0.5)', ['{version=a} 1.5']],
    ['sgn(depth)', ['{version=a} 1', '{version=b} -1']],
    ['sqrt(depth{version="a"})', ['{version=a} 2']],
    ['log2(depth{version="a"})', ['{version=a} 2']],
    ['exp(depth{version="a"} - 4)', ['{version=a} 1']],
    ['sort_desc(depth)', ['depth{version=a} 4', 'depth{version=b} -2']],
    ['clamp(depth, 0, 3)', ['{version=a} 3', '{version=b} 0']],
    ['clamp(depth, 3, 0)', []],
    ['clamp_min(depth, 0)', ['{version=a} 4', '{version=b} 0']],
    ['clamp_max(depth, 0)', ['{version=a} 0', '{version=b} -2']],
    ['clamp_min(odd{v="1"}, Inf)', ['{v=1} Infinity']],
    ['clamp_max(odd{v="1"}, -Inf)', ['{v=1} -Infinity']],
    ['scalar(depth{version="a"})', ['4']],
    ['scalar(depth)', ['NaN']],
    ['vector(time() - pi())', [`{} ${600 - Math.PI}`]],
    ['absent(depth)', []],
    ['absent(depth{version="z",code=~"x"})', ['{version=z} 1']],
    ['absent(depth{version!="a",version="z"})', ['{version=z} 1']],
    ['absent(depth{version="y",version="z"})', ['{} 1']],
    ['absent(sum(nothing{version="z"}))', ['{} 1']],
    [
      'label_replace(depth, "v", "<$1>", "version", "(a)")',
      ['depth{v=<a>,version=a} 4', 'depth{version=b} -2'],
    ],
    ['label_replace(depth, "version", "", "version", "b")', ['depth{version=a} 4', 'depth{} -2']],
    [
      `label_replace(depth, "version", "$$$\{x}$y-", "version", "(?P<x>a)")`,
      ['depth{version=$a-} 4', 'depth{version=b} -2'],
    ],
    [
      'label_replace(depth, "version", "z", "version", ".")',
      ['refused 1:1: the result has two series with the labels depth{version="z"}'],
    ],
    ['label_replace(depth, "a-b", "z", "version", ".")', ['refused 1:22: "a-b" is not a label name']],
    [
      'label_join(owner, "both", "/", "version", "none", "team")',
      ['owner{both=a//x,team=x,version=a} 1', 'owner{both=b//y,team=y,version=b} 1'],
    ],
    ['histogram_quantile(0.7, wait_bucket)', ['{version=a} 0.75', '{version=b} NaN']],
    ['histogram_quantile(2, wait_bucket{version="a"})', ['{version=a} Infinity']],
    ['histogram_quantile(0.9, depth)', []],
  ])('%s', (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });

  it.each([
    ['abs(1)', '1:5: "abs" needs an instant vector, got a number (scalar)'],
    ['abs()', '1:1: "abs" takes 1 argument(s), got 0'],
    ['round(depth, 1, 2)', '1:1: "round" takes 1 to 2 argument(s), got 3'],
    ['label_join(depth, "a")', '1:1: "label_join" takes 3 or more argument(s), got 2'],
    ['sum(1)', '1:5: "sum" needs an instant vector, got a number (scalar)'],
    [
      'quantile(depth, depth)',
      '1:10: the parameter of "quantile" needs a number (scalar), got an instant vector',
    ],
    ['-"a"', '1:2: a sign needs a number (scalar) or an instant vector, got a text'],
    ['1 > 2', '1:3: a comparison of two numbers needs "bool"'],
    ['depth + bool 1', '1:7: "bool" may only follow a comparison'],
    ['1 and depth', '1:3: "and" needs an instant vector on both sides'],
    ['depth + on (a) 1', '1:7: "on" and "ignoring" need an instant vector on both sides'],
    ['depth and on (a) group_left other', '1:7: "and" cannot be grouped'],
    ['depth + on (a) group_left (a) other', '1:7: label "a" must not be in "on" and "group_left" at once'],
    ['1[5m:1m]', '1:1: a subquery needs an instant vector, got a number (scalar)'],
    [
      'predict_linear(depth[5m] @ 1, 60)',
      '1:1: "predict_linear" cannot have a window with "@" here; use "offset"',
    ],
    [
      'quantile_over_time(scalar(late), depth[5m] @ 1)',
      '1:1: "quantile_over_time" cannot have a window with "@"',
    ],
    ['timestamp(depth @ 1 offset 5m)', '1:1: "timestamp" cannot have both "@" and "offset"'],
    [
      'quantile(scalar(late), depth @ 1)',
      '1:1: the parameter of "quantile" must stand still if the vector does',
    ],
  ])('refuses %s', (query, expected) => {
    expect(ask(query)[0]).toContain(`refused ${expected}`);
  });
});

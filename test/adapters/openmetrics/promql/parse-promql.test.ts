import { parser } from '@prometheus-io/lezer-promql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression, Shift } from '../../../../src/adapters/openmetrics/promql/expression.ts';
import { parsePromql } from '../../../../src/adapters/openmetrics/promql/parse-promql.ts';
import { formatPlace, QueryRefusal } from '../../../../src/adapters/openmetrics/promql/refusal.ts';
import { pinTo, randomQuery } from '../random-query.ts';
import { seededRandom } from '../seeded-random.ts';

/** The tree in brackets: `(+ a (* b c))`. */
function tree(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'string':
      return JSON.stringify(expression.value);
    case 'instant':
      return shifted(expression.matchers.map(({ equals }) => equals ?? '~').join(','), expression);
    case 'range':
      return `${tree(expression.selector)}[${expression.length}]`;
    case 'subquery':
      return shifted(`${tree(expression.inner)}[${expression.length}:${expression.step}]`, expression);
    case 'call':
      return `(${[expression.name, ...expression.args.map(tree)].join(' ')})`;
    case 'aggregation': {
      const { operator, grouping, parameter, inner } = expression;
      const args = parameter === undefined ? tree(inner) : `${tree(parameter)} ${tree(inner)}`;
      return `(${operator} ${grouping.kind}(${grouping.labels.join()}) ${args})`;
    }
    case 'unary':
      return `(${expression.sign} ${tree(expression.inner)})`;
    case 'binary': {
      const { operator, returnBool, matching, left, right } = expression;
      const bool = returnBool ? ' bool' : '';
      const group = matching.many === 'none' ? '' : ` ${matching.many}(${matching.include.join()})`;
      const on =
        matching.labels.length + group.length === 0 ? '' : ` ${matching.kind}(${matching.labels.join()})`;
      return `(${operator}${bool}${on}${group} ${tree(left)} ${tree(right)})`;
    }
  }
}

function shifted(text: string, { offset, pin }: Shift): string {
  const at = pin === undefined ? '' : `@${pin.kind === 'moment' ? pin.moment : pin.kind}`;
  return `${text}${at}${offset === 0 ? '' : `-${offset}`}`;
}

function refusal(query: string): string {
  try {
    return tree(parsePromql(query));
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    return `${formatPlace(query, error.at)} ${error.message}`;
  }
}

describe('parsePromql', () => {
  it.each([
    ['a + b * c', '(+ a (* b c))'],
    ['a * b + c', '(+ (* a b) c)'],
    ['a - b - c', '(- (- a b) c)'],
    ['a ^ b ^ c', '(^ a (^ b c))'],
    ['-a ^ b', '(- (^ a b))'],
    ['-1 ^ 2', '(- (^ 1 2))'],
    ['2 ^ -1', '(^ 2 (- 1))'],
    ['a ^ -b * c', '(* (^ a (- b)) c)'],
    ['-a * b', '(* (- a) b)'],
    ['a + b offset 5m', '(+ a b-300000)'],
    ['-a offset 5m', '(- a-300000)'],
    ['a * b @ 10', '(* a b@10000)'],
    ['a == b + c', '(== a (+ b c))'],
    ['a and b or c unless d', '(or (and a b) (unless c d))'],
    ['a or b and c', '(or a (and b c))'],
    ['a > bool 1', '(> bool a 1)'],
    ['(a + b) * c', '(* (+ a b) c)'],
  ])('reads the precedence of %s', (query, expected) => {
    expect(tree(parsePromql(query))).toBe(expected);
  });

  it.each([
    ['a[5m]', 'a[300000]'],
    ['a[1h30m] offset -5m', 'a--300000[5400000]'],
    ['a @ 1.5 offset 1y1w1d1h1m1s1ms', 'a@1500-32230861001'],
    ['a offset 5m @ end()', 'a@end-300000'],
    ['a @ START ()', 'a@start'],
    ['a @ -2', 'a@-2000'],
    ['(a)[5m:1m] offset 5m', 'a[300000:60000]-300000'],
    ['rate(a[5m])[1h : 5m]', '(rate a[300000])[3600000:300000]'],
    ['sum by (x, y,) (a)', '(sum by(x,y) a)'],
    ['SUM(a) WITHOUT ()', '(sum without() a)'],
    ['quantile(0.9, a)', '(quantile by() 0.9 a)'],
    ['a / on (x) group_left (y) b', '(/ on(x) left(y) a b)'],
    ['a / ignoring (x) group_right b', '(/ ignoring(x) right() a b)'],
    ['a <= bool on (x) b', '(<= bool on(x) a b)'],
    ['sum', 'sum'],
    ['sum + by', '(+ sum by)'],
    ['sum by (sum, on, offset, start) (a)', '(sum by(sum,on,offset,start) a)'],
    ['and and and', '(and and and)'],
    ['a:b:rate5m', 'a:b:rate5m'],
    ['{a="b", c=~"d",}', 'b,~'],
    ['{inf="b"}', 'b'],
    ['time()', '(time)'],
    ['a # comment\n+ b', '(+ a b)'],
    ['label_replace(a, "b", \'$1\', `c`, "(.*)")', '(label_replace a "b" "$1" "c" "(.*)")'],
  ])('reads %s', (query, expected) => {
    expect(tree(parsePromql(query))).toBe(expected);
  });

  it.each([
    ['0x1F', '31'],
    ['010', '8'],
    ['09', '9'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    ['iNf', 'Infinity'],
    ['NaN', 'NaN'],
    ['"\\x41\\u00e9\\U0001F600\\101\\n\\""', '"Aé😀A\\n\\""'],
    ['`\\n`', '"\\\\n"'],
  ])('reads the literal %s', (query, expected) => {
    expect(tree(parsePromql(query))).toBe(expected);
  });

  it.each([
    ['', '1:1 expected a selector, a function, a number or "(", got the end of the query'],
    ['a b', '1:3 expected an operator or the end of the query, got "b"'],
    ['a +', '1:4 expected a selector'],
    ['(a', '1:3 expected ")"'],
    ['a\n  + ~b', '2:5 "~b" does not begin anything that PromQL knows'],
    ['sum()', '1:1 "sum" takes 1 argument(s), got 0'],
    ['sum(a, b)', '1:1 "sum" takes 1 argument(s), got 2'],
    ['sum(a,)', '1:7 expected a selector'],
    ['sum by (x) (a) by (y)', '1:16 expected an operator'],
    ['{}', '1:1 a selector needs a name'],
    ['{a=~".*"}', '1:1 a selector needs a name'],
    ['a{__name__="b"}', '1:1 the metric name stands twice'],
    ['a{b="c}', '1:5 "\\"c}" does not begin'],
    ['a{b=c}', '1:4 expected =, !=, =~ or !~ and a string'],
    ['a{b=~"("}', '1:6 pattern "("'],
    ['a{"b"="c"}', '1:3 expected a label name'],
    ['sum by (without) (a)', '1:9 expected a label name'],
    ['a[5]', '1:3 expected a duration'],
    ['a[ # c\n5m]', '1:4 "#" does not begin'],
    ['a[5m1h]', '1:3 duration "5m1h" must have its units'],
    ['a[0s]', '1:3 a duration must be more than 0'],
    ['a[5m:]', '1:2 a subquery needs its step'],
    ['(a)[5m]', '1:4 a range may only follow a selector'],
    ['a offset 5m [5m]', '1:13 a range may only follow'],
    ['a offset 5m offset 5m', '1:13 "offset" stands twice'],
    ['a @ 1 @ 2', '1:7 "@" stands twice'],
    ['(a) offset 5m', '1:5 "offset" may only follow a selector'],
    ['sum(a) @ 1', '1:8 "@" may only follow a selector'],
    ['a @ Inf', '1:5 the moment after @ is out of bounds'],
    ['5m', '1:1 expected a selector'],
    ['1_000', '1:1 "1_000" does not begin'],
    ['on(a)', '1:1 "on" cannot stand here'],
    ['a atan2 b', '1:3 expected an operator'],
    ['"\\q"', '1:1 string has the escape "\\", which'],
    ['"\\xff"', '1:1 string has the escape "\\xff", which'],
    [`${'('.repeat(200)}a`, '1:101 the query nests deeper than 100 levels'],
  ])('refuses %s', (query, expected) => {
    expect(refusal(query).slice(0, expected.length)).toBe(expected);
  });

  it('reads nothing that the grammar of the Prometheus editor does not know', () => {
    const random = seededRandom(7);
    for (let count = 0; count < 500; count += 1) {
      const query = pinTo(randomQuery(random), 1e9);
      if (!/^\d+:\d+ /.test(refusal(query))) expect([query, hasErrors(query)]).toEqual([query, false]);
    }
  });

  it('never throws anything but a refusal', () => {
    const piece = fc.constantFrom(
      ...['a', 'sum', 'rate', 'by', 'on', 'bool', 'offset', '@', '(', ')', '[', ']', '{', '}', ',', ':', '+'],
      ...[
        '-',
        '^',
        '==',
        '=~',
        '"x"',
        "'",
        '`',
        '5m',
        '5',
        'e',
        '.',
        ' ',
        '\n',
        '#',
        'start()',
        '\u0000',
        'é',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        expect(typeof refusal(pieces.join(''))).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });
});

function hasErrors(query: string): boolean {
  let found = false;
  parser.parse(query).iterate({
    enter: (node) => {
      found ||= node.type.isError;
    },
  });
  return found;
}

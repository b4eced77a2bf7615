import { DAY_START } from './recorded-day.ts';
import type { SeededRandom } from './seeded-random.ts';

/**
 * A random query of the PromQL that the provider knows, over the metrics of `recordDay`. A moment after `@` stands as
 * `PINNED`, for `pinTo`.
 */
export function randomQuery(random: SeededRandom): string {
  return random.happens(0.06) ? scalar(random, 2) : vector(random, random.between(1, 3));
}

/** The query with its `@` at `seconds`. What is later than the asked moment only the server would see. */
export function pinTo(query: string, seconds: number): string {
  return query.replaceAll('PINNED', seconds.toFixed(3));
}

const LABELS = ['version', 'pod', 'code', 'le', 'which', 'room', 'owner'];
const WINDOWS = ['1m', '90s', '5m', '5m', '10m', '30m', '1h', '1h30m', '6h', '61s', '30s', '2m30s500ms'];
const DURATIONS = ['30s', '1m', '5m', '1h', '7h', '59s999ms'];

function selector(random: SeededRandom): string {
  const name = random.pick([
    ...['predict_total', 'predict_total', 'predict_errors_total', 'queue_depth', 'temperature', 'sparse'],
    ...['aligned', 'strange', 'predict_seconds_bucket', 'predict_seconds_count', 'build_info', 'nothing'],
  ]);
  const matchers = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => matcher(random));
  if (random.happens(0.04))
    return `{__name__=~"predict.*_total|sparse"${matchers.map((m) => `,${m}`).join('')}}`;
  return matchers.length === 0 ? name : `${name}{${matchers.join(random.pick([',', ' , ']))}}`;
}

function matcher(random: SeededRandom): string {
  return random.pick([
    'pod="a"',
    "pod!='b'",
    'pod=~"a|c"',
    'pod!~"[ab]"',
    'version="3.5.0"',
    'version=~"3\\\\..*"',
    'version!="3.4.1"',
    'version=~`3\\.[45]\\.[0-9]+`',
    'missing=""',
    'code=~".+"',
    'code!~"5.3"',
    'room=~"(?s)s.*"',
    'room="north \\"A\\""',
    'le=~"0\\\\.0?[15]|\\\\+Inf"',
    'which=~"x?"',
  ]);
}

function shift(random: SeededRandom): string {
  if (random.happens(0.85)) return '';
  return random.pick([
    ` offset ${random.pick(DURATIONS)}`,
    ` offset ${random.pick(DURATIONS)}`,
    ' @ PINNED',
    ' @ start()',
    ' @ end()',
    ` @ PINNED offset ${random.pick(DURATIONS)}`,
  ]);
}

function range(random: SeededRandom, depth: number): string {
  if (depth > 0 && random.happens(0.1)) {
    const step = random.pick(['1m', '5m', '37s']);
    return `${primary(random, depth - 1)}[${random.pick(['5m', '10m', '30m', '1h'])}:${step}]${shift(random)}`;
  }
  return `${selector(random)}[${random.pick(WINDOWS)}]${shift(random)}`;
}

/** A vector that a postfix may follow. */
function primary(random: SeededRandom, depth: number): string {
  return random.happens(0.3) ? selector(random) : `(${vector(random, depth)})`;
}

function windowed(random: SeededRandom, depth: number): string {
  const name = random.pick([
    ...['rate', 'rate', 'increase', 'increase', 'delta', 'irate', 'idelta', 'resets', 'changes', 'deriv'],
    ...['sum_over_time', 'avg_over_time', 'min_over_time', 'max_over_time', 'count_over_time'],
    ...['last_over_time', 'stddev_over_time', 'stdvar_over_time', 'present_over_time', 'absent_over_time'],
  ]);
  if (random.happens(0.06)) return `quantile_over_time(${scalar(random, 0)}, ${range(random, depth)})`;
  if (random.happens(0.06)) {
    const offset = random.pick(['', ' offset 5m']);
    return `predict_linear(${selector(random)}[${random.pick(WINDOWS)}]${offset}, ${random.between(-600, 3600)})`;
  }
  return `${name}(${range(random, depth)})`;
}

function vector(random: SeededRandom, depth: number): string {
  if (depth <= 0) return random.happens(0.5) ? `${selector(random)}${shift(random)}` : windowed(random, 0);
  const make = random.pick([aggregation, aggregation, aggregation, binary, binary, called, windowed, sets]);
  return make(random, depth);
}

function grouping(random: SeededRandom): string {
  const labels = Array.from({ length: random.between(0, 2) }, () => random.pick(LABELS)).join(', ');
  return random.pick([`by (${labels})`, `without (${labels})`, `BY (${labels})`]);
}

function aggregation(random: SeededRandom, depth: number): string {
  const operator = random.pick([
    'sum',
    'sum',
    'avg',
    'min',
    'max',
    'count',
    'group',
    'stddev',
    'stdvar',
    'SUM',
  ]);
  const inner = vector(random, depth - 1);
  const args = random.happens(0.1) ? `quantile` : operator;
  const list = args === 'quantile' ? `(${scalar(random, 0)}, ${inner})` : `(${inner})`;
  return random.pick([
    `${args}${list}`,
    `${args} ${grouping(random)} ${list}`,
    `${args}${list} ${grouping(random)}`,
  ]);
}

function matching(random: SeededRandom): string {
  if (random.happens(0.4)) return '';
  const labels = Array.from({ length: random.between(0, 2) }, () => random.pick(LABELS));
  const kind = `${random.pick(['on', 'ignoring'])} (${labels.join(', ')})`;
  const group = random.pick([
    '',
    '',
    '',
    'group_left',
    'group_right',
    'group_left(owner)',
    'group_right (pod)',
  ]);
  return ` ${kind} ${group}`;
}

function binary(random: SeededRandom, depth: number): string {
  const isComparison = random.happens(0.35);
  const operator = isComparison
    ? random.pick(['==', '!=', '<', '>', '<=', '>=']) + random.pick(['', ' bool'])
    : random.pick(['+', '-', '*', '/', '/', '%', '^']);
  const left = vector(random, depth - 1);
  if (random.happens(0.4))
    return random.pick([
      `${left} ${operator} ${scalar(random, 1)}`,
      `${scalar(random, 1)} ${operator} ${left}`,
    ]);
  const right = random.happens(0.5) ? left : vector(random, depth - 1);
  return random.pick([
    `${left} ${operator}${matching(random)} ${right}`,
    `(${left}) ${operator}${matching(random)} (${right})`,
    `-${left} ${operator} ${right}`,
  ]);
}

function sets(random: SeededRandom, depth: number): string {
  const operator = random.pick(['and', 'or', 'unless', 'OR']);
  const on = random.happens(0.5) ? '' : ` on (${random.pick(LABELS)})`;
  return `${vector(random, depth - 1)} ${operator}${on} ${vector(random, depth - 1)}`;
}

function called(random: SeededRandom, depth: number): string {
  const inner = vector(random, depth - 1);
  const number = (): string => scalar(random, 0);
  return random.pick([
    () => `abs(${inner})`,
    () => `ceil(${inner})`,
    () => `floor(${inner})`,
    () => `${random.pick(['exp', 'sqrt', 'ln', 'log2', 'log10', 'sgn', 'sort', 'sort_desc'])}(${inner})`,
    () => `round(${inner})`,
    () => `round(${inner}, ${random.pick(['0.1', '5', '0.25', '0'])})`,
    () => `clamp(${inner}, ${number()}, ${number()})`,
    () => `clamp_min(${inner}, ${number()})`,
    () => `clamp_max(${inner}, ${number()})`,
    () => `absent(${inner})`,
    () => `absent(${selector(random)})`,
    // Less the day's start: a variance of moments near 1.8e9 is mostly rounding.
    () => `(timestamp(${inner}) - ${DAY_START / 1000})`,
    () =>
      `(timestamp(${selector(random)}${random.pick(['', ' offset 5m', ' @ PINNED'])}) - ${DAY_START / 1000})`,
    () => `vector(${scalar(random, depth - 1)})`,
    () => `-${inner}`,
    () => `histogram_quantile(${number()}, ${buckets(random)})`,
    () => `histogram_quantile(0.9, ${buckets(random)})`,
    () => `histogram_quantile(${number()}, ${inner})`,
    () => `label_replace(${inner}, "to", "$1-x", "pod", "(.*)")`,
    () => `label_replace(${inner}, "pod", "\${v}", "version", "(?P<v>[0-9]+)\\\\.[0-9]+\\\\.(.)")`,
    () => `label_join(${inner}, "both", "/", "version", "pod")`,
  ])();
}

function buckets(random: SeededRandom): string {
  const window = random.pick(WINDOWS);
  return random.pick([
    `rate(predict_seconds_bucket[${window}])`,
    `sum by (le) (increase(predict_seconds_bucket[${window}]))`,
    `sum by (le, version) (rate(predict_seconds_bucket{pod!="c"}[${window}] offset 1m))`,
    'predict_seconds_bucket',
  ]);
}

function scalar(random: SeededRandom, depth: number): string {
  const number = random.pick([
    '0',
    '1',
    '2',
    '0.5',
    '0.9',
    '0.99',
    '-1',
    '100',
    '1.5',
    '-0.5',
    'Inf',
    'NaN',
    '0x10',
  ]);
  if (depth <= 0 || random.happens(0.6)) return number;
  return random.pick([
    () => `scalar(${vector(random, depth - 1)})`,
    () => `(time() - ${DAY_START / 1000})`,
    () => `(${scalar(random, depth - 1)} ${random.pick(['+', '*', '-', '^', '> bool'])} ${number})`,
    () => `-${number}^2`,
    () => 'pi()',
  ])();
}

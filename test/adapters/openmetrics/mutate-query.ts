import type { SeededRandom } from './seeded-random.ts';

const PIECES = [
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '+',
    '-',
    '*',
    '/',
    '^',
    '%',
    '==',
    '!=',
    '=~',
    '!~',
    '=',
    '<',
    '>=',
  ],
  ...['bool', 'on', 'ignoring', 'group_left', 'group_right', 'by', 'without', 'offset', '@', 'and', 'or'],
  ...['unless', 'start', 'end()', 'sum', 'rate', 'quantile', 'foo', 'a:b', ':', 'le', '__name__', 'min_of'],
  ...['5m', '1h30m', '1m30', '5ms', '1d1w', '0s', '5', '0x1F', '010', '09', '1e3', '.5', '5.', '1_0', 'inf'],
  ...['"x"', "'y'", '`z`', '"\\x41"', '"\\u00e9"', '"\\q"', ' ', '\n', '#c\n', 'é', '~', '!', '&', ';'],
  ...['foo[5m]', 'foo[5m:1m]', 'foo{a="b"}', '{}', '()', 'on()', 'by()'],
];

/** A query with a few of its pieces taken out, doubled or replaced; seldom PromQL any more. */
export function mutateQuery(query: string, random: SeededRandom): string {
  const pieces: string[] = query.match(/\s+|[A-Za-z0-9_.]+|"[^"]*"|./gs) ?? [];
  for (let changes = random.between(1, 3); changes > 0; changes -= 1) {
    const at = random.between(0, Math.max(0, pieces.length - 1));
    const kind = random.pick(['remove', 'remove', 'insert', 'double', 'replace']);
    if (kind === 'remove') pieces.splice(at, 1);
    else if (kind === 'insert') pieces.splice(at, 0, random.pick(PIECES));
    else if (kind === 'double') pieces.splice(at, 0, pieces[at] ?? '');
    else pieces[at] = random.pick(PIECES);
  }
  return pieces.join('');
}

const ATOMS = [
  ...[
    'a',
    'b',
    'c',
    '1',
    '.',
    '_',
    'é',
    '😀',
    '\\.',
    '\\d',
    '\\w',
    '\\s',
    '\\D',
    '\\W',
    '\\S',
    '\\-',
    '[ab]',
  ],
  ...['[^ab]', '[a-c]', '[[:alpha:]]', '[^[:space:]]', '[[:^digit:]x]', '[\\d_]', '[]a]', '[^]a]', '[a-]'],
  ...[
    '\\b',
    '\\B',
    '^',
    '$',
    '\\A',
    '\\z',
    '\\n',
    '\\x41',
    '\\x{1F600}',
    '(?s).',
    '(?s:.)',
    '{',
    'a{,2}',
    ']',
  ],
  ...['[\\]\\-]', '[\\x20-z]', '\\_', '\\"', '(?P<n>a)', '(?i)a', '\\pL', '[z-a]', ''],
];

/** A pattern in RE2 syntax, now and then one that it refuses. */
export function randomPattern(random: SeededRandom, depth = 2): string {
  const atom = (): string => {
    if (depth > 0 && random.happens(0.3)) {
      const inner = randomPattern(random, depth - 1);
      return random.happens(0.5) ? `(${inner})` : `(?:${inner})`;
    }
    return random.pick(ATOMS);
  };
  const repeat = (): string =>
    random.pick(['', '', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?', '??', '{1,3}?', '**']);
  const parts = Array.from({ length: random.between(1, 3) }, () => atom() + repeat());
  return parts.join(random.pick(['', '', '|']));
}

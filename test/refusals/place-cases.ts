import { writeManifest } from '../app/bench.ts';
import { CANDIDATE } from '../builders/release.ts';
import type { RefusalCase } from './case.ts';
import { CONFIG, insert, MANIFEST, spoil } from './manifest.ts';

/** Secrets in the wrong place, paths out of bounds, characters that nobody sees, numbers that are not the author's to write. */

const make =
  (source: string) =>
  (name: string, content: string | Uint8Array, ...expect: string[]): RefusalCase => ({
    source,
    name,
    content,
    expect,
  });
const secret = make('SEC-03');
const path = make('SEC-09');
const character = make('SEC-12');

const KIND = '        kind: proportion';
const config = (name: string, content: string, ...expect: string[]): RefusalCase => ({
  ...secret(name, content, ...expect),
  as: 'config',
});

const SECRETS: readonly RefusalCase[] = [
  ...[
    'url',
    'headers',
    'token',
    'apiKey',
    'api_key',
    'password',
    'authorization',
    'proxy',
    'bearerToken',
  ].map((key) => secret(`check-${key}`, insert(KIND, `        ⟦${key}: https://evil.test`), 'SEC-03')),
  secret('spec-endpoint', insert('spec:', '  ⟦endpoint: https://evil.test'), 'SEC-03'),
  secret('metadata-secret', insert('metadata:', '  ⟦secretName: prometheus'), 'SEC-03'),
  secret('target-host', spoil('route: fraud-scorer}', 'route: fraud-scorer, ⟦host: evil.test}'), 'SEC-03'),
  secret(
    'uri-with-password',
    spoil('s3://models/fraud-scorer/3.5.0', '⟦s3://key:hunter2@models/3.5.0'),
    'SEC-03',
  ),
  config(
    'config-token',
    spoil('auth: {kind: bearer, tokenEnv: PROM_TOKEN', '⟦auth: {kind: bearer, ⟦token: hunter2', CONFIG),
    'KEY_MISSING',
    'KEY_UNKNOWN',
  ),
  config(
    'config-url-with-password',
    spoil('https://prometheus.acme.dev', '⟦https://u:hunter2@prometheus.acme.dev', CONFIG),
    'VALUE_MALFORMED',
  ),
  config(
    'config-url-confusion',
    spoil('https://prometheus.acme.dev', '⟦http://prometheus.acme.dev@evil.test/', CONFIG),
    'VALUE_MALFORMED',
  ),
];

const bad = (name: string, written: string, code = 'SEC-09') =>
  path(name, spoil('file: serving/route.yaml', `file: ⟦${written}`), code);

const PATHS: readonly RefusalCase[] = [
  bad('parent', '../../.github/workflows/x.yml'),
  bad('parent-inside', 'serving/../../x.yml'),
  bad('absolute', '/etc/passwd'),
  bad('backslash', "'..\\..\\x.yml'"),
  bad('drive', '"C:/x.yml"'),
  bad('nul', '"serving/a\\0.yml"', 'SEC-12'),
  bad('github', '.github/workflows/x.yml'),
  bad('github-upper-case', '.GITHUB/workflows/x.yml'),
  bad('github-mixed-case', '.gitHub/dependabot.yml'),
  bad('git', '.git/config'),
  bad('git-inside', 'serving/.git/config'),
  bad('git-upper-case', '.GIT/config'),
  bad('dot', './serving/route.yaml'),
  bad('double-slash', 'serving//route.yaml'),
  bad('trailing-slash', 'serving/'),
  bad('only-dots', '..'),
  bad('dash', '-rf'),
  bad('line-end', '"a\\nb.yaml"'),
  bad('wildcard', '"serving/*.yaml"'),
  bad('question-mark', '"serving/?.yaml"'),
  bad('stream', '"serving/route.yaml::$DATA"'),
  bad('pipe', '"serving/a|b.yaml"'),
  bad('manifest-itself', 'releases/fraud-scorer.yaml'),
  bad('another-manifest', 'releases/other.yaml'),
  bad('belay-config', '.belay/config.yaml'),
  bad('belay-records', '.BELAY/records/fraud-scorer/0001.json'),
  bad('too-long', `${'a/'.repeat(130)}b.yaml`, 'VALUE_OUT_OF_RANGE'),
  path('runbook-parent', spoil('docs/runbook.md', '⟦../../secrets.md'), 'SEC-09'),
  path('runbook-etc', spoil('docs/runbook.md', '⟦/etc/shadow'), 'SEC-09'),
  { ...path('manifest-is-a-symlink', '../../../etc/passwd', 'SEC-09'), mode: 'symlink', at: [[1, 1]] },
  {
    ...path('manifest-is-a-submodule', '0123456789abcdef0123456789abcdef01234567', 'SEC-09'),
    mode: 'submodule',
    at: [[1, 1]],
  },
  ...['../releases', '/etc', '.github/workflows', '.git', '.belay/records'].map(
    (folder): RefusalCase => ({
      ...path(
        `config-releases-${folder.replace(/[^a-z]+/g, '-').replace(/^-/, '')}`,
        spoil('kind: Config', `kind: Config\nreleases: [⟦${folder}]`, CONFIG),
        'SEC-09',
      ),
      as: 'config',
    }),
  ),
  ...['../metrics.om', '.git/config'].map(
    (file): RefusalCase => ({
      ...path(
        `config-provider-${file.replace(/[^a-z]+/g, '-').replace(/^-/, '')}`,
        `${CONFIG}  recorded: {kind: openmetrics, file: ⟦${file}}\n`,
        'SEC-09',
      ),
      as: 'config',
    }),
  ),
  {
    ...path('config-is-a-symlink', '../../../etc/passwd', 'CONFIG_MISSING'),
    ...{ as: 'config', mode: 'symlink', at: [[1, 1]] },
  },
];

const INVISIBLE = [
  0x0001, 0x0007, 0x0008, 0x000b, 0x000c, 0x001b, 0x007f, 0x0085, 0x009b, 0x00ad, 0x061c, 0x180e, 0x200b,
  0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2063,
  0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xfff9, 0xe0041,
];
const hex = (code: number) => code.toString(16).padStart(4, '0');
const SUMMARY = 'Adds merchant-graph features.';

/** Bytes in the place of the summary, which begins at 16:14. */
const bytes = (name: string, ...spoiled: number[]): RefusalCase => {
  const [before, after] = MANIFEST.split(SUMMARY) as [string, string];
  const parts = [new TextEncoder().encode(before), Uint8Array.from(spoiled), new TextEncoder().encode(after)];
  return {
    ...character(name, Uint8Array.from(parts.flatMap((part) => [...part])), 'SEC-12'),
    at: [[16, 14]],
  };
};

const CHARACTERS: readonly RefusalCase[] = [
  ...INVISIBLE.map((code) =>
    character(`u-${hex(code)}`, spoil(SUMMARY, `Adds ⟦${String.fromCodePoint(code)}features.`), 'SEC-12'),
  ),
  character(
    'comment-line-separator',
    spoil('weight: 0\n', 'weight: 0 # fine⟦\u2028    weight: 100\n'),
    'SEC-12',
  ),
  character(
    'comment-carriage-return',
    spoil('weight: 0\n', 'weight: 0 # fine⟦\r    weight: 100\n'),
    'SEC-12',
  ),
  character('comment-bidirectional', spoil('weight: 0\n', 'weight: 0 # ⟦\u202e001 :thgiew\n'), 'SEC-12'),
  character('key-zero-width', spoil('    weight: 0\n', '    weight: 0\n    we⟦\u200bight: 100\n'), 'SEC-12'),
  character('escape-bidirectional', spoil(SUMMARY, '⟦"Adds \\u202E features."'), 'SEC-12'),
  character('escape-nul', spoil(SUMMARY, '⟦"Adds \\0 features."'), 'SEC-12'),
  character('name-homoglyph', spoil('name: fraud-scorer', 'name: ⟦gрt'), 'SEC-02'),
  character('name-homoglyph-whole', spoil('name: fraud-scorer', 'name: ⟦раураl'), 'SEC-02'),
  character('name-full-width', spoil('name: fraud-scorer', 'name: ⟦ｆraud'), 'SEC-02'),
  character('version-composed', spoil('version: 3.5.0', 'version: ⟦caf\u00e9'), 'SEC-02'),
  character('version-decomposed', spoil('version: 3.5.0', 'version: ⟦cafe\u0301'), 'SEC-02'),
  { ...character('byte-order-mark-twice', `\ufeff\ufeff${MANIFEST}`, 'SEC-12'), at: [[1, 1]] },
  bytes('utf8-lone-continuation', 0x80),
  bytes('utf8-cut-sequence', 0xe2, 0x82),
  bytes('utf8-overlong-slash', 0xc0, 0xaf),
  bytes('utf8-surrogate', 0xed, 0xa0, 0x80),
  bytes('utf8-beyond-unicode', 0xf4, 0x90, 0x80, 0x80),
  bytes('latin-1', 0xe9, 0x20),
  { ...character('utf16', Uint8Array.from([0xff, 0xfe, 0x61, 0x00]), 'SEC-12'), at: [[1, 1]] },
  { ...bytes('nul-raw', 0x00) },
];

const inFlight = (source: string, name: string, text: string, ...expect: string[]): RefusalCase => ({
  source,
  name,
  as: 'rollout',
  content: text,
  expect,
});
const ROLLING = writeManifest({ candidate: CANDIDATE, weight: 5 });
const next = writeManifest({ candidate: { version: '3.6.0', backend: 'scorer-c', digit: 'c' }, weight: 0 });
/** Promoted by hand, under way. */
const settled = writeManifest({ stable: { version: '3.5.9', backend: 'scorer-b', digit: 'd' } }).replace(
  'version: 3.5.9',
  'version: ⟦3.5.9',
);
const softer = (part: RegExp, other: string, text = settled) => {
  if (!part.test(text)) throw new Error(`the text has no ${part}`);
  return text.replace(part, other);
};

const CHANGES: readonly RefusalCase[] = [
  ...[0, 1, 25, 100].map((weight) =>
    inFlight(
      'SEC-29',
      `weight-${weight}`,
      spoil('weight: 5\n    steps', `weight: ${weight === 1 ? '⟦⟦' : '⟦'}${weight}\n    steps`, ROLLING),
      'SEC-29',
      ...(weight === 1 ? ['WEIGHT_NOT_A_STEP'] : []),
    ),
  ),
  inFlight(
    'SEC-29',
    'another-candidate',
    next.replace(/version: 3\.6\.0/, 'version: ⟦3.6.0'),
    'CANDIDATE_IN_FLIGHT',
  ),
  inFlight(
    'SEC-29',
    'another-candidate-at-100',
    spoil(
      'weight: 0\n    steps',
      'weight: ⟦100\n    steps',
      next.replace(/version: 3\.6\.0/, 'version: ⟦3.6.0'),
    ),
    'CANDIDATE_IN_FLIGHT',
    'WEIGHT_NOT_ZERO',
  ),
  {
    source: 'SEC-29',
    name: 'new-candidate-at-100',
    content: spoil('    weight: 0\n', '    weight: ⟦100\n'),
    expect: ['WEIGHT_NOT_ZERO'],
  },
  {
    source: 'SEC-29',
    name: 'weight-without-candidate',
    content: spoil('    weight: 0\n', '    weight: ⟦100\n').replace(/ {2}candidate:\n(?: {4}.*\n)+/, ''),
    expect: ['WEIGHT_WITHOUT_CANDIDATE'],
  },
  inFlight('SEC-28', 'limit-raised', softer(/limit: 2%/, 'limit: ⟦50%'), 'SEC-29', 'SEC-28'),
  inFlight('SEC-28', 'safe-raised', softer(/absolute: 1%/, 'absolute: ⟦9%'), 'SEC-29', 'SEC-28'),
  inFlight('SEC-28', 'hold-shortened', softer(/hold: 30m/, 'hold: ⟦10m'), 'SEC-29', 'SEC-28'),
  inFlight(
    'SEC-28',
    'query-changed',
    softer(/bad: sum\(increase\(predict_errors_total/, 'bad: ⟦sum(increase(predict_panics_total'),
    'SEC-29',
    'SEC-28',
  ),
  inFlight('SEC-28', 'deadline-longer', softer(/deadline: \S+/, 'deadline: ⟦30d'), 'SEC-29', 'SEC-28'),
];

export const PLACE_CASES: readonly RefusalCase[] = [...SECRETS, ...PATHS, ...CHARACTERS, ...CHANGES];

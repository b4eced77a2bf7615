import type { RefusalCase } from './case.ts';
import { insert, MANIFEST, spoil } from './manifest.ts';

/** Names, keys and texts that want to become something else: commands, markup, links, prototypes, patterns that never end. */

const make =
  (source: string) =>
  (name: string, content: string, ...expect: string[]): RefusalCase => ({ source, name, content, expect });

const NAME = '  name: fraud-scorer';
const named = (value: string) => spoil(NAME, `  name: ⟦${JSON.stringify(value)}`);
const version = (value: string) => spoil('version: 3.5.0', `version: ⟦${JSON.stringify(value)}`);
const backend = (value: string) => spoil('backend: fraud-scorer-b', `backend: ⟦${JSON.stringify(value)}`);
const summary = (value: string) =>
  spoil('summary: Adds merchant-graph features.', `summary: ⟦${JSON.stringify(value)}`);
const uri = (value: string) => spoil('uri: s3://models/fraud-scorer/3.5.0', `uri: ⟦${JSON.stringify(value)}`);

const shell = make('SEC-01');
const second = make('SEC-02');
const prototypes = make('SEC-07');
const patterns = make('SEC-08');
const markdown = make('SEC-10');
const page = make('SEC-11');
const log = make('SEC-20');
const files = make('SEC-21');

const BAD = 'bad: sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))';
const LONG = 'a'.repeat(60_000);

const action = (name: string, run: string, env = ''): RefusalCase => ({
  source: 'SEC-01',
  name,
  as: 'action',
  content: `name: Hostile\ndescription: An action\ninputs:\n  x: {description: An input, default: ''}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n${env}      run: ${run}\n`,
  expect: [],
});

/** Expressions that a test of this repository must find in the `run` of an action. */
const ACTION_CASES: readonly RefusalCase[] = [
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: expressions of an action
  { ...action('action-input-in-run', 'echo "${{ inputs.x }}"'), expect: ['inputs.x'] },
  { ...action('action-head-ref-in-run', 'git checkout ${{ github.head_ref }}'), expect: ['github.head_ref'] },
  {
    ...action('action-title-in-run', "echo '${{ github.event.pull_request.title }}'"),
    expect: ['github.event.pull_request.title'],
  },
  {
    ...action('action-expression-in-block', '|\n        set -e\n        echo ${{inputs.x}}'),
    expect: ['expression in'],
  },
  { ...action('action-expression-by-format', "echo ${{ format('{0}', inputs.x) }}"), expect: ['format'] },
  action('action-input-in-env', 'echo "$X"', '      env: {X: "${{ inputs.x }}"}\n'),
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: expressions of an action
];

export const TEXT_CASES: readonly RefusalCase[] = [
  ...ACTION_CASES,
  shell('name-closes-quote', named('a"; touch $RUNNER_TEMP/pwn #'), 'SEC-02'),
  shell('name-substitution', named('$(touch pwn)'), 'SEC-02'),
  shell('name-backticks', named('`touch pwn`'), 'SEC-02'),
  shell('name-of-a-branch', named('zzz";echo$IFS"hello";#'), 'SEC-02'),
  shell('name-with-line-end', named('a\ntouch pwn'), 'SEC-02'),
  shell('summary-with-substitution', summary('$(touch pwn) `id` "; touch pwn #')),
  {
    ...shell('path-with-substitution', `⟦${MANIFEST}`, 'NAME_NOT_FILE_NAME'),
    path: 'releases/$(touch pwn).yaml',
    at: [[4, 9]],
    content: MANIFEST,
  },
  {
    ...shell('path-closes-quote', MANIFEST, 'NAME_NOT_FILE_NAME'),
    path: 'releases/a"; touch pwn #.yaml',
    at: [[4, 9]],
  },

  second('name-substitution', named('x$(id)'), 'SEC-02'),
  second('name-upper-case', named('Fraud'), 'SEC-02'),
  second('name-ends-in-dash', named('fraud-'), 'SEC-02'),
  second('name-of-64', named('a'.repeat(64)), 'SEC-02'),
  second('name-empty', named(''), 'SEC-02'),
  second('name-dot-dot', named('..'), 'SEC-02'),
  second('name-with-slash', named('a/b'), 'SEC-02'),
  second('version-substitution', version('3.5.0$(id)'), 'SEC-02'),
  second('version-closes-query', version('3.5.0"} or vector(1) #'), 'SEC-02'),
  second('version-with-space', version('3.5.0 rc'), 'SEC-02'),
  second('version-expression', version('$' + '{{ github.token }}'), 'SEC-02'),
  second('backend-semicolon', backend('b;id'), 'SEC-02'),
  second('backend-percent', backend('b%0Aadmin'), 'SEC-02'),
  second(
    'artifact-name',
    spoil(
      '      model: {uri: s3://models/fraud-scorer/3.5.0',
      '      ⟦"x$(id)": {uri: s3://models/fraud-scorer/3.5.0',
    ),
    'SEC-02',
  ),
  second('check-name', spoil('- name: errors', '- name: ⟦"e;id"'), 'SEC-02'),
  second('provider-name', spoil('provider: prod', 'provider: ⟦"prod|id"'), 'SEC-02'),

  prototypes(
    'proto-at-root',
    spoil('kind: Release\n', 'kind: Release\n⟦__proto__: {paused: false}\n'),
    'SEC-07',
  ),
  prototypes('proto-in-rollout', insert('    strategy: canary', '    ⟦__proto__: {paused: false}'), 'SEC-07'),
  prototypes('proto-in-artifacts', insert('    artifacts:', '      ⟦__proto__: {uri: s3://m/1}'), 'SEC-07'),
  prototypes(
    'proto-in-a-step',
    spoil('{weight: 5, hold: 1h}', '{weight: 5, hold: 1h, ⟦__proto__: {approval: required}}'),
    'SEC-07',
  ),
  prototypes('proto-quoted', insert('    strategy: canary', '    ⟦"__proto__": {paused: false}'), 'SEC-07'),
  prototypes(
    'proto-escaped',
    insert('    strategy: canary', '    ⟦"\\x5f_proto__": {paused: false}'),
    'SEC-07',
  ),
  prototypes(
    'proto-explicit-key',
    insert('    strategy: canary', '    ? ⟦__proto__\n    : {paused: false}'),
    'SEC-07',
  ),
  prototypes('proto-is-null', insert('    strategy: canary', '    ⟦__proto__: null'), 'SEC-07'),
  prototypes('proto-is-list', insert('    strategy: canary', '    ⟦__proto__: [1]'), 'SEC-07'),
  prototypes(
    'constructor-at-root',
    spoil('kind: Release\n', 'kind: Release\n⟦constructor: {prototype: {paused: true}}\n').replace(
      '{prototype',
      '{⟦prototype',
    ),
    'SEC-07',
    'SEC-07',
  ),
  prototypes(
    'prototype-in-check',
    insert('        kind: proportion', '        ⟦prototype: {limit: 99%}'),
    'SEC-07',
  ),
  {
    ...prototypes(
      'proto-in-config',
      'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  ⟦__proto__: {kind: prometheus, url: "https://evil.test"}\n  prod: {kind: prometheus, url: "https://prometheus.acme.dev"}\n',
      'SEC-07',
    ),
    as: 'config',
  },

  patterns(
    'json-path',
    insert('        kind: proportion', '        ⟦jsonPath: $..[?(@.a=~/(a+)+$/)]'),
    'KEY_UNKNOWN',
  ),
  patterns('regex-key', insert('        kind: proportion', '        ⟦match: ^(a+)+$'), 'KEY_UNKNOWN'),
  patterns('long-name', spoil(NAME, `  name: ⟦${LONG}!`), 'SEC-02'),
  patterns('long-version', spoil('version: 3.5.0', `version: ⟦${'1.'.repeat(30_000)}!`), 'SEC-02'),
  patterns(
    'long-digest',
    spoil(`"sha256:${'9c'.repeat(32)}"`, `⟦sha256:${'9c'.repeat(30_000)}`),
    'VALUE_MALFORMED',
  ),
  patterns('long-duration', spoil('deadline: 72h', `deadline: ⟦${'1'.repeat(60_000)}h`), 'VALUE_MALFORMED'),
  patterns('long-ratio', spoil('limit: 2%', `limit: ⟦${'0'.repeat(60_000)}%`), 'VALUE_MALFORMED'),
  patterns('long-path-of-dots', spoil('docs/runbook.md', `⟦${'./'.repeat(30_000)}`), 'VALUE_OUT_OF_RANGE'),
  patterns(
    'long-path-of-slashes',
    spoil('docs/runbook.md', `⟦a${'/'.repeat(60_000)}b`),
    'VALUE_OUT_OF_RANGE',
  ),
  patterns('long-owner', spoil('"@acme/risk-ml"', `⟦"@${LONG}"`), 'VALUE_MALFORMED'),
  patterns('long-uri', spoil('s3://models/fraud-scorer/3.5.0', `⟦s3://${LONG}`), 'VALUE_OUT_OF_RANGE'),
  patterns(
    'long-uri-of-at-signs',
    spoil('s3://models/fraud-scorer/3.5.0', `⟦"s3://m/${'@:'.repeat(30_000)}"`),
    'VALUE_OUT_OF_RANGE',
  ),
  patterns('long-query', spoil('bad: sum', `bad: ⟦${'('.repeat(50_000)}sum`), 'VALUE_OUT_OF_RANGE'),
  patterns(
    'deep-query',
    spoil(
      'bad: sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
      `bad: ${'('.repeat(1_900)}up{version="{{version}}"}[{{window}}]${')'.repeat(1_900)}`,
    ),
  ),
  patterns(
    'pattern-in-query',
    spoil(
      'predict_errors_total{version="{{version}}"}',
      'predict_errors_total{version="{{version}}",path=~"(a+)+$"}',
    ),
  ),
  patterns(
    'query-unclosed-selector',
    spoil(BAD, 'bad: sum(increase(predict_errors_total{version="{{version}}"⟦[{{window}}]))'),
    'QUERY_MALFORMED',
  ),
  patterns(
    'query-unknown-function',
    spoil(BAD, 'bad: sum(⟦incraese(predict_errors_total{version="{{version}}"}[{{window}}]))'),
    'FUNCTION_UNKNOWN',
  ),
  patterns(
    'many-placeholders',
    spoil(BAD, `bad: ${'{{'.repeat(1_900)}`.replace('{{', '⟦⟦"⟦{{').concat('"')),
    'QUERY_NOT_PER_VERSION',
    'QUERY_WITHOUT_WINDOW',
    'PLACEHOLDER_UNKNOWN',
  ),

  markdown('name-mention', named('@org/all'), 'SEC-02'),
  markdown('name-image', named('<img src=https://e/x>'), 'SEC-02'),
  markdown('name-link', named('![x](https://e)'), 'SEC-02'),
  markdown('version-table', version('a | b'), 'SEC-02'),
  markdown(
    'key-closes-details',
    insert('    strategy: canary', '    ⟦"</details><img src=x>": 1'),
    'KEY_UNKNOWN',
  ),
  markdown('kind-with-fences', spoil('kind: Release', 'kind: ⟦"``````</details>@org/all"'), 'KIND_MISMATCH'),
  markdown(
    'summary-all-of-it',
    summary('@org/all <img src=https://e/x> </details> ![x](https://e) | a | `````` fixes #1'),
  ),
  markdown('summary-of-501', summary('x'.repeat(501)), 'VALUE_OUT_OF_RANGE'),
  markdown('summary-of-two-lines', summary('a\n\n# heading'), 'VALUE_MALFORMED'),

  page('summary-script', summary('</script><script>alert(1)</script>')),
  page('summary-handler', summary('"onmouseover="alert(1)')),
  page('name-script', named('</script><script>alert(1)</script>'), 'SEC-02'),
  page('uri-javascript', uri('javascript:alert(1)'), 'SEC-11'),
  page('uri-javascript-slashes', uri('javascript://%0aalert(1)'), 'SEC-11'),
  page('uri-data', uri('data:text/html;base64,PHNjcmlwdD4='), 'SEC-11'),
  page('uri-vbscript', uri('vbscript:x'), 'SEC-11'),
  page('uri-with-markup', uri('https://e/"><script>alert(1)</script>'), 'VALUE_MALFORMED'),
  page('summary-formula', summary('=HYPERLINK("https://e","x")')),
  page('run-javascript', spoil('mlflow:/runs/41d0', 'javascript:alert(1)')),

  log('summary-add-mask', summary('::add-mask::1')),
  log('summary-set-output', summary('::set-output name=valid::true')),
  log('summary-stop-commands', summary('::stop-commands::pause-logging')),
  log('summary-old-command', summary('##[error]a ##[group]')),
  log('summary-line-end', summary('a\n::error::x'), 'VALUE_MALFORMED'),
  log('summary-carriage-return', summary('a\r::error::x'), 'SEC-12'),
  log('name-add-mask', named('::add-mask::1'), 'SEC-02'),
  log('version-error', version('::error file=a::b'), 'SEC-02'),
  log('key-error', insert('    strategy: canary', '    ⟦"::error::x": 1'), 'KEY_UNKNOWN'),
  log('key-with-line-end', insert('    strategy: canary', '    ⟦"a\\n::error::x": 1'), 'KEY_UNKNOWN'),
  log('kind-with-line-end', spoil('kind: Release', 'kind: ⟦"x\\n::add-mask::a"'), 'KIND_MISMATCH'),
  { ...log('path-error', MANIFEST, 'NAME_NOT_FILE_NAME'), path: 'releases/::error::x.yaml', at: [[4, 9]] },

  files('name-line-end', named('ok\nadmin=true'), 'SEC-02'),
  files('version-line-end', version('ok\nadmin=true'), 'SEC-02'),
  files('backend-line-end', backend('ok\r\nadmin=true'), 'SEC-02'),
  files('version-heredoc', version('x\nEOF\nadmin=true'), 'SEC-02'),
  files('name-delimiter', named('ghadelimiter_0<<EOF'), 'SEC-02'),
  files('version-equals', version('a=b'), 'SEC-02'),
  files('check-name-heredoc', spoil('- name: errors', '- name: ⟦"valid<<EOF"'), 'SEC-02'),
];

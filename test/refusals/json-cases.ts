import type { RefusalCase } from './case.ts';

/** Contracts: what a JSON Schema can do to those who read it. */

const make =
  (source: string) =>
  (name: string, content: string, ...expect: string[]): RefusalCase => ({
    source,
    name: `contract-${name}`,
    as: 'contract',
    content,
    expect,
  });
const size = make('SEC-06');
const prototype = make('SEC-07');
const pattern = make('SEC-08');
const path = make('SEC-09');
const character = make('SEC-12');
const fetched = make('SEC-04');

const LATEST = '"$schema": "https://json-schema.org/draft/2020-12/schema"';
const DRAFT_7 = '"$schema": "http://json-schema.org/draft-07/schema#"';
const schema = (rest: string, dialect = LATEST) => `{${dialect},\n${rest}}`;

export const JSON_CASES: readonly RefusalCase[] = [
  size('empty', '⟦', 'JSON_INVALID'),
  size('yaml', '⟦$schema: x', 'JSON_INVALID'),
  size('comment', `{ ⟦// comment\n${LATEST}}`, 'JSON_INVALID'),
  size('comma-at-the-end', `{${LATEST},⟦}`, 'JSON_INVALID'),
  size('single-quotes', "{⟦'$schema': 1}", 'JSON_INVALID'),
  size('cut', `{${LATEST},\n  "type": ⟦`, 'JSON_INVALID'),
  size('text-not-closed', `{"a": ⟦"b\n}`, 'JSON_INVALID'),
  size('two-texts', '{} ⟦{}', 'JSON_INVALID'),
  size('bad-escape', '{"a": ⟦"\\x41"}', 'JSON_INVALID'),
  size('not-a-number', `{"a": ⟦NaN}`, 'JSON_INVALID'),
  size('hex', `{"a": 0⟦x1f}`, 'JSON_INVALID'),
  size('huge-number', `{"a": ⟦1e999}`, 'SEC-06'),
  size('long-number', `{"a": ⟦12345678901234567890}`, 'SEC-06'),
  size('number-of-zeros', `{"a": ⟦1${'0'.repeat(60_000)}1}`, 'SEC-06'),
  size('key-twice', `{"type": "object", ⟦"type": "string"}`, 'SEC-06'),
  size('key-twice-escaped', `{"type": "object", ⟦"t\\u0079pe": "string"}`, 'SEC-06'),
  size('long-key', `{⟦"${'k'.repeat(300)}": 1}`, 'SEC-06'),
  size('deep-lists', `${'['.repeat(65)}⟦${'['.repeat(100_000)}`, 'SEC-06'),
  size('many-values', `[${'1,'.repeat(4_999)}⟦1]`, 'SEC-06'),
  size('large', `⟦"${'x'.repeat(300_000)}"`, 'SEC-06'),
  size('circle', schema(`"$ref": ⟦"#"`), 'CONTRACT_REFERENCE_BROKEN'),
  size(
    'circle-of-two',
    schema(
      `"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": ⟦"#/$defs/a"}]}}, "$ref": "#/$defs/a"`,
    ),
    'CONTRACT_REFERENCE_BROKEN',
  ),
  size(
    'doubling',
    `⟦{${LATEST}, "$ref": "#/$defs/d0", "$defs": {${Array.from({ length: 40 }, (_, at) => `"d${at}": {"allOf": [{"$ref": "#/$defs/d${at + 1}"}, {"$ref": "#/$defs/d${at + 1}"}]}`).join(', ')}, "d40": {}}}`,
    'CONTRACT_REFERENCE_BROKEN',
  ),
  size('no-dialect', '⟦{"type": "object"}', 'CONTRACT_DIALECT_UNKNOWN'),
  size('old-dialect', '{"$schema": ⟦"http://json-schema.org/draft-04/schema#"}', 'CONTRACT_DIALECT_UNKNOWN'),
  size('list', '⟦[]', 'CONTRACT_DIALECT_UNKNOWN'),
  prototype('proto', schema('"properties": {⟦"__proto__": {"type": "string"}}'), 'SEC-07'),
  prototype('proto-escaped', schema('⟦"\\u005f_proto__": {"type": "string"}'), 'SEC-07'),
  prototype('constructor', schema('"properties": {"constructor": {"type": "string"}, "toString": {}}')),
  pattern(
    'exponential',
    schema('"type": "string", "pattern": "^(a+)+$", "default": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"'),
  ),
  pattern('broken', schema('"patternProperties": {"(((": {"type": "string"}}')),
  fetched('remote', schema('"$ref": ⟦"http://169.254.169.254/latest/meta-data"'), 'SEC-04'),
  fetched('relative', schema('"properties": {"a": {"$ref": ⟦"../../secrets.json#/a"}}'), 'SEC-04'),
  fetched('file', schema('"allOf": [{"$ref": ⟦"file:///etc/passwd"}]'), 'SEC-04'),
  fetched(
    'base-moved',
    schema('"$defs": {"a": {"$id": ⟦"https://evil.test/a"}}'),
    'CONTRACT_REFERENCE_BROKEN',
  ),
  fetched('nowhere', schema('"$ref": ⟦"#/$defs/none"'), 'CONTRACT_REFERENCE_BROKEN'),
  fetched('bad-escape', schema('"$ref": ⟦"#/%E0%A4%A"'), 'CONTRACT_REFERENCE_BROKEN'),
  fetched('anchor', schema('"$ref": ⟦"#name"'), 'CONTRACT_REFERENCE_BROKEN'),
  fetched(
    'company',
    schema('"$ref": "#/definitions/a", "minimum": ⟦1, "definitions": {"a": {}}', DRAFT_7),
    'CONTRACT_KEYWORD_MALFORMED',
  ),
  size('type-unknown', schema('"type": ⟦"float"'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('required-old', schema('"properties": {"a": {"required": ⟦true}}'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('exclusive-old', schema('"exclusiveMinimum": ⟦true'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('items-old', schema('"items": ⟦[{}]'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('length-negative', schema('"minLength": ⟦-1'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('enum-empty', schema('"enum": ⟦[]'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('all-of-map', schema('"allOf": ⟦{}'), 'CONTRACT_KEYWORD_MALFORMED'),
  size('step-zero', schema('"multipleOf": ⟦0'), 'CONTRACT_KEYWORD_MALFORMED'),
  character('bidirectional', schema('"title": "a⟦\u202eb"'), 'SEC-12'),
  character('line-separator', schema('"title": "a⟦\u2028b"'), 'SEC-12'),
  character('nul', schema('"title": "a⟦\0b"'), 'SEC-12'),
  { ...path('symlink', '/etc/passwd'), mode: 'symlink' },
];

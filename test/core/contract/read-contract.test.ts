import { describe, expect, it } from 'vitest';
import { readContract } from '../../../src/core/contract/read-contract.ts';

const DIALECT = '"$schema": "https://json-schema.org/draft/2020-12/schema"';

describe('a circle of references', () => {
  it.each([
    ['to the whole', `{\n  ${DIALECT},\n  "$ref": ⟦"#"\n}`],
    [
      'over two definitions',
      `{\n  ${DIALECT},\n  "properties": {"a": {"$ref": "#/$defs/a"}},\n  "$defs": {\n    "a": {"$ref": ⟦"#/$defs/b"},\n    "b": {"anyOf": [{"$ref": "#/$defs/a"}]}\n  }\n}`,
    ],
  ])('is told at the "$ref" that closes it: %s', (_, marked) => {
    const text = marked.replace('⟦', '');
    const before = marked.split('⟦')[0]!.split('\n');
    const { kind, problems } = readContract('contracts/a.json', text);
    expect(kind).toBe('bad');
    expect(problems).toMatchObject([
      {
        code: 'CONTRACT_REFERENCE_BROKEN',
        at: { line: before.length, column: before.at(-1)!.length + 1 },
      },
    ]);
  });
});

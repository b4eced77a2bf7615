import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractProblems } from '../../src/core/contract/contract-problems.ts';
import { keywordsOf } from '../../src/core/contract/keywords.ts';
import { readContract } from '../../src/core/contract/read-contract.ts';

/** docs/contracts.md says what the comparison does. */

const PAGE = readFileSync(new URL('../../docs/contracts.md', import.meta.url), 'utf8');
const ROWS = PAGE.split('\n').flatMap((line) => {
  const row = /^\| `(\S+)`.* \| `(\{.*\})` \| `(\{.*\})` \| ([a-z ]+) \| ([a-z ]+) \|$/.exec(line);
  return row ? [row.slice(1) as [string, string, string, string, string]] : [];
});

function contract(version: string, text: string) {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: { text: { type: 'string' } },
    ...(JSON.parse(text) as object),
  };
  const reading = readContract(`${version}.json`, JSON.stringify(schema));
  if (reading.kind === 'bad') throw new Error(reading.problems[0]!.message);
  return { version, contract: reading.value };
}

function answer(side: 'input' | 'output', stable: string, candidate: string): string {
  const pair = { side, stable: contract('1', stable), candidate: contract('2', candidate), breaks: [] };
  const problems = contractProblems(pair);
  if (problems.some(({ severity }) => severity === 'error')) return 'breaks';
  return problems.length > 0 ? 'cannot tell' : 'fits';
}

describe('the rules of contracts', () => {
  it('have a row for every keyword that is compared', () => {
    const rows = new Set(ROWS.map(([keyword]) => keyword));
    const compared = keywordsOf('2020-12').filter(([, { how }]) => how === 'compared');
    expect(compared.filter(([name]) => !rows.has(name))).toEqual([]);
  });

  it.each(ROWS)('%s: %s, then %s', (_, stable, candidate, asInput, asOutput) => {
    expect([answer('input', stable, candidate), answer('output', stable, candidate)]).toEqual([
      asInput,
      asOutput,
    ]);
  });

  it.each([
    ['Compared', 'compared'],
    ['Only when the same stands in both', 'same'],
    ['Read past', 'note'],
  ] as const)('list the keywords: %s', (beginning, how) => {
    const line = PAGE.split('\n').find((text) => text.startsWith(beginning))!;
    const listed = [...line.matchAll(/`([^`]+)`/g)]
      .map(([, name]) => name!)
      .filter((name) => !/ |x-/.test(name));
    const known = new Map([...keywordsOf('draft-07'), ...keywordsOf('2020-12')]);
    const expected = [...known].filter(([, keyword]) => keyword.how === how).map(([name]) => name);
    for (const name of expected) expect(listed).toContain(name);
    const others = how === 'note' ? ['contains', 'if'] : [];
    expect(listed.filter((name) => known.get(name)?.how !== how)).toEqual(others);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareContracts } from '../../../src/core/contract/compare-contracts.ts';
import { contractProblems } from '../../../src/core/contract/contract-problems.ts';
import { readContract } from '../../../src/core/contract/read-contract.ts';
import { type Dialect, pairOf } from './schemas.ts';

/** A comparison comes to an end, whatever it is given; and what it does not find out is not compatible. */

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

function read(schema: object) {
  const reading = readContract('contract.json', JSON.stringify(schema));
  if (reading.kind === 'bad') throw new Error(reading.problems[0]!.message);
  return reading.value;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Properties that all lead back to the whole, on several ways each. */
function tangle(letter: string, ways: number) {
  const refs = range(ways).map((way) => ({ $ref: `#/$defs/${letter}${way}` }));
  const whole = {
    type: 'object',
    properties: Object.fromEntries(range(300).map((index) => [`p${index}`, { allOf: refs }])),
  };
  const others = range(ways).map((way) => [
    `${letter}${way}`,
    { type: 'object', minProperties: way, properties: { x: { $ref: '#/$defs/t' } } },
  ]);
  return { $schema: DIALECT, $defs: { t: whole, ...Object.fromEntries(others) }, $ref: '#/$defs/t' };
}

describe('a pair of contracts that would take for ever', () => {
  const [stable, candidate] = [read(tangle('a', 5)), read(tangle('b', 6))];
  const pair = {
    side: 'input',
    stable: { version: '1.0.0', contract: stable },
    candidate: { version: '1.1.0', contract: candidate },
  } as const;

  it('is not compared to its end, and is refused', () => {
    expect(compareContracts(stable, candidate)).toMatchObject([{ kind: 'too-complex' }]);
    expect(contractProblems({ ...pair, breaks: [] })).toMatchObject([
      {
        code: 'CONTRACT_TOO_COMPLEX',
        severity: 'error',
        at: { line: 1, column: 1 },
        message: expect.stringContaining('write the schemas flatter'),
      },
    ]);
  });

  it('passes where it is declared to break somebody', () => {
    expect(contractProblems({ ...pair, breaks: ['@acme/web'] })).toMatchObject([
      { code: 'CONTRACT_TOO_COMPLEX', severity: 'warning' },
    ]);
  });

  it('comes to the same end whatever was compared before', () => {
    const fresh = () => compareContracts(read(tangle('a', 2)), read(tangle('a', 2)));
    const [one, other] = [read(tangle('a', 2)), read(tangle('a', 2))];
    compareContracts(other, one);
    expect(compareContracts(one, other)).toEqual(fresh());
  });
});

describe('a comparison', () => {
  it('looks long lists of values up', () => {
    const listed = (from: number) =>
      read({ $schema: DIALECT, enum: range(4_000).map((index) => index + from) });
    expect(compareContracts(listed(0), listed(1))).toMatchObject([{ kind: 'incompatible', keyword: 'enum' }]);
    expect(compareContracts(listed(0), listed(0))).toEqual([]);
  });

  it.each<Dialect>([DIALECT, 'http://json-schema.org/draft-07/schema#'])(
    'of random schemas ends (%s)',
    (dialect) => {
      fc.assert(
        fc.property(pairOf(dialect), ([sub, sup]) => {
          const kinds = compareContracts(read(sub), read(sup)).map(({ kind }) => kind);
          expect(kinds).not.toContain('too-complex');
        }),
        {
          numRuns: Number(process.env.BELAY_FUZZ_RUNS ?? 300),
          seed: Number(process.env.BELAY_FUZZ_SEED ?? 20_261_130),
        },
      );
    },
  );
});

import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareContracts } from '../../../src/core/contract/compare-contracts.ts';
import { readContract } from '../../../src/core/contract/read-contract.ts';
import { type Dialect, pairOf, WORLD } from './schemas.ts';

/**
 * What the comparison says against what a validator says. Another seed: BELAY_FUZZ_SEED; more pairs: BELAY_FUZZ_RUNS.
 */
const SEED = Number(process.env.BELAY_FUZZ_SEED ?? 20_261_130);
const RUNS = Number(process.env.BELAY_FUZZ_RUNS ?? 300);

const DIALECTS: readonly Dialect[] = [
  'https://json-schema.org/draft/2020-12/schema',
  'http://json-schema.org/draft-07/schema#',
];

function read(schema: object) {
  const reading = readContract('contract.json', JSON.stringify(schema));
  if (reading.kind === 'bad') throw new Error(`${JSON.stringify(schema)}: ${reading.problems[0]!.message}`);
  return reading.value;
}

function runs(validate: (value: unknown) => unknown): boolean {
  try {
    for (const value of WORLD) validate(value);
    return true;
  } catch (error) {
    if (error instanceof ReferenceError) return false;
    throw error;
  }
}

describe.each(DIALECTS)('a comparison in %s', (dialect) => {
  it('never calls a pair compatible of which a value tells otherwise', () => {
    const seen = { compatible: 0, incompatible: 0, unclear: 0, shown: 0 };
    const validator = () => {
      const options = { strict: false, logger: false, validateSchema: false } as const;
      return dialect.includes('2020') ? new Ajv2020(options) : new Ajv(options);
    };
    fc.assert(
      fc.property(pairOf(dialect), ([sub, sup]) => {
        const findings = compareContracts(read(sub), read(sup));
        const [isSub, isSup] = [validator().compile(sub), validator().compile(sup)];
        // now and then the validator's own code for 2020-12 does not run ("props0 is not defined")
        fc.pre(runs(isSub) && runs(isSup));
        const witness = WORLD.filter((value) => isSub(value) && !isSup(value));
        const kind = findings.some((one) => one.kind === 'incompatible')
          ? 'incompatible'
          : findings.length > 0
            ? 'unclear'
            : 'compatible';
        seen[kind] += 1;
        if (kind === 'incompatible' && witness.length > 0) seen.shown += 1;
        if (kind === 'compatible') expect(witness).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    console.log(`${dialect}, seed ${SEED}: ${JSON.stringify(seen)}`);
    expect(seen.compatible).toBeGreaterThan(RUNS / 20);
    expect(seen.incompatible).toBeGreaterThan(RUNS / 20);
  });
});

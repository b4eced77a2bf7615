import { describe, expect, it } from 'vitest';
import {
  writeCount,
  writeFactor,
  writeOdds,
  writeOddsBelow,
  writePoints,
  writeProgress,
  writeShare,
  writeValue,
} from '../../../src/core/judge/write-numbers.ts';

describe('numbers in sentences', () => {
  it.each([
    [writeCount(0), '0'],
    [writeCount(999.4), '999'],
    [writeCount(1_000), '1,000'],
    [writeCount(1_234_567.8), '1,234,568'],
    [writeFactor(0.0001), '0'],
    [writeFactor(0.0261), '0.026'],
    [writeFactor(1.04), '1.04'],
    [writeFactor(1.527), '1.5'],
    [writeFactor(9.99), '10'],
    [writeFactor(1_234), '1,234'],
    [writeShare(0.02), '2%'],
    [writeShare(0.00125), '0.125%'],
    [writeShare(0), '0%'],
    [writePoints(0.0025), '0.25 percentage points'],
    [writeValue(0.1 + 0.2), '0.3'],
    [writeValue(123_456.789), '123457'],
    [writeOdds(Math.log(250)), '250 to 1'],
    [writeOddsBelow(Math.log(99.9), Math.log(100)), 'just under 100 to 1'],
    [writeOddsBelow(Math.log(100), Math.log(100)), '100 to 1'],
    [writeOddsBelow(Math.log(40), Math.log(100)), '40 to 1'],
    [writeOdds(Math.log(0.4)), '0.4 to 1'],
    [writeOdds(900), 'more than 1,000,000 to 1'],
    [writeOdds(-900), '0 to 1'],
    [writeProgress(1, 3), '33%'],
    [writeProgress(-5, 3), '0%'],
    [writeProgress(2.999, 3), '99%'],
    [writeProgress(7, 3), '99%'],
  ])('%s is %s', (written, expected) => {
    expect(written).toBe(expected);
  });
});

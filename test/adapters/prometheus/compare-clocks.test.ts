import { describe, expect, it } from 'vitest';
import { createClockComparison } from '../../../src/adapters/prometheus/compare-clocks.ts';

const MINUTE = 60_000;

describe("a server's clock", () => {
  it.each([
    ['behind by two minutes', -2, undefined, 0],
    ['ahead by three minutes', 3, undefined, 1],
    ['behind by ten minutes', -10, undefined, 1],
    ['ahead by eleven minutes', 11, 'clock-skew', 0],
    ['behind by six hours', -360, 'clock-skew', 0],
  ] as const)('%s', (_, minutes, reason, warnings) => {
    const told: string[] = [];
    const compare = createClockComparison({ name: 'prod', warn: (line) => told.push(line) });
    expect(compare(minutes * MINUTE)?.reason).toBe(reason);
    expect(compare(minutes * MINUTE)?.reason).toBe(reason);
    expect(told).toHaveLength(warnings);
  });

  it('is said with how far it is off, and in which direction', () => {
    const compare = createClockComparison({ name: 'prod' });
    expect(compare(-360 * MINUTE)?.detail).toBe(
      'its clock is 6h behind ours; set the clock of the server or of the runner',
    );
  });
});

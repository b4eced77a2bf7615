import { describe, expect, it } from 'vitest';
import { describeBehind, momentFor } from '../../../src/core/plan/skew.ts';
import { minute } from '../../builders/release.ts';

describe('the moment to decide at', () => {
  it.each([
    ['there is no record', undefined, 0, 0],
    ['the newest record is older', 0, 5, 5],
    ['the clock is behind the newest record by what clocks may be apart', 10, 0, 10],
    ['the clock is further behind', 11, 0, 0],
  ] as const)('when %s', (_, newest, now, expected) => {
    expect(momentFor(newest === undefined ? undefined : minute(newest), minute(now))).toBe(minute(expected));
  });

  it('is told when it cannot follow the newest record', () => {
    expect(describeBehind(minute(11), minute(0))).toMatch(/11m behind the newest record/);
    expect(describeBehind(minute(10), minute(0))).toBeUndefined();
    expect(describeBehind(undefined, minute(0))).toBeUndefined();
  });
});

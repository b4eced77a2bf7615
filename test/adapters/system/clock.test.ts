import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { millis } from '../../../src/core/units.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 8, 5) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether a sleep of `length` is over after `passed`. */
async function isOver(length: number, passed: number): Promise<boolean> {
  let over = false;
  void systemClock.sleep(millis(length)).then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(passed);
  return over;
}

describe('systemClock', () => {
  it("tells the machine's time", async () => {
    expect(systemClock.now()).toBe(Date.UTC(2026, 10, 21, 8, 5));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(systemClock.now()).toBe(Date.UTC(2026, 10, 21, 8, 5) + 1_500);
  });

  it('sleeps as long as asked', async () => {
    expect(await isOver(1_000, 999)).toBe(false);
    expect(await isOver(1_000, 1_000)).toBe(true);
    expect(await isOver(0, 0)).toBe(true);
  });

  it('sleeps longer than one timer can', async () => {
    const month = 30 * 86_400_000;
    expect(await isOver(month, month - 1)).toBe(false);
    expect(await isOver(month, month)).toBe(true);
  });

  it('wakes at once when it is told to, and leaves no timer behind', async () => {
    const stop = new AbortController();
    let over = 0;
    void systemClock.sleep(millis(30 * 86_400_000), stop.signal).then(() => {
      over += 1;
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(over).toBe(0);
    stop.abort();
    await systemClock.sleep(millis(1_000), stop.signal);
    await vi.advanceTimersByTimeAsync(0);
    expect([over, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

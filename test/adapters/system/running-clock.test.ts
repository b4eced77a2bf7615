import { expect, it } from 'vitest';
import { createRunningClock } from '../../../src/adapters/system/running-clock.ts';
import { instant, millis } from '../../../src/core/units.ts';

const START = instant(Date.UTC(2026, 10, 30, 9));

it('begins at the moment that it is set to and runs on, in whole milliseconds', () => {
  let steady = 1_234.7;
  const clock = createRunningClock(START, () => steady);
  expect(clock.now()).toBe(START);
  steady += 250.4;
  expect(clock.now()).toBe(START + 250);
});

it('moves by a sleep instead of waiting, unless it is told to wake', async () => {
  const clock = createRunningClock(START, () => 0);
  await clock.sleep(millis(60_000));
  await clock.sleep(millis(5_000), AbortSignal.abort());
  expect(clock.now()).toBe(START + 60_000);
});

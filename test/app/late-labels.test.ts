import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { bringCandidate, only, openBench, told, writeManifest } from './bench.ts';
import { HOUR, LATE_LABELS, lateLabels, recordLateLabels } from './late-labels.ts';

async function openPromoted(wrong: number, setup = LATE_LABELS) {
  const recorded = createOpenMetricsProvider({
    name: 'prod',
    text: recordLateLabels({ [STABLE.version]: 0.05, [CANDIDATE.version]: wrong }),
    clock: createFixedClock(minute(0)),
  });
  const provider = (clock: Clock): MetricsProvider => ({
    name: 'prod',
    query: async (request) => ({ ...(await recorded.query(request)), fetchedAt: clock.now() }),
  });
  const bench = openBench({
    provider,
    files: { [MANIFEST]: writeManifest(setup), [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }) },
  });
  await bench.tick(0);
  bringCandidate(bench, setup);
  expect(told(await bench.tick(HOUR))[0]).toBe('start');
  expect(told(await bench.tick(5 * HOUR + 1))[0]).toBe('advance');
  expect(told(await bench.tick(9 * HOUR + 2))[0]).toBe('advance');
  expect(told(await bench.tick(11 * HOUR + 10))).toEqual(['promote', 'CHECKS_PASS', 'committed']);
  return bench;
}

describe('labels that come days after the promotion', () => {
  it('take a version back on day 3, by what both versions answered side by side', async () => {
    const bench = await openPromoted(0.1);
    for (const hours of [24, 48, 70])
      expect(told(await bench.tick(hours * HOUR)), `after ${hours} h`).toEqual([
        'nothing',
        'WATCHING',
        'none',
      ]);
    const report = await bench.tick(78 * HOUR);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(only(report).decision.reasons[0]?.text).toMatch(/^accuracy: /);
    expect(bench.forge.textAt(MANIFEST)).toContain(`version: ${STABLE.version}`);
  });

  it.each(['pause', 'reduce'])(
    'are told to a person in every run where the check says %s',
    async (onFail) => {
      const bench = await openPromoted(0.1, lateLabels(onFail));
      expect(told(await bench.tick(70 * HOUR))).toEqual(['nothing', 'WATCHING', 'none']);
      const report = await bench.tick(78 * HOUR);
      expect(told(report)).toEqual(['pause', 'PAUSED_BY_CHECK', 'committed']);
      expect(only(report).decision.reasons.map(({ text }) => text)).toEqual([
        expect.stringContaining(`go back with "belay rollback --from ${CANDIDATE.version}"`),
        expect.stringMatching(/^accuracy: /),
      ]);
      const later = await bench.tick(79 * HOUR);
      expect(told(later)).toEqual(['hold', 'PAUSED_BY_CHECK', 'none']);
      expect(exitCodeOf(later)).toBe(2);
    },
  );

  it('take nothing back when they are as good as those of the version before', async () => {
    const bench = await openPromoted(0.05);
    for (const hours of [24, 73, 78, 84, 96, 115])
      expect(told(await bench.tick(hours * HOUR)), `after ${hours} h`).toEqual([
        'nothing',
        'WATCHING',
        'none',
      ]);
  });
});

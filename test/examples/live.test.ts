import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLive } from '../../examples/fraud-scorer/demo/live.mjs';
import { findProgram } from '../tools/find-program.ts';
import { readExample } from './example-files.ts';

const PROMETHEUS = findProgram('prometheus');
const SERVING = 'serving/fraud-scorer.yaml';

describe.skipIf(PROMETHEUS === undefined)('a live run', () => {
  let serving = readExample(`fraud-scorer/${SERVING}`);
  let live: Awaited<ReturnType<typeof startLive>>;
  beforeAll(async () => {
    live = await startLive({
      readServing: async () => serving,
      hour: () => 20,
      perSecond: () => 100,
      followMs: 50,
      prometheus: PROMETHEUS!,
    });
  });
  afterAll(() => live.close());

  /** The first value above 0 that Prometheus answers; the test's time limit ends the wait. */
  const positive = async (query: string): Promise<number> => {
    for (;;) {
      const url = `${live.prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`;
      const { data } = (await (await fetch(url)).json()) as {
        data: { result: { value: [number, string] }[] };
      };
      const value = Number(data.result[0]?.value[1] ?? 0);
      if (value > 0) return value;
      await wait(100);
    }
  };

  it('has a real Prometheus that scrapes the servers under load', async () => {
    expect(await positive('sum(predict_total{version="3.4.1",backend="fraud-scorer-a"})')).toBeGreaterThan(0);
    expect(live.count().sent).toBeGreaterThan(0);
  });

  it('follows Git: a candidate that is merged is scraped, and fails for the reason told', async () => {
    serving = readExample(`fraud-scorer/demo/candidates/faulty/${SERVING}`)
      .replace('weight: 0 ', 'weight: 50 ')
      .replace('weight: 100}', 'weight: 50}');
    const failed = await positive('sum(predict_errors_total{version="3.6.0",reason="unknown_category"})');
    expect(failed).toBeGreaterThan(0);
    expect(live.targets().map(({ version }) => version)).toEqual(['3.6.0', '3.5.0']);
    expect(live.count().failed).toBeGreaterThan(0);
  });
});

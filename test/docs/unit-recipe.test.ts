import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { instant, millis } from '../../src/core/units.ts';
import { writeOpenMetrics } from '../tools/open-metrics-writer.ts';

const START = instant(Date.UTC(2026, 10, 21, 8));
const at = (minute: number) => instant(START + minute * 60_000);
const page = readFileSync(new URL('../../docs/checks/unit.md', import.meta.url), 'utf8');
const [check] = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!) as { bad: string; total: string }[];

/** A counter of one user on one version, a value every five minutes; undefined: no series yet. */
const series = (version: string, user: string, values: readonly (number | undefined)[]) => ({
  labels: { version, user },
  points: values.flatMap((value, tick) => (value === undefined ? [] : [[at(5 * tick), value] as const])),
});
const text = writeOpenMetrics([
  {
    name: 'requests',
    type: 'counter',
    series: [
      series('b', 'fails-at-once', [10, 20, 30, 40]),
      series('b', 'comes-and-fails', [undefined, 3, 3, 6]),
      series('b', 'failed-on-stable', [5, 9, 12, 15]),
      series('b', 'never-fails', [1, 2, 3, 4]),
      series('a', 'failed-on-stable', [5, 5, 5, 5]),
    ],
  },
  {
    name: 'errors',
    type: 'counter',
    series: [
      series('b', 'fails-at-once', [0, 4, 9, 9]),
      series('b', 'comes-and-fails', [undefined, 1, 1, 1]),
      series('b', 'failed-on-stable', [0, 1, 2, 3]),
      series('a', 'failed-on-stable', [2, 2, 2, 2]),
    ],
  },
]);

async function ask(query: string, version: string) {
  const provider = createOpenMetricsProvider({ name: 'recorded', text, clock: createFixedClock(at(60)) });
  const filled = query.replaceAll('{{version}}', version).replaceAll('{{window}}', '5m');
  const grid = { first: at(5), last: at(15), step: millis(300_000) };
  const answer = await provider.query({ kind: 'range', query: filled, grid });
  return answer.outcome;
}

describe('the recipe for first failures of users at risk', () => {
  it('counts a user’s first failure once, and nobody who failed before on either version', async () => {
    expect(await ask(check!.bad, 'b')).toEqual({ kind: 'series', values: [2, 0, 0] });
  });

  it('counts active users as long as they have not failed', async () => {
    expect(await ask(check!.total, 'b')).toEqual({ kind: 'series', values: [3, 1, 1] });
  });

  it('gives 0 where nobody is at risk, not nothing', async () => {
    expect(await ask(check!.total, 'a')).toEqual({ kind: 'series', values: [0, 0, 0] });
  });
});

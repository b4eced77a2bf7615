import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/run-report.ts';
import { bringCandidate, healthy, openBench, openInFlight, sick } from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { brokenProvider, MANIFEST } from '../builders/world.ts';

/** What is lost by way of JSON: nothing but keys without a value. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, withoutUndefined(item)]],
    ),
  );
}

const bad = { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } };

const RUNS: readonly (readonly [name: string, run: () => Promise<RunReport>])[] = [
  ['a step', async () => (await openInFlight(2)).tick(32)],
  ['a rollback', async () => (await openInFlight(2, bad)).tick(20)],
  ['a rollback as asked', async () => (await openInFlight(3)).rollBack(40)],
  [
    'a start, before there is any evidence',
    async () => {
      const bench = openBench();
      await bench.tick(0);
      bringCandidate(bench);
      await bench.tick(1);
      return bench.tick(2);
    },
  ],
  [
    'a provider that is down',
    async () => {
      const bench = await openInFlight(2);
      bench.world.openProvider = async () => brokenProvider(bench.clock);
      return bench.tick(32);
    },
  ],
  [
    'a manifest that cannot be read',
    async () => {
      const bench = await openInFlight(2);
      bench.forge.push({ [MANIFEST]: 'kind: [\n' });
      return bench.tick(32);
    },
  ],
];

describe('a report as JSON', () => {
  it.each(RUNS)('loses nothing of %s', async (_, run) => {
    const report = await run();
    expect(JSON.parse(JSON.stringify(report))).toEqual(withoutUndefined(report));
  });
});

import { describe, expect, it } from 'vitest';
import { DRILL_VARIANTS, type DrillVariant } from '../../src/core/record/drill-schema.ts';
import { CONFIG } from '../builders/world.ts';
import { type CrashPoint, FakeCrash } from '../fakes/forge.ts';
import { BY_PULL_REQUEST, type DrillBench, openDrills } from './drill-hands.ts';

/** Where a drill ends that is killed: after the write of that number, counted from 1, or in the middle of that proposal. */
interface Kill {
  readonly write: number;
  readonly point?: CrashPoint;
}

/** Whether the drill got that far. */
async function kill(bench: DrillBench, variant: DrillVariant, { write, point }: Kill): Promise<boolean> {
  let writes = 0;
  const around = async (method: string, run: () => Promise<unknown>) => {
    if (point && method !== 'propose') return run();
    writes += 1;
    if (writes < write) return run();
    if (point) bench.forge.crashNext(point);
    if (writes === write) await run();
    throw new FakeCrash(`after ${method}`);
  };
  await bench.rehearse(1, variant, { around }).catch((fault) => {
    if (!(fault instanceof FakeCrash)) throw fault;
  });
  return writes >= write;
}

/** After a kill: nothing but drills has changed, the next drill passes, and one of an hour later leaves nothing. */
async function expectWhole(bench: DrillBench, variant: DrillVariant, where: string): Promise<void> {
  expect(bench.changed(), where).toEqual([]);
  const recorded = bench.drills().length;
  const other = variant === 'healthy' ? 'permission-lost' : 'healthy';
  for (const [at, next] of [
    [5, other],
    [70, other],
  ] as const) {
    const report = await bench.rehearse(at, next);
    expect(report, `${where}, then ${next}`).toMatchObject({ result: { kind: 'passed' }, findings: [] });
  }
  expect(bench.left(), where).toEqual([]);
  expect(bench.drills(), where).toHaveLength(recorded + 2);
  expect(bench.changed(), where).toEqual([]);
}

describe.each([
  ['at once', CONFIG],
  ['by pull request', BY_PULL_REQUEST],
])('a drill that is recorded %s', (_, config) => {
  it.each(DRILL_VARIANTS)(
    'stops no other, and leaves nothing for ever, killed after any write: %s',
    async (variant) => {
      for (let write = 1; ; write += 1) {
        const bench = await openDrills(config);
        if (!(await kill(bench, variant, { write }))) {
          expect(write).toBeGreaterThan(3);
          return;
        }
        await expectWhole(bench, variant, `killed after write ${write}`);
      }
    },
  );

  it.each(['branch', 'commit', 'pull'] as const)(
    'is as good killed in a proposal after the %s',
    async (point) => {
      for (let write = 1; ; write += 1) {
        const bench = await openDrills(config);
        if (!(await kill(bench, 'healthy', { write, point }))) {
          expect(write).toBeGreaterThan(1);
          return;
        }
        await expectWhole(bench, 'healthy', `killed in proposal ${write}`);
      }
    },
  );
});

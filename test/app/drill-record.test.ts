import { describe, expect, it } from 'vitest';
import { keepDrill } from '../../src/app/drill-record.ts';
import { readSnapshot } from '../../src/app/read-snapshot.ts';
import type { DrillVariant } from '../../src/core/record/drill-schema.ts';
import { millis } from '../../src/core/units.ts';
import { type DrillReport, printDrill } from '../../src/report/drill.ts';
import { brokenProvider, CONFIG, createTestWorld, MANIFEST } from '../builders/world.ts';
import { writeFiles } from './bench.ts';

/** The record of a drill where everything goes by pull request, and a check has to pass. */

async function openBench() {
  const files = { ...writeFiles(), '.belay/config.yaml': `${CONFIG}advance: {mode: pull-request}\n` };
  const { world, forge, clock } = createTestWorld({ files, provider: brokenProvider });
  forge.setRules({ pending: 'ci' });
  const snapshot = await readSnapshot(world, forge.tip('main')!);
  let waits = 0;
  /** @param until so many waits later something happens: the check passes */
  const keep = (
    variant: DrillVariant,
    id: string,
    until = Number.POSITIVE_INFINITY,
    happens: () => unknown = () => forge.setRules({}),
  ) => {
    const waiting = {
      now: clock.now,
      sleep: async (length: Parameters<typeof clock.sleep>[0]) => {
        await clock.sleep(length);
        waits += 1;
        if (waits === until) await happens();
      },
    };
    const beforeWrite = async () => undefined;
    return keepDrill({ ...world, clock: waiting }, reportOf(variant), { snapshot, id, beforeWrite });
  };
  const reportOf = (variant: DrillVariant): DrillReport => ({
    command: 'drill',
    release: 'scorer',
    path: MANIFEST,
    variant,
    place: 'scratch',
    at: clock.now(),
    head: snapshot.head,
    result: { kind: 'passed' },
    from: '3.5.0',
    findings: [],
    phases: [],
    total: millis(0),
    restore: millis(0),
    target: millis(1),
    requirements: [],
    receipt: { kind: 'none' },
  });
  const open = () => forge.pulls.filter(({ state }) => state === 'open').map(({ branch }) => branch);
  return { forge, clock, keep, open, reportOf };
}

describe('the record of a drill that comes by pull request', () => {
  it('is merged as soon as its check passes, for no later run would do it', async () => {
    const { forge, keep } = await openBench();
    expect(await keep('healthy', 'one', 3)).toMatchObject({ kind: 'merged' });
    expect(JSON.parse(forge.textAt('.belay/drills/scorer/0001.json') ?? '')).toMatchObject({ passed: true });
  });

  it('is left open after five minutes, until a person merges it', async () => {
    const { clock, keep, open, reportOf } = await openBench();
    const before = clock.now();
    const receipt = await keep('healthy', 'one');
    expect(receipt).toMatchObject({ kind: 'waiting' });
    expect(clock.now() - before).toBe(300_000);
    expect(printDrill({ ...reportOf('healthy'), receipt })).toMatch(
      /^record: pull request #1 still waits for a requirement: .*; merge it before the next drill/m,
    );
    expect(open()).toEqual(['belay/drill-record/scorer/healthy/one-0001']);
  });

  it('is recorded once when a person merges it meanwhile', async () => {
    const { forge, keep } = await openBench();
    expect(await keep('healthy', 'one', 2, () => forge.mergeByHand(1))).toMatchObject({ kind: 'committed' });
    expect(forge.textAt('.belay/drills/scorer/0002.json')).toBeUndefined();
  });

  it('is not asked for again when a person closes it', async () => {
    const { forge, keep, open } = await openBench();
    expect(await keep('healthy', 'one', 2, () => forge.closePull(1))).toMatchObject({ kind: 'suppressed' });
    expect(open()).toEqual([]);
  });

  it('takes the place of an older one of the same variant, and of no other', async () => {
    const { keep, open } = await openBench();
    await keep('healthy', 'one');
    expect(await keep('provider-down', 'two')).toMatchObject({
      kind: 'waiting',
      message: expect.stringContaining('#1 of an earlier drill waits with the same number'),
    });
    await keep('healthy', 'three');
    expect(open()).toEqual([
      'belay/drill-record/scorer/provider-down/two-0001',
      'belay/drill-record/scorer/healthy/three-0001',
    ]);
  });

  it('has the next number, and another pull request, where another record lands while it waits', async () => {
    const { forge, keep, open } = await openBench();
    const receipt = await keep('healthy', 'one', 2, async () => {
      forge.setRules({});
      await keep('provider-down', 'two');
    });
    expect(receipt).toMatchObject({ kind: 'merged' });
    const variants = [1, 2].map(
      (number) => JSON.parse(forge.textAt(`.belay/drills/scorer/000${number}.json`) ?? '').variant,
    );
    expect(variants).toEqual(['provider-down', 'healthy']);
    expect(open()).toEqual([]);
  });

  it('is closed by the next drill, whichever variant, once it can never be merged', async () => {
    const { forge, keep, open } = await openBench();
    await keep('healthy', 'one');
    await keep('provider-down', 'two');
    forge.mergeByHand(2);
    await keep('auto-merge-off', 'three');
    expect(open()).toEqual(['belay/drill-record/scorer/auto-merge-off/three-0002']);
    const [first] = forge.pulls;
    expect(first).toMatchObject({
      state: 'closed',
      comments: [expect.stringContaining('This drill is not recorded')],
    });
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { findLeaks } from './leaks.ts';
import { openStage, PROMETHEUS_TOKEN, type Stage } from './stage.ts';

/** `watch-for` of the advance action, by the real bundle and at the real time. */

const present = hasPrometheus();
let stage: Stage;

function open(scene: Parameters<typeof openStage>[0]): void {
  beforeAll(async () => {
    stage = await openStage(scene);
  });
  afterEach(() => expect(stage.lab.takeViolations()).toEqual([]));
  afterAll(() => stage?.close());
}

const WATCH = { 'watch-for': '55m', every: '10s' };

describe.skipIf(!present)('a watch over a settled release', () => {
  open('settled');

  it('ends at its first look, and asks GitHub for nothing', async () => {
    const repository = await stage.createRepository();
    const run = await stage.runJob('advance', repository, { with: WATCH });
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { decision: 'nothing', changed: 'false', requests: '0' },
    });
    expect(run.summary).toContain(': 1 look; ended since no release is in flight');
  });

  it.each([
    [
      { 'watch-for': 'an hour' },
      '--watch-for: expected a duration like 30s, 55m or 1h30m, 0s to 6h, got "an hour"',
    ],
    [{ 'watch-for': '7h' }, '--watch-for: expected a duration'],
    [
      { 'watch-for': '55m', every: '9s' },
      '--every: expected a duration like 30s, 55m or 1h30m, 10s to 6h, got "9s"',
    ],
    [{ every: '30s' }, '--every: expected --watch-for with it'],
  ])('is refused with one message for %j', async (inputs, message) => {
    const repository = await stage.createRepository();
    const run = await stage.runJob('advance', repository, { with: inputs });
    expect(run.exitCode).toBe(1);
    expect(run.annotations).toMatchObject([{ level: 'error', message: expect.stringContaining(message) }]);
  });
});

describe.skipIf(!present)('a watch over a rollout', () => {
  open('advancing');

  it('ends between two looks when the job is cancelled, with what it did in its outputs', async () => {
    const repository = await stage.createRepository();
    const run = await stage.runJob('advance', repository, {
      with: WATCH,
      cancelAt: /scorer: advance 25% → 100%/,
    });
    expect(findLeaks(run, [stage.lab.tokens.actions, PROMETHEUS_TOKEN])).toEqual([]);
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { decision: 'advance', 'reason-code': 'CHECKS_PASS', changed: 'true', requests: '1' },
    });
    expect(run.outputs.commit).toBe((await repository.log())[0]?.oid);
    expect(run.summary).toContain('ended since it was asked to stop');
    expect(run.summary).toMatch(/\| scorer \| advance 25% → 100%: .*committed as [0-9a-f]{7} \|/);
  });
});

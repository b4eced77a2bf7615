import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { MANIFEST, SERVING } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { roundTrips } from '../lab/request-log.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { findLeaks } from './leaks.ts';
import { openStage, PROMETHEUS_TOKEN, type RunEvent, type Stage } from './stage.ts';

/** The rollback action as the example's workflow runs it: by a person's click, or by an alert's dispatch. */

const present = hasPrometheus();
let stage: Stage;

function open(scene: Parameters<typeof openStage>[0]): void {
  beforeAll(async () => {
    stage = await openStage(scene);
  });
  afterEach(() => expect(stage.lab.takeViolations()).toEqual([]));
  afterAll(() => stage?.close());
}

const byHand = (inputs: Readonly<Record<string, string>>): RunEvent => ({
  name: 'workflow_dispatch',
  inputs,
});
const byAlert = (payload: Readonly<Record<string, unknown>>): RunEvent => ({
  name: 'repository_dispatch',
  payload,
});

async function rollBack(
  repository: RepositoryHandle,
  event: RunEvent,
  options: Parameters<Stage['runJob']>[2] = {},
): Promise<ActionRun & { readonly requests: number; readonly trips: number }> {
  const { lab } = stage;
  const run = await stage.runJob('rollback', repository, {
    ...options,
    event,
    beforeAction: async () => lab.clearRequests(),
  });
  expect(findLeaks(run, [lab.tokens.actions, PROMETHEUS_TOKEN])).toEqual([]);
  expect(run.otherCommands).toEqual([]);
  const requests = lab.requests.filter((request) => request.api !== 'git').length;
  return { ...run, requests, trips: roundTrips(lab.requests) };
}

async function recordOf(repository: RepositoryHandle, sequence: string) {
  const text = await repository.read(`.belay/records/scorer/${sequence}.json`);
  return RecordSchema.parse(JSON.parse(text ?? '{}'));
}

const errorsOf = (run: ActionRun) => run.annotations.filter(({ level }) => level === 'error');

describe.skipIf(!present)('a rollback of a healthy rollout', () => {
  open('advancing');

  it('is done when a person orders it, asks no metrics, and is done once', async () => {
    const repository = await stage.createRepository();
    const event = byHand({ release: 'scorer', reason: 'complaints about declined payments', from: '' });
    const run = await rollBack(repository, event);
    expect(run).toMatchObject({
      exitCode: 0,
      requests: 3,
      trips: 3,
      outputs: {
        decision: 'rollback',
        'reason-code': 'ASKED_BY_PERSON',
        changed: 'true',
        'pull-request': '1',
      },
    });
    expect(stage.gateway.requests).toEqual([]);
    expect(repository.pulls).toMatchObject([{ state: 'MERGED' }]);
    const manifest = parse((await repository.read(MANIFEST)) ?? '').spec;
    expect(manifest).toMatchObject({ stable: { version: '3.4.1' }, rollout: { weight: 0 } });
    expect(manifest.candidate).toBeUndefined();
    expect(await repository.read(SERVING)).toMatch(
      /scorer-a[^-]*weight: 100\n[\s\S]*scorer-b[^-]*weight: 0\n/,
    );
    const record = await recordOf(repository, '0004');
    expect(record).toMatchObject({
      trigger: { kind: 'manual', actor: 'mona' },
      decision: { reasons: [{ text: 'mona: complaints about declined payments' }] },
      quarantine: { version: '3.5.0' },
    });
    expect(await rollBack(repository, event)).toMatchObject({
      exitCode: 0,
      requests: 0,
      outputs: { decision: 'nothing', changed: 'false' },
    });
  });

  it('is not done when an alert asks to look first', async () => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    const event = byAlert({ release: 'scorer', reason: 'alert ScorerErrors' });
    expect(await rollBack(repository, event)).toMatchObject({
      exitCode: 0,
      requests: 0,
      outputs: { decision: 'hold', changed: 'false' },
    });
    expect(stage.gateway.requests.length).toBeGreaterThan(0);
    expect(await repository.head()).toBe(head);
  });

  it.each([
    [{ release: 'scorer', 'if-failing': 'yes' }, 'input if-failing: expected true or false, got "yes"'],
    [{ release: 'scorer', 'dry-run': 'TRUE' }, 'input dry-run: expected true or false, got "TRUE"'],
    [{ release: 'scoring' }, 'release "scoring": expected one of "scorer"'],
    [{ reason: 'no release named' }, 'refused[SEC-17] client_payload.release is missing'],
  ])('is refused with one message for %j, and writes nothing', async (inputs, message) => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    const run = await rollBack(repository, byAlert({}), { with: inputs });
    expect(run).toMatchObject({ exitCode: 1, requests: 0 });
    expect(errorsOf(run)).toMatchObject([{ message: expect.stringContaining(message) }]);
    expect(await repository.head()).toBe(head);
    expect(await repository.branches()).toEqual(['main']);
  });

  it('writes nothing in a dry run, and shows what it would write', async () => {
    const repository = await stage.createRepository();
    const event = byHand({ release: 'scorer', reason: 'rehearsal' });
    const run = await rollBack(repository, event, { with: { release: 'scorer', 'dry-run': 'true' } });
    expect(run).toMatchObject({
      exitCode: 0,
      requests: 0,
      outputs: { decision: 'rollback', changed: 'false' },
    });
    expect(run.shown).toContain('-    weight: 25');
    expect(repository.pulls).toEqual([]);
  });

  it('waits for a required check, and merges by itself when that reports', async () => {
    const repository = await stage.createRepository({
      autoMergeAllowed: true,
      rules: { pullRequest: true, checks: ['ci'] },
    });
    const run = await rollBack(repository, byHand({ release: 'scorer', reason: 'now' }));
    expect(run).toMatchObject({
      exitCode: 0,
      requests: 3,
      outputs: { changed: 'true', commit: '', 'pull-request': '1' },
    });
    expect(run.summary).toContain('not merged yet');
    const tick = await stage.runJob('advance', repository);
    expect(tick).toMatchObject({
      exitCode: 0,
      outputs: { decision: 'hold', 'reason-code': 'ROLLBACK_PENDING', changed: 'false', requests: '4' },
    });
    await repository.check(repository.pulls[0]?.headOid ?? '', 'ci', 'success');
    expect(repository.pulls).toMatchObject([{ state: 'MERGED' }]);
    expect(parse((await repository.read(MANIFEST)) ?? '').spec.candidate).toBeUndefined();
  });
});

describe.skipIf(!present)('a rollback that an alert asks for', () => {
  open('failing');

  it('is done when the checks prove harm, with the evidence in the record', async () => {
    const repository = await stage.createRepository();
    const event = byAlert({ release: 'scorer', reason: 'alert ScorerErrors' });
    const run = await rollBack(repository, event);
    expect(run).toMatchObject({
      exitCode: 0,
      requests: 3,
      trips: 3,
      outputs: { decision: 'rollback', 'reason-code': 'HARM_PROVEN', changed: 'true' },
    });
    const record = await recordOf(repository, '0004');
    expect(record).toMatchObject({
      trigger: { kind: 'dispatch', actor: 'mona' },
      evidence: { checks: [{ name: 'errors', verdict: 'fail' }] },
    });
  });
});

describe.skipIf(!present)('a version that was promoted', () => {
  open('baked');

  it('is left only by its name', async () => {
    const repository = await stage.createRepository();
    const promoted = await stage.runJob('advance', repository);
    expect(promoted.outputs.decision).toBe('promote');
    const vague = await rollBack(repository, byHand({ release: 'scorer', reason: 'sick after all' }));
    expect(vague).toMatchObject({ exitCode: 1, requests: 0, outputs: { decision: 'nothing' } });
    const event = byHand({ release: 'scorer', reason: 'sick after all', from: '3.5.0' });
    const run = await rollBack(repository, event);
    expect(run).toMatchObject({
      exitCode: 0,
      requests: 3,
      outputs: { decision: 'rollback', changed: 'true' },
    });
    const spec = parse((await repository.read(MANIFEST)) ?? '').spec;
    expect(spec).toMatchObject({ stable: { version: '3.4.1' }, rollout: { weight: 0 } });
    expect(await rollBack(repository, event)).toMatchObject({
      requests: 0,
      outputs: { decision: 'nothing' },
    });
  });
});

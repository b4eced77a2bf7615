import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signMac } from '../../src/adapters/system/hmac.ts';
import { type DispatchPayload, signedText } from '../../src/core/dispatch/payload.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { formatInstant, instant } from '../../src/core/units.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { findLeaks } from './leaks.ts';
import { sceneConfig } from './scenes.ts';
import { openStage, PROMETHEUS_TOKEN, type Stage } from './stage.ts';

/** Signed dispatches (SEC-17) through the committed bundle and the example's workflow, as an alert's bridge sends them. */

const present = hasPrometheus();
const KEY = 'c0ffee0000000000000000000000000000000000000000000000000000c0ffee';
const ID = '01JD5Q7RZ8W3X4Y5Z6A7B8C9D0';
const SIGNED = 'dispatch: {sources: {alertmanager: {keyEnv: BELAY_DISPATCH_ALERTMANAGER}}}\n';
let stage: Stage;

function open(scene: Parameters<typeof openStage>[0]): void {
  beforeAll(async () => {
    stage = await openStage(scene);
  });
  afterEach(() => expect(stage.lab.takeViolations()).toEqual([]));
  afterAll(() => stage?.close());
}

async function createSigned(): Promise<RepositoryHandle> {
  const repository = await stage.createRepository();
  await repository.commit({ files: { '.belay/config.yaml': sceneConfig(stage.gateway.url, SIGNED) } });
  return repository;
}

const moment = (seconds: number): string =>
  formatInstant(instant(Math.floor(Date.now() / 1_000) * 1_000 + seconds * 1_000));

function sign(
  repository: RepositoryHandle,
  change: Partial<DispatchPayload> = {},
  key = KEY,
): DispatchPayload {
  const unsigned = {
    release: 'scorer',
    reason: 'alert ScorerErrors',
    source: 'alertmanager',
    id: ID,
    issuedAt: moment(-1),
    expiresAt: moment(299),
    repository: repository.fullName,
    ...change,
  };
  return { ...unsigned, signature: signMac({ key, text: signedText(unsigned) }) };
}

async function dispatch(
  repository: RepositoryHandle,
  payload: Readonly<Record<string, unknown>>,
  options: Parameters<Stage['runJob']>[2] = {},
): Promise<ActionRun & { readonly requests: number; readonly queries: number }> {
  const { lab, gateway } = stage;
  let queries = 0;
  const run = await stage.runJob('rollback', repository, {
    env: { PROMETHEUS_TOKEN, BELAY_DISPATCH_ALERTMANAGER: KEY },
    ...options,
    event: { name: 'repository_dispatch', payload },
    beforeAction: async () => {
      lab.clearRequests();
      queries = gateway.requests.length;
    },
  });
  expect(findLeaks(run, [lab.tokens.actions, PROMETHEUS_TOKEN, KEY])).toEqual([]);
  const requests = lab.requests.filter((request) => request.api !== 'git').length;
  return { ...run, requests, queries: gateway.requests.length - queries };
}

const errorsOf = (run: ActionRun) => run.annotations.filter(({ level }) => level === 'error');

describe.skipIf(!present)('a signed dispatch about a release that fails', () => {
  open('failing');

  it('makes Belay look and roll back, says so in the record, and is not heeded again', async () => {
    const repository = await createSigned();
    const payload = { ...sign(repository) };
    const run = await dispatch(repository, payload);
    expect(run).toMatchObject({
      exitCode: 0,
      requests: 3,
      outputs: { decision: 'rollback', 'reason-code': 'HARM_PROVEN', changed: 'true' },
    });
    const record = RecordSchema.parse(
      JSON.parse((await repository.read('.belay/records/scorer/0004.json')) ?? '{}'),
    );
    expect(record.trigger).toEqual({
      kind: 'dispatch',
      actor: 'mona',
      dispatch: { id: ID, source: 'alertmanager', reason: 'alert ScorerErrors' },
    });
    expect(repository.pulls[0]?.body).toContain('asked by alertmanager: alert ScorerErrors');
    const again = await dispatch(repository, payload);
    expect(again).toMatchObject({ exitCode: 1, requests: 0, queries: 0 });
    const commit = run.outputs.commit?.slice(0, 7);
    expect(errorsOf(again)).toMatchObject([
      { message: expect.stringContaining(`refused[SEC-17] dispatch id ${ID} already handled in ${commit}`) },
    ]);
  });
});

describe.skipIf(!present)('a dispatch about a healthy release', () => {
  open('advancing');

  it('that is signed makes Belay look, twice if it is sent twice, and changes nothing', async () => {
    const repository = await createSigned();
    const head = await repository.head();
    const payload = { ...sign(repository) };
    for (const _ of [1, 2]) {
      const run = await dispatch(repository, payload);
      expect(run).toMatchObject({
        exitCode: 0,
        requests: 0,
        outputs: { decision: 'hold', changed: 'false' },
      });
      expect(run.queries).toBeGreaterThan(0);
    }
    expect(await repository.head()).toBe(head);
  });

  it('only looks, whatever the workflow passes besides', async () => {
    const repository = await createSigned();
    const inputs = { release: 'scorer', reason: 'now!', from: '3.5.0', 'if-failing': 'false' };
    const run = await dispatch(repository, { ...sign(repository) }, { with: inputs });
    expect(run).toMatchObject({ exitCode: 0, requests: 0, outputs: { decision: 'hold', changed: 'false' } });
  });

  type Case = readonly [what: string, make: (repository: RepositoryHandle) => object, message: string];
  it.each<Case>([
    ['nobody signed', () => ({ release: 'scorer', reason: 'x' }), 'client_payload.signature is missing'],
    [
      'has another key',
      (repository) => ({ ...sign(repository), foo: 1 }),
      'client_payload.foo is not allowed',
    ],
    ['is signed wrongly', (repository) => sign(repository, {}, `${KEY}0`), 'signature mismatch'],
    [
      'is for another repository',
      (repository) => sign(repository, { repository: 'org/other' }),
      'signature is for org/other',
    ],
    [
      'is old',
      (repository) => sign(repository, { issuedAt: moment(-360), expiresAt: moment(-61) }),
      'expired ',
    ],
    [
      'is of a stranger',
      (repository) => sign(repository, { source: 'pagerduty' }),
      'client_payload.source "pagerduty" is not in .belay/config.yaml',
    ],
    [
      'is about no release of ours',
      (repository) => sign(repository, { release: 'scoring' }),
      'release "scoring": expected one of "scorer"',
    ],
  ])('that %s is refused, and asks nobody anything', async (_, make, message) => {
    const repository = await createSigned();
    const head = await repository.head();
    const run = await dispatch(repository, { ...make(repository) });
    expect(run).toMatchObject({ exitCode: 1, requests: 0, queries: 0 });
    expect(errorsOf(run)).toMatchObject([{ message: expect.stringContaining(message) }]);
    expect(await repository.head()).toBe(head);
  });

  it('is refused when the workflow does not hand over the key, and says which', async () => {
    const repository = await createSigned();
    const run = await dispatch(repository, { ...sign(repository) }, { env: { PROMETHEUS_TOKEN } });
    expect(run).toMatchObject({ exitCode: 1, queries: 0 });
    expect(errorsOf(run)[0]?.message).toContain(
      'environment variable BELAY_DISPATCH_ALERTMANAGER is missing',
    );
  });

  it('is refused when the workflow names another release', async () => {
    const repository = await createSigned();
    const run = await dispatch(repository, { ...sign(repository) }, { with: { release: 'ranker' } });
    expect(errorsOf(run)[0]?.message).toContain('about "scorer", and the workflow names "ranker"');
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { SERVING } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { findLeaks } from './leaks.ts';
import { openStage, PROMETHEUS_TOKEN, type Stage } from './stage.ts';

/** The command action as the example's workflow runs it: by a comment, or by a person's click; and what the next tick makes of it. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('advancing');
});
afterEach(() => expect(stage.lab.takeViolations()).toEqual([]));
afterAll(() => stage?.close());

const CONFIG = '.belay/config.yaml';
const ROLES = '\nroles: {approve: ["@ana"], rollback: ["@ana"], unquarantine: ["@ana"]}\n';

/** A repository in which Ana has the roles, with a pull request to talk on. */
async function openRepository(): Promise<{ repository: RepositoryHandle; pull: number }> {
  const repository = await stage.createRepository({
    collaborators: { ana: 'write', bob: 'write', eve: 'read' },
  });
  await repository.commit({ files: { [CONFIG]: `${await repository.read(CONFIG)}${ROLES}` } });
  await repository.commit({ branch: 'docs', files: { 'docs/a.md': 'hello\n' } });
  return { repository, pull: await repository.openPull({ head: 'docs', title: 'Docs', login: 'mona' }) };
}

/** Somebody comments, and the workflow runs. */
async function say(
  { repository, pull }: { repository: RepositoryHandle; pull: number },
  body: string,
  login = 'ana',
) {
  const id = await repository.comment(pull, body, login);
  const comment = { id, on: pull, body, login };
  const run = await stage.runJob('command', repository, { event: { name: 'issue_comment', comment } });
  return { id, comment, run: checked(run), reactions: reactionsTo(repository, id) };
}

function reactionsTo(repository: RepositoryHandle, id: number): readonly string[] {
  return repository.reactions.filter((one) => one.comment === id).map(({ content }) => content);
}

function checked(run: ActionRun): ActionRun {
  expect(findLeaks(run, [stage.lab.tokens.actions, PROMETHEUS_TOKEN])).toEqual([]);
  expect(run.otherCommands).toEqual([]);
  return run;
}

async function recordOf(repository: RepositoryHandle, sequence: string) {
  const text = await repository.read(`.belay/records/scorer/${sequence}.json`);
  return RecordSchema.parse(JSON.parse(text ?? '{}'));
}

describe.skipIf(!hasPrometheus())('commands in comments', () => {
  it('pause what is due, for one comment once, until a click resumes it', async () => {
    const place = await openRepository();
    const { repository } = place;
    const paused = await say(
      place,
      '/belay pause scorer --reason "odd scores in $(id) `x`"\r\n\r\nMore below.',
    );
    expect(paused.run).toMatchObject({
      exitCode: 0,
      outputs: { decision: 'pause', 'reason-code': 'PAUSED_BY_PERSON', release: 'scorer', changed: 'true' },
    });
    expect(paused.reactions).toEqual(['eyes', 'rocket']);
    expect(repository.comments.filter(({ author }) => author.kind !== 'user')).toEqual([]);
    expect(await recordOf(repository, '0004')).toMatchObject({
      decision: { kind: 'pause' },
      trigger: {
        kind: 'comment',
        actor: 'ana',
        order: {
          name: 'pause',
          by: { login: 'ana', id: repository.accountOf('ana') },
          source: { kind: 'comment', id: paused.id, on: place.pull },
          reason: 'odd scores in $(id) `x`',
        },
      },
    });

    const head = await repository.head();
    const { comment } = paused;
    const again = await stage.runJob('command', repository, { event: { name: 'issue_comment', comment } });
    expect(again.outputs).toMatchObject({
      decision: 'nothing',
      'reason-code': 'ORDER_DONE',
      changed: 'false',
    });
    expect(await repository.head()).toBe(head);

    const tick = checked(await stage.runJob('advance', repository));
    expect(tick.outputs).toMatchObject({
      decision: 'hold',
      'reason-code': 'PAUSED_BY_PERSON',
      changed: 'false',
    });

    const click = {
      name: 'workflow_dispatch',
      sender: 'ana',
      inputs: { command: 'resume', release: 'scorer' },
    } as const;
    const resumed = checked(await stage.runJob('command', repository, { event: click }));
    expect(resumed).toMatchObject({ exitCode: 0, outputs: { decision: 'resume', changed: 'true' } });
    expect(await recordOf(repository, '0005')).toMatchObject({
      trigger: { kind: 'manual', actor: 'ana', order: { name: 'resume', source: { kind: 'run', id: 1 } } },
    });
    const next = checked(await stage.runJob('advance', repository));
    expect(next.outputs).toMatchObject({ decision: 'advance', changed: 'true' });
  });

  it.each([
    [
      'who has no role',
      'bob',
      '/belay pause scorer --reason "x"',
      '@bob has permission "write" and not the role',
    ],
    [
      'who may only read',
      'eve',
      '/belay pause scorer --reason "x"',
      '@eve has permission "read"; needs write and role rollback',
    ],
    ['who quotes', 'ana', '> /belay rollback scorer --reason "x"', 'this one stands in a quote'],
    ['who writes it wrongly', 'ana', '/belay pause scorer', 'pause needs a reason'],
    [
      'with a line of a log in it',
      'eve',
      '/belay pause ::error::x --reason "y"',
      '"::error::x" is no name of a release',
    ],
  ])('of somebody %s get one reaction and change nothing', async (_, login, body, message) => {
    const place = await openRepository();
    const head = await place.repository.head();
    const { run, reactions } = await say(place, body, login);
    expect(run).toMatchObject({ exitCode: 1, outputs: { decision: 'refused', changed: 'false' } });
    expect(run.unmasked).toContain(`refused[SEC-18] `);
    expect(run.unmasked).toContain(message);
    expect(reactions).toEqual(['-1']);
    expect(await place.repository.head()).toBe(head);
    expect(place.repository.comments).toHaveLength(1);
  });

  it('that are none are passed by', async () => {
    const place = await openRepository();
    const { run, reactions } = await say(place, 'see /belay in the docs', 'eve');
    expect(run).toMatchObject({ exitCode: 0, outputs: { decision: 'nothing', 'reason-code': 'NO_COMMAND' } });
    expect(reactions).toEqual([]);
  });

  it('roll back, and say in a comment by which pull request', async () => {
    const place = await openRepository();
    const { repository } = place;
    const { run, id, reactions } = await say(place, '/belay abort scorer --reason "wrong training data"');
    expect(run).toMatchObject({ exitCode: 0, outputs: { decision: 'rollback', changed: 'true' } });
    expect(reactions).toEqual(['eyes', 'rocket']);
    expect(await repository.read(SERVING)).toContain('weight: 100');
    expect(await recordOf(repository, '0004')).toMatchObject({
      decision: { kind: 'rollback', reasons: [{ text: 'ana: wrong training data' }] },
      trigger: { order: { name: 'abort', source: { id } } },
    });
    const answers = repository.comments.filter(({ author }) => author.kind !== 'user');
    expect(answers.map(({ issue }) => issue)).toEqual([place.pull]);
    expect(answers[0]?.body).toMatch(/^\*\*scorer: rollback\.\*\* ana: wrong training data\. pull request /);
  });

  it('by a click of somebody without the role are refused', async () => {
    const { repository } = await openRepository();
    const inputs = { command: 'rollback', release: 'scorer', reason: 'x', version: '3.5.0' };
    for (const sender of ['bob', 'eve']) {
      const event = { name: 'workflow_dispatch', sender, inputs } as const;
      const run = checked(await stage.runJob('command', repository, { event }));
      expect(run).toMatchObject({ exitCode: 1 });
      expect(run.unmasked).toContain(`refused[SEC-18] @${sender} has permission`);
    }
  });
});

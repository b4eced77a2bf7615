import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import type { LabWorkflow } from '../lab/options.ts';
import { type ActionRun, runAction } from '../tools/composite-runner.ts';
import { findLeaks } from './leaks.ts';
import { findBundle, ROOT } from './root.ts';
import { readWorkflowStep } from './workflow-step.ts';

/** The watchdog action by the committed bundle, without a checkout, as the example's workflow runs it. */

const FILE = 'belay-advance.yml';
const MINUTE = 60_000;
const litter: string[] = [];
let lab: Lab;
let workspace: string;
let count = 0;

beforeAll(async () => {
  findBundle();
  lab = await startLab({ clock: { now: () => Date.now() } });
  workspace = await mkdtemp(join(tmpdir(), 'belay-watchdog-'));
  litter.push(workspace);
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(async () => {
  await lab?.close();
  await Promise.all(litter.map((path) => rm(path, { recursive: true, force: true })));
});

async function open(workflow: Partial<LabWorkflow> | undefined): Promise<RepositoryHandle> {
  count += 1;
  const workflows = workflow
    ? [{ file: FILE, check: 'advance', on: ['schedule'] as const, ...workflow }]
    : [];
  return lab.createRepository({
    name: `models-${count}`,
    files: { 'README.md': 'hello\n' },
    settings: { private: true, workflows },
  });
}

async function run(repository: RepositoryHandle, token = lab.tokens.actions): Promise<ActionRun> {
  const github = {
    ...{ token, repository: repository.fullName, ref: 'refs/heads/main', ref_name: 'main', workspace },
    ...{ sha: (await repository.head()) ?? '', event_name: 'push', event: {}, actor: 'mona' },
    ...{ api_url: lab.apiUrl, graphql_url: lab.graphqlUrl, server_url: lab.serverUrl },
  };
  const contexts = { github, inputs: {}, matrix: {}, secrets: {}, vars: {} };
  const step = readWorkflowStep('watchdog', contexts);
  const done = await runAction({ action: join(ROOT, 'actions/watchdog/action.yml'), ...step, github });
  litter.push(done.temp);
  expect(findLeaks(done, [token])).toEqual([]);
  return done;
}

it('is content with a run of a while ago, and asks twice', async () => {
  const repository = await open({});
  repository.ranOnSchedule({
    file: FILE,
    at: Date.now() - 31 * MINUTE,
    changedAt: Date.now() - 30.5 * MINUTE,
  });
  const done = await run(repository);
  expect(done).toMatchObject({
    exitCode: 0,
    annotations: [],
    outputs: { ticks: 'running', 'last-run': expect.stringMatching(/^\d{4}-.*Z$/) },
  });
  expect(done.summary).toMatch(/belay-advance\.yml ran 3\dm ago/);
});

it('fails with one message when there was no run for six hours', async () => {
  const repository = await open({});
  repository.ranOnSchedule({ file: FILE, at: Date.now() - 362.5 * MINUTE });
  repository.ranOnSchedule({ file: FILE, at: Date.now() - 20 * MINUTE, conclusion: 'cancelled' });
  const done = await run(repository);
  expect(done).toMatchObject({ exitCode: 2, outputs: { ticks: 'late' } });
  expect(done.annotations).toMatchObject([
    {
      level: 'error',
      message: expect.stringMatching(/belay-advance\.yml has not run for 6h\dm/),
      properties: { title: 'TICKS_MISSING', file: `.github/workflows/${FILE}` },
    },
  ]);
});

it('fails when GitHub has put the schedule to sleep, and says how to wake it', async () => {
  const done = await run(await open({ state: 'disabled_inactivity' }));
  expect(done).toMatchObject({ exitCode: 2, outputs: { ticks: 'stopped', 'last-run': '' } });
  expect(done.annotations[0]?.message).toContain('gh workflow enable belay-advance.yml');
});

it('does not stand in the way of the pull request that brings Belay', async () => {
  const done = await run(await open(undefined));
  expect(done).toMatchObject({ exitCode: 0, annotations: [], outputs: { ticks: 'absent' } });
});

it('does not take a token that may not look for a workflow that is not there', async () => {
  const token = lab.token({ kind: 'actions', permissions: { contents: 'read' } });
  const done = await run(await open({}), token);
  expect(done.exitCode).toBe(1);
  expect(done.annotations[0]?.message).toContain('It needs "actions: read"');
});

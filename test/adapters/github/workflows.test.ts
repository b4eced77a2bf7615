import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHubWorkflows } from '../../../src/adapters/github/workflows.ts';
import { type Instant, instant, type Millis } from '../../../src/core/units.ts';
import type { Workflows } from '../../../src/ports/workflows.ts';
import type { RepositoryHandle } from '../../lab/handle.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { LabWorkflow } from '../../lab/options.ts';

const ADVANCE: LabWorkflow = { file: 'belay-advance.yml', check: 'advance', on: ['schedule'] };

let lab: Lab;
let repo: RepositoryHandle;
let slept: Millis[] = [];

beforeEach(async () => {
  lab = await startLab();
  slept = [];
});
afterEach(async () => {
  expect(lab.violations).toEqual([]);
  await lab.close();
});

async function open(workflows: readonly LabWorkflow[], token = lab.tokens.actions): Promise<Workflows> {
  repo = await lab.createRepository({
    name: 'models',
    files: { a: 'a' },
    settings: { private: true, workflows },
  });
  return reopen(token);
}

function reopen(token: string): Workflows {
  const clock = {
    now: (): Instant => instant(lab.clock.now()),
    sleep: async (length: Millis) => void slept.push(length),
  };
  const { apiUrl, graphqlUrl } = lab;
  return createGitHubWorkflows({
    owner: repo.owner,
    repository: repo.name,
    token,
    apiUrl,
    graphqlUrl,
    clock,
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    // pauses as they are on average
    random: () => 0.5,
  });
}

describe('a workflow on GitHub', () => {
  it('is told with its runs, the newest first, and when each was alive', async () => {
    const workflows = await open([{ ...ADVANCE, file: 'ci.yml' }, ADVANCE]);
    const at = Date.UTC(2026, 10, 1, 12);
    const run = (minutes: number, more: object) =>
      repo.ranOnSchedule({ file: ADVANCE.file, at: at + minutes * 60_000, ...more });
    run(0, { changedAt: at + 55 * 60_000, conclusion: 'success' });
    run(15, { conclusion: 'cancelled' });
    run(30, { conclusion: 'startup_failure' });
    run(60, { conclusion: 'failure', changedAt: at + 61 * 60_000 });
    run(75, { status: 'in_progress' });
    run(90, { status: 'queued' });
    repo.ranOnSchedule({ file: 'ci.yml', at: at + 100 * 60_000, conclusion: 'success' });
    const view = await workflows.look(ADVANCE.file);
    expect(view).toMatchObject({
      state: 'active',
      since: Date.UTC(2026, 10, 1),
      url: expect.stringMatching(/\/acme\/models\/actions\/workflows\/belay-advance\.yml$/),
    });
    expect(view?.runs.map(({ state, changedAt }) => [state, (changedAt - at) / 60_000])).toEqual([
      ['waiting', 90],
      ['running', 75],
      ['ended', 61],
      ['skipped', 30],
      ['skipped', 15],
      ['ended', 55],
    ]);
    expect(lab.requests).toHaveLength(2);
  });

  it('is told with the steps of a run, and whether each ran', async () => {
    const workflows = await open([ADVANCE]);
    const at = Date.UTC(2026, 10, 1, 12);
    const steps = [
      ['Set up job', 'success'],
      ['Make a token', 'failure'],
      ['Run belay-dev/belay/actions/advance@v1', 'skipped'],
    ] as const;
    repo.ranOnSchedule({ file: ADVANCE.file, at, conclusion: 'failure', steps });
    const [run] = (await workflows.look(ADVANCE.file))!.runs;
    expect(run).toMatchObject({ state: 'ended', hasFailed: true });
    expect((await workflows.steps(run!)).map(({ end }) => end)).toEqual(['well', 'failed', 'not-run']);
    repo.ranOnSchedule({ file: ADVANCE.file, at: at + 1, conclusion: 'failure', steps: [] });
    const [lost] = (await workflows.look(ADVANCE.file))!.runs;
    expect(await workflows.steps(lost!)).toEqual([]);
  });

  it.each([
    ['disabled_inactivity', 'asleep'],
    ['disabled_manually', 'disabled'],
  ] as const)('that is %s is %s', async (state, told) => {
    const workflows = await open([{ ...ADVANCE, state }]);
    expect(await workflows.look(ADVANCE.file)).toMatchObject({ state: told, runs: [] });
  });

  it('is found among more than a hundred', async () => {
    const others = Array.from({ length: 130 }, (_, index) => ({ ...ADVANCE, file: `ci-${index}.yml` }));
    const workflows = await open([...others, ADVANCE]);
    expect(await workflows.look(ADVANCE.file)).toMatchObject({ state: 'active' });
  });

  it('is undefined where there is none, which a token that may not look cannot say', async () => {
    const workflows = await open([]);
    expect(await workflows.look(ADVANCE.file)).toBeUndefined();
    const blind = reopen(lab.token({ kind: 'actions', permissions: { contents: 'read' } }));
    await expect(blind.look(ADVANCE.file)).rejects.toMatchObject({
      code: 'FORGE_REFUSED',
      message: expect.stringContaining('It needs "actions: read"'),
    });
    await expect(reopen(lab.tokens.expired).look(ADVANCE.file)).rejects.toMatchObject({
      code: 'UNAUTHORISED',
    });
  });

  it('is asked for again after what may pass, and no more than three times', async () => {
    const workflows = await open([ADVANCE]);
    await lab.inject({ match: { api: 'rest' }, times: 2, fault: { kind: 'status', status: 502 } });
    expect(await workflows.look(ADVANCE.file)).toBeDefined();
    expect(slept).toEqual([1000, 4000]);
    await lab.inject({ match: { api: 'rest' }, times: 3, fault: { kind: 'status', status: 502 } });
    await expect(workflows.look(ADVANCE.file)).rejects.toMatchObject({
      code: 'FORGE_UNAVAILABLE',
      message: expect.stringContaining('in 3 attempts: HTTP 502'),
    });
  });
});

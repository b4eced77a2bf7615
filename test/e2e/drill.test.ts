import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { CONFIG_PATH } from '../../src/core/manifest/config-schema.ts';
import { drillPath, readDrills } from '../../src/core/record/drill-file.ts';
import { readExample } from '../examples/example-files.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { findLeaks } from './leaks.ts';
import { openStage, PROMETHEUS_TOKEN, type Stage } from './stage.ts';

/** The drill action as the example's workflow runs it, on a GitHub of the lab. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('settled', { metrics: 'none' });
});
afterEach(() => expect(stage.lab.takeViolations()).toEqual([]));
afterAll(() => stage?.close());

async function drill(
  repository: RepositoryHandle,
  variant = '',
  options: Parameters<Stage['runJob']>[2] = {},
): Promise<ActionRun> {
  const event = { name: 'workflow_dispatch', inputs: { variant } } as const;
  const run = await stage.runJob('drill', repository, { event, ...options });
  expect(findLeaks(run, [stage.lab.tokens.actions, PROMETHEUS_TOKEN])).toEqual([]);
  expect(await repository.branches()).toEqual(['main']);
  return run;
}

async function recordsOf(repository: RepositoryHandle, count: number) {
  const paths = Array.from({ length: count }, (_, index) => drillPath('scorer', index + 1));
  const texts = await Promise.all(paths.map((path) => repository.read(path)));
  return readDrills('scorer', new Map(paths.map((path, index) => [path, texts[index] ?? ''])), sha256);
}

describe('a drill on GitHub', () => {
  it('passes on a schedule, with its own pull request into its own branch and one commit on main', async () => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    const run = await drill(repository, '', { event: { name: 'schedule' } });
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { result: 'passed', 'reason-code': '', release: 'scorer' },
    });
    expect(run.summary).toContain('| **total** |');
    expect(repository.pulls).toMatchObject([
      {
        state: 'MERGED',
        title: expect.stringMatching(/^DRILL: /),
        base: expect.stringMatching(/^belay\/drill\/scorer\/[^/]+\/base$/),
      },
    ]);
    const { drills } = await recordsOf(repository, 1);
    expect(drills).toMatchObject([
      { passed: true, base: head, requirements: [], trigger: { kind: 'schedule' } },
    ]);
    const [record] = drills;
    expect(record?.phases.reduce((sum, { length }) => sum + length, 0)).toBe(record?.total);
  });

  it.each(['provider-down', 'auto-merge-off', 'target-missing', 'permission-lost'])(
    'passes with %s, and leaves no branch and no open pull request',
    async (variant) => {
      const repository = await stage.createRepository();
      expect(await drill(repository, variant)).toMatchObject({ exitCode: 0, outputs: { result: 'passed' } });
      expect(repository.pulls.filter(({ state }) => state === 'OPEN')).toEqual([]);
      expect((await recordsOf(repository, 1)).drills).toMatchObject([{ variant, passed: true }]);
    },
  );

  it('fails where a required check could not be waited for, and says which setting to change', async () => {
    const repository = await stage.createRepository({ rules: { checks: ['ci'] } });
    const run = await drill(repository);
    expect(run).toMatchObject({
      exitCode: 1,
      outputs: { result: 'failed', 'reason-code': 'AUTO_MERGE_OFF' },
    });
    expect(run.summary).toContain('check "ci"');
    expect(run.annotations.map(({ message }) => message).join()).toContain('Switch on "Allow auto-merge"');
  });

  it('fails where Actions may not open pull requests, and says which setting to change', async () => {
    const repository = await stage.createRepository({ actionsMayCreatePulls: false });
    const run = await drill(repository);
    expect(run).toMatchObject({
      exitCode: 1,
      outputs: { result: 'failed', 'reason-code': 'PULL_REQUESTS_NOT_ALLOWED' },
    });
    expect((await recordsOf(repository, 1)).drills).toMatchObject([
      { passed: false, findings: [{ code: 'PULL_REQUESTS_NOT_ALLOWED' }] },
    ]);
  });
});

describe('a drill of a sandbox on GitHub', () => {
  it('merges a real revert on main, sees it proven, and touches the sandbox alone', async () => {
    const repository = await stage.createRepository();
    const paths = ['releases/sandbox.yaml', 'serving/sandbox.yaml', 'docs/runbooks/ranker.md'];
    const read = (path: string) => readExample(`ranker/${path}`).replace('verify: 1m', 'verify: 20s');
    const files = Object.fromEntries(paths.map((path) => [path, read(path)]));
    const config = await repository.read(CONFIG_PATH);
    const named = config?.replace('providers:\n', 'providers:\n  made-up: {kind: drill}\n');
    await repository.commit({ files: { ...files, [CONFIG_PATH]: `${named}\ndrill: {sandbox: sandbox}\n` } });
    const served = await repository.read('serving/scorer.yaml');
    const run = await stage.runJob('drill', repository, {
      event: { name: 'schedule' },
      with: { release: 'sandbox' },
    });
    expect(findLeaks(run, [stage.lab.tokens.actions, PROMETHEUS_TOKEN])).toEqual([]);
    expect([run.exitCode, run.outputs.result, run.annotations]).toEqual([0, 'passed', []]);
    expect(repository.pulls).toMatchObject([
      {
        state: 'MERGED',
        base: 'main',
        title: expect.stringMatching(/^release\(sandbox\): roll back drill-/),
      },
    ]);
    for (const path of paths) expect(await repository.read(path)).toBe(files[path]);
    expect(await repository.read('serving/scorer.yaml')).toBe(served);
    const path = drillPath('sandbox', 1);
    const { drills } = readDrills('sandbox', new Map([[path, (await repository.read(path)) ?? '']]), sha256);
    expect(drills).toMatchObject([{ place: 'sandbox', passed: true, findings: [] }]);
    const phases = drills[0]?.phases ?? [];
    expect(phases.reduce((sum, { length }) => sum + length, 0)).toBe(drills[0]?.total);
    expect(phases.map(({ phase }) => phase)).toEqual(
      expect.arrayContaining(['detect', 'decide', 'pull-request', 'merge', 'restored', 'verify']),
    );
  }, 300_000);
});

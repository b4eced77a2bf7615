import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { MANIFEST } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { findLeaks } from './leaks.ts';
import { openStage, PROMETHEUS_TOKEN, type Stage } from './stage.ts';

/**
 * The bundle through the real action.yml, as the example's workflow runs it, on a GitHub of the lab with pull requests, and with a
 * real Prometheus that holds a day of stable.
 */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage('settled');
});
afterAll(() => stage.close());

interface Manifest {
  spec: {
    candidate?: unknown;
    rollout: { steps: unknown[] };
    health: { checks: Record<string, unknown>[] };
  };
}

const CANDIDATE = {
  version: '3.6.0',
  backend: 'scorer-b',
  artifacts: { model: { uri: 's3://models/scorer/3.6.0', digest: `sha256:${'b'.repeat(64)}` } },
};

/** A repository with a pull request that brings a candidate, changed as told. */
async function propose(
  change: (manifest: Manifest) => void = () => undefined,
  more: Record<string, string> = {},
) {
  const repository = await stage.createRepository();
  const manifest = parse((await repository.read(MANIFEST)) ?? '') as Manifest;
  manifest.spec.candidate = CANDIDATE;
  change(manifest);
  const head = await repository.commit({
    branch: 'bring',
    files: { [MANIFEST]: stringify(manifest), ...more },
  });
  const number = await repository.openPull({ head: 'bring', title: 'Bring 3.6.0' });
  return { repository, head, number };
}

interface Proposed {
  readonly repository: RepositoryHandle;
  readonly head: string;
  readonly number: number;
}

function runPull(
  { repository, head, number }: Proposed,
  more: { readonly from?: string } = {},
): Promise<ActionRun> {
  return stage.runJob('preflight', repository, {
    event: { name: 'pull_request', pull: { number, head, ...more } },
    ref: `refs/pull/${number}/merge`,
    checkout: 'main',
  });
}

const bodies = ({ repository, number }: Proposed): readonly string[] =>
  repository.comments.filter(({ issue }) => issue === number).map(({ body }) => body);

describe('preflight of a pull request', () => {
  it('finds it ready, and says so in one comment that a second run does not touch', async () => {
    const proposed = await propose();
    const run = await runPull(proposed);
    expect(run.unmasked).toContain('ready, 1 release(s)');
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { ready: 'true', errors: '0', releases: '1', comment: 'created' },
    });
    const [body = '', ...others] = bodies(proposed);
    expect(others).toEqual([]);
    expect(body).toContain('## Belay preflight: ready');
    expect(body).toContain('| ✅ | errors | bad, candidate | no series yet |');
    expect(body).toMatch(/\| ✅ \| errors \| total, stable \| [\d,]+ \|/);
    expect(body).toMatch(/\| 5% \| 30m \| errors \| never \| \S+(?: ⚠️)? \| \d+m \| \d+m \|/);
    expect(body).toMatch(/Stable against itself, 20 rollouts .* \| healthy \| 0 rolled back, \d+ promoted/);
    expect(body.trimEnd().endsWith('<!-- belay:preflight -->')).toBe(true);
    expect(findLeaks(run, [PROMETHEUS_TOKEN, stage.lab.tokens.actions])).toEqual([]);

    const writes = stage.lab.requests.length;
    const again = await runPull(proposed);
    expect(again.outputs).toMatchObject({ ready: 'true' });
    expect(['unchanged', 'edited']).toContain(again.outputs.comment);
    expect(bodies(proposed)).toHaveLength(1);
    expect(stage.lab.requests.length).toBeGreaterThan(writes);
    // a few questions for the whole stretch, not one for each tick
    expect(Number(run.outputs.queries)).toBeLessThan(40);
  });

  it('refuses a query that does not work, with its line, what came and what to do', async () => {
    const proposed = await propose(({ spec }) => {
      const [check] = spec.health.checks;
      check!.bad = String(check!.bad).replace('predict_errors_total', 'predict_failures_total');
      check!.total = 'increase(predict_total{version=~"{{version}}|3.4.1"}[{{window}}])';
    });
    const run = await runPull(proposed);
    expect(run).toMatchObject({ exitCode: 1, outputs: { ready: 'false' } });
    const codes = run.annotations.map(({ properties }) => properties.title);
    expect(codes).toContain('QUERY_EMPTY');
    const empty = run.annotations.find(({ properties }) => properties.title === 'QUERY_EMPTY');
    expect(empty?.properties.file).toBe(MANIFEST);
    expect(empty?.message).toContain('predict_failures_total{version="3.4.1"}');
    expect(bodies(proposed)[0]).toContain('## Belay preflight: not ready');
  });

  it('reads config from the default branch alone: an address in the pull request is never asked', async () => {
    const proposed = await propose(() => undefined, {
      '.belay/config.yaml':
        'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: prometheus, url: "https://evil.test"}\n',
    });
    const asked = stage.gateway.requests.length;
    const run = await runPull(proposed);
    expect(run).toMatchObject({ exitCode: 0, outputs: { ready: 'true' } });
    expect(stage.gateway.requests.length).toBeGreaterThan(asked);
    expect(run.unmasked).not.toContain('evil.test');
  });

  it('skips a fork before anything is asked', async () => {
    const proposed = await propose();
    const [asked, requests] = [stage.gateway.requests.length, stage.lab.requests.length];
    const run = await runPull(proposed, { from: 'stranger/models' });
    expect(run).toMatchObject({ exitCode: 0, outputs: { ready: '', comment: 'none' } });
    expect(run.unmasked).toContain('comes from a fork, which gets no secrets');
    expect(stage.gateway.requests.length).toBe(asked);
    const api = stage.lab.requests.slice(requests).filter(({ path }) => path.includes('graphql'));
    expect(api).toEqual([]);
    expect(bodies(proposed)).toEqual([]);
  });

  it("leaves a stranger's comment with its mark alone, and lets no text of the manifest act in its own", async () => {
    const hostile = '@acme/all <img src=x> | a | ![x](https://evil.test) ``` </details>';
    const proposed = await propose(({ spec }) => {
      spec.health.checks[0]!.bad =
        `sum(increase(predict_errors_total{version="{{version}}",x!="${hostile}"}[{{window}}]))`;
    });
    const theirs = 'mine\n\n<!-- belay:preflight -->';
    await fetch(
      `${stage.lab.apiUrl}/repos/${proposed.repository.fullName}/issues/${proposed.number}/comments`,
      {
        method: 'POST',
        headers: { authorization: `token ${stage.lab.tokens.person}`, 'content-type': 'application/json' },
        body: JSON.stringify({ body: theirs }),
      },
    );
    await runPull(proposed);
    const [first, own = '', ...others] = bodies(proposed);
    expect([first, others]).toEqual([theirs, []]);
    const outside = own.replace(/(`+)[^`][\s\S]*?\1/g, '');
    expect(outside).not.toMatch(/<img|!\[x\]|@acme/);
    expect(own.length).toBeLessThanOrEqual(65_536);
  });
});

describe('preflight by hand', () => {
  it('looks at the pull request that is named, from the default branch', async () => {
    const proposed = await propose();
    const event = { name: 'workflow_dispatch', inputs: { 'pull-request': String(proposed.number) } } as const;
    const run = await stage.runJob('preflight', proposed.repository, { event });
    expect(run).toMatchObject({ exitCode: 0, outputs: { ready: 'true', releases: '1', comment: 'created' } });
  });

  it('refuses another branch, and an event that outsiders start', async () => {
    const proposed = await propose();
    const branch = await stage.runJob('preflight', proposed.repository, {
      event: { name: 'workflow_dispatch' },
      ref: 'refs/heads/bring',
    });
    expect(branch.exitCode).toBe(1);
    expect(branch.unmasked).toContain('refused[SEC-03] a manual preflight runs only on the default branch');
    const dispatch = await stage.runJob('preflight', proposed.repository, {
      event: { name: 'repository_dispatch', payload: {} },
    });
    expect(dispatch.exitCode).toBe(1);
    expect(dispatch.unmasked).toContain('refused[SEC-03] preflight has secrets and runs on pull_request');
  });
});

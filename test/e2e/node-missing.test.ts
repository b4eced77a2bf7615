import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ActionRun, runAction } from '../tools/composite-runner.ts';
import { makePath } from './fake-node.ts';
import { findBundle, ROOT } from './root.ts';

/** Machines on which `node` is not what Belay needs. */

findBundle();
const workspace = mkdtempSync(join(tmpdir(), 'belay-empty-'));
const litter: string[] = [workspace];
afterAll(() => {
  for (const path of litter) rmSync(path, { recursive: true, force: true });
});

async function run(action: string, path: string): Promise<ActionRun> {
  const nowhere = 'http://127.0.0.1:9';
  const done = await runAction({
    action: join(ROOT, 'actions', action, 'action.yml'),
    path,
    github: {
      ...{ token: 'ghs_nothing', repository: 'acme/models', ref: 'refs/heads/main', ref_name: 'main' },
      ...{ sha: '0'.repeat(40), event_name: 'schedule', event: {}, actor: 'mona', workspace },
      ...{ api_url: nowhere, graphql_url: nowhere, server_url: nowhere },
    },
  });
  litter.push(done.temp, path);
  return done;
}

const answering = (version: string) => `case "$1" in --version) echo ${version};; *) echo ran; exit 0;; esac`;

describe.each(['validate', 'preflight', 'advance', 'rollback', 'watchdog', 'drill'])('%s', (action) => {
  it.each([
    ['there is no node', undefined, 'node was not found on PATH: Belay needs Node 20 or newer'],
    ['node is too old', answering('v16.20.2'), 'node 16.20.2 is too old: Belay needs Node 20 or newer'],
    ['node is nearly new enough', answering('v19.9.0'), 'node 19.9.0 is too old'],
    ['node answers with something else', answering('hello'), 'node hello is too old'],
    ['node cannot start', 'echo "GLIBC_2.28 not found" >&2; exit 127', 'node unknown is too old'],
  ])('says so in one message when %s', async (_, node, message) => {
    const done = await run(action, makePath(node));
    expect(done.exitCode).toBe(3);
    expect(done.annotations).toMatchObject([{ level: 'error', message: expect.stringContaining(message) }]);
    expect(done.annotations[0]?.message).toContain('actions/setup-node');
    expect(done.shown.trim().split('\n')).toHaveLength(1);
  });

  it('goes on with any newer one', async () => {
    const done = await run(action, makePath(answering('v26.0.0')));
    expect(done).toMatchObject({ exitCode: 0, shown: 'ran\n' });
  });
});

describe('what an earlier step left in the environment', () => {
  it('changes nothing in what runs', async () => {
    const show = 'case "$1" in --version) echo v20.0.0;; *) env;; esac';
    const path = makePath(show);
    const nowhere = 'http://127.0.0.1:9';
    const done = await runAction({
      action: join(ROOT, 'actions/validate/action.yml'),
      path,
      env: { NODE_OPTIONS: '--require /tmp/evil.js', NODE_PATH: '/tmp/evil', BASH_ENV: '/tmp/evil.sh' },
      github: {
        ...{ token: 'ghs_nothing', repository: 'acme/models', ref: 'refs/heads/main', ref_name: 'main' },
        ...{ sha: '0'.repeat(40), event_name: 'push', event: {}, actor: 'mona', workspace },
        ...{ api_url: nowhere, graphql_url: nowhere, server_url: nowhere },
      },
    });
    litter.push(done.temp, path);
    expect(done.exitCode).toBe(0);
    expect(done.unmasked).not.toMatch(/evil/);
    expect(done.unmasked).toMatch(/^BELAY_DIRECTORY=/m);
    expect(done.unmasked).not.toMatch(/^INPUT_/m);
  });
});

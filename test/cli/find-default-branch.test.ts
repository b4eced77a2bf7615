import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDefaultBranch } from '../../src/cli/find-default-branch.ts';
import { git } from '../lab/git/run-git.ts';

let directory = '';
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'belay-branch-'));
  await git({ dir: directory, args: ['init', '--quiet', '--initial-branch=feature'] });
});
afterEach(() => rmSync(directory, { recursive: true }));

function find(env: Readonly<Record<string, string>>): Promise<string> {
  return findDefaultBranch({ directory, env: { PATH: process.env.PATH, ...env } });
}

/** The file that the runner writes for a step. */
function event(payload: unknown): Readonly<Record<string, string>> {
  const path = join(directory, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: 'workflow_dispatch', GITHUB_REF_NAME: 'feature' };
}

const setOriginHead = (branch: string) =>
  git({
    dir: directory,
    args: ['symbolic-ref', 'refs/remotes/origin/HEAD', `refs/remotes/origin/${branch}`],
  });

describe('findDefaultBranch', () => {
  it('believes the event before anything else', async () => {
    await setOriginHead('old');
    expect(await find(event({ repository: { default_branch: 'main' } }))).toBe('main');
  });

  it('takes the branch of a scheduled run, which is the default one', async () => {
    const scheduled = { ...event({ schedule: '3-58/5 * * * *' }), GITHUB_EVENT_NAME: 'schedule' };
    expect(await find({ ...scheduled, GITHUB_REF_NAME: 'trunk' })).toBe('trunk');
  });

  it('asks the checkout when the event does not say', async () => {
    await setOriginHead('release/2.x');
    for (const payload of [{}, null, 'no JSON', { repository: { default_branch: 7 } }])
      expect(await find(event(payload))).toBe('release/2.x');
    expect(await find({})).toBe('release/2.x');
    expect(await find({ GITHUB_EVENT_PATH: join(directory, 'not-there') })).toBe('release/2.x');
  });

  it('never takes the branch that the run is for, nor the one that is checked out', async () => {
    await expect(find(event({}))).rejects.toThrow(
      'GitHub: expected to learn the default branch from the event or from origin/HEAD, got neither; say --branch',
    );
  });
});

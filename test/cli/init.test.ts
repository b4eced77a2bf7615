import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { git } from '../lab/git/run-git.ts';
import { lintWorkflow } from '../tools/lint-workflow.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function init(...flags: readonly string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'belay-init-'));
  folders.push(cwd);
  return initIn(cwd, ...flags);
}

async function initIn(cwd: string, ...flags: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const code = await runCli(['init', ...flags], {
    env: {},
    cwd,
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
  });
  const read = (path: string) => readFileSync(join(cwd, path), 'utf8');
  const workflows = () =>
    ['validate', 'preflight', 'advance', 'rollback', 'watchdog'].map((name) =>
      read(`.github/workflows/belay-${name}.yml`),
    );
  return { code, ...said, cwd, read, workflows };
}

describe('belay init', () => {
  it('writes v1 into the workflows, and says that nothing bears this name yet', async () => {
    const { code, stdout, workflows } = await init();
    expect(code).toBe(0);
    expect(stdout).toContain('note: the workflows run belay-dev/belay@v1, which is not tagged yet');
    for (const text of workflows()) expect(text).toMatch(/uses: belay-dev\/belay\/actions\/\w+@v1$/m);
  });

  it('writes the commit it is told into the workflows and the addresses of schemas', async () => {
    const { stdout, workflows, read } = await init('--ref', COMMIT, '--release', 'churn');
    expect(stdout).not.toContain('note:');
    for (const text of workflows()) {
      expect(text).toMatch(new RegExp(`uses: belay-dev/belay/actions/\\w+@${COMMIT}$`, 'm'));
      expect(text).not.toMatch(/v1$|Not tagged/m);
      expect(await lintWorkflow('belay.yml', text)).toEqual([]);
    }
    for (const path of ['.belay/config.yaml', 'releases/churn.yaml'])
      expect(read(path)).toMatch(
        new RegExp(`^# yaml-language-server: \\$schema=\\S+/belay/${COMMIT}/dist/schemas/`),
      );
  });

  it('goes on with the commit that stands there, and says when there is nothing to write', async () => {
    const { cwd } = await init('--ref', COMMIT, '--release', 'churn');
    const again = await initIn(cwd, '--release', 'churn');
    expect(again.stdout).toContain('nothing was written, for all of it stands there already');
    expect(again.stdout).not.toContain('not tagged yet');
    const other = await initIn(cwd, '--release', 'fraud');
    expect(other.stdout).toContain('wrote releases/fraud.yaml');
    expect(other.stdout).not.toContain('not tagged yet');
    expect(other.read('releases/fraud.yaml')).toContain(`/belay/${COMMIT}/dist/schemas/`);
  });

  it('writes the default branch wherever a workflow names it', async () => {
    const { workflows } = await init('--branch', 'trunk');
    for (const text of workflows()) expect(text).not.toMatch(/ref: main|\[main\]/);
    expect(workflows().join()).toContain('branches: [trunk]');
  });

  it('refuses a ref that would be more than one', async () => {
    for (const ref of ['v1\n  evil: x', 'v1 # x', '-x', '$(x)']) {
      const { code, stderr } = await init(`--ref=${ref}`);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('--ref: expected a tag or the 40 digits of a commit'),
      ]);
    }
  });

  it('writes a trial that goes wrong, with metrics of its own, and refuses to ask a server beside it', async () => {
    const { code, cwd, read, stdout } = await init('--example', '--release', 'churn');
    expect(code).toBe(0);
    expect(stdout).toContain('git apply .belay/example/candidate.patch');
    expect(read('.belay/config.yaml')).toMatch(
      /kind: openmetrics\n {4}file: \.belay\/example\/metrics\.om\n$/,
    );
    await git({ dir: cwd, args: ['init', '--quiet'] });
    await git({ dir: cwd, args: ['apply', '.belay/example/candidate.patch'] });
    expect(read('releases/churn.yaml')).toMatch(
      /^ {2}candidate:\n {4}version: 1\.1\.0\n {4}backend: churn-b$/m,
    );

    const second = await initIn(cwd, '--example', '--release', 'ranker');
    expect(second.stdout).toContain(
      'next: put your version, digest, queries and route into releases/ranker.yaml',
    );
    expect(second.stdout).not.toContain('git apply');

    const both = await init('--example', '--prometheus', 'https://prometheus.acme.dev');
    expect([both.code, both.stderr]).toEqual([
      1,
      expect.stringContaining('--example brings metrics of its own; leave --prometheus out'),
    ]);
  });
});

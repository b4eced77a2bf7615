import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { CANDIDATE } from '../builders/release.ts';
import { MANIFEST, repositoryFiles, SERVING, writeRoute } from '../builders/world.ts';
import { git } from '../lab/git/run-git.ts';

/** `belay validate --base` over a repository as a pull request's job finds it. */

let directory = '';
const run = (...args: string[]) =>
  git({ dir: directory, args: ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', ...args] });
const write = (files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
};
const commit = async (files: Readonly<Record<string, string>>) => {
  write({ 'metrics.om': '# EOF\n', ...files });
  await run('add', '--all');
  await run('commit', '--quiet', '--message', 'Change');
};
const rolling = (weight: number) =>
  repositoryFiles({ candidate: CANDIDATE, weight }, { 'scorer-a': 100 - weight, 'scorer-b': weight });

async function validate(...line: readonly string[]) {
  return validateIn({}, ...line);
}

async function validateIn(env: Readonly<Record<string, string>>, ...line: readonly string[]) {
  let out = '';
  const sink = { write: (text: string) => (out += text) };
  const code = await runCli(['validate', ...line], { env, cwd: directory, stdout: sink, stderr: sink });
  return { code, out };
}
const WORKFLOW = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'belay-base-'));
  await run('init', '--quiet', '--initial-branch=main');
  await commit(repositoryFiles({}));
  await commit(rolling(0));
  await run('checkout', '--quiet', '-b', 'topic');
  await commit({ 'notes.md': 'A change of nothing.\n' });
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('validate --base', () => {
  it('leaves alone what came from the default branch in the meantime', async () => {
    await run('checkout', '--quiet', 'main');
    await commit(rolling(5));
    for (const head of ['topic', 'main']) {
      await run('checkout', '--quiet', '--detach', head);
      expect((await validate('--base', 'main')).out).not.toContain('SEC-29');
    }
    await run('merge', '--quiet', '--no-edit', 'topic');
    expect((await validate('--base', 'main')).out).not.toContain('SEC-29');
  });

  it('refuses a weight that the pull request writes, at its line', async () => {
    await run('checkout', '--quiet', '-B', 'raise', 'main');
    await commit(rolling(25));
    const { code, out } = await validate('--base', 'main');
    expect(code).toBe(1);
    expect(out).toMatch(
      /^refused\[SEC-29\] releases\/scorer\.yaml:\d+:\d+ spec\.rollout\.weight: is written only by Belay; expected 5, got 25\./m,
    );
    expect((await validate()).out).not.toContain('SEC-29');
  });

  it('judges in a workflow what git holds, whatever the checkout shows of it', async () => {
    await run('checkout', '--quiet', '-B', 'attributes', 'main');
    // in UTF-7 a hash sign is no hash sign: what is a comment to advance would be a key here
    await commit({
      '.gitattributes': 'releases/*.yaml working-tree-encoding=UTF-7\n',
      [MANIFEST]: `${rolling(5)[MANIFEST]}# extra: 1\n`,
    });
    await run('rm', '--quiet', '--cached', MANIFEST);
    await run('reset', '--quiet', '--hard');
    const sound = (await validateIn(WORKFLOW, '--base', 'main')).out;
    expect(sound).toContain('1 release(s) read');
    expect((await validate('--base', 'main')).out).toContain('0 of 1 release(s) read');
    write({ [MANIFEST]: 'nonsense\n' });
    expect((await validateIn(WORKFLOW, '--base', 'main')).out).toBe(sound);
    await run('reset', '--quiet', '--hard');
  });

  it('tells a submodule or a link in the place of a manifest from one that is gone', async () => {
    await run('checkout', '--quiet', '-B', 'replaced', 'main');
    await run('rm', '--quiet', MANIFEST);
    const entry = `160000,${String(await run('rev-parse', 'HEAD')).trim()},${MANIFEST}`;
    await run('update-index', '--add', '--cacheinfo', entry);
    await run('commit', '--quiet', '--message', 'Replace');
    expect((await validateIn(WORKFLOW, '--base', 'main')).out).toMatch(
      /^refused\[SEC-09\] releases\/scorer\.yaml:1:1: is a submodule; a manifest must be/m,
    );
    await run('rm', '--quiet', '-r', '--cached', 'releases');
    rmSync(join(directory, 'releases'), { recursive: true, force: true });
    symlinkSync('serving', join(directory, 'releases'));
    await run('add', 'releases');
    await run('commit', '--quiet', '--message', 'Link');
    for (const env of [WORKFLOW, {}])
      expect((await validateIn(env, '--base', 'main')).out).toMatch(
        /^refused\[SEC-09\] releases:1:1: is a symlink, so that nothing in it is read/m,
      );
    await run('checkout', '--quiet', '--force', 'main');
  });

  it('looks for the secrets that the base names, not for those of the pull request', async () => {
    const auth = (name: string) =>
      `apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: prometheus, url: "https://prometheus.acme.dev", auth: {kind: bearer, tokenEnv: ${name}}}\n`;
    await run('checkout', '--quiet', '-B', 'named', 'main');
    await commit({ '.belay/config.yaml': auth('PROM_TOKEN') });
    await run('checkout', '--quiet', '-B', 'renamed', 'named');
    await commit({ '.belay/config.yaml': auth('HOME') });
    const { out } = await validateIn({ ...WORKFLOW, PROM_TOKEN: 'x', HOME: '/root' }, '--base', 'named');
    expect(out).toContain('validate must not receive secrets: PROM_TOKEN is set');
    expect(out).not.toContain('HOME is set');
    await run('checkout', '--quiet', 'main');
  });

  it('says what to do when there is nothing to compare with', async () => {
    for (const ref of ['origin/nowhere', '--output=x', 'main:releases'])
      expect(await validate(`--base=${ref}`)).toEqual({
        code: 1,
        out: expect.stringContaining(`--base: there is no commit "${ref}" here; set "fetch-depth: 0"`),
      });
    await run('checkout', '--quiet', '--orphan', 'apart');
    await commit({
      [MANIFEST]: rolling(0)[MANIFEST]!,
      [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
    });
    expect((await validate('--base', 'main')).out).toContain('share no commit here');
  });
});

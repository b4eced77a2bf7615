import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GitResult, tryGit } from './git/run-git.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';
import type { RepositorySettings } from './options.ts';

let lab: Lab;
let folder: string;
let count = 0;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-clone-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  expect(lab.takeViolations()).toEqual([]);
});
afterAll(() => lab.close());

function repository(settings: RepositorySettings = {}): Promise<RepositoryHandle> {
  count += 1;
  return lab.createRepository({ name: `git-${count}`, files: { 'a.yaml': 'weight: 5\n' }, settings });
}

/** The header that actions/checkout leaves in the configuration. */
function withToken(token: string): readonly string[] {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return ['-c', `http.extraHeader=Authorization: basic ${basic}`];
}

const clone = (repo: RepositoryHandle, ...options: readonly string[]): Promise<GitResult> =>
  tryGit({ dir: folder, args: [...options, 'clone', '--quiet', repo.cloneUrl, '.'] });

async function push(token: string | undefined, ...refspec: readonly string[]): Promise<GitResult> {
  const auth = token === undefined ? [] : withToken(token);
  return tryGit({ dir: folder, args: [...auth, 'push', '--quiet', 'origin', ...refspec] });
}

async function change(text: string): Promise<string> {
  await writeFile(join(folder, 'a.yaml'), text);
  const user = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com'];
  await tryGit({ dir: folder, args: [...user, 'commit', '--quiet', '--all', '--message', 'Change'] });
  return (await tryGit({ dir: folder, args: ['rev-parse', 'HEAD'] })).stdout.toString().trim();
}

describe('git over HTTP', () => {
  it('clones what is public, shallow and partial too', async () => {
    const repo = await repository();
    await repo.commit({ files: { 'b.yaml': 'b' } });
    const options = ['--depth=1', '--filter=blob:none', '--branch=main'];
    const result = await tryGit({ dir: folder, args: ['clone', '--quiet', ...options, repo.cloneUrl, '.'] });
    expect(result).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'a.yaml'), 'utf8')).toBe('weight: 5\n');
    const log = await tryGit({ dir: folder, args: ['log', '--format=%H'] });
    expect(log.stdout.toString().trim()).toBe(await repo.head());
  });

  it('fetches one commit by its id', async () => {
    const repo = await repository();
    const first = (await repo.head())!;
    await repo.commit({ files: { b: 'b' } });
    await tryGit({ dir: folder, args: ['init', '--quiet'] });
    const fetched = await tryGit({
      dir: folder,
      args: ['fetch', '--quiet', '--depth=1', repo.cloneUrl, first],
    });
    expect(fetched).toMatchObject({ code: 0 });
  });

  it('hides what is private from everybody without a token that sees it', async () => {
    const repo = await repository({ private: true });
    expect((await clone(repo)).code).toBe(128);
    expect((await clone(repo, ...withToken(lab.tokens.expired))).code).toBe(128);
    const elsewhere = lab.token({ kind: 'app', repositories: ['acme/other'] });
    expect((await clone(repo, ...withToken(elsewhere))).stderr).toContain('not found');
    expect((await clone(repo, ...withToken(lab.tokens.readOnly))).code).toBe(0);
  });

  it('takes a push of a token that may write, with all that follows from it', async () => {
    const repo = await repository({
      workflows: [{ file: 'ci.yml', check: 'ci', on: ['push', 'pull_request'] }],
    });
    await repo.commit({ branch: 'change', files: { 'c.txt': 'c' } });
    await repo.openPull({ head: 'change', title: 'Change' });
    await clone(repo);
    await tryGit({ dir: folder, args: ['checkout', '--quiet', 'change'] });
    const tip = await change('weight: 6\n');
    expect((await push(undefined, 'change')).stderr).toContain('could not read Username');
    expect((await push(lab.tokens.readOnly, 'change')).stderr).toContain('403');
    expect(await push(lab.tokens.app, 'change')).toMatchObject({ code: 0 });
    expect(await repo.head('change')).toBe(tip);
    expect(repo.pulls[0]).toMatchObject({ headOid: tip, state: 'OPEN' });
    expect(repo.runs.filter((run) => run.oid === tip).map((run) => run.event)).toEqual([
      'push',
      'pull_request',
    ]);
    expect(await push(lab.tokens.app, ':change')).toMatchObject({ code: 0 });
    expect(repo.pulls[0]?.state).toBe('CLOSED');
  });

  it('refuses a push that is not a fast forward', async () => {
    const repo = await repository();
    await clone(repo);
    await repo.commit({ files: { b: 'b' } });
    await change('weight: 6\n');
    const result = await push(lab.tokens.app, 'main');
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('fetch first')]);
  });

  it('refuses a push that breaks the rules of the branch, with GitHub’s words', async () => {
    const repo = await repository({ rules: { pullRequest: true, checks: ['ci'] } });
    const before = await repo.head();
    await clone(repo);
    await change('weight: 6\n');
    const { code, stderr } = await push(lab.tokens.app, 'main');
    expect(code).toBe(1);
    expect(stderr).toContain('GH013: Repository rule violations found for refs/heads/main.');
    expect(stderr).toContain('- Changes must be made through a pull request.');
    expect(stderr).toContain('- Required status check "ci" is expected.');
    expect(await repo.head()).toBe(before);
    expect(await push(lab.tokens.app, 'main:other')).toMatchObject({ code: 0 });
    expect(await push(lab.tokens.appBypass, 'main')).toMatchObject({ code: 0 });
    expect(await repo.head()).not.toBe(before);
  });

  it('words classic rules as they are worded, and forbids forced pushes and deletion', async () => {
    const repo = await repository({ rules: { kind: 'classic', linearHistory: true } });
    await repo.commit({ files: { b: 'b' } });
    await clone(repo);
    await tryGit({ dir: folder, args: ['reset', '--quiet', '--hard', 'HEAD~1'] });
    const forced = await push(lab.tokens.app, '+main');
    expect(forced.stderr).toContain('GH006: Protected branch update failed for refs/heads/main.');
    expect(forced.stderr).toContain('Cannot force-push to this branch');
    expect((await push(lab.tokens.app, ':main')).code).toBe(1);
    expect(await repo.log()).toHaveLength(2);
  });
});

describe('a repository', () => {
  it('begins from a folder, with file modes', async () => {
    await writeFile(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(folder, '.gitignore'), 'ignored\n');
    await writeFile(join(folder, 'ignored'), 'kept all the same\n');
    const repo = await lab.createRepository({ name: 'from-folder', fromDirectory: folder });
    expect(await repo.read('ignored')).toBe('kept all the same\n');
    const tree = await tryGit({ dir: repo.gitDir, args: ['ls-tree', 'main', 'run.sh'] });
    expect(tree.stdout.toString()).toMatch(/^100755 /);
  });

  it('begins from another git directory, with all its branches', async () => {
    const origin = await repository();
    await origin.commit({ branch: 'other', files: { b: 'b' } });
    const repo = await lab.createRepository({ name: 'from-git', fromBareGit: origin.gitDir });
    expect(await repo.branches()).toEqual(['main', 'other']);
    expect(await repo.head('other')).toBe(await origin.head('other'));
  });

  it('keeps paths of any letters, and every object of it is sound', async () => {
    const repo = await repository();
    const paths = ['b c.txt', 'quo"te.txt', 'back\\slash.txt', 'ünï/日本.txt', "it's.txt"];
    await repo.commit({ files: Object.fromEntries(paths.map((path) => [path, `${path}\n`])) });
    await repo.commit({ files: { 'a.yaml': null, 'b c.txt': '' } });
    for (const path of paths.slice(1)) expect(await repo.read(path)).toBe(`${path}\n`);
    expect([await repo.read('a.yaml'), await repo.read('b c.txt')]).toEqual([undefined, '']);
    const fsck = await tryGit({ dir: repo.gitDir, args: ['fsck', '--strict', '--full', '--no-dangling'] });
    expect([fsck.code, fsck.stderr]).toEqual([0, '']);
    expect(await repo.branches()).toEqual(['main']);
  });
});

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { repositoryFiles } from '../builders/world.ts';
import { git } from '../lab/git/run-git.ts';
import { findBundle } from './root.ts';

/** The bundle in a terminal: what is asked wrongly is refused in one line, and leaves everything as it was. */

const bundle = findBundle();
let root = '';
let repository = '';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function belay(
  args: readonly string[],
  {
    cwd = repository,
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const environment = { PATH: process.env.PATH ?? '', HOME: root, ...env };
    const child = spawn(process.execPath, [bundle, ...args], { cwd, env: environment });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function makeRepository(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const dir = join(root, name);
  await mkdir(dir);
  await git({ dir, args: ['init', '--quiet', '--initial-branch=main'] });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const author = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com'];
  await git({ dir, args: ['add', '--all'] });
  await git({ dir, args: [...author, 'commit', '--quiet', '--allow-empty', '--message', 'Begin'] });
  return dir;
}

const headOf = async (dir: string): Promise<string> =>
  (await git({ dir, args: ['for-each-ref', '--format=%(objectname) %(refname)'] })).toString('utf8');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'belay-line-'));
  const files = repositoryFiles({ stable: STABLE, candidate: CANDIDATE });
  repository = await makeRepository('models', { ...files, 'metrics.om': '# EOF\n' });
  await mkdir(join(root, 'bare'));
  await writeFile(join(root, 'a-file'), '');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a command line that is wrong', () => {
  it.each([
    [['foo'], 'unknown command "foo"; expected one of init, validate, plan'],
    [['help', 'foo'], 'unknown command "foo"'],
    [['advance', '--wat'], "Unknown option '--wat'; known flags: "],
    [['advance', '--forge', 'gitlab'], '--forge: expected local or github, got "gitlab"'],
    [['advance', '--forge', 'github'], 'expected a token in BELAY_TOKEN or GITHUB_TOKEN, got none'],
    [['advance', '--branch', '-x'], "Option '--branch' argument is ambiguous; known flags: "],
    [['advance', '--now='], '--now: expected a value, got an empty text'],
    [['advance', '--now', 'yesterday'], '--now: expected a moment in UTC'],
    [['advance', '--release', ''], '--release: expected a value, got an empty text'],
    [['advance', '--branch', 'nope'], 'branch "nope"'],
    [['advance', 'nope'], 'release "nope": expected one of "scorer"'],
    [['plan', 'nope'], 'release "nope": expected one of "scorer"'],
    [['rollback'], 'expected the name of a release, got none'],
    [['rollback', 'nope'], 'release "nope": expected one of "scorer"'],
    [['rollback', 'scorer', 'twice'], 'expected at most 1 argument(s), got "scorer", "twice"'],
    [['validate', '--dir', 'nowhere'], '--dir: expected a folder, got "nowhere", which is not there'],
    [['advance', '--dir', '../a-file'], '--dir: expected a folder, got "../a-file", which is a file'],
    [['advance', '--dir', '../bare'], 'git: '],
    [['schema', 'x'], 'schema: expected release, config, record or evidence, got "x"'],
    [['plan', '--format', 'xml'], '--format: expected text or json, got "xml"'],
    [['init', '--release', 'A B'], 'init: --release: expected lower-case letters'],
    [
      ['init', '--prometheus', 'https://me:secret@host'],
      'init: --prometheus: expected an http(s) URL without user',
    ],
  ])('%j is refused in one line', async (args, message) => {
    const before = [await headOf(repository), await readdir(repository)];
    const { code, stdout, stderr } = await belay(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^belay: .* \[REFUSED\]\n$/);
    expect([await headOf(repository), await readdir(repository)]).toEqual(before);
  });

  it('is refused in a repository without a commit, too', async () => {
    const cwd = join(root, 'unborn');
    await mkdir(cwd);
    await git({ dir: cwd, args: ['init', '--quiet', '--initial-branch=main'] });
    const { code, stderr } = await belay(['advance'], { cwd });
    expect([code, stderr]).toEqual([1, expect.stringContaining('branch "main" has no commit here')]);
  });
});

describe('what is printed', () => {
  it('is JSON alone on stdout when JSON is asked for', async () => {
    const { code, stdout, stderr } = await belay(['plan', '--format', 'json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).releases[0].name).toBe('scorer');
  });

  it('is the same whatever the YAML parser is asked to tell by the environment', async () => {
    const env = { LOG_TOKENS: '1', LOG_STREAM: '1' };
    for (const args of [['plan', '--format', 'json'], ['validate']])
      expect(await belay(args, { env })).toEqual(await belay(args));
  });

  it('may be read in part', async () => {
    const child = spawn(
      '/bin/sh',
      ['-c', '"$1" "$2" schema release | true', 'sh', process.execPath, bundle],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toBe('');
  });

  it('holds no workflow command in the log of a workflow', async () => {
    const evil = 'x\n::set-env name=A::b';
    const runs = [await belay(['plan', evil], { env: { GITHUB_ACTIONS: 'true' } }), await belay([evil])];
    expect(runs[0]?.stderr).not.toMatch(/^::/m);
    expect(runs.map(({ code }) => code)).toEqual([1, 1]);
  });

  it('names the version of package.json', async () => {
    const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
    expect((await belay(['--version'])).stdout).toBe(`belay ${version}\n`);
  });
});

describe('a run in a terminal', () => {
  it('adopts the release, once, and a dry run writes nothing', async () => {
    const dir = await makeRepository('settled', {
      ...repositoryFiles({ stable: STABLE }),
      'metrics.om': '# EOF\n',
    });
    const before = await headOf(dir);
    const dry = await belay(['advance', '--dry-run'], { cwd: dir });
    expect([dry.code, await headOf(dir)]).toEqual([0, before]);
    expect(dry.stdout).toContain('dry run: nothing was written');
    const first = await belay(['advance', '--format', 'json'], { cwd: dir });
    expect(JSON.parse(first.stdout).releases[0].decision.kind).toBe('adopt');
    const after = await headOf(dir);
    expect(after).not.toBe(before);
    const second = await belay(['advance'], { cwd: dir });
    expect([second.code, await headOf(dir)]).toEqual([0, after]);
    expect(second.stdout).toContain('settled on 3.4.1');
  });
});

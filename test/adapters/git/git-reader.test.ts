import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitReader } from '../../../src/adapters/git/git-reader.ts';
import type { Sha } from '../../../src/core/units.ts';
import { sha } from '../../../src/core/units.ts';
import type { ScratchRepository } from '../scratch-repository.ts';
import { createScratchRepository, personGit, scratchFolder } from '../scratch-repository.ts';

const open: ScratchRepository[] = [];
let repository: ScratchRepository;

beforeEach(() => {
  repository = scratch();
});

afterEach(() => {
  for (const each of open.splice(0)) each.remove();
});

function scratch(options: Parameters<typeof createScratchRepository>[0] = {}): ScratchRepository {
  const made = createScratchRepository(options);
  open.push(made);
  return made;
}

function readerOf(directory: string, more: Partial<Parameters<typeof createGitReader>[0]> = {}) {
  return createGitReader({ directory, defaultBranch: 'main', ...more });
}

/** A folder whose `git` writes its arguments and its environment to a file before it runs the real one. */
function recordingGit(extra = ''): { readonly path: string; calls(): string[] } {
  const folder = scratchFolder();
  const record = join(folder, 'calls');
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(
    join(folder, 'git'),
    `#!/bin/sh\n{ echo "ARGS $*"; env; echo END; } >> '${record}'\n${extra}\nexec '${real}' "$@"\n`,
  );
  chmodSync(join(folder, 'git'), 0o755);
  return {
    path: `${folder}:${process.env.PATH}`,
    calls: () => (existsSync(record) ? readFileSync(record, 'utf8').split('END\n').filter(Boolean) : []),
  };
}

describe('head', () => {
  it('is HEAD of the checkout, also when it is detached and the branch has moved on', async () => {
    repository.write('a', '1');
    const first = repository.commit('one');
    repository.write('a', '2');
    repository.commit('two');
    repository.git('checkout', '--quiet', '--detach', first);
    expect(await readerOf(repository.directory).head()).toBe(first);
  });

  it('is the commit and not the object of a tag that is checked out', async () => {
    repository.write('a', '1');
    const first = repository.commit('one');
    repository.git('tag', '-a', '-m', 'v1', 'v1');
    repository.git('checkout', '--quiet', 'v1');
    expect(await readerOf(repository.directory).head()).toBe(first);
  });

  it('says to commit something when there is no commit', async () => {
    await expect(readerOf(repository.directory).head()).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('HEAD has no commit yet'),
    });
  });

  it('says that a folder is not a repository', async () => {
    await expect(readerOf(scratchFolder()).head()).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('not inside a git repository'),
    });
  });

  it('says that git cannot be found', async () => {
    repository.commit('one');
    const reader = readerOf(repository.directory, { environment: { PATH: '/nonexistent' } });
    await expect(reader.head()).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('Install git'),
    });
  });
});

describe('list', () => {
  it('gives all entries below a folder, sorted, and nothing beside it', async () => {
    repository.write('releases/b.yaml', 'b');
    repository.write('releases/a/deep.yaml', 'a');
    repository.write('releases.yaml', 'no');
    repository.write('releases-old/c.yaml', 'no');
    const at = repository.commit('one');
    const reader = readerOf(repository.directory);
    expect(await reader.list(at, 'releases')).toEqual(['releases/a/deep.yaml', 'releases/b.yaml']);
    expect(await reader.list(at, '')).toHaveLength(4);
  });

  it('is empty for a folder that is not there, is a file, or could not be a path', async () => {
    repository.write('file', 'x');
    const at = repository.commit('one');
    const reader = readerOf(repository.directory);
    for (const folder of ['none', 'file', '../up', '/etc', 'a//b', '.git', ':(top)file'])
      expect(await reader.list(at, folder), folder).toEqual([]);
  });

  it('takes names with wildcards, quotes, spaces and letters of any script as they are', async () => {
    const names = ['a*b', 'a b', 'ä', '"q"', "it's", 'new\nline', '-x'];
    for (const name of names) repository.write(`odd [dir]/${name}`, name);
    const at = repository.commit('one');
    const reader = readerOf(repository.directory);
    const paths = names.map((name) => `odd [dir]/${name}`).sort();
    expect(await reader.list(at, 'odd [dir]')).toEqual(paths);
    const files = await readerOf(repository.directory).read(at, paths);
    expect([...files.values()].map((file) => file.kind === 'text' && file.text).sort()).toEqual(names.sort());
  });

  it('works from a folder deep in the working tree', async () => {
    repository.write('deep/down/x', 'x');
    repository.write('top', 'top');
    const at = repository.commit('one');
    const reader = readerOf(join(repository.directory, 'deep/down'));
    expect(await reader.list(at, 'deep')).toEqual(['deep/down/x']);
    expect((await reader.read(at, ['top'])).get('top')).toMatchObject({ text: 'top' });
    expect(await reader.history(at, 'top')).toHaveLength(1);
  });
});

describe('read', () => {
  it('gives the bytes of the commit, not of the working tree', async () => {
    repository.write('a', 'committed\r\n');
    const at = repository.commit('one');
    repository.write('a', 'edited');
    expect((await readerOf(repository.directory).read(at, ['a'])).get('a')).toEqual({
      kind: 'text',
      path: 'a',
      text: 'committed\r\n',
    });
  });

  it('leaves out what does not exist, folders, and paths that git would refuse', async () => {
    repository.write('dir/a', 'x');
    const at = repository.commit('one');
    const files = await readerOf(repository.directory).read(at, [
      'dir',
      'none',
      '../a',
      '/dir/a',
      '',
      'dir/',
    ]);
    expect([...files.keys()]).toEqual([]);
  });

  it('types what has no text: symlink, submodule, other bytes than UTF-8, more than 1 MiB', async () => {
    const other = scratch();
    const commit = other.commit('other');
    symlinkSync('latin', join(repository.directory, 'link'));
    repository.write('latin', new Uint8Array([0x66, 0xfc, 0x72]));
    repository.write('large', 'x'.repeat(1_048_577));
    repository.write('limit', 'y'.repeat(1_048_576));
    repository.write('empty', '');
    repository.git('add', '--all');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
    repository.git('commit', '--quiet', '-m', 'one');
    const at = sha(repository.git('rev-parse', 'HEAD'));
    const files = await readerOf(repository.directory).read(at, [
      'link',
      'latin',
      'large',
      'limit',
      'empty',
      'sub',
    ]);
    const kinds = [...files].map(([path, file]) => [
      path,
      file.kind === 'text' ? file.text.length : file.reason,
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      link: 'symlink',
      sub: 'submodule',
      latin: 'not-utf8',
      large: 'too-large',
      limit: 1_048_576,
      empty: 0,
    });
  });

  it('keeps a byte order mark, executable files and equal contents of two paths', async () => {
    repository.write('bom', '\uFEFFx');
    repository.write('same', '\uFEFFx');
    chmodSync(join(repository.directory, 'same'), 0o755);
    const at = repository.commit('one');
    const files = await readerOf(repository.directory).read(at, ['bom', 'same']);
    expect([...files.values()].map((file) => file.kind === 'text' && file.text)).toEqual([
      '\uFEFFx',
      '\uFEFFx',
    ]);
  });

  it('reads three thousand files in a few processes', async () => {
    const paths = Array.from({ length: 3000 }, (_, index) => `releases/some-rather-long-name-${index}.yaml`);
    for (const path of paths) repository.write(path, path);
    const at = repository.commit('one');
    const { path, calls } = recordingGit();
    const reader = readerOf(repository.directory, { environment: { PATH: path } });
    expect((await reader.read(at, paths)).size).toBe(3000);
    expect(calls().length).toBeLessThanOrEqual(5);
  });

  it('needs one process for head, list and read together', async () => {
    repository.write('releases/a.yaml', 'a');
    repository.commit('one');
    const { path, calls } = recordingGit();
    const reader = readerOf(repository.directory, { environment: { PATH: path } });
    const at = await reader.head();
    await reader.read(at, await reader.list(at, 'releases'));
    expect(calls()).toHaveLength(1);
  });

  it('fetches a commit that is not here by its id, and says so when it cannot', async () => {
    repository.write('a', '1');
    repository.commit('one');
    const clone = join(scratchFolder(), 'clone');
    personGit(repository.directory, ['clone', '--quiet', repository.directory, clone]);
    repository.git('checkout', '--quiet', '-b', 'belay/x');
    repository.write('a', '2');
    const newer = repository.commit('two');
    await expect(readerOf(clone).read(newer, ['a'])).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(newer),
    });
    const reader = readerOf(clone, { fetch: { url: repository.directory } });
    expect((await reader.read(newer, ['a'])).get('a')).toMatchObject({ text: '2' });
    expect(await reader.list(newer, '')).toEqual(['a']);
    await expect(reader.list(sha('f'.repeat(40)), '')).rejects.toMatchObject({ name: 'ToolError' });
    expect(personGit(clone, ['for-each-ref', '--format=%(refname)'])).not.toContain('belay');
  });

  it('ignores replaced objects', async () => {
    repository.write('a', 'true');
    const at = repository.commit('one');
    const blob = repository.git('rev-parse', 'HEAD:a');
    repository.write('b', 'false');
    repository.git('add', 'b');
    repository.git('replace', blob, repository.git('rev-parse', ':b'));
    expect((await readerOf(repository.directory).read(at, ['a'])).get('a')).toMatchObject({ text: 'true' });
  });
});

describe('history', () => {
  it('gives first-parent commits that changed the file, newest first, with the text after each', async () => {
    repository.write('a', '1');
    const one = repository.commit('one', 1_790_000_000);
    repository.git('checkout', '--quiet', '-b', 'side');
    repository.write('a', '2');
    repository.commit('hidden behind the merge');
    repository.git('checkout', '--quiet', 'main');
    repository.write('other', 'x');
    repository.commit('not about a');
    repository.git('merge', '--quiet', '--no-ff', '-m', 'merge side', 'side');
    const merge = sha(repository.git('rev-parse', 'HEAD'));
    repository.git('rm', '--quiet', 'a');
    const gone = repository.commit('delete a', 1_790_000_100);
    symlinkSync('other', join(repository.directory, 'a'));
    const link = repository.commit('a link');
    const history = await readerOf(repository.directory).history(link, 'a');
    expect(history.map(({ commit, subject, text }) => ({ commit, subject, text }))).toEqual([
      { commit: link, subject: 'a link', text: undefined },
      { commit: gone, subject: 'delete a', text: undefined },
      { commit: merge, subject: 'merge side', text: '2' },
      { commit: one, subject: 'one', text: '1' },
    ]);
    expect(history.at(-1)).toMatchObject({ at: 1_790_000_000_000, author: 'Mona' });
    expect(await readerOf(repository.directory).history(one, 'a')).toHaveLength(1);
  });

  it('leaves out the time in which the path was a folder', async () => {
    repository.write('a/deep', 'x');
    repository.commit('a folder');
    repository.git('rm', '--quiet', '-r', 'a');
    repository.write('a', 'now a file');
    const at = repository.commit('a file');
    const history = await readerOf(repository.directory).history(at, 'a');
    expect(history.map(({ subject, text }) => [subject, text])).toEqual([['a file', 'now a file']]);
  });

  it('is empty for a path that never was, and reads a subject with odd characters', async () => {
    repository.write('a:b', '1');
    const at = repository.commit('subject: "quoted" ∞');
    const reader = readerOf(repository.directory);
    expect(await reader.history(at, 'none')).toEqual([]);
    expect((await reader.history(at, 'a:b'))[0]?.subject).toBe('subject: "quoted" ∞');
  });

  it('is not changed by the configuration of the repository', async () => {
    repository.write('a', '1');
    repository.commit('one');
    for (const [name, value] of [
      ['log.showRoot', 'false'],
      ['log.showSignature', 'true'],
      ['log.diffMerges', 'separate'],
      ['log.follow', 'true'],
      ['color.ui', 'always'],
      ['diff.noprefix', 'true'],
      ['core.quotePath', 'true'],
      ['i18n.logOutputEncoding', 'latin1'],
      ['core.hooksPath', '/nonexistent'],
    ] as const)
      repository.git('config', name, value);
    repository.git('mv', 'a', 'b');
    const at = repository.commit('größer');
    const history = await readerOf(repository.directory).history(at, 'b');
    expect(history.map(({ subject, text }) => [subject, text])).toEqual([['größer', '1']]);
  });
});

describe('shallow clones', () => {
  function shallowClone(): { readonly directory: string; readonly url: string; readonly tip: Sha } {
    repository.write('a', '1');
    repository.commit('one');
    repository.write('a', '2');
    const tip = repository.commit('two');
    const url = `file://${repository.directory}`;
    const directory = join(scratchFolder(), 'clone');
    personGit(repository.directory, ['clone', '--quiet', '--depth', '1', url, directory]);
    return { directory, url, tip };
  }

  it('deepens itself when history is asked for', async () => {
    const { directory, url, tip } = shallowClone();
    const reader = readerOf(directory, { fetch: { url } });
    expect((await reader.history(tip, 'a')).map((revision) => revision.subject)).toEqual(['two', 'one']);
  });

  it('says to set fetch-depth when it cannot', async () => {
    const { directory, tip } = shallowClone();
    const lost = `file://${scratchFolder()}`;
    for (const reader of [readerOf(directory), readerOf(directory, { fetch: { url: lost } })]) {
      await expect(reader.history(tip, 'a')).rejects.toMatchObject({
        name: 'ToolError',
        message: expect.stringContaining('fetch-depth: 0'),
      });
      expect((await reader.read(tip, ['a'])).get('a')).toMatchObject({ text: '2' });
    }
  });

  it('stays shallow when only the newest commit is read', async () => {
    const { directory, url } = shallowClone();
    const reader = readerOf(directory, { fetch: { url } });
    repository.write('a', '3');
    const newest = repository.commit('three');
    expect(await reader.refresh()).toBe(newest);
    expect((await reader.read(newest, ['a'])).get('a')).toMatchObject({ text: '3' });
    expect(personGit(directory, ['rev-parse', '--is-shallow-repository'])).toBe('true');
  });
});

describe('ownership and surroundings', () => {
  const assumeOther = 'export GIT_TEST_ASSUME_DIFFERENT_OWNER=1';

  it('refuses a directory of another user unless it is trusted', async () => {
    repository.write('a', '1');
    const first = repository.commit('one');
    const environment = { PATH: recordingGit(assumeOther).path, HOME: '/nonexistent' };
    await expect(readerOf(repository.directory, { environment }).head()).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('safe.directory'),
    });
    expect(await readerOf(repository.directory, { environment, ownership: 'trusted' }).head()).toBe(first);
  });

  it('passes no GIT_* variable, proxy or token of the caller on', async () => {
    repository.commit('one');
    const { path, calls } = recordingGit();
    const environment = {
      PATH: path,
      GIT_DIR: '/elsewhere',
      GIT_TRACE: '1',
      GIT_CONFIG_PARAMETERS: "'core.pager=evil'",
      HTTPS_PROXY: 'http://evil',
      GITHUB_TOKEN: 'secret',
      NODE_OPTIONS: '--require=evil',
    };
    await readerOf(repository.directory, { environment }).head();
    const seen = calls().join('\n');
    for (const value of ['/elsewhere', 'GIT_TRACE', 'GIT_CONFIG_PARAMETERS', 'evil', 'secret'])
      expect(seen).not.toContain(value);
    expect(seen).toContain('GIT_TERMINAL_PROMPT=0');
    expect(seen).toContain('LC_ALL=C');
    expect(seen).toContain('GIT_CONFIG_NOSYSTEM=1');
  });

  it('runs no hook of the repository', async () => {
    const { directory } = repository;
    repository.commit('one');
    const clone = join(scratchFolder(), 'clone');
    personGit(directory, ['clone', '--quiet', directory, clone]);
    const hook = join(clone, '.git/hooks/reference-transaction');
    writeFileSync(hook, `#!/bin/sh\ntouch '${clone}/ran'\n`);
    chmodSync(hook, 0o755);
    repository.write('a', '2');
    repository.commit('two');
    await readerOf(clone, { fetch: { url: directory } }).refresh();
    expect(existsSync(join(clone, 'ran'))).toBe(false);
  });
});

import { chmodSync, existsSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createLocalForge,
  type LocalForge,
  readLocalPulls,
} from '../../../src/adapters/local/local-forge.ts';
import type { Sha } from '../../../src/core/units.ts';
import { sha } from '../../../src/core/units.ts';
import type { PullRequest } from '../../../src/ports/forge.ts';
import { change } from '../forge-contract.ts';
import {
  createScratchRepository,
  personGit,
  type ScratchRepository,
  scratchFolder,
} from '../scratch-repository.ts';
import { tickingClock } from './local-bench.ts';

const BRANCH = 'belay/rollback/a/3.5.0-0123456789ab';
const open: ScratchRepository[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.remove();
});

function scratch(): {
  readonly repository: ScratchRepository;
  readonly forge: LocalForge;
  readonly first: Sha;
} {
  const repository = createScratchRepository();
  open.push(repository);
  repository.write('releases/a.yaml', 'weight: 5\n');
  repository.write('other.txt', 'committed\n');
  const first = repository.commit('Begin');
  return { repository, forge: forgeOf(repository), first };
}

function forgeOf(repository: ScratchRepository): LocalForge {
  return createLocalForge({ directory: repository.directory, clock: tickingClock() });
}

async function propose(forge: LocalForge, description = 'why'): Promise<PullRequest> {
  const state = await forge.inspect({ branch: BRANCH, families: ['belay/rollback/a/'] });
  const request = change(state.head, { 'releases/a.yaml': 'weight: 0\n' });
  const outcome = await forge.propose({ ...request, branch: BRANCH, state, title: 'revert(a)', description });
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  return outcome.pull;
}

function merging(pull: PullRequest) {
  return {
    pull,
    head: pull.head,
    method: 'merge',
    whenPending: 'arm',
    subject: 'Revert a',
    body: 'why',
  } as const;
}

function file(repository: ScratchRepository, path: string): string {
  return readFileSync(join(repository.directory, path), 'utf8');
}

describe('a branch that is checked out', () => {
  it('brings index and files along, and leaves edits of other files alone', async () => {
    const { repository, forge, first } = scratch();
    repository.write('other.txt', 'edited\n');
    repository.write('untracked.txt', 'mine\n');
    await forge.commit(change(first, { 'releases/a.yaml': 'weight: 25\n', 'new/deep.json': '{}\n' }));
    expect(file(repository, 'releases/a.yaml')).toBe('weight: 25\n');
    expect(file(repository, 'new/deep.json')).toBe('{}\n');
    expect(file(repository, 'other.txt')).toBe('edited\n');
    expect(repository.git('status', '--porcelain')).toBe('M other.txt\n?? untracked.txt');
  });

  it('follows a merge', async () => {
    const { repository, forge } = scratch();
    const pull = await propose(forge);
    expect(file(repository, 'releases/a.yaml')).toBe('weight: 5\n');
    expect((await forge.merge(merging(pull))).kind).toBe('merged');
    expect(file(repository, 'releases/a.yaml')).toBe('weight: 0\n');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it.each([
    ['edited', (repository: ScratchRepository) => repository.write('releases/a.yaml', 'mine\n')],
    [
      'staged',
      (repository: ScratchRepository) => {
        repository.write('releases/a.yaml', 'mine\n');
        repository.git('add', '--all');
      },
    ],
    ['deleted', (repository: ScratchRepository) => repository.git('rm', '--quiet', 'releases/a.yaml')],
  ])('refuses before writing when a file was %s', async (_, edit) => {
    const { repository, forge, first } = scratch();
    const pull = await propose(forge);
    edit(repository);
    const before = repository.git('status', '--porcelain');
    const refusal = {
      code: 'REFUSED',
      message: expect.stringContaining('uncommitted changes in "releases/a.yaml"'),
    };
    await expect(forge.commit(change(first, { 'releases/a.yaml': 'x' }))).rejects.toMatchObject(refusal);
    await expect(forge.merge(merging(pull))).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(
        new RegExp(`"releases/a.yaml".*no branch was moved.*#1 stays open.*"git branch -D ${pull.branch}"`),
      ),
    });
    expect(repository.git('rev-parse', 'main')).toBe(first);
    expect(repository.git('status', '--porcelain')).toBe(before);
  });

  it.each(['untracked', 'ignored'])('refuses to write over an %s file', async (kind) => {
    const { repository, forge } = scratch();
    if (kind === 'ignored') repository.write('.gitignore', 'new/\n');
    const parent = repository.commit('ignore');
    repository.write('new/deep.json', 'mine\n');
    await expect(forge.commit(change(parent, { 'new/deep.json': '{}' }))).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('"new/'),
    });
    expect(file(repository, 'new/deep.json')).toBe('mine\n');
    expect(repository.git('rev-parse', 'main')).toBe(parent);
  });

  it('refuses before writing while a merge has conflicts, wherever they are', async () => {
    const { repository, forge } = scratch();
    repository.git('checkout', '--quiet', '-b', 'theirs');
    repository.write('other.txt', 'theirs\n');
    repository.commit('theirs');
    repository.git('checkout', '--quiet', 'main');
    repository.write('other.txt', 'ours\n');
    const ours = repository.commit('ours');
    expect(() => repository.git('merge', '--quiet', 'theirs')).toThrow();
    await expect(forge.commit(change(ours, { 'releases/a.yaml': 'x' }))).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('conflicts in "other.txt"'),
    });
    expect(repository.git('rev-parse', 'main')).toBe(ours);
    expect(file(repository, 'releases/a.yaml')).toBe('weight: 5\n');
  });

  it.each(['--assume-unchanged', '--skip-worktree'])(
    'refuses before the branch moves when an edit was hidden by %s',
    async (flag) => {
      const { repository, forge, first } = scratch();
      repository.git('update-index', flag, 'releases/a.yaml');
      repository.write('releases/a.yaml', 'mine\n');
      await expect(forge.commit(change(first, { 'releases/a.yaml': 'x' }))).rejects.toMatchObject({
        code: 'REFUSED',
        message: expect.stringMatching(/releases\/a\.yaml.*No branch was moved; .*git ls-files -v/),
      });
      expect(repository.git('rev-parse', 'main')).toBe(first);
      expect(file(repository, 'releases/a.yaml')).toBe('mine\n');
    },
  );

  it('follows beside a touched file whose filter is not installed', async () => {
    const { repository, forge } = scratch();
    repository.write('.gitattributes', 'model.bin filter=large\n');
    repository.write('model.bin', 'weights\n');
    const parent = repository.commit('model');
    repository.git('config', 'filter.large.clean', 'no-such-filter');
    repository.git('config', 'filter.large.required', 'true');
    utimesSync(join(repository.directory, 'model.bin'), 1_700_000_000, 1_700_000_000);
    expect((await forge.commit(change(parent, { 'releases/a.yaml': 'x' }))).kind).toBe('committed');
    expect(file(repository, 'releases/a.yaml')).toBe('x');
  });

  it('takes a file that was only touched for clean', async () => {
    const { repository, forge, first } = scratch();
    // git compares whole seconds
    utimesSync(join(repository.directory, 'releases/a.yaml'), 1_700_000_000, 1_700_000_000);
    expect((await forge.commit(change(first, { 'releases/a.yaml': 'x' }))).kind).toBe('committed');
    expect(file(repository, 'releases/a.yaml')).toBe('x');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('refuses when another working tree has the branch, and not when that one is on another', async () => {
    const { repository, first } = scratch();
    repository.git('checkout', '--quiet', '-b', 'mine');
    const other = join(scratchFolder(), 'tree');
    repository.git('worktree', 'add', '--quiet', other, 'main');
    const forge = createLocalForge({
      directory: repository.directory,
      defaultBranch: 'main',
      clock: tickingClock(),
    });
    await expect(forge.commit(change(first, { a: 'x' }))).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('another working tree'),
    });
    const there = createLocalForge({ directory: other, clock: tickingClock() });
    expect((await there.commit(change(first, { a: 'x' }))).kind).toBe('committed');
    expect(readFileSync(join(other, 'a'), 'utf8')).toBe('x');
  });
});

describe('a branch that is not checked out', () => {
  it('moves without touching the working tree', async () => {
    const { repository, first } = scratch();
    repository.git('checkout', '--quiet', '--detach');
    const forge = createLocalForge({
      directory: repository.directory,
      defaultBranch: 'main',
      clock: tickingClock(),
    });
    repository.write('releases/a.yaml', 'mine\n');
    expect((await forge.commit(change(first, { 'releases/a.yaml': 'x' }))).kind).toBe('committed');
    expect(file(repository, 'releases/a.yaml')).toBe('mine\n');
    expect(await forge.head()).not.toBe(first);
  });
});

describe('what is written', () => {
  it('is dated by the clock, by belay, with the first-parent log as the trail', async () => {
    const { repository, forge, first } = scratch();
    await forge.commit(change(first, { 'releases/a.yaml': 'weight: 25\n' }));
    await forge.merge(merging(await propose(forge)));
    const log = repository.git(
      'log',
      '--first-parent',
      '--format=%an <%ae> %cn %ad|%s',
      '--date=iso-strict',
      'main',
    );
    expect(log.split('\n')).toEqual([
      expect.stringMatching(/^belay <belay@localhost> belay 2027-01-15T08:00:0\d(?:\+00:00|Z)\|Revert a$/),
      expect.stringMatching(/^belay .*\|release\(a\): canary 5% → 25%$/),
      expect.stringMatching(/^Mona .*\|Begin$/),
    ]);
    expect(repository.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(repository.git('for-each-ref', '--format=%(refname)', 'refs/belay', 'refs/heads')).toBe(
      'refs/belay/pulls/1\nrefs/heads/main',
    );
  });

  it('keeps the mode of a file and goes through names that need quotes', async () => {
    const { repository, forge } = scratch();
    const names = ['run "it".sh', 'ä ö.yaml', "it's $(x)"];
    for (const name of names) repository.write(`odd dir/${name}`, 'old');
    chmodSync(join(repository.directory, 'odd dir/run "it".sh'), 0o755);
    const parent = repository.commit('odd');
    const files = Object.fromEntries(names.map((name) => [`odd dir/${name}`, `new ${name}`]));
    await forge.commit(change(parent, files));
    for (const name of names) expect(file(repository, `odd dir/${name}`)).toBe(`new ${name}`);
    expect(repository.git('ls-tree', '-r', 'main', 'odd dir/')).toMatch(/^100755 .*run/m);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it.each([
    ['a symlink', 'link'],
    ['a file behind a symlinked folder', 'folder-link/a.yaml'],
    ['a file below a file', 'other.txt/a.yaml'],
    ['a folder', 'releases'],
  ])('refuses to write %s', async (_, path) => {
    const { repository, forge } = scratch();
    symlinkSync('other.txt', join(repository.directory, 'link'));
    symlinkSync('releases', join(repository.directory, 'folder-link'));
    const parent = repository.commit('links');
    await expect(forge.commit(change(parent, { [path]: 'x' }))).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('SEC-09'),
    });
    expect(repository.git('rev-parse', 'main')).toBe(parent);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('runs no hook of the repository', async () => {
    const { repository, forge, first } = scratch();
    for (const name of ['reference-transaction', 'post-checkout', 'pre-commit', 'commit-msg']) {
      const hook = join(repository.directory, '.git/hooks', name);
      writeFileSync(hook, `#!/bin/sh\ntouch '${repository.directory}/.git/ran'\n`);
      chmodSync(hook, 0o755);
    }
    await forge.commit(change(first, { 'releases/a.yaml': 'x' }));
    expect(existsSync(join(repository.directory, '.git/ran'))).toBe(false);
  });

  it('is not confused by a tag with the name of the branch', async () => {
    const { repository, forge, first } = scratch();
    repository.git('tag', 'main', first);
    repository.git('tag', BRANCH, first);
    const second = repository.commit('two');
    expect(await forge.head()).toBe(second);
    const pull = await propose(forge);
    expect((await forge.merge(merging(pull))).kind).toBe('merged');
    expect(repository.git('rev-parse', 'refs/tags/main')).toBe(first);
    expect(repository.git('log', '-1', '--format=%s', 'refs/heads/main')).toBe('Revert a');
  });

  it('works in a repository with SHA-256 ids', async () => {
    const directory = scratchFolder();
    personGit(directory, ['init', '--quiet', '--object-format=sha256', '--initial-branch', 'main']);
    writeFileSync(join(directory, 'a'), '1');
    personGit(directory, ['add', 'a']);
    personGit(directory, ['commit', '--quiet', '-m', 'one']);
    const forge = createLocalForge({ directory, clock: tickingClock() });
    const outcome = await forge.merge(merging(await propose(forge)));
    expect(outcome).toMatchObject({ kind: 'merged', commit: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe('stored pull requests', () => {
  it('show themselves to a reviewer by git alone', async () => {
    const { repository, forge } = scratch();
    await propose(forge, '| check | verdict |\n| --- | --- |\n| errors | fail |');
    const shown = repository.git('show', 'refs/belay/pulls/1');
    for (const part of ['revert(a)', '| errors | fail |', 'Pull-State: open', '-weight: 5', '+weight: 0'])
      expect(shown).toContain(part);
  });

  it('are read back to the letter, whatever the description holds', async () => {
    const { repository, forge } = scratch();
    const description = '# Why\n\nPull-State: merged\nPull-Branch: main\n\n<!-- marker -->';
    const pull = await propose(forge, description);
    const comment = 'line\n\nPull-State: merged "quoted"';
    await forge.close({ pull, comment });
    const stored = await readLocalPulls({ directory: repository.directory });
    expect(stored).toMatchObject([
      {
        number: 1,
        title: 'revert(a)',
        description,
        state: 'closed',
        branch: BRANCH,
        base: 'main',
        comments: [comment],
      },
    ]);
    expect(stored[0]?.openedAt).toMatch(/^2027-01-15T08:00:0\dZ$/);
  });

  it('keep their commits when the branch is gone', async () => {
    const { repository, forge } = scratch();
    const pull = await propose(forge);
    await forge.merge({ ...merging(pull), method: 'squash' });
    expect(repository.git('branch', '--list', BRANCH)).toBe('');
    repository.git('reflog', 'expire', '--expire=now', '--all');
    repository.git('gc', '--quiet', '--prune=now');
    expect(repository.git('cat-file', '-t', pull.head)).toBe('commit');
    expect((await forge.pulls())[0]).toMatchObject({ state: 'merged', head: pull.head });
  });

  it('count as closed when the branch of an open one was deleted, and get a new number when made again', async () => {
    const { repository, forge } = scratch();
    await propose(forge);
    repository.git('branch', '--quiet', '-D', BRANCH);
    expect((await forge.inspect({ branch: BRANCH, families: ['x/'] })).pulls).toMatchObject([
      { state: 'closed' },
    ]);
    expect(await propose(forge)).toMatchObject({ number: 2, state: 'open' });
  });

  it('leave a merged branch that somebody has checked out', async () => {
    const { repository, forge } = scratch();
    const pull = await propose(forge);
    repository.git('checkout', '--quiet', BRANCH);
    expect((await forge.merge(merging(pull))).kind).toBe('merged');
    expect(repository.git('rev-parse', 'HEAD')).toBe(pull.head);
    expect(repository.git('log', '-1', '--format=%s', 'main')).toBe('Revert a');
  });

  it('are numbered without gaps when two are made at once', async () => {
    const { repository } = scratch();
    const made = await Promise.all(
      ['b', 'c', 'd'].map(async (letter) => {
        const forge = forgeOf(repository);
        const branch = `belay/rollback/${letter}/1-0123456789ab`;
        const state = await forge.inspect({ branch, families: [`belay/rollback/${letter}/`] });
        const request = change(state.head, { [letter]: letter }, letter);
        return forge.propose({ ...request, branch, state, title: letter, description: '' });
      }),
    );
    const numbers = made.map((outcome) => (outcome.kind === 'proposed' ? outcome.pull.number : 0));
    expect(numbers.sort()).toEqual([1, 2, 3]);
  });

  it('say which ref is broken when it holds something else', async () => {
    const { repository, forge } = scratch();
    repository.git('tag', '-a', '-m', 'not a pull request', 'odd');
    repository.git('update-ref', 'refs/belay/pulls/7', repository.git('rev-parse', 'odd'));
    await expect(forge.pulls()).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('refs/belay/pulls/7'),
    });
  });
});

describe('merging by rebase', () => {
  it('replays the commits of the branch with their authors', async () => {
    const { repository, forge } = scratch();
    const pull = await propose(forge);
    repository.git('checkout', '--quiet', BRANCH);
    repository.write('more.txt', 'x');
    const head = repository.commit('a person adds', 1_790_000_500);
    repository.git('checkout', '--quiet', 'main');
    repository.write('other.txt', 'meanwhile\n');
    const main = repository.commit('meanwhile');
    const outcome = await forge.merge({ ...merging(pull), head, method: 'rebase' });
    expect(outcome.kind).toBe('merged');
    const log = repository.git('log', '--format=%an %at %cn %s', `${main}..main`);
    expect(log.split('\n')).toEqual([
      'Mona 1790000500 belay a person adds',
      expect.stringMatching(/^belay \d+ belay release\(a\)/),
    ]);
    expect(file(repository, 'other.txt')).toBe('meanwhile\n');
    expect(file(repository, 'releases/a.yaml')).toBe('weight: 0\n');
    expect(sha(repository.git('rev-parse', 'main~2'))).toBe(main);
  });
});

describe('opening', () => {
  it('finds the default branch: origin/HEAD before what is checked out', async () => {
    const { repository } = scratch();
    const clone = join(scratchFolder(), 'clone');
    repository.git('branch', 'trunk');
    repository.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
    personGit(repository.directory, ['clone', '--quiet', repository.directory, clone]);
    personGit(clone, ['checkout', '--quiet', '-b', 'mine']);
    expect(createLocalForge({ directory: clone, clock: tickingClock() }).defaultBranch).toBe('trunk');
    expect(forgeOf(repository).defaultBranch).toBe('trunk');
  });

  it('says what is missing: no repository, no commit, no such branch', async () => {
    expect(() => createLocalForge({ directory: scratchFolder(), clock: tickingClock() })).toThrow(
      /not inside a git repository/,
    );
    const empty = createScratchRepository();
    open.push(empty);
    await expect(forgeOf(empty).head()).rejects.toMatchObject({ code: 'REFUSED' });
    const { repository } = scratch();
    const forge = createLocalForge({
      directory: repository.directory,
      defaultBranch: 'trunk',
      clock: tickingClock(),
    });
    const look = forge.inspect({ branch: BRANCH, families: ['x/'] });
    await expect(look).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('"trunk"'),
    });
  });
});

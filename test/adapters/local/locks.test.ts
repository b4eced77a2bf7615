import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createGit } from '../../../src/adapters/git/git-process.ts';
import type { LocalForge } from '../../../src/adapters/local/local-forge.ts';
import { createLocalForge } from '../../../src/adapters/local/local-forge.ts';
import { readRefs } from '../../../src/adapters/local/pull-store.ts';
import { prepareToFollow } from '../../../src/adapters/local/working-tree.ts';
import { createFixedClock } from '../../../src/adapters/system/fixed-clock.ts';
import { instant, sha } from '../../../src/core/units.ts';
import { exitCodeOfFault } from '../../../src/report/exit-code.ts';
import { change } from '../forge-contract.ts';
import { createScratchRepository, type ScratchRepository, scratchFolder } from '../scratch-repository.ts';
import { tickingClock } from './local-bench.ts';

/** Lock files of another git, which is at work or was stopped in the middle. */

const BRANCH = 'belay/rollback/a/3.5.0-0123456789ab';
const open: ScratchRepository[] = [];
afterEach(() => {
  for (const repository of open.splice(0)) repository.remove();
});

interface Bench {
  readonly repository: ScratchRepository;
  readonly forge: LocalForge;
  /** Makes a lock file; `pauses`: it goes away after so many of the forge's pauses. */
  lock(name: string, pauses?: number): string;
  slept(): number;
}

function scratch(): Bench {
  const repository = createScratchRepository();
  open.push(repository);
  repository.write('releases/a.yaml', 'weight: 5\n');
  repository.commit('Begin');
  let slept = 0;
  let release: { readonly path: string; readonly after: number } | undefined;
  const pause = async () => {
    slept += 1;
    if (release && slept >= release.after) rmSync(release.path, { force: true });
  };
  return {
    repository,
    forge: createLocalForge({ directory: repository.directory, clock: tickingClock(), pause }),
    lock: (name, pauses) => {
      const path = join(repository.directory, '.git', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
      if (pauses !== undefined) release = { path, after: pauses };
      return path;
    },
    slept: () => slept,
  };
}

async function propose(forge: LocalForge) {
  const state = await forge.inspect({ branch: BRANCH, families: [] });
  const request = change(state.head, { 'releases/a.yaml': 'weight: 0\n' });
  return forge.propose({ ...request, branch: BRANCH, state, title: 'revert(a)', description: 'why' });
}

async function merge(forge: LocalForge) {
  const outcome = await propose(forge);
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { pull } = outcome;
  return () =>
    forge.merge({ pull, head: pull.head, method: 'merge', whenPending: 'arm', subject: 's', body: '' });
}

function blamed(path: string) {
  return {
    code: 'FORGE_UNAVAILABLE',
    message: expect.stringMatching(
      new RegExp(
        `"${path.replace(/[.]/g, '\\.')}" does not go away.*delete that file and run again(?:\\. Pull request #1 stays open: .*)?$`,
      ),
    ),
  };
}

describe('a lock file that stays', () => {
  it.each(['refs/heads/main.lock', 'index.lock'])(
    'keeps a commit from being made, and %s is named',
    async (name) => {
      const { repository, forge, lock } = scratch();
      const before = repository.git('rev-parse', 'main');
      const path = lock(name);
      const parent = await forge.head();
      await expect(forge.commit(change(parent, { 'releases/a.yaml': 'weight: 25\n' }))).rejects.toMatchObject(
        blamed(path),
      );
      expect(repository.git('rev-parse', 'main')).toBe(before);
      rmSync(path);
      expect(repository.git('status', '--porcelain')).toBe('');
    },
  );

  it.each(['refs/heads/main.lock', 'index.lock', 'packed-refs.lock'])(
    'keeps a merge from being made, and %s is named',
    async (name) => {
      const { repository, forge, lock } = scratch();
      const before = repository.git('rev-parse', 'main');
      const run = await merge(forge);
      const path = lock(name);
      await expect(run()).rejects.toMatchObject(blamed(path));
      expect(repository.git('rev-parse', 'main')).toBe(before);
      rmSync(path);
      expect(await run()).toMatchObject({ kind: 'merged' });
      expect(repository.git('status', '--porcelain')).toBe('');
    },
  );

  it('keeps a pull request from being opened or closed', async () => {
    const { forge, lock } = scratch();
    const first = lock('refs/belay/pulls/1.lock');
    await expect(propose(forge)).rejects.toMatchObject(blamed(first));
    rmSync(first);
    const outcome = await propose(forge);
    const path = lock('refs/belay/pulls/1.lock');
    const pull = outcome.kind === 'proposed' ? outcome.pull : undefined;
    await expect(forge.close({ pull: pull!, comment: 'x' })).rejects.toMatchObject(blamed(path));
  });

  it('ends a run with 3: it is no race that the next run wins', () => {
    expect(exitCodeOfFault('FORGE_UNAVAILABLE')).toBe(3);
  });
});

describe('a lock file that goes away', () => {
  it.each(['refs/heads/main.lock', 'index.lock'])('is waited for: %s', async (name) => {
    const { forge, lock, slept } = scratch();
    const parent = await forge.head();
    lock(name, 2);
    expect(await forge.commit(change(parent, { 'releases/a.yaml': 'weight: 25\n' }))).toMatchObject({
      kind: 'committed',
    });
    expect(slept()).toBe(2);
  });

  it('is waited for on the machine, though the clock of a replay stands', async () => {
    const { repository } = scratch();
    const { directory } = repository;
    const lock = join(directory, '.git', 'index.lock');
    const forge = createLocalForge({ directory, clock: createFixedClock(instant(1_800_000_000_000)) });
    const request = change(await forge.head(), { 'releases/a.yaml': 'weight: 25\n' });
    writeFileSync(lock, '');
    setTimeout(() => rmSync(lock), 300);
    expect(await forge.commit(request)).toMatchObject({ kind: 'committed' });
  });
});

describe('files that another run is about to bring along', () => {
  it('are not taken for edits of a person', async () => {
    const { repository, forge } = scratch();
    await propose(forge);
    const before = repository.git('rev-parse', 'main');
    // another run has moved the branch, and its files not yet
    repository.git('update-ref', 'refs/heads/main', BRANCH);
    let paused = 0;
    const late = createLocalForge({
      directory: repository.directory,
      clock: tickingClock(),
      pause: async () => {
        paused += 1;
        repository.git('read-tree', '-m', '-u', before, 'main');
      },
    });
    const parent = await late.head();
    const request = change(parent, { 'releases/a.yaml': 'weight: 7\n' });
    expect(await late.commit(request)).toMatchObject({ kind: 'committed' });
    expect(paused).toBe(1);
    expect(repository.git('status', '--porcelain')).toBe('');
  });
});

describe('a run that was quicker between the look at the files and the move', () => {
  it('is no edit of a person: the move is lost to it', async () => {
    const { repository, forge } = scratch();
    const before = await forge.head();
    await propose(forge);
    // of the same parent, as the slower run has made it
    const late = sha(repository.git('rev-parse', BRANCH));
    const commit = (text: string) => forge.commit(change(before, { 'releases/a.yaml': text }));
    const place = {
      git: createGit({ directory: repository.directory }),
      defaultBranch: 'main',
      sign: () => ({ name: 'belay', email: 'belay@localhost', at: instant(0) }),
      pause: async () => undefined,
    };
    const follow = await prepareToFollow(place, async () => ['releases/a.yaml']);
    expect(await commit('weight: 25\n')).toMatchObject({ kind: 'committed' });
    await expect(follow.check(before, late)).resolves.toBeUndefined();
    expect(await commit('weight: 7\n')).toMatchObject({ kind: 'head-moved' });
  });
});

describe('files that another run is bringing along', () => {
  it('are waited for as long as the index is locked', async () => {
    const { repository, forge } = scratch();
    await propose(forge);
    const before = repository.git('rev-parse', 'main');
    const lock = join(repository.directory, '.git', 'index.lock');
    repository.git('update-ref', 'refs/heads/main', BRANCH);
    let paused = 0;
    const late = createLocalForge({
      directory: repository.directory,
      clock: tickingClock(),
      pause: async () => {
        paused += 1;
        // git makes the lock first and removes it when the files are there
        if (paused === 1) writeFileSync(lock, '');
        if (paused < 20) return;
        rmSync(lock);
        repository.git('read-tree', '-m', '-u', before, 'main');
      },
    });
    const request = change(await late.head(), { 'releases/a.yaml': 'weight: 7\n' });
    expect(await late.commit(request)).toMatchObject({ kind: 'committed' });
    expect(paused).toBe(20);
    expect(repository.git('status', '--porcelain')).toBe('');
  });
});

describe('a merge by another run between two looks at the refs', () => {
  it('is seen as a merge, and not as a pull request that a person closed', async () => {
    const { repository, forge } = scratch();
    const run = await merge(forge);
    const git = createGit({ directory: repository.directory });
    let looks = 0;
    const { pulls } = await readRefs(
      async (command) => {
        const answer = await git(command);
        looks += 1;
        if (looks === 1) await run();
        return answer;
      },
      ['main'],
    );
    expect(looks).toBeGreaterThan(1);
    expect(pulls).toMatchObject([{ state: 'merged' }]);
  });
});

describe('a folder without a repository', () => {
  it('is named as that, and not as one without a branch', () => {
    const directory = scratchFolder();
    expect(() => createLocalForge({ directory, clock: tickingClock() })).toThrow(
      expect.objectContaining({
        code: 'REFUSED',
        message: `git: open "${directory}": not inside a git repository. Run it in a checkout`,
      }),
    );
  });

  it('is told from one whose HEAD is detached', () => {
    const { repository } = scratch();
    repository.git('checkout', '--quiet', '--detach');
    expect(() => createLocalForge({ directory: repository.directory, clock: tickingClock() })).toThrow(
      /no branch is checked out, and there is no origin\/HEAD\. Name the default branch with --branch, or check it out$/,
    );
  });

  it('is told from one that is not there', () => {
    const directory = join(scratchFolder(), 'none');
    expect(() => createLocalForge({ directory, clock: tickingClock() })).toThrow(
      /check that the directory exists/,
    );
  });
});

import { join } from 'node:path';
import type { LocalForge } from '../../../src/adapters/local/local-forge.ts';
import { createLocalForge } from '../../../src/adapters/local/local-forge.ts';
import { instant, sha } from '../../../src/core/units.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { ForgeBench, TextEdits } from '../forge-contract.ts';
import { maybeSha } from '../forge-contract.ts';
import {
  createScratchRepository,
  personGit,
  rawGit,
  type ScratchRepository,
  scratchFolder,
  writeOddities,
} from '../scratch-repository.ts';

/** A clock that moves by one second for each question. */
export function tickingClock(start = 1_800_000_000_000): Clock {
  let now = start;
  return {
    now: () => {
      now += 1000;
      return instant(now);
    },
    sleep: async () => undefined,
  };
}

export interface LocalBench extends ForgeBench {
  readonly forge: LocalForge;
  /** The working tree of somebody else, who pushes from there. */
  readonly person: ScratchRepository;
  /** Where the forge works. */
  readonly directory: string;
  git(...args: readonly string[]): string;
}

/** A repository that people push to from a clone of their own. */
export async function openLocalBench(
  files: TextEdits,
  layout: 'bare' | 'working-tree' | 'other-branch',
): Promise<LocalBench> {
  const person = createScratchRepository();
  writeAll(person, files);
  person.commit('Begin');
  const directory = join(scratchFolder(), 'repository');
  person.git('clone', '--quiet', ...(layout === 'bare' ? ['--bare'] : []), person.directory, directory);
  const git = (...args: readonly string[]) => personGit(directory, args);
  if (layout === 'other-branch') git('checkout', '--quiet', '-b', 'work-of-mine');
  git('config', 'receive.denyCurrentBranch', 'updateInstead');
  person.git('remote', 'add', 'origin', directory);
  const push = async (
    edits: TextEdits,
    options: { readonly branch?: string; readonly message?: string } = {},
  ) => {
    const branch = options.branch ?? 'main';
    person.git('fetch', '--quiet', 'origin');
    const exists = person.git('ls-remote', 'origin', `refs/heads/${branch}`) !== '';
    person.git('checkout', '--quiet', '--detach', exists ? `origin/${branch}` : 'origin/main');
    writeAll(person, edits);
    const commit = person.commit(options.message ?? 'Change files');
    person.git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
    return commit;
  };
  const forge = createLocalForge({ directory, defaultBranch: 'main', clock: tickingClock() });
  return {
    forge,
    person,
    directory,
    git,
    push,
    setBranch: async (branch, tip) => {
      if (tip === undefined) git('update-ref', '-d', `refs/heads/${branch}`);
      else git('update-ref', `refs/heads/${branch}`, tip);
    },
    tip: async (branch) => maybeSha(git('for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`)),
    commitAt: async (id) => ({
      message: git('log', '-1', '--format=%B', id),
      parents: git('log', '-1', '--format=%P', id).split(' ').filter(Boolean).map(sha),
    }),
    text: async (path, at) => textAt(directory, path, at),
    pushOddities: () => {
      person.git('fetch', '--quiet', 'origin');
      person.git('checkout', '--quiet', '--detach', 'origin/main');
      writeOddities(person.directory);
      person.git('add', '--all');
      person.git('update-index', '--add', '--cacheinfo', `160000,${person.git('rev-parse', 'HEAD')},odd/sub`);
      person.git('commit', '--quiet', '-m', 'Oddities');
      person.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
      return Promise.resolve(sha(person.git('rev-parse', 'HEAD')));
    },
    closePull: async (number) => {
      const pull = (await forge.pulls()).find((one) => one.number === number)!;
      git('branch', '--quiet', '-D', pull.branch);
    },
    pull: async (number) => (await forge.pulls()).find((one) => one.number === number)!,
    close: async () => person.remove(),
  };
}

function writeAll(repository: ScratchRepository, edits: TextEdits): void {
  for (const [path, text] of Object.entries(edits)) {
    if (text === null) repository.git('rm', '--quiet', '--ignore-unmatch', path);
    else repository.write(path, text);
  }
}

function textAt(directory: string, path: string, at: string): string | undefined {
  const listed = personGit(directory, ['ls-tree', at, '--', path]);
  return listed === '' ? undefined : rawGit(directory, ['cat-file', 'blob', `${at}:${path}`]);
}

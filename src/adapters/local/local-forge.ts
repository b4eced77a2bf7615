import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { ToolError } from '../../core/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitOutcome, CommitRequest, Forge } from '../../ports/forge.ts';
import type { Git, GitOptions } from '../git/git-process.ts';
import { createGit, gitEnvironment, gitFailure } from '../git/git-process.ts';
import { createGitReader, resolveBranch } from '../git/git-reader.ts';
import { checkCommit, messageOf } from '../operation.ts';
import { closePull, mergePull } from './end-pull.ts';
import { moveRefs } from './move-refs.ts';
import { inspectPulls, proposePull } from './open-pull.ts';
import type { Place } from './place.ts';
import { PAUSE } from './place.ts';
import type { StoredPull } from './pull-store.ts';
import { readRefs } from './pull-store.ts';
import { prepareToFollow } from './working-tree.ts';
import { writeCommit } from './write-commit.ts';

export interface LocalForgeOptions extends Pick<GitOptions, 'directory' | 'environment'> {
  /** Default: what origin/HEAD names, else the branch that is checked out. */
  readonly defaultBranch?: string;
  /** Author and committer of all commits; default `belay`. */
  readonly author?: { readonly name: string; readonly email: string };
  /** Gives the dates of commits. */
  readonly clock: Pick<Clock, 'now'>;
  /** Lets another git finish; default: waits on the machine, since a replay's clock goes on at once and the other git does not. */
  readonly pause?: () => Promise<void>;
}

/** A git repository on disk that is its own forge; pull requests live in it too (see `StoredPull`). */
export interface LocalForge extends Forge {
  /** All pull requests, newest first. */
  pulls(): Promise<readonly StoredPull[]>;
}

/** Opens a local repository, bare or with a working tree. There is no API: `cost` stays at nothing. */
export function createLocalForge(options: LocalForgeOptions): LocalForge {
  const git = createGit(options);
  const defaultBranch = options.defaultBranch ?? findDefaultBranch(options);
  const reader = createGitReader({ ...options, defaultBranch });
  const author = options.author ?? { name: 'belay', email: 'belay@localhost' };
  const { clock } = options;
  const place: Place = {
    git,
    defaultBranch,
    sign: () => ({ ...author, at: clock.now() }),
    pause: options.pause ?? (() => wait(PAUSE)),
  };
  return {
    ...reader,
    defaultBranch,
    // the branch itself, whatever is checked out: there is no other place where it could be newer
    head: reader.refresh,
    commit: (request) => commit(place, request),
    inspect: (proposal) => inspectPulls(place, proposal),
    propose: (request) => proposePull(place, request),
    merge: (request) => mergePull(place, request),
    close: (request) => closePull(place, request),
    cost: () => ({ requests: 0, roundTrips: 0 }),
    pulls: () => listPulls(git),
  };
}

/** All pull requests that a repository stores, newest first. */
export async function readLocalPulls(
  options: Pick<GitOptions, 'directory' | 'environment'>,
): Promise<readonly StoredPull[]> {
  return listPulls(createGit(options));
}

async function commit(place: Place, request: CommitRequest): Promise<CommitOutcome> {
  checkCommit(request);
  const { git, defaultBranch } = place;
  const { parent: from, operation } = request;
  const moved: CommitOutcome = { kind: 'head-moved', expected: from };
  if ((await resolveBranch(git, defaultBranch)) !== from) return moved;
  const follow = await prepareToFollow(place, async () => request.files.map((file) => file.path));
  const to = await writeCommit(git, {
    parent: from,
    files: request.files,
    message: messageOf(request),
    signature: place.sign(),
    operation,
  });
  await follow.check(from, to);
  const step = { kind: 'update', ref: `refs/heads/${defaultBranch}`, from, to } as const;
  if ((await moveRefs(place, `commit to ${defaultBranch}`, [step])) === 'lost') return moved;
  await follow.bring(from, to);
  return { kind: 'committed', commit: to };
}

async function listPulls(git: Git): Promise<readonly StoredPull[]> {
  return (await readRefs(git, [])).pulls;
}

/** @throws ToolError REFUSED when there is no repository, or none of its branches is the one */
function findDefaultBranch(options: LocalForgeOptions): string {
  const { directory } = options;
  const run = (...args: readonly string[]) =>
    spawnSync('git', args, { cwd: directory, env: gitEnvironment(options), encoding: 'utf8' });
  for (const ref of ['refs/remotes/origin/HEAD', 'HEAD']) {
    const { status, stdout } = run('symbolic-ref', '--quiet', ref);
    if (status === 0) return stdout.trim().replace(/^refs\/(?:heads|remotes\/origin)\//, '');
  }
  const { status, stderr, error } = run('rev-parse', '--git-dir');
  if (!error && status !== 0)
    throw gitFailure(`open "${directory}"`, { code: status ?? -1, stdout: Buffer.alloc(0), stderr });
  const why = error
    ? `git cannot be started: ${error.message}`
    : 'no branch is checked out, and there is no origin/HEAD';
  throw new ToolError({
    code: 'REFUSED',
    message: `git: "${directory}": ${why}. ${error ? 'Install git 2.38 or newer, and check that the directory exists' : 'Name the default branch with --branch, or check it out'}`,
  });
}

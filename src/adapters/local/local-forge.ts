import { execFileSync } from 'node:child_process';
import { ToolError } from '../../core/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitOutcome, CommitRequest, Forge } from '../../ports/forge.ts';
import type { Git, GitOptions } from '../git/git-process.ts';
import { createGit, gitEnvironment } from '../git/git-process.ts';
import { createGitReader, resolveBranch } from '../git/git-reader.ts';
import { checkCommit, messageOf } from '../operation.ts';
import { closePull, mergePull } from './end-pull.ts';
import { moveRefs } from './move-refs.ts';
import { inspectPulls, proposePull } from './open-pull.ts';
import type { Place } from './place.ts';
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
  readonly clock: Clock;
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
  const place: Place = { git, defaultBranch, sign: () => ({ ...author, at: options.clock.now() }) };
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
  const follow = await prepareToFollow(git, defaultBranch, async () =>
    request.files.map((file) => file.path),
  );
  const to = await writeCommit(git, {
    parent: from,
    files: request.files,
    message: messageOf(request),
    signature: place.sign(),
    operation,
  });
  const step = { kind: 'update', ref: `refs/heads/${defaultBranch}`, from, to } as const;
  if ((await moveRefs(git, request.subject, [step])) === 'lost') return moved;
  await follow(from, to);
  return { kind: 'committed', commit: to };
}

async function listPulls(git: Git): Promise<readonly StoredPull[]> {
  return (await readRefs(git, [])).pulls;
}

function findDefaultBranch(options: LocalForgeOptions): string {
  const { directory } = options;
  for (const ref of ['refs/remotes/origin/HEAD', 'HEAD']) {
    try {
      const name = execFileSync('git', ['symbolic-ref', '--quiet', ref], {
        cwd: directory,
        env: gitEnvironment(options),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return name.trim().replace(/^refs\/(?:heads|remotes\/origin)\//, '');
    } catch {
      // not that one
    }
  }
  throw new ToolError({
    code: 'REFUSED',
    message: `git: "${directory}" has no branch checked out and no origin/HEAD. Name the default branch`,
  });
}

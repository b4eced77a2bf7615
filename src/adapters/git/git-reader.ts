import { ToolError } from '../../core/errors.ts';
import { resumeTrailer } from '../../core/record/resume-trailer.ts';
import type { Sha } from '../../core/units.ts';
import { sha } from '../../core/units.ts';
import type { Forge } from '../../ports/forge.ts';
import { readEntriesOf } from './blobs.ts';
import { digestEntries } from './digest-entries.ts';
import type { FetchSource } from './fetch.ts';
import { fetchBranch, fetchCommit, fetchConfig, fetchHistory } from './fetch.ts';
import type { Git, GitOptions } from './git-process.ts';
import { createGit, gitFailure, gitOutput } from './git-process.ts';
import { readHistory } from './history.ts';
import { createObjects, type Objects } from './objects.ts';
import { createTreeWalker } from './walk-tree.ts';

/** The half of a forge that reads commits. */
export type GitReader = Pick<
  Forge,
  'head' | 'refresh' | 'list' | 'read' | 'digests' | 'history' | 'goesOnFrom' | 'branches' | 'known'
>;

export interface GitReaderOptions extends Pick<GitOptions, 'directory' | 'ownership' | 'environment'> {
  readonly defaultBranch: string;
  /** Starts git at once and not with the first question: it is there when the program has loaded the rest of itself. */
  readonly startNow?: boolean;
  /** Where newer commits and missing history come from; without it the directory is all there is. */
  readonly fetch?: FetchSource;
}

/**
 * Reads a checkout (or a bare repository) by commit, never from its working tree.
 *
 * `head` is HEAD of the checkout, on a branch or detached: what the workflow checked out is what is decided on, and a write
 * that expects another tip is refused by the forge. `refresh` fetches the default branch; without `fetch` it is the local
 * branch of that name. All that `head`, `list` and `read` need is one git process.
 */
export function createGitReader(options: GitReaderOptions): GitReader {
  const { fetch, defaultBranch } = options;
  const gitOptions = { ...options, config: fetch === undefined ? [] : fetchConfig(fetch) };
  const git = createGit(gitOptions);
  const objects = createObjects(gitOptions);
  const trees = createTreeWalker(objects);
  let isComplete = false;
  if (options.startNow) objects.start();

  async function refresh(): Promise<Sha> {
    if (fetch !== undefined) return fetchBranch(git, fetch, defaultBranch);
    return (
      (await objects.read(`refs/heads/${defaultBranch}^{commit}`))?.id ?? resolveBranch(git, defaultBranch)
    );
  }

  async function completeHistory(at: Sha): Promise<void> {
    if (isComplete) return;
    const shallow = await gitOutput(git, 'look for missing history', {
      args: ['rev-parse', '--is-shallow-repository'],
    });
    if (shallow.trim() !== 'false') await deepen(git, fetch, at);
    isComplete = true;
  }

  /** Looks at a commit; one that is not here yet, such as the tip of a proposal's branch, is fetched by its id. */
  async function look<T>(at: Sha, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((await git({ args: ['cat-file', '-e', `${at}^{commit}`] })).code === 0) throw error;
      if (fetch === undefined) throw notHere(at);
      await fetchCommit(git, fetch, at);
      return work();
    }
  }

  return {
    head: () => readHead(git, objects),
    refresh,
    list: (at, folder) => look(at, async () => [...(await trees.list(at, folder)).keys()].sort()),
    read: (at, paths) => look(at, async () => readEntriesOf(objects, await trees.find(at, paths))),
    digests: (at, paths) => look(at, async () => digestEntries(git, await trees.find(at, paths))),
    history: (at, path) =>
      look(at, async () => {
        await completeHistory(at);
        return readHistory(git, at, path);
      }),
    goesOnFrom: (at, commit) =>
      look(at, async () => {
        await completeHistory(at);
        return goesOnFrom(git, at, commit);
      }),
    branches: (at, under) => look(at, () => listBranches(git, at, under)),
    known: (names) => findBranches(git, names),
  };
}

/** A commit that is not here at all is no ancestor either: `at` has all of its history here. */
async function goesOnFrom(git: Git, at: Sha, commit: Sha): Promise<boolean> {
  if ((await git({ args: ['merge-base', '--is-ancestor', commit, at] })).code === 0) return true;
  const resumed = await gitOutput(git, `look for what resumes after ${commit}`, {
    args: [
      'log',
      '--max-count=1',
      '--format=%H',
      '--basic-regexp',
      `--grep=^${resumeTrailer(commit)}[[:space:]]*$`,
      at,
      '--',
    ],
  });
  return resumed !== '';
}

/** Local branches, and those of remotes as they were fetched last. */
async function listBranches(git: Git, at: Sha, under: string): Promise<readonly string[]> {
  const places = [`refs/heads/${under}`, `refs/remotes/*/${under}**`];
  const output = await gitOutput(git, 'list branches', {
    args: ['for-each-ref', '--format=%(refname)', `--no-merged=${at}`, ...places],
  });
  const names = output.split('\n').map((name) => name.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, ''));
  return [...new Set(names.filter((name) => name.startsWith(under)))].sort();
}

/** Of this repository, and of the one that it was cloned from, as it was fetched last. */
async function findBranches(git: Git, names: readonly string[]): Promise<readonly string[]> {
  const places = ['refs/heads/', 'refs/remotes/origin/'];
  const refs = names.flatMap((name) => places.map((place) => `${place}${name}`));
  if (refs.length === 0) return [];
  const output = await gitOutput(git, 'look for branches', {
    args: ['for-each-ref', '--format=%(refname)', ...refs],
  });
  // a pattern names what lies below it as well
  const found = new Set(output.split('\n'));
  return names.filter((name) => places.some((place) => found.has(`${place}${name}`))).sort();
}

function notHere(at: Sha): ToolError {
  return new ToolError({
    code: 'REFUSED',
    message: `git: commit ${at} is not in this repository. Fetch it, or name one that is`,
  });
}

/** Tip of a local branch. @throws ToolError REFUSED when there is no such branch */
export async function resolveBranch(git: Git, branch: string): Promise<Sha> {
  const answer = await git({ args: ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`] });
  if (answer.code === 0) return sha(answer.stdout.toString('utf8').trim());
  if (answer.stderr.trim() !== '') throw gitFailure(`find branch "${branch}"`, answer);
  throw new ToolError({
    code: 'REFUSED',
    message: `git: branch "${branch}" has no commit here. Name the default branch, or make its first commit`,
  });
}

async function readHead(git: Git, objects: Objects): Promise<Sha> {
  const commit = await objects.read('HEAD^{commit}');
  if (commit !== undefined) return commit.id;
  const answer = await git({ args: ['rev-parse', 'HEAD^{commit}'] });
  if (answer.code !== 0) throw headFailure(answer);
  return sha(answer.stdout.toString('utf8').trim());
}

function headFailure(answer: Parameters<typeof gitFailure>[1]): ToolError {
  if (/unknown revision|ambiguous argument/.test(answer.stderr))
    return new ToolError({ code: 'REFUSED', message: 'git: HEAD has no commit yet. Commit something first' });
  return gitFailure('find HEAD', answer);
}

async function deepen(git: Git, fetch: FetchSource | undefined, at: Sha): Promise<void> {
  const advice = 'set "fetch-depth: 0" at the checkout step, or run: git fetch --unshallow';
  if (fetch === undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `git: history is needed but this is a shallow clone: ${advice}`,
    });
  try {
    await fetchHistory(git, fetch, at);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError({
      code: error.code,
      message: `git: history is needed but this is a shallow clone, and deepening it failed: ${advice} (${error.message})`,
    });
  }
}

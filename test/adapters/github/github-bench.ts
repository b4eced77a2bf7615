import { join } from 'node:path';
import { tokenHeader } from '../../../src/adapters/git/fetch.ts';
import { createGitReader } from '../../../src/adapters/git/git-reader.ts';
import { createGitHubForge, type GitHubForgeOptions } from '../../../src/adapters/github/github-forge.ts';
import type { PlaceOptions } from '../../../src/adapters/github/open-place.ts';
import { createGitHubScratch, type GitHubScratchOptions } from '../../../src/adapters/github/scratch.ts';
import type { Instant, Millis, Sha } from '../../../src/core/units.ts';
import { instant, sha } from '../../../src/core/units.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { CommitRequest, Forge } from '../../../src/ports/forge.ts';
import type { Scratch } from '../../../src/ports/scratch.ts';
import { ask } from '../../lab/ask.ts';
import type { RepositoryHandle } from '../../lab/handle.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { RepositorySettings } from '../../lab/options.ts';
import type { ForgeBench, TextEdits } from '../forge-contract.ts';
import { personGit, scratchFolder, writeOddities } from '../scratch-repository.ts';

export interface GitHubBench extends ForgeBench {
  readonly lab: Lab;
  readonly repo: RepositoryHandle;
  /** How long the forge has slept, in order. */
  readonly slept: Millis[];
  /** What the forge wrote to its log. */
  readonly logged: string[];
  /** Branches of drills, on a new checkout, with another token than the app's if one is given. */
  openScratch(token?: string): Scratch;
  /** Another run: a forge of its own on a new checkout. */
  reopen(more?: Partial<GitHubForgeOptions>): Forge;
  /** What a run leaves that writes with another token. */
  leaveCommitBy(token: string, branch: string, request: CommitRequest): Promise<Sha>;
  leaveCommit(branch: string, request: CommitRequest): Promise<Sha>;
  /** Another run with another default branch. */
  reopenOn(branch: string): Forge;
}

/** A forge on a clone of a repository of the lab. */
export async function openGitHubBench(
  files: TextEdits,
  options: { readonly settings?: RepositorySettings; readonly forge?: Partial<GitHubForgeOptions> } = {},
): Promise<GitHubBench> {
  const lab = await startLab();
  const texts = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text ?? '']));
  const repo = await lab.createRepository({
    name: 'models',
    files: texts,
    ...(options.settings ? { settings: options.settings } : {}),
  });
  const slept: Millis[] = [];
  const logged: string[] = [];
  const reopen = (more: Partial<GitHubForgeOptions> = {}) =>
    openForge({ lab, repo, slept, logged }, { ...options.forge, ...more });
  return {
    lab,
    repo,
    slept,
    logged,
    reopen,
    reopenOn(branch) {
      const place = placeOf({ lab, repo, slept, logged }, {});
      return createGitHubForge({ ...place, defaultBranch: branch, reader: place.readerOf(branch) });
    },
    openScratch: (token) =>
      createGitHubScratch(placeOf({ lab, repo, slept, logged }, token === undefined ? {} : { token })),
    forge: reopen(),
    leaveCommitBy: (token, branch, request) =>
      leaveCommit({ lab, repo, slept, logged }, branch, request, token),
    leaveCommit: (branch, request) => leaveCommit({ lab, repo, slept, logged }, branch, request),
    ...people(repo),
    close: () => lab.close(),
  };
}

interface Surroundings {
  readonly lab: Lab;
  readonly repo: RepositoryHandle;
  readonly slept: Millis[];
  readonly logged: string[];
}

function openForge(surroundings: Surroundings, more: Partial<GitHubForgeOptions>): Forge {
  const place = placeOf(surroundings, more);
  return createGitHubForge({ ...place, reader: place.readerOf('main'), ...more });
}

/** A new checkout, and what the API is asked with. */
function placeOf(
  { lab, repo, slept, logged }: Surroundings,
  more: Partial<PlaceOptions>,
): GitHubScratchOptions {
  const directory = join(scratchFolder(), 'checkout');
  personGit(repo.gitDir, ['clone', '--quiet', repo.gitDir, directory]);
  const token = more.token ?? lab.tokens.app;
  const log = (line: string) => void logged.push(line);
  const clock: Clock = {
    now: (): Instant => instant(lab.clock.now()),
    sleep: async (length) => void slept.push(length),
  };
  const fetch = { url: repo.cloneUrl, authHeader: tokenHeader(token) };
  return {
    readerOf: (branch) => createGitReader({ directory, defaultBranch: branch, fetch }),
    owner: repo.owner,
    repository: repo.name,
    defaultBranch: 'main',
    token,
    apiUrl: lab.apiUrl,
    graphqlUrl: lab.graphqlUrl,
    clock,
    log: { info: log, warn: log, debug: log },
    random: () => 0.5,
    deadline: () => whenLabHangs(lab),
    signs: true,
  };
}

/** By the same calls as a proposal, with the token of the forge. */
async function leaveCommit(
  { lab, repo }: Surroundings,
  branch: string,
  request: CommitRequest,
  token = lab.tokens.app,
): Promise<Sha> {
  await repo.moveBranch(branch, request.parent);
  const { body } = await ask(lab, {
    token,
    query: `mutation($commit: CreateCommitOnBranchInput!) {
      createCommitOnBranch(input: $commit) { commit { oid } }
    }`,
    variables: {
      commit: {
        branch: { repositoryNameWithOwner: repo.fullName, branchName: branch },
        expectedHeadOid: request.parent,
        message: { headline: request.subject, body: request.body },
        fileChanges: {
          additions: request.files.map(({ path, text }) => ({
            path,
            contents: Buffer.from(text).toString('base64'),
          })),
        },
      },
    },
  });
  const { createCommitOnBranch } = body.data as { createCommitOnBranch: { commit: { oid: string } } };
  return sha(createCommitOnBranch.commit.oid);
}

/** Ends a request as soon as the lab has decided never to answer it: no clock, however slow the machine. */
function whenLabHangs(lab: Lab): AbortSignal {
  const controller = new AbortController();
  const index = lab.requests.length;
  const look = setInterval(() => {
    const request = lab.requests[index];
    if (request === undefined || request.endedAt === 0) return;
    clearInterval(look);
    if (request.fault === 'timeout') controller.abort(new DOMException('no answer in time', 'TimeoutError'));
  }, 2);
  look.unref();
  return controller.signal;
}

/** What other people do in the repository, and what a test looks at. */
function people(repo: RepositoryHandle): Omit<ForgeBench, 'forge' | 'close'> {
  const git = (...args: readonly string[]) => personGit(repo.gitDir, args);
  return {
    push: async (edits, options) => sha(await repo.commit({ ...options, files: edits })),
    setBranch: (branch, tip) => repo.moveBranch(branch, tip),
    tip: async (branch) => (await repo.head(branch)) as Sha | undefined,
    commitAt: async (id) => ({
      message: git('log', '-1', '--format=%B', id),
      parents: git('log', '-1', '--format=%P', id).split(' ').filter(Boolean).map(sha),
    }),
    text: (path, at) => repo.read(path, at),
    pushOddities: async () => pushOddities(repo.gitDir),
    closePull: (number) => repo.closePull(number),
    pull: async (number) => {
      const pull = repo.pulls.find((one) => one.number === number);
      const comments = repo.comments.filter((comment) => comment.issue === number);
      return {
        title: pull?.title ?? '',
        description: pull?.body ?? '',
        comments: comments.map((comment) => comment.body),
      };
    },
  };
}

function pushOddities(gitDir: string): Sha {
  const directory = join(scratchFolder(), 'clone');
  personGit(gitDir, ['clone', '--quiet', gitDir, directory]);
  const git = (...args: readonly string[]) => personGit(directory, args);
  writeOddities(directory);
  git('add', '--all');
  git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'HEAD')},odd/sub`);
  git('commit', '--quiet', '-m', 'Oddities');
  git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
  return sha(git('rev-parse', 'HEAD'));
}

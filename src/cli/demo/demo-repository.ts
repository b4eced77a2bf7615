import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { formatInstant, type Instant } from '../../core/units.ts';
import type { Story, StoryBook, StoryFile } from './stories.ts';

const run = promisify(execFile);
const BRANCH = 'main';
const PREFIX = 'belay-demo-';
/** Marks a repository whose demo is over. */
const KEPT = '.git/belay-demo-kept';
/** Whose hands the demo plays: the team whose repository it is. */
const PERSON = { name: 'Priya Raman', email: 'priya@acme.example' };

/** A user's repository in a temporary folder, with a person who merges pull requests by git. */
export interface DemoRepository {
  readonly directory: string;
  readonly branch: string;
  /** Merges the pull request of a story, as its author would. */
  mergeCandidate(story: Story, at: Instant): Promise<void>;
  /** Puts a file there that Git does not know of. */
  place(path: string, text: string): Promise<void>;
  readOnBranch(path: string): Promise<string>;
  git(args: readonly string[]): Promise<string>;
  /** Leaves it to be looked at, and removes those that earlier demos left. What is not kept goes when the process ends. */
  keep(): Promise<void>;
}

export interface DemoRepositoryOptions {
  readonly book: StoryBook;
  /** `.belay/config.yaml` of this run. */
  readonly config: string;
  readonly at: Instant;
  /** What is done to a manifest before it is committed; a live run shortens its holds. */
  readonly adapt?: (manifest: string) => string;
}

/** Makes the repository with its first commit: the example as a user has it, its release settled. */
export async function createDemoRepository(options: DemoRepositoryOptions): Promise<DemoRepository> {
  const { book, adapt = (text) => text } = options;
  const directory = await mkdtemp(join(tmpdir(), PREFIX));
  // a git that was at work when the demo was stopped may still write
  const discard = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', discard);
  const stop = () => process.exit(130); // a signal alone would end the process without telling it
  process.once('SIGINT', stop);
  const git = async (args: readonly string[], at?: Instant): Promise<string> => {
    const { stdout } = await run('git', [...args], {
      cwd: directory,
      env: personEnvironment(at),
      maxBuffer: 16_777_216,
    });
    return stdout;
  };
  const write = async (files: readonly StoryFile[]): Promise<void> => {
    for (const { path, text } of files) {
      const target = join(directory, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, path === book.MANIFEST ? adapt(text) : text);
    }
  };
  await git(['init', '--quiet', `--initial-branch=${BRANCH}`]);
  await write([...book.readRepository(), { path: '.belay/config.yaml', text: options.config }]);
  await git(['add', '--all']);
  await git(['commit', '--quiet', '--message', 'Serve fraud-scorer 3.4.1'], options.at);
  return {
    directory,
    branch: BRANCH,
    async mergeCandidate(story, at) {
      const pull = book.readPullRequest(story);
      await git(['switch', '--quiet', '--create', pull.branch]);
      await write(pull.files);
      await git(['add', '--all']);
      await git(['commit', '--quiet', '--message', pull.title], at);
      await git(['switch', '--quiet', BRANCH]);
      await git(
        ['merge', '--quiet', '--no-ff', '--message', `Merge pull request: ${pull.title}`, pull.branch],
        at,
      );
      await git(['branch', '--quiet', '--delete', '--force', pull.branch]);
    },
    async place(path, text) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, '.git/info/exclude'), `${path}\n`);
      await writeFile(join(directory, path), text);
    },
    readOnBranch: (path) => git(['show', `refs/heads/${BRANCH}:${path}`]),
    git: (args) => git(args),
    async keep() {
      await removeKept();
      await writeFile(join(directory, KEPT), '');
      process.off('exit', discard);
      process.off('SIGINT', stop);
    },
  };
}

/** Only folders that a demo of this user marked at its end: another demo may be running. */
async function removeKept(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    const mark = name.startsWith(PREFIX) ? await lstat(join(folder, KEPT)).catch(() => undefined) : undefined;
    if (mark?.isFile() && mark.uid === process.getuid?.()) await rm(folder, { recursive: true, force: true });
  }
}

function personEnvironment(at: Instant | undefined): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const date =
    at === undefined ? {} : { GIT_AUTHOR_DATE: formatInstant(at), GIT_COMMITTER_DATE: formatInstant(at) };
  return {
    PATH,
    HOME,
    TMPDIR,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: PERSON.name,
    GIT_AUTHOR_EMAIL: PERSON.email,
    GIT_COMMITTER_NAME: PERSON.name,
    GIT_COMMITTER_EMAIL: PERSON.email,
    ...date,
  };
}

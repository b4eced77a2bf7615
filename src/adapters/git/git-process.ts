import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { ToolError } from '../../core/errors.ts';
import type { Millis } from '../../core/units.ts';

/** One run of git. */
export interface GitRun {
  readonly args: readonly string[];
  readonly input?: string;
  /** Added to the environment, e.g. GIT_AUTHOR_DATE. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes the output piece by piece; `stdout` of the answer is empty then. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** Killed after this long; default never, for local commands end by themselves. */
  readonly timeout?: Millis;
}

export interface GitAnswer {
  /** Exit code; -1 when a signal ended it. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git in one directory and gives its exit code, whatever that is. @throws ToolError REFUSED when git is missing */
export type Git = (run: GitRun) => Promise<GitAnswer>;

export interface GitOptions {
  readonly directory: string;
  /**
   * `trusted`: read the directory although another user owns it, as in a job that runs in a container. Default `checked`:
   * git's own rule, with the exceptions of the user's configuration.
   */
  readonly ownership?: 'checked' | 'trusted';
  /** Settings by name for these runs alone. They travel in the environment, where no process list shows them. */
  readonly config?: readonly (readonly [name: string, value: string])[];
  /** Where PATH, HOME and the like come from; default the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** All that a git of ours inherits: what it needs to be found, to find the user's settings and to reach an ssh agent. */
const INHERITED = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'USERPROFILE',
  'SSH_AUTH_SOCK',
];

/** Whatever the repository or its owner configured, reading it must not start a program or reword the output. */
const QUIET_CONFIG = [
  ['core.quotepath', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['log.showSignature', 'false'],
  // as long as git waits for any other lock; whoever writes waits on, and names the lock
  ['core.packedRefsTimeout', '100'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
] as const;

/**
 * Git in one directory: no shell, no terminal, no pager, no variable of the caller that could point it elsewhere or make
 * it talk (GIT_*, proxies, traces).
 */
export function createGit(options: GitOptions): Git {
  const environment = gitEnvironment(options);
  return (run) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', ['--no-pager', ...run.args], {
        cwd: options.directory,
        env: { ...environment, ...run.environment },
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
        ...(run.timeout === undefined ? {} : { timeout: run.timeout, killSignal: 'SIGKILL' as const }),
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', run.onOutput ?? ((chunk: Buffer) => out.push(chunk)));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('error', (error) => reject(cannotStart(options.directory, error)));
      child.on('close', (code) =>
        resolve({
          code: code ?? -1,
          stdout: Buffer.concat(out),
          stderr: Buffer.concat(err).toString('utf8'),
        }),
      );
      // git may exit without reading all of its input; its exit code says why
      child.stdin.on('error', () => undefined);
      child.stdin.end(run.input ?? '');
    });
}

/** The whole environment of a git of ours. */
export function gitEnvironment(options: GitOptions): Record<string, string> {
  const given = options.environment ?? process.env;
  const environment: Record<string, string> = {
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // a replaced object would be another content under the same commit id
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
  };
  for (const name of INHERITED) {
    const value = given[name];
    if (value !== undefined) environment[name] = value;
  }
  const config: (readonly [string, string])[] = [...QUIET_CONFIG, ...(options.config ?? [])];
  if (options.ownership === 'trusted') config.push(['safe.directory', realDirectory(options.directory)]);
  environment.GIT_CONFIG_COUNT = String(config.length);
  for (const [index, [name, value]] of config.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = name;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

/** git compares safe.directory with the resolved path; a directory that is not there fails at the first run instead. */
function realDirectory(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

function cannotStart(directory: string, error: Error): ToolError {
  const reason = 'code' in error && error.code === 'ENOENT' ? 'not found' : error.message;
  return new ToolError({
    code: 'REFUSED',
    message: `git: cannot be started in "${directory}": ${reason}. Install git 2.38 or newer, and check that the directory exists`,
  });
}

/** Runs git and gives what it prints. @throws ToolError that says what was tried, when git exits with an error */
export async function gitOutput(git: Git, purpose: string, run: GitRun): Promise<string> {
  const answer = await git(run);
  if (answer.code !== 0) throw gitFailure(purpose, answer);
  return answer.stdout.toString('utf8');
}

/** The lock file that git met, by its full path: another git is at work there, or one was stopped in the middle. */
export function lockIn(stderr: string): string | undefined {
  return /Unable to create '(.+?\.lock)': File exists/i.exec(stderr)?.[1];
}

/** The error of a lock file that does not go away. */
export function lockFailure(purpose: string, lock: string): ToolError {
  return new ToolError({
    code: 'FORGE_UNAVAILABLE',
    message: `git: ${purpose}: "${lock}" does not go away: another git is at work, or one was stopped in the middle. When no other git runs there, delete that file and run again`,
  });
}

/** The error of a git that failed: REFUSED when a person can fix it, FORGE_UNAVAILABLE at a lock, else CORRUPT. */
export function gitFailure(purpose: string, answer: GitAnswer): ToolError {
  const { stderr } = answer;
  const lock = lockIn(stderr);
  if (lock !== undefined) return lockFailure(purpose, lock);
  if (/not a git repository/.test(stderr))
    return new ToolError({
      code: 'REFUSED',
      message: `git: ${purpose}: not inside a git repository. Run it in a checkout`,
    });
  if (/dubious ownership|unsafe repository/.test(stderr))
    return new ToolError({
      code: 'REFUSED',
      message: `git: ${purpose}: another user owns this directory. Change its owner, or run: git config --global --add safe.directory <directory>`,
    });
  return new ToolError({
    code: 'CORRUPT',
    message: `git: ${purpose}: git exited with ${answer.code}: ${firstLines(stderr)}`,
  });
}

/** What git said, in one line of at most 200 characters. */
export function firstLines(stderr: string): string {
  return stderr.trim().split(/\s+/).join(' ').slice(0, 200) || 'no message';
}

import { ToolError } from '../core/errors.ts';
import type { CommitRequest } from '../ports/forge.ts';

/**
 * What every forge holds a write to before it sends anything: only `belay/**` and the default branch are ever written, paths
 * stay inside the repository, and each message names its operation, for that is how a write is found again.
 */

const TRAILER = /^Belay-Op: ([0-9a-f]{64})$/;

/** The operation that a commit message names in its last paragraph; undefined when it is not a commit of this tool. */
export function operationOf(message: string): string | undefined {
  const lastParagraph =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? '';
  const named = lastParagraph.split('\n').flatMap((line) => TRAILER.exec(line.trimEnd())?.[1] ?? []);
  return named.at(-1);
}

/** The whole message of a commit or a merge: subject, blank line, body. */
export function messageOf(commit: { readonly subject: string; readonly body: string }): string {
  return commit.body === '' ? `${commit.subject}\n` : `${commit.subject}\n\n${commit.body.trimEnd()}\n`;
}

/** @throws ToolError BUG when a commit has no files, a path that no tree holds, or does not name its operation */
export function checkCommit(request: CommitRequest): void {
  if (request.files.length === 0) throw bug('a commit without files');
  if (/[\r\n]/.test(request.subject) || request.subject.trim() === '')
    throw bug(`the subject "${request.subject}" is not one line`);
  const paths = new Set(request.files.map((file) => file.path));
  if (paths.size !== request.files.length) throw bug('a commit that writes a file twice');
  for (const path of paths) if (!isWritable(path)) throw bug(`a commit to the path ${JSON.stringify(path)}`);
  if (operationOf(messageOf(request)) !== request.operation)
    throw bug(`a commit whose last trailer is not "Belay-Op: ${request.operation}"`);
}

function isWritable(path: string): boolean {
  const names = path.split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return !/[\u0000-\u001f\u007f\\]/.test(path) && names.every((name) => !/^(?:|\.|\.\.|\.git)$/i.test(name));
}

/** Characters of branch names that mean nothing to git, to a shell or in an address. */
const PLAIN_NAME = /^belay(?:\/[A-Za-z0-9_][A-Za-z0-9._+-]*)+$/;

/** @throws ToolError BUG for any branch but a plain one below `belay/` that is not the default branch (SEC-27, INV-11) */
export function checkBranch(branch: string, defaultBranch: string): void {
  const isPlain = PLAIN_NAME.test(branch) && !/\.\.|\.(?:\/|$)|\.lock(?:\/|$)/.test(branch);
  if (!isPlain || branch === defaultBranch || branch.length > 200)
    throw bug(`a write to branch ${JSON.stringify(branch)}; only plain names below belay/ are written`);
}

/** The folders that a branch lies in, as names of branches: git holds none of them beside it. */
export function foldersOf(branch: string): readonly string[] {
  const names = branch.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function bug(what: string): ToolError {
  return new ToolError({ code: 'BUG', message: `forge: refused ${what}. Nothing was written` });
}

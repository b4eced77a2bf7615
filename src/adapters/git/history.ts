import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import { instant, sha } from '../../core/units.ts';
import type { Revision } from '../../ports/forge.ts';
import { readEntries } from './blobs.ts';
import type { Git } from './git-process.ts';
import { gitOutput } from './git-process.ts';
import type { TreeEntry } from './tree.ts';
import { isTreePath } from './tree.ts';

interface Change {
  readonly commit: Sha;
  readonly at: number;
  readonly author: string;
  readonly subject: string;
  /** The path after the commit; undefined when it deleted it. */
  readonly entry: TreeEntry | undefined;
}

/** First-parent commits up to `at` that changed `path`, newest first; merges are compared with their first parent. */
export async function readHistory(git: Git, at: Sha, path: string): Promise<readonly Revision[]> {
  if (!isTreePath(path)) return [];
  const changes = parseLog(
    await gitOutput(git, `read the history of "${path}"`, { args: logArguments(at, path) }),
    path,
  );
  const entries = new Map<string, TreeEntry>();
  for (const { commit, entry } of changes) if (entry !== undefined) entries.set(commit, entry);
  const files = await readEntries(git, entries);
  return changes.map(({ commit, at: date, author, subject }) => {
    const file = files.get(commit);
    return {
      commit,
      at: instant(date * 1000),
      author,
      subject,
      text: file?.kind === 'text' ? file.text : undefined,
    };
  });
}

/** Every switch that the user's configuration could have turned is turned back. */
function logArguments(at: Sha, path: string): readonly string[] {
  return [
    'log',
    '--first-parent',
    '--diff-merges=first-parent',
    '--root',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-follow',
    '--no-mailmap',
    '--no-color',
    '--no-ext-diff',
    '--no-notes',
    '--ignore-submodules=none',
    '--encoding=UTF-8',
    '-z',
    '--format=tformat:%H%x00%ct%x00%an%x00%s%x00',
    '--end-of-options',
    at,
    '--',
    `:(top,literal)${path}`,
  ];
}

/**
 * The output is a run of NUL-ended fields: commit, date, author, subject, an empty one, then `:modes objects status` and a
 * path for each changed entry. Only a path that was a folder has more than one entry, and they bear other names.
 */
function parseLog(output: string, path: string): readonly Change[] {
  const fields = output.split('\0').map((field) => field.replace(/^\n/, ''));
  const changes: Change[] = [];
  let index = 0;
  while (index + 3 < fields.length) {
    const [commit = '', date = '', author = '', subject = ''] = fields.slice(index, index + 4);
    if (!/^[0-9a-f]{40,64}$/.test(commit) || !/^\d+$/.test(date))
      throw new ToolError({
        code: 'CORRUPT',
        message: `git: history of "${path}": expected a commit id, got "${commit.slice(0, 80)}"`,
      });
    index += 4;
    if (fields[index] === '') index += 1;
    let entry: TreeEntry | undefined;
    let isAbout = false;
    while (fields[index]?.startsWith(':') === true) {
      const [, mode = '', , object = '', status = ''] = fields[index]?.split(' ') ?? [];
      if (fields[index + 1] === path) {
        isAbout = true;
        entry = status === 'D' ? undefined : { mode, object: sha(object) };
      }
      index += 2;
    }
    if (isAbout) changes.push({ commit: sha(commit), at: Number(date), author, subject, entry });
  }
  return changes;
}

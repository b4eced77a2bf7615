import type { FileEdit } from '../core/change/change.ts';
import { ToolError } from '../core/errors.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { readRecord } from '../core/record/record-file.ts';
import type { Sha } from '../core/units.ts';
import type { Forge } from '../ports/forge.ts';
import { statesTheSame } from './states-the-same.ts';

/**
 * The files of a change with the records of releases that a commit holds, when that commit is this change, written at another moment;
 * undefined when it is not.
 */
export async function readChange(
  forge: Forge,
  files: readonly FileEdit[],
  at: Sha,
): Promise<readonly FileEdit[] | undefined> {
  const records = await readRecords(forge, files, at);
  const isSame = [...(records ?? [])].every(([path, found]) => {
    const edit = files.find((one) => one.path === path);
    return edit && readRecord(path, found) && statesTheSame(found, edit.after);
  });
  if (!records || !isSame) return undefined;
  return files.map((edit) => ({ ...edit, after: records.get(edit.path) ?? edit.after }));
}

/**
 * The texts where a change has records of releases, by path, when all other files at a commit are as the change writes them. What a drill
 * brings has none.
 */
export async function readRecords(
  forge: Forge,
  files: readonly FileEdit[],
  at: Sha,
): Promise<ReadonlyMap<string, string> | undefined> {
  const found = await forge.read(
    at,
    files.map((edit) => edit.path),
  );
  const records = new Map<string, string>();
  for (const edit of files) {
    const file = found.get(edit.path);
    const text = file?.kind === 'text' ? file.text : undefined;
    if (text === undefined) return undefined;
    if (edit.path.startsWith(`${RECORDS_PATH}/`)) records.set(edit.path, text);
    else if (text !== edit.after) return undefined;
  }
  return records;
}

/** The record of a change: its last file; of one of several releases that of the first. */
export function recordIn(files: readonly FileEdit[]): FileEdit {
  const record = files.at(-1);
  if (record) return record;
  throw new ToolError({ code: 'BUG', message: 'a change without a record' });
}

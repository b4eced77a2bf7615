import type { Problem } from '../core/errors.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { digestOf, readChain, readRecord } from '../core/record/record-file.ts';
import type { BelayRecord } from '../core/record/record-schema.ts';
import type { Digest, Sha256 } from '../core/units.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';
import type { Records } from './read-records.ts';

/** Files and records of both ends of a pull request. */
export interface BothEnds {
  readonly before: { readonly files: FileSource; readonly records: Records };
  readonly after: { readonly files: FileSource; readonly records: Records };
  readonly sha256: Sha256;
}

/** What a pull request does to the records. */
export interface RecordChanges {
  readonly problems: readonly Problem[];
  /**
   * Releases for which it brings records that say what its files say, with the paths that they tell of: the pull request is one of
   * Belay's, as far as those files go.
   */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Records are only ever added, by Belay, with the change that they tell of. A record that is new must name, by digest, the
 * manifest and target files of both ends; so a pull request of Belay's passes whoever opened it, and a made-up weight does not
 * without a made-up record, which stands in the diff for the owners of `.belay/records/` to see.
 */
export async function checkRecords(ends: BothEnds): Promise<RecordChanges> {
  const problems: Problem[] = [];
  const told = new Map<string, ReadonlySet<string>>();
  const names = new Set([...ends.before.records.keys(), ...ends.after.records.keys()]);
  for (const name of names) {
    const was = recordsOf(ends.before.records, name);
    const is = recordsOf(ends.after.records, name);
    if (readChain(name, was, ends.sha256).kind === 'ok') problems.push(...findTampering(was, is));
    const added = [...is.keys()].filter((path) => !was.has(path)).sort();
    if (added.length === 0) continue;
    const stranger = await findStranger(ends, added, is);
    if (stranger) problems.push(stranger);
    else told.set(name, pathsIn(added, is));
  }
  return { problems, told };
}

function pathsIn(added: readonly string[], is: ReadonlyMap<string, string>): ReadonlySet<string> {
  const records = added.flatMap((path) => readRecord(path, is.get(path) ?? '') ?? []);
  return new Set(records.flatMap(({ manifest, targets }) => [manifest, ...targets].map(({ path }) => path)));
}

function recordsOf(records: Records, name: string): ReadonlyMap<string, string> {
  return new Map([...(records.get(name) ?? [])].filter(([path]) => /\/\d{4,}\.json$/.test(path)));
}

/** What is gone or other than it was. A chain that was broken before may be mended. */
function findTampering(
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): readonly Problem[] {
  return [...was].flatMap(([path, text]): Problem[] => {
    const now = is.get(path);
    if (now === text) return [];
    const line = now === undefined ? 1 : firstDifference(text, now);
    const what = now === undefined ? 'deletes this record' : 'changes this record';
    const message = `the pull request ${what}, and records are only ever added; restore the file as it is in the base: git checkout <base> -- ${path}`;
    return [problemAt(path, line, 'SEC-30', message)];
  });
}

function firstDifference(a: string, b: string): number {
  const lines = a.split('\n');
  const other = b.split('\n');
  return (
    Math.max(
      0,
      other.findIndex((line, index) => line !== lines[index]),
    ) + 1
  );
}

/** The first of the new records that does not tell of this pull request. */
async function findStranger(
  ends: BothEnds,
  added: readonly string[],
  is: ReadonlyMap<string, string>,
): Promise<Problem | undefined> {
  const records = added.map((path) => ({ path, record: readRecord(path, is.get(path) ?? '') }));
  const changes = records.flatMap(({ record }) => (record ? [record.manifest, ...record.targets] : []));
  const paths = [...new Set(changes.map(({ path }) => path))];
  const [before, after] = await Promise.all([ends.before.files.read(paths), ends.after.files.read(paths)]);
  const expected = new Map(paths.map((path) => [path, digestAt(before, path, ends.sha256)]));
  for (const { path, record } of records) {
    // one that cannot be read is told of with the chain
    if (!record) continue;
    const odd = findOddChange(record, expected);
    if (odd) return stranger(path, odd);
  }
  const left = paths.find((path) => expected.get(path) !== digestAt(after, path, ends.sha256));
  return left === undefined ? undefined : stranger(added.at(-1) ?? '', left);
}

/** The file that a record found in another state than it was in; takes over the states that it left behind. */
function findOddChange(
  { manifest, targets }: BelayRecord,
  state: Map<string, Digest | null>,
): string | undefined {
  for (const { path, before, after } of [manifest, ...targets]) {
    if (state.get(path) !== before) return path;
    state.set(path, after);
  }
  return undefined;
}

function stranger(record: string, path: string): Problem {
  const message = `this new record tells of another change of "${path}" than this pull request makes; records are written only by Belay: take ${RECORDS_PATH}/ out of the pull request`;
  return problemAt(record, 1, 'SEC-29', message);
}

function digestAt(files: ReadonlyMap<string, RepoFile>, path: string, sha256: Sha256): Digest | null {
  const file = files.get(path);
  return file?.kind === 'text' ? digestOf(file.text, sha256) : null;
}

function problemAt(file: string, line: number, code: string, message: string): Problem {
  return { code, severity: 'error', at: { file, line, column: 1 }, path: '', message };
}

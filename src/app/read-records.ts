import type { Problem } from '../core/errors.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { lazily } from '../core/manifest/lazily.ts';
import { readChain } from '../core/record/record-file.ts';
import type { BelayRecord } from '../core/record/record-schema.ts';
import { readState } from '../core/record/release-state.ts';
import type { Sha256 } from '../core/units.ts';
import type { RepoFile } from '../ports/forge.ts';

/** Texts of record files by path, by the name of their release. */
export type Records = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Record files by release; a file that is no text counts as an empty one, which no chain accepts. */
export function groupRecords(paths: readonly string[], files: ReadonlyMap<string, RepoFile>): Records {
  const groups = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const name = path.slice(RECORDS_PATH.length + 1).split('/')[0] ?? '';
    const file = files.get(path);
    const group = groups.get(name) ?? new Map<string, string>();
    group.set(path, file?.kind === 'text' ? file.text : '');
    groups.set(name, group);
  }
  return groups;
}

/** The release that a manifest belonged to when something was recorded about it last; undefined when nothing ever was. */
export type FindOwner = (manifest: string) => string | undefined;

/** All records are read at the first question, and once: a mistake in the config makes every manifest ask. */
export function createFindOwner(records: Records, sha256: Sha256): FindOwner {
  const newest = lazily(() => {
    const found = new Map<string, BelayRecord>();
    for (const [name, files] of records) {
      const record = readNewest(name, files, sha256);
      const other = record && found.get(record.manifest.path);
      if (record && (!other || record.at > other.at)) found.set(record.manifest.path, record);
    }
    return found;
  });
  return (manifest) => newest().get(manifest)?.release;
}

/** A rollout under way whose manifest went: nothing moves any more, and a person must know. */
export function findAbandoned(
  records: Records,
  names: readonly string[],
  sha256: Sha256,
): readonly Problem[] {
  const known = new Set(names);
  return [...records].flatMap(([name, files]): Problem[] => {
    if (known.has(name)) return [];
    const reading = readChain(name, files, sha256);
    const newest = reading.kind === 'ok' ? reading.chain.records.at(-1) : undefined;
    const left = reading.kind === 'ok' ? readState(reading.chain, undefined).unfinished : undefined;
    if (!newest || !left) return [];
    return [
      {
        code: 'MANIFEST_GONE',
        severity: 'warning',
        at: { file: newest.manifest.path, line: 1, column: 1 },
        path: '',
        message: `the manifest of "${name}" is gone while ${left.version} is rolled out, so it stays where it is; "belay rollback ${name}" restores the last good one, which can be retired then`,
      },
    ];
  });
}

function readNewest(
  name: string,
  files: ReadonlyMap<string, string>,
  sha256: Sha256,
): BelayRecord | undefined {
  const reading = readChain(name, files, sha256);
  return reading.kind === 'ok' ? reading.chain.records.at(-1) : undefined;
}

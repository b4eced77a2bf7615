import type { Problem } from '../core/errors.ts';
import { CODE_OWNERS_PATHS } from '../core/manifest/code-owners.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import type { FileSource } from '../ports/forge.ts';
import { type RepositoryReading, remainsOf } from './read-files.ts';

/** Workflows, and what GitHub itself reads. */
const GITHUB = '.github';

/** One end of a pull request. */
interface End {
  readonly files: FileSource;
  readonly reading: RepositoryReading;
}

/**
 * What a pull request of Belay's changes beside that of which its records tell, among the files that decide what serves, who judges and
 * what runs. It may be armed, and then GitHub merges whatever somebody has pushed to it.
 * @param told  paths that its records tell of; none: the pull request is not Belay's
 */
export async function findUntold(
  before: End,
  after: End,
  told: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<readonly Problem[]> {
  if (told.size === 0) return [];
  const known = new Set([...told.values()].flatMap((paths) => [...paths]));
  const all = (await Promise.all([before, after].map(pathsOf))).flat();
  const paths = [...new Set(all)].filter((path) => !known.has(path)).sort();
  const [was, is] = await Promise.all([before.files.read(paths), after.files.read(paths)]);
  return paths.flatMap((path): readonly Problem[] => {
    if (JSON.stringify(was.get(path)) === JSON.stringify(is.get(path))) return [];
    const message =
      'this pull request is one of Belay’s, and no record in it tells of a change of this file; restore it as it is in the base, and bring the change in a pull request of its own';
    const at = { file: path, line: 1, column: 1 };
    return [{ code: 'SEC-29', severity: 'error', at, path: '', message }];
  });
}

async function pathsOf({ files, reading }: End): Promise<readonly string[]> {
  const manifests = reading.releases.flatMap((file) => [
    file.path,
    ...(remainsOf(file)?.draft.targets ?? []).flatMap((target) => (target ? [target.file] : [])),
  ]);
  return [CONFIG_PATH, ...CODE_OWNERS_PATHS, ...manifests, ...(await files.list(GITHUB))];
}

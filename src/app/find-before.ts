import { nameOf, type ReleaseFile, type RepositoryReading } from './read-files.ts';

/** A release of the base by what it is now. */
export type FindBefore = (file: ReleaseFile) => ReleaseFile | undefined;

/** By name, or else by place: a manifest that cannot be read may have no name, and another name does not make another release. */
export function createFindBefore({ releases }: RepositoryReading): FindBefore {
  const byName = new Map(releases.map((file) => [nameOf(file), file]));
  const byPath = new Map(releases.map((file) => [file.path, file]));
  return (file) => byName.get(nameOf(file)) ?? byPath.get(file.path);
}

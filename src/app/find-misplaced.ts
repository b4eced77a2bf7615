import type { Problem } from '../core/errors.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';
import { describeUnreadable } from './describe-unreadable.ts';

/**
 * What stands in the place of a folder that is read, or of a folder on the way to it, and a folder in the place of a manifest: nothing
 * is found behind any of these, which would otherwise look as if it had been deleted.
 * @param listed  folders of manifests, and all paths below them
 */
export async function findMisplaced(
  files: FileSource,
  listed: readonly { readonly folder: string; readonly paths: readonly string[] }[],
): Promise<readonly Problem[]> {
  const places = new Set([RECORDS_PATH, ...listed.map(({ folder }) => folder)].flatMap(withParents));
  const found = [...(await files.read([...places])).values()];
  const folders = new Set(
    listed.flatMap(({ folder, paths }) => paths.flatMap((path) => asFolder(folder, path))),
  );
  return [
    ...found.map((file) =>
      problemOf(file.path, `is ${describe(file)}, so that nothing in it is read; put a folder in its place`),
    ),
    ...[...folders].map((path) =>
      problemOf(path, 'is a folder; a manifest must be a regular UTF-8 file: put one in its place'),
    ),
  ];
}

/** `a/b` → `a`, `a/b`. */
function withParents(folder: string): readonly string[] {
  const names = folder.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** The folder with the name of a manifest that a path is in. */
function asFolder(folder: string, path: string): readonly string[] {
  const name = /^[^/]+\.ya?ml(?=\/)/.exec(path.slice(folder.length + 1))?.[0];
  return name === undefined ? [] : [`${folder}/${name}`];
}

function describe(file: RepoFile): string {
  const isLink = file.kind === 'unreadable' && (file.reason === 'symlink' || file.reason === 'submodule');
  return isLink ? describeUnreadable(file.reason) : 'a file';
}

function problemOf(file: string, message: string): Problem {
  return { code: 'SEC-09', severity: 'error', at: { file, line: 1, column: 1 }, path: '', message };
}

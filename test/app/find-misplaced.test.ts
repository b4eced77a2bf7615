import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { validate } from '../../src/app/validate.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import type { FileSource, RepoFile } from '../../src/ports/forge.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import { BASE, directory, type Files } from './directory.ts';

/** Something else in the place of a folder or of a manifest: it must not read as if there had been nothing. */

async function problemsOf(files: Files, ...others: readonly RepoFile[]) {
  const plain = directory(files);
  const source: FileSource = {
    list: async (folder) => [
      ...(await plain.list(folder)),
      ...others.flatMap(({ path }) => (path.startsWith(`${folder}/`) ? [path] : [])),
    ],
    read: async (paths) =>
      new Map([
        ...(await plain.read(paths)),
        ...others.flatMap((file) => (paths.includes(file.path) ? [[file.path, file] as const] : [])),
      ]),
  };
  const { problems } = await validate(source, { sha256, checkQuery: checkPromql });
  return problems.filter(({ code }) => code === 'SEC-09');
}

const { [MANIFEST]: _, ...WITHOUT } = BASE;

describe.each(['symlink', 'submodule'] as const)('a %s', (reason) => {
  const stands = (path: string): RepoFile => ({ kind: 'unreadable', path, reason });

  it('in the place of a manifest is refused', async () => {
    expect(await problemsOf(WITHOUT, stands(MANIFEST))).toMatchObject([
      { at: { file: MANIFEST }, message: expect.stringContaining(`is a ${reason}; a manifest must be`) },
    ]);
  });

  it('in the place of a folder, or on the way to it, is refused', async () => {
    for (const path of ['releases', '.belay', '.belay/records'])
      expect(await problemsOf(WITHOUT, stands(path))).toMatchObject([
        {
          severity: 'error',
          at: { file: path },
          message: `is a ${reason}, so that nothing in it is read; put a folder in its place`,
        },
      ]);
    const deep = { ...WITHOUT, '.belay/config.yaml': `${CONFIG}releases: [ml/prod/releases]\n` };
    expect(await problemsOf(deep, stands('ml'))).toMatchObject([{ at: { file: 'ml' } }]);
  });
});

describe('a folder', () => {
  it('in the place of a manifest is refused, and one beside manifests is not', async () => {
    expect(await problemsOf({ ...WITHOUT, [`${MANIFEST}/notes.md`]: '' })).toMatchObject([
      { at: { file: MANIFEST }, message: expect.stringContaining('is a folder') },
    ]);
    expect(await problemsOf({ ...BASE, 'releases/old/scorer.yaml': '' })).toEqual([]);
  });
});

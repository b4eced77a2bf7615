import { createHash } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContentHash } from '../../src/adapters/content-digest.ts';
import { createGitReader } from '../../src/adapters/git/git-reader.ts';
import { createWorktree } from '../../src/adapters/system/worktree.ts';
import { createScratchRepository, type ScratchRepository } from './scratch-repository.ts';

const sha256 = (content: string | Uint8Array) =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;
const LARGE = Buffer.alloc(3_000_000, 'weights');
const OID = sha256('the large file elsewhere');
const POINTER = `version https://git-lfs.github.com/spec/v1\noid ${OID}\nsize 12345\n`;

let repository: ScratchRepository;
beforeEach(() => {
  repository = createScratchRepository();
  repository.write('models/m.bin', LARGE);
  repository.write('models/empty', '');
  repository.write('models/pointer.onnx', POINTER);
  repository.write('models/noise', Buffer.from([0xff, 0, 0xfe]));
  symlinkSync('m.bin', join(repository.directory, 'models/link'));
  symlinkSync('models', join(repository.directory, 'other'));
});
afterEach(() => repository.remove());

const PATHS = [
  'models/m.bin',
  'models/empty',
  'models/pointer.onnx',
  'models/noise',
  'models/link',
  'other/m.bin',
  'models',
  'gone',
];
const EXPECTED = {
  'models/m.bin': sha256(LARGE),
  'models/empty': sha256(''),
  'models/pointer.onnx': OID,
  'models/noise': sha256(Buffer.from([0xff, 0, 0xfe])),
};

describe('the digests of files', () => {
  it('are those of regular files in a folder on disk, of any size, and no link is followed', async () => {
    const found = await createWorktree(repository.directory).digests(PATHS);
    expect(Object.fromEntries(found)).toEqual(EXPECTED);
  });

  it('are the same of a commit, whatever lies in the folder now', async () => {
    const commit = repository.commit('Add models');
    repository.write('models/m.bin', 'changed');
    const reader = createGitReader({ directory: repository.directory, defaultBranch: 'main' });
    expect(Object.fromEntries(await reader.digests(commit, PATHS))).toEqual(EXPECTED);
  });

  it.each([
    ['more behind it', `${POINTER}more`],
    ['another version', POINTER.replace('v1', 'v2')],
    ['a short digest', POINTER.replace(/([0-9a-f]{64})/, 'abc')],
    ['more than a pointer may have', POINTER.replace('oid', `ext-0-x ${'y'.repeat(1_100)}\noid`)],
  ])('are of the file itself where a pointer of Git LFS has %s', (_, text) => {
    const hash = createContentHash();
    for (const byte of Buffer.from(text)) hash.add(Buffer.from([byte]));
    expect(hash.digest()).toBe(sha256(text));
  });
});

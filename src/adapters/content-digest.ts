import { createHash } from 'node:crypto';
import { type Digest, digest } from '../core/units.ts';

/** A Git LFS pointer is shorter than this. Source: git-lfs/git-lfs, docs/spec.md */
const LARGEST_POINTER = 1_024;
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize \d+\n$/;

/** Takes the bytes of a file piece by piece and says what they are. */
export interface ContentHash {
  add(chunk: Uint8Array): void;
  /** SHA-256 of the file; of a pointer of Git LFS, that of the file which it stands for. */
  digest(): Digest;
}

/** For files of any size: only as much is kept as a pointer could be long. */
export function createContentHash(): ContentHash {
  const hash = createHash('sha256');
  let start = Buffer.alloc(0);
  return {
    add(chunk) {
      hash.update(chunk);
      if (start.length <= LARGEST_POINTER)
        start = Buffer.concat([start, chunk.subarray(0, LARGEST_POINTER + 1 - start.length)]);
    },
    digest() {
      const pointed = start.length <= LARGEST_POINTER ? POINTER.exec(start.toString('latin1')) : null;
      return digest(`sha256:${pointed?.[1] ?? hash.digest('hex')}`);
    },
  };
}

import type { Sha } from '../../core/units.ts';
import { sha } from '../../core/units.ts';

/** Largest file that is read, in bytes: 1 MiB. */
export const MAX_FILE_BYTES = 1_048_576;

/** One object as `git cat-file --batch` gives it. */
export interface StoredObject {
  readonly id: Sha;
  readonly type: string;
  /** Undefined for a file larger than `MAX_FILE_BYTES`, which is not kept. */
  readonly bytes: Buffer | undefined;
}

/**
 * Reads the output of `git cat-file --batch` as it comes: a line `<object> <type> <size>`, then the bytes and a newline; or
 * `<name> missing`, which gives undefined. What is too large passes through without being kept.
 */
export function createBatchParser(take: (object: StoredObject | undefined) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let body:
    | { readonly id: Sha; readonly type: string; readonly keep: Buffer[] | undefined; left: number }
    | undefined;

  function takeHeader(): boolean {
    const end = pending.indexOf(10);
    if (end < 0) return false;
    const [name = '', type = '', size = ''] = pending.subarray(0, end).toString('latin1').split(' ');
    pending = pending.subarray(end + 1);
    if (size === '') take(undefined);
    else {
      const isKept = type !== 'blob' || Number(size) <= MAX_FILE_BYTES;
      // the newline after the content is not part of it
      body = { id: sha(name), type, keep: isKept ? [] : undefined, left: Number(size) + 1 };
    }
    return true;
  }

  function takeBody(current: NonNullable<typeof body>): boolean {
    const part = pending.subarray(0, current.left);
    pending = pending.subarray(part.length);
    current.left -= part.length;
    current.keep?.push(part);
    if (current.left > 0) return false;
    body = undefined;
    const { id, type, keep } = current;
    take({ id, type, bytes: keep && Buffer.concat(keep).subarray(0, -1) });
    return true;
  }

  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length > 0 && (body === undefined ? takeHeader() : takeBody(body)));
  };
}

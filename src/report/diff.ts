import { createTwoFilesPatch } from 'diff';
import type { FileEdit } from '../core/change/change.ts';

/** Unified diff of a set of edits, three lines of context, without the noise of index lines; empty for no edit. */
export function formatDiff(edits: readonly FileEdit[]): string {
  return edits
    .filter((edit) => edit.before !== edit.after)
    .map((edit) => {
      const before = edit.before === undefined ? '/dev/null' : `a/${edit.path}`;
      const patch = createTwoFilesPatch(
        before,
        `b/${edit.path}`,
        edit.before ?? '',
        edit.after,
        undefined,
        undefined,
        { context: 3 },
      );
      return patch.replace(/^=+\n/, '').replace(/\t?\n/g, '\n').trimEnd();
    })
    .join('\n');
}

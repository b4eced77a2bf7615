import type { Decision, RecordedKind } from '../decision/decision.ts';
import type { WrittenRecord } from '../record/record-schema.ts';

/** Whole new content of a file, with what was there. */
export interface FileEdit {
  readonly path: string;
  /** undefined: the file is new. */
  readonly before: string | undefined;
  readonly after: string;
}

/** Everything that one decision writes: lands as one commit or not at all. */
export interface Change {
  readonly release: string;
  readonly decision: Decision & { readonly kind: RecordedKind };
  /** Manifest and targets where they differ, and the record. */
  readonly files: readonly FileEdit[];
  readonly record: WrittenRecord;
  /** Commit message. */
  readonly subject: string;
  readonly body: string;
  /** 64 hex digits that name this operation: the same decision on the same files has the same one. */
  readonly operation: string;
}

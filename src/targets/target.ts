import type { Problem } from '../core/errors.ts';
import type { VersionSpec } from '../core/manifest/release-schema.ts';
import type { Percent } from '../core/units.ts';

/** The traffic split that a manifest asks for. Without a candidate, stable serves everyone and weight is 0. */
export interface Split {
  readonly stable: VersionSpec;
  readonly candidate: VersionSpec | undefined;
  /** Share of the candidate. */
  readonly weight: Percent;
}

/**
 * The file with the split in it. `text` equals the input where they agree already; otherwise only the bytes of the split
 * differ. `mismatch`: the file cannot be edited as asked (no match, two matches, an alias on the way, a value that the
 * serving system would ignore); problems carry positions in the target file.
 */
export type Rendering =
  | { readonly kind: 'rendered'; readonly text: string }
  | { readonly kind: 'mismatch'; readonly problems: readonly Problem[] };

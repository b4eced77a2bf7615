import type { VersionSpec } from '../../src/core/manifest/release-schema.ts';
import { digest, percent } from '../../src/core/units.ts';
import type { Split } from '../../src/targets/target.ts';

/** A version in short: its backend, and where its model is. */
export interface VersionInShort {
  readonly backend: string;
  readonly uri?: string;
}

/** A split in short, as test data says it. */
export interface SplitInShort {
  readonly stable: VersionInShort;
  readonly candidate?: VersionInShort;
  /** Percent. Default 0. */
  readonly weight?: number;
}

/** The split that a manifest with these versions asks for. */
export function makeSplit({ stable, candidate, weight = 0 }: SplitInShort): Split {
  return {
    stable: makeVersion(stable),
    candidate: candidate && makeVersion(candidate),
    weight: percent(weight),
  };
}

function makeVersion({ backend, uri = `s3://models/${backend}` }: VersionInShort): VersionSpec {
  const model = { uri, digest: digest(`sha256:${'0'.repeat(64)}`) };
  return { version: `version-of-${backend}`, backend, artifacts: { model } };
}

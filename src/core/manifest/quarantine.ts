import type { Problem } from '../errors.ts';
import { quote } from '../yaml/yaml-path.ts';
import type { ParsedRelease } from './parse-release.ts';
import { toProblem } from './rule.ts';

/** A version by name and content. */
export interface KnownVersion {
  readonly version: string;
  /** Digests of all its artifacts. */
  readonly digests: readonly string[];
}

/** A version that was rolled back and may not come again. */
export interface QuarantinedVersion extends KnownVersion {
  /** Number of the record that says so. */
  readonly record: number;
}

/**
 * Refuses versions that were rolled back, by name or by content under another name. Content is all artifacts together: a
 * version that mends one of them may keep the others.
 * @param good versions that the records call good: a bad one that took such a name later does not make them bad
 */
export function checkQuarantine(
  { release, source }: ParsedRelease,
  quarantined: readonly QuarantinedVersion[],
  good: readonly KnownVersion[] = [],
): readonly Problem[] {
  return (['stable', 'candidate'] as const).flatMap((role) => {
    const spec = release.spec[role];
    if (!spec) return [];
    const content = contentKey(Object.values(spec.artifacts).map(({ digest }) => digest));
    const isGood = good.some(
      ({ version, digests }) => version === spec.version && contentKey(digests) === content,
    );
    const sameName = quarantined.find(({ version }) => version === spec.version);
    if (sameName && !isGood) {
      const message = `${quote(spec.version)} was rolled back in record ${sameName.record}; bring a new version`;
      return [toProblem(source, { code: 'VERSION_QUARANTINED', path: ['spec', role, 'version'], message })];
    }
    const sameContent = quarantined.find(({ digests }) => contentKey(digests) === content);
    if (!sameContent) return [];
    const message = `these artifacts were rolled back in record ${sameContent.record} as ${quote(sameContent.version)}; bring new content`;
    const path = ['spec', role, 'artifacts'];
    return [toProblem(source, { code: 'CONTENT_QUARANTINED', path, what: 'key', message })];
  });
}

function contentKey(digests: readonly string[]): string {
  return [...new Set(digests)].sort().join(' ');
}

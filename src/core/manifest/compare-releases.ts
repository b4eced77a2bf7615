import { formatPath, type YamlPath } from '../yaml/yaml-path.ts';
import type { ParsedRelease } from './parse-release.ts';
import type { VersionSpec } from './release-schema.ts';
import type { RuleFinding } from './rule.ts';
import { isOverride } from './waiver-schema.ts';

/** Parts of a manifest that say how carefully a version is tried. */
const CARE: readonly YamlPath[] = [
  ['spec', 'tier'],
  ['spec', 'waivers'],
  ['spec', 'health'],
  ['spec', 'rollout', 'steps'],
  ['spec', 'rollout', 'deadline'],
];
/** More would not be read. */
const SHOWN = 5;

/**
 * Whoever changes how a version is judged, together with it or while it is rolled out, is read twice: the new rules may be there for
 * that version.
 * @param tried  the version that is rolled out; undefined: none is
 */
export function* findLoosenedCare(
  before: ParsedRelease,
  after: ParsedRelease,
  tried: string | undefined,
): Iterable<RuleFinding> {
  const isNew = bringsVersion(before, after);
  if (!isNew && tried === undefined) return;
  const changed = CARE.flatMap((path) =>
    findChanges(partAt(before.source.value, path), partAt(after.source.value, path), path),
  );
  const [first] = changed;
  if (!first) return;
  yield {
    code: 'SEC-28',
    severity: 'warning',
    path: first,
    message: isNew
      ? `how health is judged changes together with the version (${listChanges(changed)}); bring the version in a pull request of its own, or a second owner must approve both`
      : `how health is judged changes while ${tried} is rolled out (${listChanges(changed)}); change it before or after that, or a second owner must approve it`,
  };
}

/** Another tier has other floors, whatever else the pull request does. */
export function* findOtherTier(
  { release: before }: ParsedRelease,
  { release: after }: ParsedRelease,
): Iterable<RuleFinding> {
  const [was, is] = [before.spec.tier, after.spec.tier];
  if (was === is) return;
  yield {
    code: 'SEC-28',
    severity: 'warning',
    path: ['spec', 'tier'],
    message: `the tier changes from ${was ?? 'the default'} to ${is ?? 'the default'}, and with it what this release may not undercut; a second owner must approve that`,
  };
}

/** An override is the word of its owner, which only their review makes it. @param before  undefined: the release is new */
export function* findNewOverrides(
  before: ParsedRelease | undefined,
  { release: after }: ParsedRelease,
): Iterable<RuleFinding> {
  const known = (before?.release.spec.waivers ?? []).map((waiver) => JSON.stringify(waiver));
  for (const [index, waiver] of (after.spec.waivers ?? []).entries())
    if (isOverride(waiver) && !known.includes(JSON.stringify(waiver)))
      yield {
        code: 'SEC-28',
        severity: 'warning',
        path: ['spec', 'waivers', index],
        message: `brings an override of ${waiver.rule}; ${waiver.owner}, who owns it, must approve this pull request`,
      };
}

/** Whether a version is served in this manifest that was not in the one before. */
function bringsVersion({ release: before }: ParsedRelease, { release: after }: ParsedRelease): boolean {
  const known = [before.spec.stable, before.spec.candidate].map((spec) => spec && nameOf(spec));
  return [after.spec.stable, after.spec.candidate].some((spec) => spec && !known.includes(nameOf(spec)));
}

function nameOf({ version, artifacts }: VersionSpec): string {
  const digests = Object.entries(artifacts).map(([name, { digest }]) => `${name}=${digest}`);
  return [version, ...digests.sort()].join(' ');
}

/** `a, b and 3 more` for the paths of changes. */
export function listChanges(changed: readonly YamlPath[]): string {
  const names = changed.slice(0, SHOWN).map(formatPath).join(', ');
  return changed.length > SHOWN ? `${names} and ${changed.length - SHOWN} more` : names;
}

/** The deepest paths whose values differ; where a list or map grew or shrank, also the entries on one side only. */
export function findChanges(before: unknown, after: unknown, path: YamlPath): readonly YamlPath[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isCollection(before) || !isCollection(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    findChanges(ownOf(before, key), ownOf(after, key), [...path, Array.isArray(after) ? Number(key) : key]),
  );
}

function partAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((at, key) => (isCollection(at) ? ownOf(at, String(key)) : undefined), value);
}

function ownOf(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function isCollection(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

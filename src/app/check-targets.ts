import type { Problem } from '../core/errors.ts';
import type { VersionDraft } from '../core/manifest/draft.ts';
import type { TargetSpec, VersionSpec } from '../core/manifest/release-schema.ts';
import { type Percent, percent } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
import type { Split } from '../targets/target.ts';
import { checkUnits } from './check-units.ts';
import { type Remains, wholeOf } from './read-files.ts';
import { findDifference, missingFile, placeMissing, readTargets, renderTargets } from './render-targets.ts';

/**
 * The target files hold the split that the manifest asks for; else the lines to change are named. Where the manifest does not
 * say which split it asks for, only files that are not there are named.
 */
export async function checkTargets(files: FileSource, remains: Remains): Promise<readonly Problem[]> {
  const { draft, source, blamed } = remains;
  const targets = draft.targets.filter(
    (target, index): target is TargetSpec =>
      target !== undefined && !isBlamed(blamed, `spec.targets[${index}]`),
  );
  const texts = await readTargets(files.read, { spec: { targets } });
  const place = { targets: draft.targets, source };
  const split = splitOf(remains);
  if (!split) {
    const missing = targets.filter(({ file }) => !texts.has(file)).map(({ file }) => missingFile(file));
    return placeMissing(missing, place);
  }
  const { stable, candidate, weight } = split;
  const { edits, problems } = renderTargets({ spec: { stable, candidate, targets } }, weight, texts);
  const parsed = wholeOf(remains);
  return [
    ...placeMissing(problems, place),
    ...edits.flatMap(findDifference),
    ...(parsed ? checkUnits(parsed, texts) : []),
  ];
}

/** Whether a value or a part of it has a problem of its own. */
function isBlamed(blamed: ReadonlySet<string>, path: string): boolean {
  return [...blamed].some((one) => one === path || one.startsWith(`${path}.`));
}

/** The split that a manifest asks for; undefined when a part that tells it is not sound. */
function splitOf({ draft, blamed, ...remains }: Remains): Split | undefined {
  const stable = wholeVersion(draft.stable);
  const candidate = draft.candidate && wholeVersion(draft.candidate);
  if (!stable || (draft.candidate && !candidate)) return undefined;
  if (draft.weight === undefined || blamed.has('spec.rollout.weight')) return undefined;
  const weight = weightOf(draft.weight, { ...remains, hasCandidate: candidate !== undefined });
  return weight === undefined ? undefined : { stable, candidate, weight };
}

function wholeVersion({ version, backend, artifacts }: VersionDraft): VersionSpec | undefined {
  return version !== undefined && backend !== undefined && artifacts !== undefined
    ? { version, backend, artifacts }
    : undefined;
}

/**
 * A weight that is to be 0 is taken for 0, or else the files would be asked to follow the mistake; undefined when the records do
 * not tell whether it is one.
 */
function weightOf(
  weight: Percent,
  { state, release, hasCandidate }: Pick<Remains, 'state' | 'release'> & { readonly hasCandidate: boolean },
): Percent | undefined {
  if (!hasCandidate || weight === 0) return weight;
  if (!state) return undefined;
  const isStarted = release ? state.rollout !== undefined : state.unfinished !== undefined;
  return isStarted ? weight : percent(0);
}

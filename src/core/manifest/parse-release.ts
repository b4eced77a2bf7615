import type { Problem } from '../errors.ts';
import { limitProblems, type Reading, type YamlSource } from '../yaml/read-yaml.ts';
import { quote } from '../yaml/yaml-path.ts';
import { CONFIG_PATH, type Config } from './config-schema.ts';
import { type Draft, draftOf, salvageDraft } from './draft.ts';
import { parseDocument } from './parse-document.ts';
import { type Release, releaseSchema, type TargetSpec } from './release-schema.ts';
import { toProblem } from './rule.ts';
import { runRules } from './rules.ts';
import { describeTarget, sharesResource } from './target-rules.ts';

/** A manifest that keeps its schema and its rules, and where it was read from. */
export interface ParsedRelease {
  readonly release: Release;
  readonly source: YamlSource;
}

/** What of a manifest with problems can be judged all the same, so that no problem hides another. */
export interface ReleaseRemains {
  readonly source: YamlSource;
  readonly draft: Draft;
  /** Undefined when a part is not sound that must be there. */
  readonly release: Release | undefined;
  /** Dotted paths of values that a problem is about already. */
  readonly blamed: ReadonlySet<string>;
}

/** A manifest, or else why not; `remains` is undefined when the text is not sound YAML or something else altogether. */
export type ReleaseReading =
  | Extract<Reading<ParsedRelease>, { kind: 'ok' }>
  | (Extract<Reading<ParsedRelease>, { kind: 'bad' }> & { readonly remains: ReleaseRemains | undefined });

/**
 * Reads a release manifest. All problems at once, in reading order: spelling, shape, and the rules on whatever is sound;
 * `ok` may carry warnings.
 * @param file  its path in the repository
 * @param config  with it, names that the manifest takes from the config are checked as well
 */
export function parseRelease(file: string, text: string, config?: Config): ReleaseReading {
  const parsed = parseDocument(file, text, {
    kind: 'Release',
    schema: releaseSchema(),
    secretAdvice: `name a provider of ${CONFIG_PATH}, which alone may hold an address or a secret`,
  });
  const { source, value, mended, blamed } = parsed;
  if (!source) return { kind: 'bad', problems: limitProblems(parsed.problems), remains: undefined };
  const draft = value ? draftOf(value) : salvageDraft(source);
  const ruled = runRules({ draft, source, config }, blamed);
  const problems = limitProblems([...parsed.problems, ...ruled]);
  if (!value || problems.some(({ severity }) => severity === 'error'))
    return {
      ...{ kind: 'bad', problems },
      remains: {
        source,
        draft,
        release: mended,
        blamed: new Set([...blamed, ...problems.map(({ path }) => path)]),
      },
    };
  source.rest();
  return { kind: 'ok', value: { release: value, source }, problems };
}

/** What cannot be seen within one manifest: names and resources that two of them claim. Said of the later one, by path. */
export function checkReleases(releases: readonly ParsedRelease[]): readonly Problem[] {
  const ordered = [...releases].sort((a, b) => (a.source.file < b.source.file ? -1 : 1));
  return [...sharedNames(ordered), ...sharedTargets(ordered)];
}

function* sharedNames(releases: readonly ParsedRelease[]): Iterable<Problem> {
  const firsts = new Map<string, string>();
  for (const { release, source } of releases) {
    const { name } = release.metadata;
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, source.file);
    else
      yield toProblem(source, {
        code: 'RELEASE_NAME_TAKEN',
        path: ['metadata', 'name'],
        message: `${quote(name)} is the name of the release in ${first} already; their records would mix`,
      });
  }
}

function* sharedTargets(releases: readonly ParsedRelease[]): Iterable<Problem> {
  const byFile = new Map<string, { readonly owner: YamlSource; readonly target: TargetSpec }[]>();
  for (const { release, source } of releases)
    for (const [index, target] of release.spec.targets.entries()) {
      const others = byFile.get(target.file) ?? [];
      const first = others.find(
        ({ owner, target: other }) => owner !== source && sharesResource(other, target),
      );
      others.push({ owner: source, target });
      byFile.set(target.file, others);
      if (first)
        yield toProblem(source, {
          code: 'TARGET_TAKEN',
          path: ['spec', 'targets', index],
          message: `${describeTarget(target)} follows ${first.owner.file} already; a resource follows one release`,
        });
    }
}

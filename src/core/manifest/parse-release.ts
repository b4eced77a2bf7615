import type { Problem } from '../errors.ts';
import { limitProblems, type Reading, type YamlSource } from '../yaml/read-yaml.ts';
import { quote } from '../yaml/yaml-path.ts';
import { CONFIG_PATH, type Config } from './config-schema.ts';
import { draftOf, salvageDraft } from './draft.ts';
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

/**
 * Reads a release manifest. All problems at once, in reading order: spelling, shape, and the rules on whatever is sound;
 * `ok` may carry warnings.
 * @param file  its path in the repository
 * @param config  with it, names that the manifest takes from the config are checked as well
 */
export function parseRelease(file: string, text: string, config?: Config): Reading<ParsedRelease> {
  const parsed = parseDocument(file, text, {
    kind: 'Release',
    schema: releaseSchema(),
    secretAdvice: `name a provider of ${CONFIG_PATH}, which alone may hold an address or a secret`,
  });
  const { source, value, blamed } = parsed;
  if (!source) return { kind: 'bad', problems: limitProblems(parsed.problems) };
  const draft = value ? draftOf(value) : salvageDraft(source);
  const ruled = runRules({ draft, source, config }, blamed);
  const problems = limitProblems([...parsed.problems, ...ruled]);
  if (!value || problems.some(({ severity }) => severity === 'error')) return { kind: 'bad', problems };
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

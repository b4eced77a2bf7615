import type { Problem } from '../core/errors.ts';
import { didYouMean, suggest } from '../core/manifest/did-you-mean.ts';
import {
  type DependencyGraph,
  type GraphProblem,
  orderOfReleases,
} from '../core/manifest/order-of-releases.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { nameOf, type ReadableRelease, type ReleaseFile, remainsOf } from './read-files.ts';

/** What each release of a repository depends on, as far as it can be read. */
export function graphOf(files: readonly ReleaseFile[]): DependencyGraph {
  return new Map(files.map((file) => [nameOf(file), dependenciesOf(file)] as const));
}

/**
 * Releases depend on others that are there, in no circle, and a rollout does not begin while one that it depends on, or that
 * depends on it, is being rolled out: harm could not be told apart, nor taken back by itself.
 */
export function checkDependencies(files: readonly ReleaseFile[]): readonly Problem[] {
  const readable = files.filter((file) => file.kind === 'readable');
  const { problems } = orderOfReleases(graphOf(files));
  return files.flatMap((file) => {
    const source = remainsOf(file)?.source;
    if (!source) return [];
    const inFlight = file.kind === 'readable' ? [...findInFlight(file, readable)] : [];
    return [...problems.flatMap((problem) => describe(problem, file, files)), ...inFlight].map((finding) =>
      toProblem(source, finding),
    );
  });
}

function dependenciesOf(file: ReleaseFile): readonly string[] {
  return remainsOf(file)?.draft.dependsOn ?? [];
}

/** A problem of the graph, told in the manifest that it begins in. */
function describe(
  problem: GraphProblem,
  file: ReleaseFile,
  files: readonly ReleaseFile[],
): readonly RuleFinding[] {
  const name = nameOf(file);
  const at = (dependency: string) => ['metadata', 'dependsOn', dependenciesOf(file).indexOf(dependency)];
  if (problem.kind === 'unknown') {
    if (problem.name !== name || isUnreadable(problem.dependency, files)) return [];
    const names = files.map(nameOf);
    const meant = suggest(
      didYouMean(
        problem.dependency,
        names.filter((other) => other !== name),
      ),
    );
    const message = `${quote(problem.dependency)} is no release of this repository${meant}; correct the name, or add its manifest`;
    return [{ code: 'DEPENDENCY_UNKNOWN', path: at(problem.dependency), message }];
  }
  const [first = '', second = first] = problem.names;
  if (first !== name) return [];
  const message =
    problem.names.length === 1
      ? 'a release cannot depend on itself; delete it'
      : `the dependencies go round in a circle: ${[...problem.names, first].join(' → ')}; delete one of them`;
  return [{ code: 'DEPENDENCY_CYCLE', path: at(second), message }];
}

/** A manifest that cannot be read may bear any name; most bear that of their file. */
function isUnreadable(name: string, files: readonly ReleaseFile[]): boolean {
  return files.some(
    ({ kind, path }) =>
      kind === 'unreadable' && /\.ya?ml$/.test(path) && path.replace(/^.*\/|\.ya?ml$/g, '') === name,
  );
}

/** Said of the release that has not begun, and of two that have not, of the one that has to wait: the one that depends. */
function* findInFlight(file: ReadableRelease, files: readonly ReadableRelease[]): Iterable<RuleFinding> {
  if (!file.parsed.release.spec.candidate || file.state.rollout) return;
  const path = ['spec', 'candidate', 'version'];
  for (const other of files) {
    const { candidate } = other.parsed.release.spec;
    const needs = dependenciesOf(file).includes(nameOf(other));
    const isNeeded = dependenciesOf(other).includes(nameOf(file)) && other.state.rollout !== undefined;
    if (!candidate || other === file || !(needs || isNeeded)) continue;
    const why = needs ? `it depends on ${nameOf(other)}` : `${nameOf(other)} depends on it`;
    const message = `${why}, where ${candidate.version} is being rolled out, and harm could not be told apart; bring this candidate when that rollout has ended`;
    yield { code: 'DEPENDENCY_IN_FLIGHT', path, message };
  }
}

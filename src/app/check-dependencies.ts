import type { Problem } from '../core/errors.ts';
import { didYouMean, suggest } from '../core/manifest/did-you-mean.ts';
import {
  type DependencyGraph,
  type GraphProblem,
  orderOfReleases,
} from '../core/manifest/order-of-releases.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { nameOf, type ReadableRelease, type ReleaseFile } from './read-files.ts';

/** What each release of a repository depends on, as far as it can be read. */
export function graphOf(files: readonly ReleaseFile[]): DependencyGraph {
  return new Map(files.map((file) => [nameOf(file), dependenciesOf(file)] as const));
}

/**
 * Releases depend on others that are there, in no circle, and a rollout does not begin while one that it depends on, or that
 * depends on it, is being rolled out: harm could not be told apart, nor taken back by itself.
 */
export function checkDependencies(files: readonly ReleaseFile[]): readonly Problem[] {
  const { problems } = orderOfReleases(graphOf(files));
  const moving = indexMoving(files);
  return files.flatMap((file) => {
    const source = file.kind === 'readable' ? file.parsed.source : file.remains?.source;
    if (!source) return [];
    const inFlight = file.kind === 'readable' ? [...findInFlight(file, moving)] : [];
    return [...problems.flatMap((problem) => describe(problem, file, files)), ...inFlight].map((finding) =>
      toProblem(source, finding),
    );
  });
}

function dependenciesOf(file: ReleaseFile): readonly string[] {
  const said = file.kind === 'readable' ? file.parsed.release.metadata : file.remains?.draft;
  return said?.dependsOn ?? [];
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

/** Releases with a candidate, by name, and by the names of what they depend on: nobody is compared with all others. */
interface Moving {
  readonly named: ReadonlyMap<string, readonly ReadableRelease[]>;
  readonly needing: ReadonlyMap<string, readonly ReadableRelease[]>;
}

function indexMoving(files: readonly ReleaseFile[]): Moving {
  const named = new Map<string, ReadableRelease[]>();
  const needing = new Map<string, ReadableRelease[]>();
  const add = (index: Map<string, ReadableRelease[]>, name: string, file: ReadableRelease): void => {
    const listed = index.get(name);
    if (listed) listed.push(file);
    else index.set(name, [file]);
  };
  for (const file of files) {
    if (file.kind !== 'readable' || !file.parsed.release.spec.candidate) continue;
    add(named, nameOf(file), file);
    for (const dependency of dependenciesOf(file)) add(needing, dependency, file);
  }
  return { named, needing };
}

/** Said of the release that has not begun, and of two that have not, of the one that has to wait: the one that depends. */
function* findInFlight(file: ReadableRelease, { named, needing }: Moving): Iterable<RuleFinding> {
  if (!file.parsed.release.spec.candidate || file.state.rollout) return;
  const needed = new Set(dependenciesOf(file).flatMap((name) => named.get(name) ?? []));
  const begun = (needing.get(nameOf(file)) ?? []).filter(({ state }) => state.rollout !== undefined);
  const path = ['spec', 'candidate', 'version'];
  for (const other of [...new Set([...needed, ...begun])].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const { candidate } = other.parsed.release.spec;
    if (!candidate || other === file) continue;
    const why = needed.has(other) ? `it depends on ${nameOf(other)}` : `${nameOf(other)} depends on it`;
    const message = `${why}, where ${candidate.version} is being rolled out, and harm could not be told apart; bring this candidate when that rollout has ended`;
    yield { code: 'DEPENDENCY_IN_FLIGHT', path, message };
  }
}

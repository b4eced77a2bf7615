import { adviseOn, type Dependencies, describeUnmet, findUnmet } from '../core/decision/needs.ts';
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

/** The same the other way round: which releases depend on each. */
export function dependentsOf(files: readonly ReleaseFile[]): DependencyGraph {
  const dependents = new Map(files.map((file): [string, string[]] => [nameOf(file), []]));
  for (const file of files)
    for (const name of new Set(dependenciesOf(file))) dependents.get(name)?.push(nameOf(file));
  return dependents;
}

/** What a release depends on, over others or directly. */
export function supportsOf(name: string, graph: DependencyGraph): ReadonlySet<string> {
  const supports = new Set(graph.get(name));
  // what is added on the way is visited as well
  for (const support of supports) for (const other of graph.get(support) ?? []) supports.add(other);
  supports.delete(name);
  return supports;
}

const served = new WeakMap<readonly ReleaseFile[], Dependencies>();

/** What each release serves everyone with who is not tried on; worked out once for a snapshot, since every release asks. */
export function dependenciesIn(files: readonly ReleaseFile[]): Dependencies {
  const known = served.get(files) ?? readDependencies(files);
  served.set(files, known);
  return known;
}

function readDependencies(files: readonly ReleaseFile[]): Dependencies {
  return new Map(
    files.flatMap((file) =>
      file.kind === 'readable'
        ? [[nameOf(file), { state: file.state, served: file.parsed.release.spec.stable.version }] as const]
        : [],
    ),
  );
}

/**
 * Releases depend on others that are there, in no circle, and a rollout does not begin while one that it depends on, or that
 * depends on it, is being rolled out: harm could not be told apart, nor taken back by itself.
 */
export function checkDependencies(files: readonly ReleaseFile[]): readonly Problem[] {
  const { problems } = orderOfReleases(graphOf(files));
  const moving = indexMoving(files);
  const others = dependenciesIn(files);
  return files.flatMap((file) => {
    const source = remainsOf(file)?.source;
    if (!source) return [];
    const own =
      file.kind === 'readable' ? [...checkNeeds(file), ...checkBeginning(file, moving, others)] : [];
    return [...problems.flatMap((problem) => describe(problem, file, files)), ...own].map((finding) =>
      toProblem(source, finding),
    );
  });
}

/** What a manifest says that its release depends on, as far as it can be read. */
export function dependenciesOf(file: ReleaseFile): readonly string[] {
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

function isUnreadable(name: string, files: readonly ReleaseFile[]): boolean {
  return files.some((file) => file.kind === 'unreadable' && bearsName(file, name));
}

/** A manifest that cannot be read may bear any name; most bear that of their file. */
function bearsName(file: ReleaseFile, name: string): boolean {
  const { path } = file;
  return nameOf(file) === name || (/\.ya?ml$/.test(path) && path.replace(/^.*\/|\.ya?ml$/g, '') === name);
}

/**
 * Releases near one that nobody can read now, so that it is not known whether a version is being rolled out there: those that it
 * depends on, and before its start those that depend on it and have a candidate as far as they can be read.
 * @returns how each belongs to it
 */
export function findUnseen(
  file: ReadableRelease,
  files: readonly ReleaseFile[],
  to: 'start' | 'go on',
): readonly string[] {
  const needed = dependenciesOf(file);
  return files.flatMap((other) => {
    if (other.kind === 'readable') return [];
    const [name] = needed.filter((one) => bearsName(other, one));
    if (name !== undefined) return [`it depends on ${name}, which cannot be read`];
    const isDependent = to === 'start' && dependenciesOf(other).includes(nameOf(file));
    return isDependent && other.remains?.draft.candidate
      ? [`${nameOf(other)}, which cannot be read, depends on it`]
      : [];
  });
}

/** Releases with a candidate, by name, and by the names of what they depend on: nobody is compared with all others. */
export interface Moving {
  readonly named: ReadonlyMap<string, readonly ReadableRelease[]>;
  readonly needing: ReadonlyMap<string, readonly ReadableRelease[]>;
}

export function indexMoving(files: readonly ReleaseFile[]): Moving {
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

/** Another release whose rollout stands in the way of one. */
export interface InFlight {
  /** How the two belong together. */
  readonly text: string;
  /** The version that is being rolled out there. */
  readonly version: string;
}

/**
 * Releases that a rollout has to wait for. Before it starts: those that it depends on and that have a candidate, started or not, and
 * those that depend on it and were started; so that of two that have not begun the one waits that depends. Once it was started: those
 * that it depends on and that were started.
 */
export function findInFlight(
  file: ReadableRelease,
  { named, needing }: Moving,
  to: 'start' | 'go on',
): readonly InFlight[] {
  const hasStarted = ({ state }: ReadableRelease): boolean => state.rollout !== undefined;
  const needed = dependenciesOf(file).flatMap((name) => named.get(name) ?? []);
  const dependent = needing.get(nameOf(file)) ?? [];
  const inTheWay = to === 'start' ? [...needed, ...dependent.filter(hasStarted)] : needed.filter(hasStarted);
  return [...new Set(inTheWay)]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap((other) => {
      const { candidate } = other.parsed.release.spec;
      if (!candidate || other === file) return [];
      const text = needed.includes(other)
        ? `it depends on ${nameOf(other)}`
        : `${nameOf(other)} depends on it`;
      return [{ text, version: candidate.version }];
    });
}

/** A candidate that has not begun, and what it would have to wait for. */
function* checkBeginning(file: ReadableRelease, moving: Moving, others: Dependencies): Iterable<RuleFinding> {
  const { candidate } = file.parsed.release.spec;
  if (!candidate || file.state.rollout) return;
  const inFlight = findInFlight(file, moving, 'start');
  for (const { text, version } of inFlight) {
    const message = `${text}, where ${version} is being rolled out, and harm could not be told apart; bring this candidate when that rollout has ended`;
    yield { code: 'DEPENDENCY_IN_FLIGHT', path: ['spec', 'candidate', 'version'], message };
  }
  if (inFlight.length > 0) return;
  for (const unmet of findUnmet(candidate, others)) {
    // one that cannot be read, or is not there, is told of by itself
    if (unmet.served === undefined) continue;
    const advice = unmet.age === 'after' ? adviseOn(unmet) : 'bring this candidate when that is rolled out';
    const message = `${describeUnmet(unmet)}; ${advice}`;
    yield { code: 'DEPENDENCY_NOT_MET', path: ['spec', 'candidate', 'needs', unmet.name], message };
  }
}

/** What a version needs of others is of releases that it is said to depend on, so that the order is known. */
function* checkNeeds(file: ReadableRelease): Iterable<RuleFinding> {
  const { stable, candidate } = file.parsed.release.spec;
  for (const [role, version] of [
    ['stable', stable],
    ['candidate', candidate],
  ] as const)
    for (const name of Object.keys(version?.needs ?? {}))
      if (!dependenciesOf(file).includes(name))
        yield {
          code: 'NEED_UNDECLARED',
          path: ['spec', role, 'needs', name],
          what: 'key',
          message: `${quote(name)} is not in metadata.dependsOn; name it there as well`,
        };
}

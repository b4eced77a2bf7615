import type { Problem } from '../core/errors.ts';
import type { ReleaseFile, RepositoryReading } from './read-files.ts';

/** What is said of a manifest by what is in it alone; errors that a pull request is not refused for come out as warnings. */
export type Forgive = (file: ReleaseFile, problems: readonly Problem[]) => readonly Problem[];

/**
 * An order of a person is judged by its record: a manifest that was wrong on the default branch, and is left as it is, must not keep the
 * word to pause from being merged. In a step, or in a pull request of people, it stays an error.
 * @param ordered  releases that the pull request brings an order of Belay's about
 */
export function createForgive(before: RepositoryReading | undefined, ordered: ReadonlySet<string>): Forgive {
  if (!before || ordered.size === 0) return (_, problems) => problems;
  return (file, problems) => {
    const was = before.releases.find(({ path }) => path === file.path);
    if (!was || was.text !== file.text) return problems;
    // with the same text, one that is new comes of another file of the pull request
    const known = new Set(was.problems.map((problem) => JSON.stringify(problem)));
    const isNew = (problem: Problem): boolean =>
      file.problems.includes(problem) && !known.has(JSON.stringify(problem));
    return problems.map((problem) => (isNew(problem) ? problem : { ...problem, severity: 'warning' }));
  };
}

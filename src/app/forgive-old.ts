import type { Problem } from '../core/errors.ts';

/** What a pull request of Belay's is not refused for. */
export interface Forgiven {
  /** Problems of the base by itself. */
  readonly known: readonly Problem[];
  /** Manifests, by path, that it restores: their bytes the base has had before. */
  readonly restored: ReadonlySet<string>;
  /** Files in which what is as wrong in the base is forgiven; undefined: in all. */
  readonly within: ReadonlySet<string> | undefined;
}

/**
 * What a rollback or an order of Belay's did not bring keeps it from nothing and comes out as a warning: what is wrong in a manifest that
 * it restores, and what is as wrong in the base. The pull request leaves the config as it is, so it cannot be the cause.
 */
export function forgiveOld(
  problems: readonly Problem[],
  { known, restored, within }: Forgiven,
): readonly Problem[] {
  const keyOf = ({ code, at, path, message }: Problem): string => JSON.stringify([code, at, path, message]);
  const keys = new Set(known.map(keyOf));
  return problems.map((problem) => {
    const { file } = problem.at;
    const isOld = (within?.has(file) ?? true) && keys.has(keyOf(problem));
    return isOld || restored.has(file) ? { ...problem, severity: 'warning' } : problem;
  });
}

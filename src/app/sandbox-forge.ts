import { ToolError } from '../core/errors.ts';
import { DRILLS_PATH, RECORDS_PATH } from '../core/manifest/config-schema.ts';
import type { FileWrite, Forge } from '../ports/forge.ts';
import type { DrillSteps } from './drill-forge.ts';
import { drillRecordFamily } from './drill-record.ts';
import type { ReadableRelease } from './read-files.ts';
import { ROLLBACKS, rollbackFamily, stepFamily } from './rollback-branch.ts';

/** Beginning of the names of the branches that bring the candidate of a drill to a sandbox. */
export function sandboxFamily(release: string): string {
  return `belay/drill-start/${release}/`;
}

/**
 * The forge of a drill that is real: the default branch, where nothing but the files of the sandbox can be written. Its manifest is read
 * once, so that what is written meanwhile does not widen that.
 * @throws ToolError REFUSED (SEC-32) when a write would touch any other file or pull request
 */
export function createSandboxForge(
  inner: Forge,
  { release, steps }: { readonly release: ReadableRelease; readonly steps: DrillSteps },
): Forge {
  const { metadata, spec } = release.parsed.release;
  const { name } = metadata;
  const own = new Set([release.path, ...spec.targets.map(({ file }) => file)]);
  const folders = [`${RECORDS_PATH}/${name}/`, `${DRILLS_PATH}/${name}/`];
  const families = [rollbackFamily(name), stepFamily(name), sandboxFamily(name), drillRecordFamily(name)];
  const requireFiles = (files: readonly FileWrite[]): void => {
    for (const { path } of files)
      if (!own.has(path) && !folders.some((folder) => path.startsWith(folder)))
        throw refused(`writes files of the sandbox "${name}" alone, and was to write "${path}"`);
  };
  const requireBranch = (branch: string): void => {
    if (!families.some((family) => branch.startsWith(family)))
      throw refused(`opens pull requests of the sandbox "${name}" alone, and was to touch "${branch}"`);
  };
  return {
    defaultBranch: inner.defaultBranch,
    // what this drill wrote is newer than the checkout
    head: () => inner.refresh(),
    refresh: () => inner.refresh(),
    list: (at, folder) => inner.list(at, folder),
    read: (at, paths) => inner.read(at, paths),
    digests: (at, paths) => inner.digests(at, paths),
    history: (at, path) => inner.history(at, path),
    goesOnFrom: (at, commit) => inner.goesOnFrom(at, commit),
    branches: (at, beginning) => inner.branches(at, beginning),
    known: (names) => inner.known(names),
    cost: () => inner.cost(),
    commit: async (request) => {
      requireFiles(request.files);
      await steps.beforeWrite();
      return inner.commit(request);
    },
    inspect: (request) => {
      if (request.branch.startsWith(ROLLBACKS)) steps.decided();
      return inner.inspect(request);
    },
    propose: async (request) => {
      requireBranch(request.branch);
      requireFiles(request.files);
      await steps.beforeWrite();
      const outcome = await inner.propose(request);
      if (request.branch.startsWith(ROLLBACKS)) steps.proposed();
      return outcome;
    },
    merge: async (request) => {
      requireBranch(request.pull.branch);
      await steps.beforeWrite();
      return inner.merge(request);
    },
    close: async (request) => {
      requireBranch(request.pull.branch);
      await inner.close(request);
    },
  };
}

function refused(what: string): ToolError {
  const message = `refused[SEC-32] a drill ${what}. Nothing was written there; please report it`;
  return new ToolError({ code: 'REFUSED', message });
}

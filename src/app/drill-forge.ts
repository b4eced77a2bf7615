import { ToolError } from '../core/errors.ts';
import { DRILL_BRANCHES } from '../core/manifest/config-schema.ts';
import type { Forge, ForgeState, PullRequest } from '../ports/forge.ts';
import { markDrill } from '../report/drill.ts';
import { ROLLBACKS, STEPS } from './rollback-branch.ts';

/** What happens between the writes of a drill. */
export interface DrillSteps {
  /** Before anything is written: throws when the drill has to stop. */
  readonly beforeWrite: () => Promise<void>;
  /** Everything is computed; the first write comes. */
  readonly decided: () => void;
  /** The pull request is open. */
  readonly proposed: () => void;
}

/**
 * The scratch branch of a drill as a forge that a rollback can be done on: the same code, other refs. Names of branches below
 * `belay/rollback/` become names below the drill's own; everything that people read says that it is a drill.
 * @param inner a forge whose default branch is `<under>base`
 * @throws ToolError REFUSED (SEC-32) when a write would touch any other ref than those of the drill
 */
export function createDrillForge(
  inner: Forge,
  { under, steps }: { readonly under: string; readonly steps: DrillSteps },
): Forge {
  requireDrillRef(inner.defaultBranch, under);
  const families = [
    [ROLLBACKS, `${under}revert/`],
    [STEPS, `${under}step/`],
  ] as const;
  const rename = (name: string, from: 0 | 1): string => {
    const family = families.find((pair) => name.startsWith(pair[from]));
    const renamed = family && `${family[1 - from]}${name.slice(family[from].length)}`;
    if (from === 0) requireDrillRef(renamed ?? name, under);
    return renamed ?? name;
  };
  const inward = <Pull extends PullRequest>(pull: Pull): Pull => ({
    ...pull,
    branch: rename(pull.branch, 0),
  });
  const outward = <Pull extends PullRequest>(pull: Pull): Pull => ({
    ...pull,
    branch: rename(pull.branch, 1),
  });
  return {
    defaultBranch: inner.defaultBranch,
    // the branch was made after the checkout
    head: () => inner.refresh(),
    refresh: () => inner.refresh(),
    list: (at, folder) => inner.list(at, folder),
    read: (at, paths) => inner.read(at, paths),
    digests: (at, paths) => inner.digests(at, paths),
    history: (at, path) => inner.history(at, path),
    goesOnFrom: (at, commit) => inner.goesOnFrom(at, commit),
    branches: (at, beginning) => inner.branches(at, beginning),
    known: (names) => inner.known(names),
    commit: async (request) => {
      await steps.beforeWrite();
      return inner.commit({ ...request, subject: markDrill(request.subject) });
    },
    inspect: async ({ branch, earlier = [], families: wanted }) => {
      steps.decided();
      const state = await inner.inspect({
        branch: rename(branch, 0),
        earlier: earlier.map((one) => rename(one, 0)),
        families: wanted.map((one) => rename(one, 0)),
      });
      return mapPulls(state, outward);
    },
    propose: async (request) => {
      await steps.beforeWrite();
      const outcome = await inner.propose({
        ...request,
        branch: rename(request.branch, 0),
        state: mapPulls(request.state, inward),
        subject: markDrill(request.subject),
        title: markDrill(request.title),
        description: markDrill(request.description, 'body'),
      });
      steps.proposed();
      if (outcome.kind === 'proposed') return { ...outcome, pull: outward(outcome.pull) };
      return outcome.kind === 'branch-taken' ? { ...outcome, branch: rename(outcome.branch, 1) } : outcome;
    },
    merge: async (request) => {
      await steps.beforeWrite();
      // a drill arms nothing that could merge when it is over
      const once = { ...request, pull: inward(request.pull), whenPending: 'leave' } as const;
      return inner.merge({ ...once, subject: markDrill(request.subject) });
    },
    close: (request) => inner.close({ ...request, pull: inward(request.pull) }),
    cost: () => inner.cost(),
  };
}

/** @throws ToolError REFUSED for a ref that is not of this drill */
function requireDrillRef(branch: string, under: string): void {
  if (under.startsWith(DRILL_BRANCHES) && branch.startsWith(under)) return;
  throw new ToolError({
    code: 'REFUSED',
    message: `refused[SEC-32] a drill writes below "${under}" alone, and was to write "${branch}". Nothing was written there; please report it`,
  });
}

function mapPulls(state: ForgeState, map: <Pull extends PullRequest>(pull: Pull) => Pull): ForgeState {
  const { pulls, earlier, siblings } = state;
  return { ...state, pulls: pulls.map(map), earlier: earlier.map(map), siblings: siblings.map(map) };
}

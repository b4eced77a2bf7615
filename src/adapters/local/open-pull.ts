import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import type {
  ForgeState,
  Inspection,
  ProposeOutcome,
  ProposeRequest,
  PullRequest,
  Sibling,
} from '../../ports/forge.ts';
import { checkBranch, checkCommit, foldersOf, messageOf, operationOf } from '../operation.ts';
import { isOwnCommit } from './adopt-commit.ts';
import type { RefStep } from './move-refs.ts';
import { moveRefs } from './move-refs.ts';
import type { Place } from './place.ts';
import { ATTEMPTS } from './place.ts';
import type { RefSnapshot, StoredPull } from './pull-store.ts';
import { newPull, pullRef, readRefs, writePull } from './pull-store.ts';
import { writeCommit } from './write-commit.ts';

/** What is there for a proposal. */
export async function inspectPulls(place: Place, proposal: Inspection): Promise<ForgeState> {
  checkBranch(proposal.branch, place.defaultBranch);
  const folders = foldersOf(proposal.branch);
  const { tips, pulls } = await readRefs(place.git, [place.defaultBranch, proposal.branch, ...folders]);
  const tip = tips.get(proposal.branch);
  const toBase = pulls.filter((pull) => pull.base === place.defaultBranch);
  const isSibling = (pull: StoredPull): boolean =>
    pull.state === 'open' &&
    pull.branch !== proposal.branch &&
    proposal.families.some((family) => pull.branch.startsWith(family));
  const siblings = toBase.filter(isSibling);
  const isEarlier = ({ state, withdrawn, branch }: StoredPull): boolean =>
    state === 'closed' && !withdrawn && proposal.earlier?.includes(branch) === true;
  return {
    head: defaultTip(place, tips),
    branch: tip && { tip: tip.commit, operation: operationOf(tip.message) },
    pulls: toBase.filter((pull) => pull.branch === proposal.branch).map(toPullRequest),
    earlier: toBase.filter(isEarlier).map(toPullRequest),
    siblings: await nameOperations(place, siblings),
    obstacle: folders.find((folder) => tips.has(folder)),
    repository: 'local',
  };
}

async function nameOperations(place: Place, pulls: readonly StoredPull[]): Promise<readonly Sibling[]> {
  if (pulls.length === 0) return [];
  const { tips } = await readRefs(
    place.git,
    pulls.map((pull) => pull.branch),
  );
  return pulls.map((pull) => ({
    ...toPullRequest(pull),
    operation: operationOf(tips.get(pull.branch)?.message ?? ''),
  }));
}

/** The default branch's tip. @throws ToolError REFUSED when the branch has no commit */
export function defaultTip(place: Place, tips: RefSnapshot['tips']): Sha {
  const tip = tips.get(place.defaultBranch);
  if (tip !== undefined) return tip.commit;
  throw new ToolError({
    code: 'REFUSED',
    message: `git: branch "${place.defaultBranch}" has no commit here. Name the default branch, or make its first commit`,
  });
}

/** A stored pull request as the port shows it; its address is the name that `git show` takes. */
export function toPullRequest(pull: StoredPull): PullRequest {
  return {
    number: pull.number,
    id: pullRef(pull.number),
    url: pullRef(pull.number),
    branch: pull.branch,
    head: pull.head,
    state: pull.state,
    armed: false,
    withdrawn: pull.withdrawn,
  };
}

/** Branch, commit and pull request in one transaction on refs: all of them or none. */
export async function proposePull(place: Place, request: ProposeRequest): Promise<ProposeOutcome> {
  checkCommit(request);
  checkBranch(request.branch, place.defaultBranch);
  const moved: ProposeOutcome = { kind: 'head-moved', expected: request.parent };
  if (request.state.head !== request.parent) return moved;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const refs = await readRefs(place.git, [place.defaultBranch, request.branch]);
    const found = await findBranch(place, request, refs);
    if (found.kind === 'taken') return { kind: 'branch-taken', branch: request.branch, tip: found.tip };
    if (found.kind === 'own') {
      const open = refs.pulls.find((pull) => isOpenFor(place, request, pull));
      if (open !== undefined) return { kind: 'proposed', pull: toPullRequest(open) };
    } else if (defaultTip(place, refs.tips) !== request.parent) return moved;
    const opened = await openPull(place, request, { found, next: (refs.pulls[0]?.number ?? 0) + 1 });
    if (opened !== undefined) return { kind: 'proposed', pull: opened };
  }
  throw new ToolError({
    code: 'FORGE_UNAVAILABLE',
    message: `git: refs moved during ${ATTEMPTS} attempts to propose "${request.branch}". Run again when the repository is quiet`,
  });
}

function isOpenFor(place: Place, request: ProposeRequest, pull: StoredPull): boolean {
  return pull.state === 'open' && pull.branch === request.branch && pull.base === place.defaultBranch;
}

type FoundBranch =
  | { readonly kind: 'none' }
  /** Made, but nothing on it: a run was stopped in between. */
  | { readonly kind: 'empty'; readonly tip: Sha }
  | { readonly kind: 'own'; readonly tip: Sha }
  | { readonly kind: 'taken'; readonly tip: Sha };

async function findBranch(place: Place, request: ProposeRequest, refs: RefSnapshot): Promise<FoundBranch> {
  const { git } = place;
  const branch = refs.tips.get(request.branch);
  if (branch === undefined) return { kind: 'none' };
  const tip = branch.commit;
  const isOlder = await git({ args: ['merge-base', '--is-ancestor', tip, request.parent] });
  if (isOlder.code === 0) return { kind: 'empty', tip };
  const own = { files: request.files, defaultTip: defaultTip(place, refs.tips) };
  const isOwn = operationOf(branch.message) === request.operation && (await isOwnCommit(git, tip, own));
  return { kind: isOwn ? 'own' : 'taken', tip };
}

interface Opening {
  readonly found: Exclude<FoundBranch, { kind: 'taken' }>;
  readonly next: number;
}

/** undefined when a ref moved and nothing was written. */
async function openPull(
  place: Place,
  request: ProposeRequest,
  { found, next }: Opening,
): Promise<PullRequest | undefined> {
  const { git, defaultBranch } = place;
  const signature = place.sign();
  const head =
    found.kind === 'own'
      ? found.tip
      : await writeCommit(git, { ...request, message: messageOf(request), signature });
  const { title, description, branch } = request;
  const content = { number: next, title, description, branch, base: defaultBranch, head };
  const pull = newPull(content, signature);
  const object = await writePull(git, pull, signature);
  const steps: RefStep[] = [{ kind: 'create', ref: pullRef(next), to: object }];
  const ref = `refs/heads/${branch}`;
  if (found.kind === 'none') steps.push({ kind: 'create', ref, to: head });
  if (found.kind === 'empty') steps.push({ kind: 'update', ref, from: found.tip, to: head });
  if (found.kind !== 'own')
    steps.push({ kind: 'verify', ref: `refs/heads/${defaultBranch}`, at: request.parent });
  const outcome = await moveRefs(place, `open pull request ${next}`, steps);
  return outcome === 'moved' ? toPullRequest({ ...pull, object }) : undefined;
}

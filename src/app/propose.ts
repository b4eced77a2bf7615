import type { Change } from '../core/change/change.ts';
import type { Sha } from '../core/units.ts';
import type { Forge, ForgeState, MergeOutcome, PullRequest, Sibling } from '../ports/forge.ts';
import type { BlockCode, PullLink, Receipt } from '../report/run-report.ts';
import { closePulls } from './close-pulls.ts';
import { findAnswer } from './find-answer.ts';
import { readChange } from './read-change.ts';
import { describeObstacle } from './rollback-branch.ts';
import type { World } from './world.ts';

/** A change that goes through a pull request. */
export interface Proposal {
  readonly change: Pick<Change, 'files' | 'subject' | 'body' | 'operation'>;
  readonly base: Sha;
  /** Unique to the operation. */
  readonly branch: string;
  /** Names that the operation may have been proposed under, whose pull requests count for what a person said of it. */
  readonly earlier?: readonly Earlier[];
  /** When somebody else's commits are on the branch: give up, or write to a second one, `<branch>-2`, and so on. */
  readonly whenTaken: 'stop' | 'next-branch';
  /** Beginning of the names of all branches for the same purpose; older ones are closed. */
  readonly family: string;
  /** Of those, the ones that stay open, since this change says less than they do. */
  readonly keeps?: (older: Sibling) => Promise<boolean>;
  /** Branches of another purpose that may not land any more, and what their pull requests are told. */
  readonly overtakes?: { readonly families: readonly string[]; readonly comment: string };
  readonly title: string;
  readonly description: string;
  readonly method: 'merge' | 'squash' | 'rebase';
  /**
   * Belay merges it, and while a requirement is pending it arms auto-merge (`arm`) or leaves it to a later run that decides the
   * same again (`leave`); or a person merges it (`person`).
   */
  readonly landing: 'arm' | 'leave' | 'person';
  /**
   * What it means that a person closed its pull request, and how to go on; one line. Undefined: a person asks for it now, and that
   * is the newer word.
   */
  readonly whenClosed: string | undefined;
}

/** What an operation was or is called. */
export interface Earlier {
  readonly branch: string;
  readonly operation: string;
  /** Path of its record. */
  readonly record: string;
}

/** Longest title of a pull request that GitHub takes, in characters. */
const MAX_TITLE = 256;

/** Branches of one operation, the first one included. Each that is taken costs one request. */
const MAX_BRANCHES = 9;

/**
 * Opens the pull request of a change and merges it: three requests in a row, fewer when an earlier run got part of the way.
 * Safe to run again at any point: branch and operation name what is there already.
 */
export function proposeAndMerge(world: World, proposal: Proposal): Promise<Receipt> {
  return proposeOn(world, proposal, 1);
}

/** What became of one branch. `taken`: it holds what Belay did not write; `pull` is open and shows that. */
type Attempt =
  | { readonly kind: 'ended'; readonly receipt: Receipt }
  | { readonly kind: 'taken'; readonly receipt: Receipt; readonly pull: PullRequest | undefined };

/**
 * On the n-th branch, and on the next one while they are taken: the name is no secret, and whoever can push could keep a rollback
 * away with it. A pull request with foreign commits under that name is closed, since an older run may have armed it; that goes
 * on beside the next attempt, for the same reason as `overtakes`.
 */
async function proposeOn(world: World, proposal: Proposal, number: number): Promise<Receipt> {
  const branch = number === 1 ? proposal.branch : `${proposal.branch}-${number}`;
  const attempt = await tryBranch(world, { ...proposal, branch });
  if (attempt.kind === 'ended' || proposal.whenTaken === 'stop') return attempt.receipt;
  const comment = `Closed by Belay: commits that it did not make are on \`${branch}\`, and a rollback is merged with its own commit or not at all. The branch stays as it is. The rollback goes on from another branch.`;
  const [receipt] = await Promise.all([
    number < MAX_BRANCHES ? proposeOn(world, proposal, number + 1) : attempt.receipt,
    closePulls(world, attempt.pull ? [attempt.pull] : [], { comment }),
  ]);
  return receipt;
}

async function tryBranch(
  world: World,
  proposal: Proposal,
  how: 'first' | 'again' = 'first',
): Promise<Attempt> {
  const { forge } = world;
  const { branch, family, overtakes, earlier = [] } = proposal;
  const state = await forge.inspect({
    branch,
    earlier: earlier.flatMap((one) => (one.branch === branch ? [] : [one.branch])),
    families: [family, ...(overtakes?.families ?? [])],
  });
  if (state.head !== proposal.base) return ended({ kind: 'head-moved' });
  if (state.obstacle !== undefined) return ended(inTheWay(branch, state.obstacle));
  const left = await readBranch(forge, proposal, state.branch);
  const known = state.pulls.find((pull) => pull.state === 'open');
  if (!known || left.kind === 'foreign') {
    const before = await findAnswer(world, proposal, state);
    if (before) return ended(endedReceipt(proposal, before));
  }
  if (known && left.kind === 'foreign') return taken(branch, left.tip, known);
  const overtaken = state.siblings.filter((pull) =>
    overtakes?.families.some((one) => pull.branch.startsWith(one)),
  );
  // What is there goes through `propose` too: the forge takes it over only when the branch holds this very change and nothing
  // else, since whoever can push can copy a name and a trailer, or nothing at all, since a run was cut off.
  // What is overtaken is closed beside it and before the merge, at no cost in time. One that lands in between does no harm that
  // lasts: it writes the same record and the same lines, so the merge that follows conflicts, and all is read and decided again.
  const comment = overtakes?.comment ?? '';
  const [opened, unclosed] = await Promise.all([
    open(forge, left.kind === 'own' ? left.proposal : proposal, state),
    closePulls(world, overtaken, { comment }),
  ]);
  // a run that decided the same at another moment was quicker: its commit is found by the next look, and taken over
  if (opened.kind === 'taken' && !state.branch && how === 'first') return tryBranch(world, proposal, 'again');
  if (opened.kind !== 'opened') return opened;
  const { pull } = opened;
  const receipt = await settle(forge, proposal, pull);
  // nothing waits any more, and no later run would look for them: whoever could not be closed before is asked once more
  await closePulls(world, unclosed, { comment });
  const older = await replacedBy(proposal, state);
  // The change is written by now: a pull request of before that cannot be closed takes nothing from it.
  await closePulls(world, older, {
    comment: `Out of date: the files have changed since. Replaced by #${pull.number}.`,
  });
  return ended(receipt);
}

/** Older pull requests for the same purpose that say nothing which this one does not say. */
async function replacedBy(
  { family, keeps }: Proposal,
  { siblings }: ForgeState,
): Promise<readonly PullRequest[]> {
  const older: PullRequest[] = [];
  for (const sibling of siblings)
    if (sibling.branch.startsWith(family) && !(await keeps?.(sibling))) older.push(sibling);
  return older;
}

/** Merged, yet the branch still asks for it: somebody brought the same bytes back. Closed: a person said no. */
function endedReceipt({ whenClosed }: Proposal, pull: PullRequest): Receipt {
  if (pull.state === 'closed' && whenClosed !== undefined)
    return { kind: 'suppressed', pull: linkOf(pull), message: whenClosed };
  const message = `this very change was merged by it before, but the default branch does not show it; look at what was pushed after it. What a person orders is a change of its own: order abort or rollback to go back all the same`;
  return blocked('MERGED_BEFORE', message, pull);
}

function ended(receipt: Receipt): Attempt {
  return { kind: 'ended', receipt };
}

function taken(branch: string, tip: Sha, pull: PullRequest | undefined): Attempt {
  if (pull) return { kind: 'taken', receipt: foreignCommits(pull), pull };
  const message = `branch ${branch} has commits that are not those of this change (tip ${tip.slice(0, 7)}); delete or rename it, the next run makes its own`;
  return { kind: 'taken', receipt: blocked('BRANCH_TAKEN', message), pull };
}

/** No other name helps: all branches of Belay lie below `belay/`. */
function inTheWay(branch: string, obstacle: string): Receipt {
  const message = describeObstacle(obstacle, `so "${branch}" cannot be written`);
  return blocked('BRANCH_TAKEN', message);
}

function foreignCommits(pull: PullRequest): Receipt {
  const message = `${pull.branch} has commits that Belay did not make, or that were taken out of the default branch, and those are not merged by it. Review and merge it, or close it and delete the branch`;
  return blocked('BRANCH_TAKEN', message, pull);
}

/** What an earlier run, or somebody else, left on the branch. */
type Left =
  | { readonly kind: 'nothing' }
  /** This very change, with the evidence of the moment at which it was written; the forge still compares every byte. */
  | { readonly kind: 'own'; readonly proposal: Proposal }
  | { readonly kind: 'foreign'; readonly tip: Sha };

/**
 * A run that was cut off, or was not allowed to open the pull request, has left its commit. It is taken over with its record,
 * as long as what it writes is what is to be written now.
 */
async function readBranch(forge: Forge, proposal: Proposal, branch: ForgeState['branch']): Promise<Left> {
  if (!branch) return { kind: 'nothing' };
  const { tip, operation } = branch;
  const { change } = proposal;
  const files = operation === change.operation ? await readChange(forge, change.files, tip) : undefined;
  const own = files && { ...proposal, change: { ...change, files } };
  return own ? { kind: 'own', proposal: own } : { kind: 'foreign', tip };
}

type Opened = Attempt | { readonly kind: 'opened'; readonly pull: PullRequest };

async function open(forge: Forge, proposal: Proposal, state: ForgeState): Promise<Opened> {
  const { change } = proposal;
  const outcome = await forge.propose({
    parent: proposal.base,
    files: change.files.map((edit) => ({ path: edit.path, text: edit.after })),
    subject: change.subject,
    body: change.body,
    operation: change.operation,
    branch: proposal.branch,
    state,
    title: shorten(proposal.title),
    description: proposal.description,
  });
  switch (outcome.kind) {
    case 'proposed':
      return { kind: 'opened', pull: outcome.pull };
    case 'head-moved':
      return ended({ kind: 'head-moved' });
    case 'branch-taken':
      return taken(
        outcome.branch,
        outcome.tip,
        state.pulls.find((pull) => pull.state === 'open'),
      );
    case 'refused':
      return ended(blocked(outcome.code, outcome.message));
  }
}

async function settle(forge: Forge, proposal: Proposal, pull: PullRequest): Promise<Receipt> {
  const { change, landing, method } = proposal;
  if (landing === 'person') return { kind: 'awaiting-approval', pull: linkOf(pull), head: pull.head };
  const { subject, body } = change;
  const outcome = await forge.merge({ pull, head: pull.head, method, whenPending: landing, subject, body });
  return receiptOf(outcome, pull);
}

/** What became of a pull request that was to be merged. */
export function receiptOf(outcome: MergeOutcome, pull: PullRequest): Receipt {
  switch (outcome.kind) {
    case 'merged':
      return { kind: 'merged', pull: linkOf(pull), commit: outcome.commit };
    case 'armed':
      return {
        kind: 'armed',
        pull: linkOf(pull),
        message: outcome.reason,
        isOverdue: outcome.isOverdue,
      };
    case 'pending':
      return { kind: 'waiting', pull: linkOf(pull), message: outcome.reason };
    case 'blocked':
      return blocked(outcome.code, outcome.message, pull);
    case 'head-changed':
      return foreignCommits(pull);
  }
}

function blocked(code: BlockCode, message: string, pull?: PullRequest): Receipt {
  return { kind: 'blocked', code, pull: pull && linkOf(pull), message };
}

function linkOf({ number, url }: PullRequest): PullLink {
  return { number, url };
}

function shorten(title: string): string {
  return title.length <= MAX_TITLE ? title : `${title.slice(0, MAX_TITLE - 1)}…`;
}

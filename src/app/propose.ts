import type { Change, FileEdit } from '../core/change/change.ts';
import { ToolError } from '../core/errors.ts';
import { readRecord } from '../core/record/record-file.ts';
import type { Forge, ForgeState, MergeOutcome, PullRequest } from '../ports/forge.ts';
import type { BlockCode, PullLink, Receipt } from '../report/run-report.ts';
import type { World } from './world.ts';

/** A change that goes through a pull request. */
export interface Proposal {
  readonly change: Pick<Change, 'files' | 'subject' | 'body' | 'operation'>;
  readonly base: Parameters<Forge['commit']>[0]['parent'];
  /** Unique to the operation. */
  readonly branch: string;
  /** Beginning of the names of all branches for the same purpose; older ones are closed. */
  readonly family: string;
  readonly title: string;
  readonly description: string;
  readonly method: 'merge' | 'squash' | 'rebase';
  /** false: a person merges it. */
  readonly merge: boolean;
}

/** Longest title of a pull request that GitHub takes, in characters. */
const MAX_TITLE = 256;

/**
 * Opens the pull request of a change and merges it: three requests in a row, fewer when an earlier run got part of the way.
 * Safe to run again at any point: branch and operation name what is there already.
 */
export async function proposeAndMerge(world: World, proposal: Proposal): Promise<Receipt> {
  const { forge } = world;
  const state = await forge.inspect({ branch: proposal.branch, family: proposal.family });
  if (state.head !== proposal.base) return { kind: 'head-moved' };
  const known = state.pulls[0];
  if (known && known.state !== 'open') return endedReceipt(known);
  const left = await readBranch(forge, proposal, state.branch);
  if (known && left.kind === 'foreign') return foreignCommits(known);
  // An open pull request goes through `propose` too: the forge takes it over only when its branch holds this very change and
  // nothing else, since whoever can push can copy a name and a trailer.
  const opened = await open(forge, left.kind === 'own' ? left.proposal : proposal, state);
  if ('kind' in opened) return opened;
  const receipt = await settle(forge, proposal, opened);
  await closeSiblings(world, state, opened);
  return receipt;
}

/** Merged, yet the branch still asks for it: somebody brought the same bytes back. Closed: a person said no. */
function endedReceipt(pull: PullRequest): Receipt {
  if (pull.state === 'closed') return { kind: 'suppressed', pull: linkOf(pull) };
  const message = `this very change was merged by it before, but the default branch does not show it; look at what was pushed after it`;
  return blocked('MERGED_BEFORE', message, pull);
}

function foreignCommits(pull: PullRequest): Receipt {
  const message = `somebody pushed to ${pull.branch}, and commits that Belay did not make are not merged by it. Review and merge it, or close it and delete the branch`;
  return blocked('BRANCH_TAKEN', message, pull);
}

/** What an earlier run, or somebody else, left on the branch. */
type Left =
  | { readonly kind: 'nothing' }
  /** This very change, with the evidence of the moment at which it was written; the forge still compares every byte. */
  | { readonly kind: 'own'; readonly proposal: Proposal }
  | { readonly kind: 'foreign' };

/**
 * A run that was cut off, or was not allowed to open the pull request, has left its commit. It is taken over with its record,
 * as long as what it writes is what is to be written now.
 */
async function readBranch(forge: Forge, proposal: Proposal, branch: ForgeState['branch']): Promise<Left> {
  if (!branch) return { kind: 'nothing' };
  const { change } = proposal;
  if (branch.operation !== change.operation) return { kind: 'foreign' };
  const found = await forge.read(
    branch.tip,
    change.files.map((edit) => edit.path),
  );
  const files: FileEdit[] = [];
  for (const edit of change.files) {
    const file = found.get(edit.path);
    const text = file?.kind === 'text' ? file.text : undefined;
    const isRecord = edit === change.files.at(-1);
    const isOwn = isRecord
      ? text !== undefined && readRecord(edit.path, text) !== undefined && statesTheSame(text, edit.after)
      : text === edit.after;
    if (text === undefined || !isOwn) return { kind: 'foreign' };
    files.push({ ...edit, after: text });
  }
  return { kind: 'own', proposal: { ...proposal, change: { ...change, files } } };
}

/** What a later run may say otherwise of the same change; everything else in a record is what the change is. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set(['at', 'base', 'tool', 'trigger', 'evidence']);

/** Two records of the same change, written at two moments. */
function statesTheSame(left: string, right: string): boolean {
  const essence = (text: string): string => {
    const { decision, ...rest } = JSON.parse(text) as Record<string, unknown> & { readonly decision: object };
    const entries = Object.entries({ ...rest, decision: { ...decision, reasons: undefined } });
    return JSON.stringify(
      entries.filter(([key]) => !OF_THE_MOMENT.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  };
  return essence(left) === essence(right);
}

async function open(forge: Forge, proposal: Proposal, state: ForgeState): Promise<PullRequest | Receipt> {
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
      return outcome.pull;
    case 'head-moved':
      return { kind: 'head-moved' };
    case 'branch-taken': {
      const message = `branch ${outcome.branch} has commits that are not those of this change (tip ${outcome.tip.slice(0, 7)}); delete or rename it, the next run makes its own`;
      return blocked('BRANCH_TAKEN', message);
    }
    case 'refused':
      return blocked(outcome.code, outcome.message);
  }
}

async function settle(forge: Forge, proposal: Proposal, pull: PullRequest): Promise<Receipt> {
  if (!proposal.merge) return { kind: 'awaiting-approval', pull: linkOf(pull) };
  const { subject, body } = proposal.change;
  const outcome: MergeOutcome = await forge.merge({
    pull,
    head: pull.head,
    method: proposal.method,
    subject,
    body,
  });
  switch (outcome.kind) {
    case 'merged':
      return { kind: 'merged', pull: linkOf(pull), commit: outcome.commit };
    case 'armed':
      return { kind: 'armed', pull: linkOf(pull), message: outcome.reason };
    case 'blocked':
      return blocked(outcome.code, outcome.message, pull);
    case 'head-changed':
      return foreignCommits(pull);
  }
}

/** The change is written by now: a pull request of before that cannot be closed takes nothing from it. */
async function closeSiblings({ forge, log }: World, state: ForgeState, opened: PullRequest): Promise<void> {
  const comment = `Out of date: the files have changed since. Replaced by #${opened.number}.`;
  for (const sibling of state.siblings) {
    try {
      await forge.close({ pull: sibling, comment });
    } catch (fault) {
      if (!(fault instanceof ToolError)) throw fault;
      log.warn(`pull request #${sibling.number} is out of date and could not be closed: ${fault.message}`);
    }
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

/** Twelve hex digits of an operation, for branch names. */
export function shortOperation(operation: string): string {
  if (!/^[0-9a-f]{64}$/.test(operation))
    throw new ToolError({ code: 'BUG', message: `not an operation: ${operation}` });
  return operation.slice(0, 12);
}

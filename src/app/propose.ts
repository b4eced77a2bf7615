import type { Change } from '../core/change/change.ts';
import { ToolError } from '../core/errors.ts';
import type { Forge, ForgeState, MergeOutcome, PullRequest } from '../ports/forge.ts';
import type { Receipt } from '../report/run-report.ts';

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

/**
 * Opens the pull request of a change and merges it: three requests in a row, fewer when an earlier run got part of the way.
 * Safe to run again at any point: branch and operation name what is there already.
 */
export async function proposeAndMerge(forge: Forge, proposal: Proposal): Promise<Receipt> {
  const state = await forge.inspect({ branch: proposal.branch, family: proposal.family });
  if (state.head !== proposal.base) return { kind: 'head-moved' };
  const known = state.pulls[0];
  if (known && known.state !== 'open') return endedReceipt(known);
  const opened =
    known && state.branch?.operation === proposal.change.operation
      ? known
      : await open(forge, proposal, state);
  if ('kind' in opened) return opened;
  const receipt = await settle(forge, proposal, opened);
  for (const sibling of state.siblings) {
    await forge.close({
      pull: sibling,
      comment: `Out of date: the files have changed since. Replaced by #${opened.number}.`,
    });
  }
  return receipt;
}

/** Merged, yet the branch still asks for it: somebody brought the same bytes back. Closed: a person said no. */
function endedReceipt(pull: PullRequest): Receipt {
  const link = { number: pull.number, url: pull.url };
  if (pull.state === 'closed') return { kind: 'suppressed', pull: link };
  return {
    kind: 'blocked',
    pull: link,
    message: `pull request #${pull.number} with this very change was merged before, but the default branch does not show it; look at what was pushed after it`,
  };
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
    title: proposal.title,
    description: proposal.description,
  });
  switch (outcome.kind) {
    case 'proposed':
      return outcome.pull;
    case 'head-moved':
      return { kind: 'head-moved' };
    case 'branch-taken':
      return {
        kind: 'blocked',
        pull: undefined,
        message: `branch ${outcome.branch} has commits that are not Belay's (tip ${outcome.tip.slice(0, 7)}); delete or rename it, the next run makes its own`,
      };
    case 'refused':
      return { kind: 'blocked', pull: undefined, message: outcome.message };
  }
}

async function settle(forge: Forge, proposal: Proposal, pull: PullRequest): Promise<Receipt> {
  const link = { number: pull.number, url: pull.url };
  if (!proposal.merge) return { kind: 'awaiting-approval', pull: link };
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
      return { kind: 'merged', pull: link, commit: outcome.commit };
    case 'armed':
      return { kind: 'armed', pull: link, message: outcome.reason };
    case 'blocked':
      return { kind: 'blocked', pull: link, message: outcome.message };
    case 'head-changed':
      return {
        kind: 'blocked',
        pull: link,
        message: `somebody pushed to ${pull.branch} (expected ${outcome.expected.slice(0, 7)}); commits that Belay did not make are not merged by it. Review and merge it, or close it`,
      };
  }
}

/** Twelve hex digits of an operation, for branch names. */
export function shortOperation(operation: string): string {
  if (!/^[0-9a-f]{64}$/.test(operation))
    throw new ToolError({ code: 'BUG', message: `not an operation: ${operation}` });
  return operation.slice(0, 12);
}

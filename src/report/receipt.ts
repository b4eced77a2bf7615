import { assertNever } from '../core/errors.ts';
import type { Receipt } from './run-report.ts';

/** What became of a decision, in one plain line; empty when nothing was to be written. */
export function describeReceipt(receipt: Receipt): string {
  switch (receipt.kind) {
    case 'none':
      return '';
    case 'dry-run':
      return 'dry run: nothing was written';
    case 'committed':
      return `committed as ${receipt.commit.slice(0, 7)}`;
    case 'merged':
      return `pull request #${receipt.pull.number} merged as ${receipt.commit.slice(0, 7)}`;
    case 'armed':
      return `not merged yet: pull request #${receipt.pull.number} waits for a requirement and then merges by itself: ${receipt.message}`;
    case 'waiting':
      return `not merged yet: pull request #${receipt.pull.number} waits for a requirement, and the next run that decides the same merges it: ${receipt.message}`;
    case 'awaiting-approval':
      return `pull request #${receipt.pull.number} waits for a person to approve or merge it`;
    case 'blocked':
      return `not done${receipt.pull ? ` (pull request #${receipt.pull.number})` : ''}: ${receipt.message}`;
    case 'failed':
      return `not done: ${receipt.message}`;
    case 'suppressed':
      return `not done: a person closed pull request #${receipt.pull.number}, which is respected: ${receipt.message}`;
    case 'head-moved':
      return 'not done: the default branch kept moving, so nothing was written; the next run decides again';
    default:
      return assertNever(receipt);
  }
}

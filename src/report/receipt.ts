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
      return `pull request #${receipt.pull.number} merges by itself when ${receipt.message}`;
    case 'awaiting-approval':
      return `pull request #${receipt.pull.number} waits for a person to merge it`;
    case 'blocked':
      return `${receipt.pull ? `pull request #${receipt.pull.number} is open` : 'not written'}: ${receipt.message}`;
    case 'suppressed':
      return `not done: a person closed pull request #${receipt.pull.number}; reopen it to go on`;
    case 'head-moved':
      return 'the branch kept moving, nothing was committed; the next run decides again';
    default:
      return assertNever(receipt);
  }
}

import type { Action, Verdict } from './evidence.ts';

/** Worst first; `pass` needs all. */
const WORST_FIRST: readonly Verdict[] = ['fail', 'error', 'no-data', 'inconclusive', 'pass'];

/** A check's verdict and what its failing does. */
export interface Vote {
  readonly verdict: Verdict;
  readonly action: Action;
}

/** The worst verdict of the checks that have a vote; without any nothing is known. */
export function joinVerdicts(votes: readonly Vote[]): Verdict {
  const verdicts = new Set(votes.map(voteOf));
  return WORST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'inconclusive';
}

/** A check that only holds keeps the candidate where it is when it fails: nothing is proven about the candidate. */
export function voteOf({ verdict, action }: Vote): Verdict {
  return verdict === 'fail' && action === 'hold' ? 'inconclusive' : verdict;
}

/**
 * The twenty calls of the reliability table (safety-cases 2.2): by what request each is made, or why it is not made. A sort of request is
 * known by the field that matters most in it.
 */
export interface CallRow {
  readonly number: number;
  readonly call: string;
  readonly made:
    | { readonly by: readonly string[]; readonly note?: string }
    | { readonly by: 'nothing'; readonly why: string };
}

export const CALLS: readonly CallRow[] = [
  {
    number: 1,
    call: 'settings of the repository',
    made: {
      by: 'nothing',
      why: 'auto-merge, archived and the rules are learnt from the answer to the write itself',
    },
  },
  { number: 2, call: 'tip of the default branch', made: { by: ['fetch', 'look'] } },
  {
    number: 3,
    call: 'files by commit',
    made: { by: ['fetch', 'compare'], note: 'from the checkout; only a tip that moved is fetched' },
  },
  { number: 4, call: 'first-parent history', made: { by: ['fetch'], note: 'from the checkout' } },
  { number: 5, call: 'commit', made: { by: ['commit', 'propose', 'probe'] } },
  {
    number: 6,
    call: 'blob, tree and commit without a branch',
    made: { by: 'nothing', why: 'a commit is one request with its branch' },
  },
  { number: 7, call: 'branch', made: { by: ['propose'] } },
  { number: 8, call: 'pull requests of a branch, in all states', made: { by: ['look'] } },
  { number: 9, call: 'pull request', made: { by: ['propose'] } },
  { number: 10, call: 'auto-merge', made: { by: ['merge'], note: 'in the document of the merge' } },
  { number: 11, call: 'merge', made: { by: ['merge'] } },
  {
    number: 12,
    call: 'comment',
    made: { by: ['close'], note: 'only with a pull request that is closed or disarmed' },
  },
  { number: 13, call: 'check run or status', made: { by: 'nothing', why: 'none is written' } },
  {
    number: 14,
    call: 'labels',
    made: { by: 'nothing', why: 'none is written: what is in git is the state' },
  },
  { number: 15, call: 'incident', made: { by: 'nothing', why: 'none is written by this version' } },
  { number: 16, call: 'reaction', made: { by: ['reaction'] } },
  { number: 17, call: 'permission of a person', made: { by: ['permission'] } },
  {
    number: 18,
    call: 'deletion of a branch',
    made: {
      by: 'nothing',
      why: 'by no tick or order; a drill deletes its own, under the faults of npm run sim -- --drills',
    },
  },
  { number: 19, call: 'query of a provider', made: { by: ['query'] } },
  { number: 20, call: 'dashboard', made: { by: 'nothing', why: 'none is published by this version' } },
];

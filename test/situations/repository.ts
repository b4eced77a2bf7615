import { CONFIG } from '../builders/world.ts';
import { ASKED, type Situation, STEP, type Told } from './language.ts';

const REWRITTEN: Told = ['hold', 'HISTORY_REWRITTEN', 'none'];

const QUEUE = 'Changes must be made through the merge queue';

/** Situations of the repository itself: its history and its rules. */
export const REPOSITORY: readonly Situation[] = [
  {
    id: 'REL-15',
    title: 'a history that was rewritten to an older whole state is decided on as it stands',
    moves: 3,
    story: [
      { rewind: true },
      { expect: { weight: 5, records: 2 } },
      { at: 66, tick: STEP },
      { expect: { weight: 25, records: 3 } },
    ],
  },
  {
    id: 'REL-15',
    title: 'a rewritten history with the records still in it holds what goes up, until a person resumes',
    story: [
      { rewrite: true },
      { at: 32, tick: REWRITTEN, exit: 2, says: /history rewritten: record 2 was decided on [0-9a-f]{40}/ },
      { at: 35, tick: REWRITTEN, exit: 2, says: /git commit --allow-empty/ },
      { expect: { weight: 5, records: 2 } },
      { resume: true },
      { at: 40, tick: STEP },
      { expect: { weight: 25, records: 3 } },
      { at: 72, tick: STEP },
    ],
  },
  {
    id: 'REL-15',
    title: 'a run that writes nothing does not ask for it',
    story: [{ rewrite: true }, { at: 20, tick: ['hold', 'HOLD_NOT_OVER', 'none'] }],
  },
  {
    id: 'REL-15',
    title: 'a rollback is not held for a rewritten history',
    story: [
      { rewrite: true },
      { at: 20, rollBack: ASKED('merged') },
      { expect: { weight: 0, candidate: null } },
    ],
  },
  ...(['merge', 'squash', 'rebase'] as const).map(
    (method): Situation => ({
      id: 'REL-15',
      title: `a pull request of Belay that lands by ${method} is no rewritten history`,
      config: `${CONFIG}advance: {mode: pull-request}\nmerge: {method: ${method}}\n`,
      story: [
        { at: 32, tick: ['advance', 'CHECKS_PASS', 'merged'] },
        { at: 64, tick: ['advance', 'CHECKS_PASS', 'merged'] },
        { expect: { weight: 100, records: 4 } },
      ],
    }),
  ),
  {
    id: 'REL-24',
    title: 'a merge queue refuses steps by its own code, and the rollback stays open and red',
    moves: 3,
    story: [
      { rules: { commit: { kind: 'refused', code: 'MERGE_QUEUE', message: QUEUE } } },
      { at: 64, tick: ['advance', 'CHECKS_PASS', 'blocked'], exit: 1, says: /merge queue/ },
      { expect: { weight: 25, commits: [] } },
      { rules: { merge: { kind: 'blocked', code: 'MERGE_QUEUE', message: QUEUE } } },
      { at: 66, rollBack: ASKED('blocked'), exit: 1, says: /merge queue/ },
      { expect: { weight: 25, pulls: ['open'] } },
      { rules: {} },
      { at: 70, rollBack: ASKED('merged') },
      { expect: { candidate: null } },
    ],
  },
];

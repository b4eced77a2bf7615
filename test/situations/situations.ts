import { type Health, healthy, sick, writeFiles, writeManifest } from '../app/bench.ts';
import { CANDIDATE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { ASKED, HARM, type Move, SETTLED, type Situation, STEP } from './language.ts';
import { REPOSITORY } from './repository.ts';

const COUNTED = {
  bad: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
  total: 'sum(increase(predict_total{version="{{version}}"}[{{window}}]))',
};
const CANDIDATE_TEXT = (more: Parameters<typeof writeManifest>[0] = {}): string =>
  writeManifest({ candidate: CANDIDATE, weight: 5, ...more });
const BY_PULL = `${CONFIG}advance: {mode: pull-request}\n`;
const BOTH: Health = (at) => (at < 10 ? 0.005 : 0.015);
const FLAPPING: Health = (at) => (at % 2 === 0 ? 0.004 : 0.006);

const OLDER = { version: '3.3.0', backend: 'scorer-c', digit: 'c' };

/** A release whose rollbacks have to prove themselves, with three backends, one of which has all traffic. */
const files27 = (more: Parameters<typeof writeManifest>[0], backend: string) => ({
  [MANIFEST]: writeManifest({ verify: '15m', ...more }),
  [SERVING]: writeRoute({ 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 0, [backend]: 100 }),
});

const OUTAGE: Health = (at) => (at < 10 || at >= 30 ? 0.005 : 0.2);
const RATIO =
  'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}])) / sum(increase(predict_total{version="{{version}}"}[{{window}}]))';
const LIMIT = { ...COUNTED, name: 'errors', kind: 'limit', provider: 'prod', max: '2%' };
const THRESHOLD = {
  name: 'errors',
  kind: 'threshold',
  provider: 'prod',
  query: RATIO,
  max: 0.02,
};

const blind = (
  reason: 'warnings' | 'not-a-number' | 'infinite' | 'empty' | 'many-series' | 'stale',
  id: Situation['id'],
): Situation => ({
  id,
  title: `a query that ends in "${reason}" is no number: hold, and go on when there is one`,
  story: [
    { metrics: reason },
    {
      at: 32,
      tick: [
        'hold',
        reason === 'empty' || reason === 'stale' || reason === 'not-a-number' || reason === 'infinite'
          ? 'CHECK_NO_DATA'
          : 'CHECK_ERROR',
        'none',
      ],
    },
    { expect: { weight: 5, pulls: [], commits: [] } },
    { metrics: 'back' },
    { at: 35, tick: STEP },
  ],
});

/** The situations that this version of Belay is to master, in the order of the table; some have several. */
export const SITUATIONS: readonly Situation[] = [
  {
    id: 'REL-01',
    title: 'two ticks at once make one step',
    story: [
      { at: 32, together: ['tick', 'tick'], ends: ['committed', 'none'] },
      { expect: { weight: 25, records: 3, commits: [/canary 5% → 25%/] } },
    ],
  },
  {
    id: 'REL-01',
    title: 'two orders to roll back at once make one rollback',
    story: [
      { at: 40, together: ['rollBack', 'rollBack'], ends: ['merged', 'merged'] },
      { expect: { candidate: null, pulls: ['merged'], records: 3 } },
    ],
  },
  {
    id: 'REL-02',
    title: 'a rollback wins over a tick that runs beside it',
    moves: 3,
    story: [
      { at: 66, together: ['rollBack', 'tick'], ends: ['merged', 'none'] },
      { expect: { weight: 0, candidate: null } },
      { at: 70, tick: SETTLED },
    ],
  },
  {
    id: 'REL-02',
    title: 'a step that lands during a rollback is taken back with it',
    story: [
      { race: { [MANIFEST]: CANDIDATE_TEXT({ weight: 25 }) } },
      { at: 40, rollBack: ASKED('merged') },
      { expect: { weight: 0, candidate: null } },
    ],
  },
  {
    id: 'REL-03',
    title: 'six hours without a tick cost time: one step on return, and no burst',
    story: [
      { at: 365, tick: STEP },
      { expect: { weight: 25 } },
      { at: 366, tick: ['hold', 'CHECK_NO_DATA', 'none'] },
      { expect: { weight: 25, commits: [/5% → 25%/] } },
    ],
  },
  {
    id: 'REL-05',
    title: 'a step that was written by a slow clock is held from when it landed',
    story: [
      { clock: -9 },
      { at: 45, tick: STEP },
      { clock: 0 },
      {
        at: 68,
        tick: ['hold', 'HOLD_NOT_OVER', 'none'],
        says: /landed at .* later than the clock of its run/,
      },
      { at: 75, tick: STEP },
    ],
  },
  {
    id: 'REL-05',
    title: 'a clock that is far behind the newest record writes nothing but a rollback',
    moves: 3,
    story: [
      { clock: -20 },
      { push: { [MANIFEST]: writeManifest() } },
      { at: 36, tick: ['hold', 'CLOCK_SKEW', 'none'], exit: 2, says: /behind the newest record/ },
      { expect: { commits: [] } },
      { push: { [MANIFEST]: CANDIDATE_TEXT({ weight: 25 }) } },
      { at: 37, rollBack: ASKED('merged') },
    ],
  },
  {
    id: 'REL-05',
    title: 'a clock that is a little behind the newest record decides at that moment',
    story: [
      { clock: 5 },
      { at: 32, tick: STEP },
      { clock: 0 },
      { at: 33, rollBack: ASKED('merged') },
      { expect: { candidate: null, records: 4 } },
    ],
  },
  {
    id: 'REL-06',
    title: 'a provider that is down never rolls back: hold, one notice past the deadline, and on',
    story: [
      { metrics: 'unreachable' },
      { at: 32, tick: ['hold', 'CHECK_ERROR', 'none'] },
      { at: 70, tick: ['pause', 'EVIDENCE_MISSING', 'committed'], exit: 2 },
      { at: 75, tick: ['hold', 'CHECK_ERROR', 'none'] },
      { expect: { weight: 5, candidate: '3.5.0', pulls: [] } },
      { metrics: 'back' },
      { at: 80, tick: STEP },
    ],
  },
  ...(
    [
      ['is down', 'unreachable', 'CHECK_ERROR'],
      ['is slow', 'timeout', 'CHECK_ERROR'],
      ['knows nothing', 'empty', 'CHECK_NO_DATA'],
      ['has a clock that is hours away', 'clock-skew', 'CHECK_ERROR'],
      ["mixes in another tenant's series", 'many-series', 'CHECK_ERROR'],
    ] as const
  ).map(
    ([title, metrics, code]): Situation => ({
      id: 'REL-06',
      title: `a metrics server that ${title} for six hours: nothing moves, one notice, and on by itself`,
      story: [
        { metrics },
        { at: 20, tick: ['hold', code, 'none'] },
        { at: 66, tick: ['pause', 'EVIDENCE_MISSING', 'committed'], exit: 2 },
        ...[120, 180, 240, 300, 360].map((at): Move => ({ at, tick: ['hold', code, 'none'] })),
        { expect: { weight: 5, candidate: '3.5.0', pulls: [], commits: [/pause/] } },
        { metrics: 'back' },
        { at: 368, tick: STEP },
        { expect: { weight: 25, pulls: [] } },
      ],
    }),
  ),
  blind('warnings', 'REL-07'),
  blind('not-a-number', 'REL-08'),
  blind('infinite', 'REL-08'),
  blind('empty', 'REL-08'),
  blind('many-series', 'REL-08'),
  blind('stale', 'REL-09'),
  ...(['of the candidate', 'of both versions'] as const).map((which): Situation => {
    const frozen: Health = (at) => (at > 31 && at <= 150 ? undefined : healthy(at));
    return {
      id: 'REL-09',
      title: `counters ${which} that stand still are no traffic: one notice, and on when they count again`,
      candidate: frozen,
      ...(which === 'of both versions' ? { stable: frozen } : {}),
      story: [
        { at: 32, tick: STEP },
        { at: 64, tick: ['hold', 'CHECK_NO_DATA', 'none'], says: /no usable tick since this step began/ },
        { at: 95, tick: ['pause', 'EVIDENCE_MISSING', 'committed'], exit: 2 },
        { at: 105, tick: ['hold', 'CHECK_NO_DATA', 'none'] },
        { at: 150, tick: ['hold', 'CHECK_NO_DATA', 'none'] },
        { expect: { weight: 25, pulls: [], records: 4 } },
        { at: 175, tick: STEP },
        { expect: { weight: 100 } },
      ],
    };
  }),
  {
    id: 'REL-10',
    title: 'a candidate without traffic is held',
    candidate: () => undefined,
    story: [{ at: 32, tick: ['hold', 'CHECK_NO_DATA', 'none'] }, { expect: { weight: 5, commits: [] } }],
  },
  {
    id: 'REL-11',
    title: 'a rate that flaps within the margin is no reason to go back',
    candidate: FLAPPING,
    story: [
      { at: 32, tick: STEP },
      { at: 64, tick: STEP },
      { at: 96, tick: ['promote', 'CHECKS_PASS', 'committed'] },
      { expect: { stable: '3.5.0', pulls: [] } },
    ],
  },
  {
    id: 'REL-12',
    title: 'an outage that hits both versions is not blamed on the candidate',
    candidate: BOTH,
    stable: BOTH,
    story: [
      { at: 20, tick: ['hold', 'HOLD_NOT_OVER', 'none'] },
      { at: 30, tick: ['hold', 'HOLD_NOT_OVER', 'none'] },
      { expect: { candidate: '3.5.0', pulls: [] } },
    ],
  },
  ...[LIMIT, THRESHOLD].flatMap((check): readonly Situation[] => [
    {
      id: 'REL-12',
      title: `a fixed bound of kind ${check.kind} that both versions break: hold, and say that it is not the candidate`,
      checks: [check],
      candidate: OUTAGE,
      stable: OUTAGE,
      story: [
        {
          at: 22,
          tick: ['hold', 'STABLE_FAILING_TOO', 'none'],
          exit: 2,
          says: /stable is beyond the same bound at the same time, so the candidate is not the cause/,
        },
        { at: 25, tick: ['hold', 'STABLE_FAILING_TOO', 'none'], exit: 2 },
        { expect: { weight: 5, candidate: '3.5.0', pulls: [], commits: [] } },
        { at: 62, tick: check === LIMIT ? ['hold', 'CHECK_INCONCLUSIVE', 'none'] : STEP },
      ],
    },
    {
      id: 'REL-12',
      title: `a fixed bound of kind ${check.kind} that the candidate alone breaks takes it back`,
      checks: [check],
      candidate: OUTAGE,
      story: [{ at: 22, tick: HARM('merged') }, { expect: { candidate: null, pulls: ['merged'] } }],
    },
  ]),
  {
    id: 'REL-13',
    title: 'a new version in the middle begins anew at the first step',
    moves: 3,
    story: [
      { push: { [MANIFEST]: CANDIDATE_TEXT({ candidate: { ...CANDIDATE, version: '3.6.0' }, weight: 0 }) } },
      { at: 50, tick: ['start', 'CANDIDATE_NEW', 'committed'] },
      { expect: { weight: 5, candidate: '3.6.0' } },
    ],
  },
  {
    id: 'REL-13',
    title: 'an edit of comments changes nothing',
    story: [{ push: { [MANIFEST]: `${CANDIDATE_TEXT()}# hello\n` } }, { at: 32, tick: STEP }],
  },
  {
    id: 'REL-13',
    title: 'an invalid edit holds and is named',
    story: [
      { push: { [MANIFEST]: 'kind: Release\n' } },
      { at: 32, tick: ['hold', 'MANIFEST_INVALID', 'none'], exit: 1 },
      { expect: { commits: [] } },
    ],
  },
  {
    id: 'REL-13',
    title: 'a pause lets nothing move, and a rollback through',
    story: [
      { push: { [MANIFEST]: CANDIDATE_TEXT({ paused: true }) } },
      { at: 32, tick: ['hold', 'PAUSED_BY_MANIFEST', 'none'] },
      { at: 33, rollBack: ASKED('merged') },
      { expect: { candidate: null } },
    ],
  },
  {
    id: 'REL-14',
    title: 'a person who reverts by hand is quicker: the pull request is closed',
    moves: 3,
    story: [
      { rules: { pending: 'ci' } },
      { at: 40, rollBack: ASKED('armed') },
      { push: { [MANIFEST]: writeManifest() } },
      { at: 45, tick: ['adopt', 'CANDIDATE_WITHDRAWN', 'committed'] },
      { expect: { pulls: ['closed'], pullSays: /not in the manifest any more/ } },
    ],
  },
  ...REPOSITORY,
  {
    id: 'REL-17',
    title: 'an edit of another key since then is no conflict, and the pull request names it',
    moves: 3,
    story: [
      { push: { [MANIFEST]: CANDIDATE_TEXT({ weight: 25, deadline: '30h' }) } },
      { at: 40, rollBack: ASKED('merged') },
      { expect: { weight: 0, candidate: null, pulls: ['merged'], pullSays: /Change files/ } },
    ],
  },
  {
    id: 'REL-19',
    title: 'a release that never had a good version does not begin',
    moves: 0,
    files: writeFiles({ candidate: CANDIDATE }),
    story: [
      { at: 0, tick: ['adopt', 'FIRST_SEEN', 'committed'] },
      { at: 5, tick: ['hold', 'LAST_GOOD_MISSING', 'none'], exit: 2 },
      { expect: { weight: 0, pulls: [] } },
    ],
  },
  {
    id: 'REL-20',
    title: 'without auto-merge the pull request stays open and red, and the next run merges it',
    moves: 3,
    story: [
      { rules: { pending: 'ci', autoMerge: false } },
      { at: 40, rollBack: ASKED('blocked'), exit: 1 },
      { expect: { weight: 25, pulls: ['open'] } },
      { rules: {} },
      { at: 45, rollBack: ASKED('merged') },
      { expect: { pulls: ['merged'], records: 4 } },
    ],
  },
  {
    id: 'REL-21',
    title: 'a required check that never reports leaves one armed pull request, however many ticks',
    candidate: sick,
    story: [
      { rules: { pending: 'ci' } },
      { at: 20, tick: HARM('armed') },
      { at: 25, tick: HARM('armed') },
      { at: 26, tick: HARM('armed'), exit: 2, says: /"ci"/ },
      { at: 90, tick: HARM('armed'), exit: 2 },
      { expect: { pulls: ['open'], commits: [] } },
    ],
  },
  {
    id: 'REL-22',
    title: 'a rule that refuses the revert leaves it open and red',
    candidate: sick,
    story: [
      { rules: { merge: { kind: 'blocked', code: 'REQUIREMENT_PENDING', message: 'check "ci" failed' } } },
      { at: 20, tick: HARM('blocked'), exit: 1, says: /check "ci" failed/ },
      { expect: { weight: 5, pulls: ['open'] } },
      { rules: {} },
      { at: 25, tick: HARM('merged') },
    ],
  },
  {
    id: 'REL-23',
    title: 'a protected branch that refuses the commit: red with the way out, which works',
    story: [
      { rules: { commit: { kind: 'refused', code: 'RULE_VIOLATION', message: 'through a pull request' } } },
      {
        at: 32,
        tick: ['advance', 'CHECKS_PASS', 'blocked'],
        exit: 1,
        says: /advance: \{mode: pull-request\}/,
      },
      { push: { '.belay/config.yaml': BY_PULL } },
      { at: 35, tick: ['advance', 'CHECKS_PASS', 'merged'] },
      { expect: { weight: 25, pulls: ['merged'] } },
    ],
  },
  {
    id: 'REL-25',
    title: 'a revert that a person closed stays closed, and each run says so',
    candidate: sick,
    story: [
      { rules: { pending: 'ci' } },
      { at: 20, tick: HARM('armed') },
      { close: 1 },
      { rules: {} },
      { at: 25, tick: HARM('suppressed'), exit: 2, says: /keeps its traffic/ },
      { at: 30, tick: HARM('suppressed'), exit: 2 },
      { expect: { pulls: ['closed'], commits: [] } },
    ],
  },
  {
    id: 'REL-25',
    title: 'a person who orders the rollback again has the last word, be it after a closing or a deletion',
    moves: 3,
    story: [
      { rules: { pending: 'ci' } },
      { at: 40, rollBack: ASKED('armed') },
      { close: 1 },
      { at: 41, rollBack: ASKED('armed') },
      { deleteBranchOf: 2 },
      { at: 42, rollBack: ASKED('armed') },
      { at: 43, rollBack: ASKED('armed') },
      { expect: { pulls: ['closed', 'closed', 'open'] } },
      { rules: {} },
      { expect: { candidate: null, pulls: ['closed', 'closed', 'merged'], records: 4 } },
    ],
  },
  {
    id: 'REL-26',
    title: 'a revert that somebody pushed to is never merged: another branch is',
    candidate: sick,
    story: [
      { rules: { pending: 'ci' } },
      { at: 20, tick: HARM('armed') },
      { push: { 'notes.md': 'mine\n' }, to: 'pull-1' },
      { rules: { pending: 'ci' } },
      { at: 25, tick: HARM('armed') },
      { expect: { pulls: ['closed', 'open'] } },
      { rules: {} },
      { expect: { pulls: ['closed', 'merged'], candidate: null } },
    ],
  },
  {
    id: 'REL-26',
    title: 'a branch that is in the way of all rollbacks is named, with what to do',
    candidate: sick,
    story: [
      { push: { 'notes.md': 'mine\n' }, to: 'belay/rollback' },
      { at: 20, tick: HARM('blocked'), exit: 1, says: /delete or rename "belay\/rollback"/ },
      { expect: { weight: 5, pulls: [] } },
    ],
  },
  {
    id: 'REL-26',
    title: 'a revert whose branch somebody deleted is closed by that, which is heard as a no',
    candidate: sick,
    story: [
      { rules: { pending: 'ci' } },
      { at: 20, tick: HARM('armed') },
      { deleteBranchOf: 1 },
      { at: 25, tick: HARM('suppressed'), exit: 2 },
      { expect: { pulls: ['closed'] } },
    ],
  },
  {
    id: 'REL-27',
    title: 'what was gone back to fails as well: back once more, then nothing moves without a person',
    moves: 0,
    candidate: (at) => (at < 0 || at > 50 ? undefined : at < 35 ? 0.005 : 0.06),
    stable: (at) => (at < 48 ? 0.005 : 0.06),
    older: (at) => (at < 0 ? 0.005 : at < 60 ? undefined : 0.06),
    files: files27({ stable: OLDER }, 'scorer-c'),
    story: [
      { at: 0, tick: ['adopt', 'FIRST_SEEN', 'committed'] },
      { push: files27({}, 'scorer-a') },
      { at: 1, tick: ['adopt', 'STABLE_CHANGED_BY_HAND', 'committed'] },
      { push: files27({ candidate: CANDIDATE }, 'scorer-a') },
      { at: 2, tick: ['start', 'CANDIDATE_NEW', 'committed'] },
      { at: 33, tick: STEP },
      { at: 48, tick: HARM('merged') },
      { expect: { stable: '3.4.1', candidate: null, pulls: ['merged'] } },
      { at: 64, tick: ['rollback', 'NOT_RECOVERED', 'merged'], says: /3\.4\.1 did not recover/ },
      { expect: { stable: '3.3.0', pulls: ['merged', 'merged'] } },
      { at: 80, tick: ['pause', 'RELEASE_FROZEN', 'committed'], exit: 2, says: /until a person edits/ },
      { at: 85, tick: ['hold', 'RELEASE_FROZEN', 'none'], exit: 2 },
      { expect: { stable: '3.3.0', pulls: ['merged', 'merged'], records: 7 } },
    ],
  },
  {
    id: 'REL-27',
    title: 'what was gone back to is well: one record says so, and nobody goes further back',
    moves: 0,
    candidate: (at) => (at < 0 || at > 50 ? undefined : at < 35 ? 0.005 : 0.06),
    older: () => undefined,
    files: files27({}, 'scorer-a'),
    story: [
      { at: 0, tick: ['adopt', 'FIRST_SEEN', 'committed'] },
      { push: files27({ candidate: CANDIDATE }, 'scorer-a') },
      { at: 2, tick: ['start', 'CANDIDATE_NEW', 'committed'] },
      { at: 33, tick: STEP },
      { at: 48, tick: HARM('merged') },
      { at: 64, tick: ['recover', 'RECOVERED', 'committed'] },
      { at: 70, tick: SETTLED },
      { expect: { stable: '3.4.1', candidate: null, pulls: ['merged'], records: 5 } },
    ],
  },
  {
    id: 'REL-28',
    title: 'one invalid manifest keeps no other release from its step',
    files: { ...writeFiles(), 'releases/broken.yaml': 'kind: Release\n' },
    story: [{ at: 32, tick: STEP, exit: 1 }, { expect: { weight: 25 } }],
  },
  ...(['branch', 'commit', 'pull'] as const).map(
    (lost): Situation => ({
      id: 'REL-29',
      title: `a runner that is lost after the ${lost}: the next one finishes with one pull request and one record`,
      candidate: sick,
      story: [
        { at: 20, lost, run: 'tick' },
        { at: 25, tick: HARM('merged') },
        { expect: { pulls: ['merged'], records: 3, candidate: null } },
      ],
    }),
  ),
  {
    id: 'REL-31',
    title: 'a pull request that cannot be closed or commented does not stop the rollback',
    config: BY_PULL,
    candidate: (at) => (at < 34 ? healthy(at) : 0.2),
    story: [
      { rules: { pending: 'ci' } },
      {
        at: 32,
        tick: ['advance', 'CHECKS_PASS', 'waiting'],
        outputs: { changed: 'true', 'pull-request': '3' },
      },
      { rules: {} },
      { closingFails: true },
      { at: 60, tick: HARM('merged') },
      { expect: { candidate: null, weight: 0, pulls: ['merged', 'merged', 'closed', 'merged'] } },
    ],
  },
  {
    id: 'REL-33',
    title: 'a manifest of a newer version of the format is held and left as it is',
    story: [
      { push: { [MANIFEST]: CANDIDATE_TEXT().replace('belay.dev/v1', 'belay.dev/v2') } },
      { at: 32, tick: ['hold', 'MANIFEST_INVALID', 'none'], exit: 1, says: /belay\.dev\/v2/ },
      { expect: { commits: [] } },
    ],
  },
];

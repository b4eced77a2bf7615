import type { RollbackOptions } from '../../src/app/rollback.ts';
import type { Command } from '../../src/core/command/command.ts';
import { type Health, healthy, sick, WALK, writeManifest } from '../app/bench.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import type { RepositorySettings } from '../lab/options.ts';
import type { Scene } from './scene.ts';

/** One request of a run. */
export interface Asked {
  /** Its sort, as in `CALLS`. */
  readonly call: 'commit' | 'look' | 'probe' | 'compare' | 'propose' | 'merge' | 'close' | 'fetch';
  /** The field by which it is found, and the how manieth request with it this is. */
  readonly operation: string;
  readonly nth: number;
  /** All top-level fields, in order. */
  readonly fields: readonly string[];
  /**
   * Something on the side: the run goes on without it, or holds without an error until the next one, and its log says so; or goes on
   * and says so on the manifest, as an error where it does not pass by itself.
   */
  readonly aside?: 'goes-on' | 'holds' | 'told';
  /** Every fault strikes it; default the short list. */
  readonly all?: true;
}

/** A run to which faults happen, and what led to it. */
export interface FaultStory {
  readonly name: string;
  readonly config: string;
  readonly candidate: Health;
  /** How far the rollout has come: 2 is at 5 %. */
  readonly moves: number;
  readonly settings: RepositorySettings;
  /** What happened since, by the API or by people; the run's own checkout is made before `meanwhile` and after this. */
  readonly before?: (scene: Scene) => Promise<void>;
  /** What happens between the checkout and the run. */
  readonly meanwhile?: (scene: Scene) => Promise<void>;
  readonly at: number;
  readonly run: 'advance' | RollbackOptions | Command;
  readonly asked: readonly Asked[];
  /** What people or checks do when all runs are through. */
  readonly after?: (scene: Scene) => Promise<void>;
}

const ORDER: RollbackOptions = {
  release: 'scorer',
  reason: 'it is slow',
  from: undefined,
  onlyIfFailing: false,
  dryRun: false,
};

const BY_PULL = `${CONFIG}advance: {mode: pull-request}\n`;
const turnsSick: Health = (at) => (at < 34 ? healthy(at) : 0.2);

const look = (nth: number): Asked => ({
  call: 'look',
  operation: 'repository',
  nth,
  fields: ['repository', 'viewer'],
});
const compare = (nth: number): Asked => ({ ...look(nth), call: 'compare' });
const COMMIT: Asked = {
  call: 'commit',
  operation: 'createCommitOnBranch',
  nth: 1,
  fields: ['createCommitOnBranch'],
};
const PULL = { call: 'propose', operation: 'createPullRequest', nth: 1 } as const;
const PROPOSE: Asked = { ...PULL, fields: ['createRef', 'createCommitOnBranch', 'createPullRequest'] };
const MERGE: Asked = { call: 'merge', operation: 'mergePullRequest', nth: 1, fields: ['mergePullRequest'] };
const MERGE_OR_ARM: Asked = { ...MERGE, fields: ['mergePullRequest', 'enablePullRequestAutoMerge'] };
const CLOSE: Asked = {
  call: 'close',
  operation: 'closePullRequest',
  nth: 1,
  fields: ['closePullRequest', 'addComment'],
  aside: 'goes-on',
};
const all = (asked: Asked): Asked => ({ ...asked, all: true });

const base = { config: CONFIG, candidate: healthy, moves: 2, settings: {}, at: WALK[2] } as const;

/** The check of every open pull request passes. */
async function passChecks({ repo }: Scene): Promise<void> {
  for (const pull of repo.pulls.filter(({ state }) => state === 'OPEN'))
    await repo.check((await repo.head(pull.head)) ?? '', 'ci', 'success');
}

/** The next request with this field is told that the token may not do that, and its siblings are served. */
function refuse({ lab }: Scene, field: string): Promise<void> {
  const message = 'Resource not accessible by integration';
  return lab.inject({
    match: { operation: field },
    fault: { kind: 'field', field, type: 'FORBIDDEN', message },
  });
}

const PAUSE: Command = {
  name: 'pause',
  release: 'scorer',
  reason: 'odd scores',
  until: undefined,
  version: undefined,
};

/** Runs that go up. */
export const STEP_STORIES: readonly FaultStory[] = [
  { ...base, name: 'a step', run: 'advance', asked: [all(COMMIT)] },
  { ...base, name: 'a promotion', moves: 4, at: WALK[4], run: 'advance', asked: [COMMIT] },
  {
    ...base,
    name: 'a step over a branch that moved',
    meanwhile: async ({ repo }) => void (await repo.commit({ files: { 'README.md': 'hello\n' } })),
    run: 'advance',
    asked: [
      COMMIT,
      { call: 'fetch', operation: 'info/refs', nth: 1, fields: [], all: true },
      { call: 'fetch', operation: 'git-upload-pack', nth: 1, fields: [], all: true },
      { ...COMMIT, nth: 2 },
    ],
  },
  {
    ...base,
    name: 'a step by pull request',
    config: BY_PULL,
    run: 'advance',
    asked: [all(look(1)), PROPOSE, all(MERGE)],
  },
  {
    ...base,
    name: 'an order that waited for a check',
    config: BY_PULL,
    at: 20,
    before: async (scene) => {
      await scene.run(10, PAUSE);
      scene.repo.configure({ rules: { checks: ['ci'] } });
      await scene.run(12, { ...PAUSE, name: 'resume' });
      await passChecks(scene);
    },
    run: 'advance',
    asked: [
      all({ ...look(1), aside: 'told' }),
      all({ ...MERGE, aside: 'told' }),
      { call: 'fetch', operation: 'info/refs', nth: 1, fields: [] },
      { call: 'fetch', operation: 'git-upload-pack', nth: 1, fields: [] },
    ],
  },
  {
    ...base,
    name: 'an order by pull request',
    config: BY_PULL,
    at: 20,
    run: PAUSE,
    asked: [look(1), look(2), PROPOSE, MERGE_OR_ARM],
  },
  {
    ...base,
    name: 'a withdrawal with its rollback still open',
    moves: 3,
    at: 45,
    settings: { autoMergeAllowed: true },
    before: async (scene) => {
      scene.repo.configure({ rules: { checks: ['ci'] } });
      await scene.run(40, ORDER);
      // auto-merge knows no bypass, so the rollback goes on waiting
      scene.repo.configure({ rules: { checks: ['ci'], bypass: ['belay[bot]'] } });
      await scene.repo.commit({ files: { [MANIFEST]: writeManifest() } });
    },
    run: 'advance',
    asked: [
      look(1),
      {
        ...CLOSE,
        aside: 'holds',
        all: true,
        fields: ['disablePullRequestAutoMerge', 'closePullRequest', 'addComment'],
      },
      COMMIT,
    ],
  },
];

/** Runs that go back. */
export const ROLLBACK_STORIES: readonly FaultStory[] = [
  {
    ...base,
    name: 'a rollback by decision',
    candidate: sick,
    at: 40,
    run: 'advance',
    asked: [look(1), all(PROPOSE), all(MERGE_OR_ARM)],
  },
  {
    ...base,
    name: 'an ordered rollback that waits for a check',
    moves: 3,
    at: 40,
    settings: { autoMergeAllowed: true, rules: { checks: ['ci'] } },
    run: ORDER,
    asked: [look(1), PROPOSE, MERGE_OR_ARM],
    after: passChecks,
  },
  {
    ...base,
    name: 'a rollback that overtakes a waiting step',
    config: BY_PULL,
    candidate: turnsSick,
    at: 60,
    settings: { autoMergeAllowed: true },
    before: async (scene) => {
      scene.repo.configure({ rules: { checks: ['ci'] } });
      await scene.run(32, 'advance');
      scene.repo.configure({ rules: {} });
    },
    run: 'advance',
    asked: [look(1), PROPOSE, all(CLOSE), MERGE_OR_ARM],
  },
  {
    ...base,
    name: 'a rollback whose commit an earlier run left',
    moves: 3,
    at: 40,
    before: async (scene) => {
      await refuse(scene, 'createPullRequest');
      await scene.run(38, ORDER);
    },
    run: ORDER,
    asked: [look(1), all(compare(2)), { ...PULL, fields: ['createPullRequest'] }, MERGE_OR_ARM],
  },
  {
    ...base,
    name: 'a rollback whose branch an earlier run left behind',
    moves: 3,
    at: 40,
    before: async (scene) => {
      await refuse(scene, 'createCommitOnBranch');
      await scene.run(38, ORDER);
      await scene.repo.commit({ files: { 'README.md': 'hello\n' } });
    },
    run: ORDER,
    asked: [
      look(1),
      compare(2),
      { ...PULL, fields: ['updateRef', 'createCommitOnBranch', 'createPullRequest'], all: true },
      MERGE_OR_ARM,
    ],
  },
];

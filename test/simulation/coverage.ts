import { DRILL_VARIANTS } from '../../src/core/record/drill-schema.ts';
import { ORDERS } from '../../src/core/record/order-schema.ts';

/** How often something happened in all histories. */
export type Coverage = Map<string, number>;

/** Adds one history's marks: each counts once for it. */
export function addMarks(coverage: Coverage, marks: ReadonlySet<string>): void {
  for (const mark of marks) coverage.set(mark, (coverage.get(mark) ?? 0) + 1);
}

/** Situations of the safety cases that a simulation at the ports can bring about, with how it does. */
export const SITUATIONS: Readonly<Record<string, string>> = {
  'REL-01': 'two ticks at once',
  'REL-02': 'a tick and an order to roll back at once',
  'REL-03': 'ticks missed under way',
  'REL-05': "a runner's clock is wrong",
  'REL-06': 'the provider is down under way',
  'REL-07': 'a partial answer, or one of two arms',
  'REL-08': 'not a number, infinite, empty, several series',
  'REL-09': 'a frozen value, a counter reset, a time that lies',
  'REL-10': 'the split is not followed: no traffic on the candidate',
  'REL-11': 'a candidate that is better and worse in turn',
  'REL-12': 'everything fails',
  'REL-13': 'the manifest is edited under way',
  'REL-14': 'a person takes a candidate back by hand',
  'REL-15': 'the default branch is rewritten',
  'REL-17': 'files change under a rollback',
  'REL-19': 'a release that is born with a candidate',
  'REL-20': 'auto-merge is off',
  'REL-21': 'a required check does not report',
  'REL-22': 'a required check fails',
  'REL-23': 'direct commits are refused',
  'REL-25': 'a person closes a rollback',
  'REL-26': "a rollback's branch is pushed to, or deleted",
  'REL-27': 'a version that was promoted, or gone back to, is rolled back',
  'REL-28': 'one release cannot be read, another goes on',
  'REL-29': 'a run is killed',
  'REL-33': 'a manifest of a newer version',
  'REL-34': 'a list that has not heard of what was made',
};

/** Situations that lie outside of the ports, and where they are held instead. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'REL-04': 'a disabled schedule: nothing runs, so nothing is to be simulated',
  'REL-16': 'renamed or archived repository: test/adapters/github',
  'REL-18': 'a vanished artifact: test/app/artifacts.test.ts',
  'REL-24': 'merge queue: test/lab, test/adapters/github',
  'REL-30': 'limits of lengths: test/report, test/adapters/github',
  'REL-31': 'issues and pages: Belay has neither',
  'REL-32':
    'a drill and a real incident: histories with drills, test/cli/drill.test.ts, test/app/drill-incident.test.ts',
};

/** Marks that a run of a thousand seeds may lack: about one history in five hundred has them. test/app/advance-races.test.ts brings them about. */
export const RARE: ReadonlySet<string> = new Set(['receipt head-moved']);

/** Marks that every long run must have. */
export const EXPECTED: readonly string[] = [
  ...Object.keys(SITUATIONS),
  ...['kill', 'unavailable', 'rate-limited', 'unauthorised', 'corrupt'].flatMap((what) => [
    `fault ${what} before`,
    `fault ${what} after`,
  ]),
  'fault kill within',
  'fault unavailable within',
  'fault race before',
  'fault lag after',
  ...[
    'commit',
    'inspect',
    'propose',
    'merge',
    'close',
    'refresh',
    'read',
    'history',
    'list',
    'branches',
    'goesOnFrom',
    'head',
  ].map((method) => `struck ${method}`),
  ...[
    'down',
    'slow',
    'server-error',
    'warnings',
    'empty',
    'nan',
    'infinite',
    'many-series',
    'gaps',
    'one-arm',
    'frozen',
    'reset',
    'lying-time',
    'wrong-tenant',
    'throws',
    'not-opened',
  ].map((fault) => `metrics ${fault}`),
  ...['protected', 'no-pulls', 'no-permission', 'check-slow', 'check-slow-no-auto', 'check-fails'].map(
    (fault) => `rules ${fault}`,
  ),
  ...[
    'adopt',
    'start',
    'advance',
    'reduce',
    'hold',
    'pause',
    'promote',
    'rollback',
    'recover',
    'resume',
    'approve',
    'lift',
    'nothing',
  ].map((kind) => `decision ${kind}`),
  ...['STEP_DOWN', 'EXPOSURE_REDUCED', 'PAUSED_BY_CHECK', 'FALLBACK_NAMED'].map((code) => `reason ${code}`),
  ...[
    'PAUSED_BY_PERSON',
    'LOOKS_WRONG',
    'PAUSE_PENDING',
    'PAUSED_ALREADY',
    'RESUMED_BY_PERSON',
    'NOT_PAUSED',
    'APPROVED',
    'APPROVAL_NOT_NEEDED',
    'APPROVAL_OUTDATED',
    'QUARANTINE_LIFTED',
    'NOT_QUARANTINED',
    'ORDER_DONE',
    'DEPENDENCY_IN_FLIGHT',
    'DEPENDENCY_NOT_MET',
    'DEPENDENCY_ROLLED_BACK',
  ].map((code) => `reason ${code}`),
  ...ORDERS.map((order) => `order ${order}`),
  ...['obeyed', 'refused', 'refused, not allowed', 'struck', 'beside a tick', 'under an open rollback'].map(
    (what) => `order ${what}`,
  ),
  ...['approved', 'changes-requested'].map((state) => `review ${state}`),
  ...['standingOf', 'react', 'look', 'reviews'].map((method) => `struck ${method}`),
  'taken along',
  ...[
    'WATCHING',
    'VERIFYING',
    'RECOVERED',
    'NOT_RECOVERED',
    'NOT_SERVED',
    'RECOVERY_UNSEEN',
    'RECOVERY_PENDING',
    'RELEASE_FROZEN',
  ].map((code) => `reason ${code}`),
  ...[
    'none',
    'committed',
    'merged',
    'armed',
    'waiting',
    'awaiting-approval',
    'blocked',
    'failed',
    'suppressed',
    'head-moved',
  ].map((kind) => `receipt ${kind}`),
];

/** Marks that some hundred histories with drills must have. */
export const EXPECTED_OF_DRILLS: readonly string[] = [
  ...['passed', 'failed', 'aborted', 'aborted in the middle', 'killed in the middle', 'cleaned up'],
  'beside a run',
  ...DRILL_VARIANTS.flatMap((variant) => [`${variant} passed`, `${variant} failed`]),
  ...['kill', 'unavailable', 'rate-limited', 'unauthorised', 'corrupt', 'lag'],
  ...['none', 'committed', 'merged', 'waiting', 'blocked', 'failed'].map((kind) => `receipt ${kind}`),
  ...['inspect', 'commit', 'propose', 'merge', 'refresh', 'read'].map((method) => `struck at ${method}`),
  ...['create', 'list', 'remove', 'landing'].map((method) => `struck at scratch ${method}`),
].map((mark) => `drill ${mark}`);

/** Expected marks that never came. */
export function missing(coverage: Coverage, expected = EXPECTED): readonly string[] {
  return expected.filter((mark) => !coverage.has(mark));
}

/** What is not told here, or not wholly, and why; a test prints it. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'REL-03':
    'the watchdog: test/app/watchdog.test.ts and test/e2e/watchdog.test.ts; there is no report over time',
  'REL-04':
    'a schedule that is switched off: test/app/watchdog.test.ts, test/adapters/github/workflows.test.ts',
  'REL-05':
    "the server's clock: test/adapters/prometheus/compare-clocks.test.ts; a fast runner that meets no such server shortens a hold by what it is ahead",
  'REL-09':
    "the value of a threshold that stands still is not told from a steady one (`samples` asks for traffic beside it; a gauge that stays alike proves nothing, D49); counter resets are the query language's own matter; answers about another time: test/e2e/bad-metrics.test.ts",
  'REL-15':
    'a rewrite to an older whole state is that state (D1) and is not held for: its records are gone with it; real git: test/adapters/git/goes-on-from.test.ts',
  'REL-16':
    'an archived repository, another base, another default branch: test/adapters/github/moved.test.ts; which branch is the default one is found anew by each run: test/cli/find-default-branch.test.ts',
  'REL-18': 'a registry that has no such artifact, or does not answer: test/app/artifacts.test.ts',
  'REL-21':
    'what is said of the check: test/adapters/github/requirements.test.ts; by runs, not by minutes, and several are counted, not named (D90)',
  'REL-23': 'no mode is changed by itself: the message says how',
  'REL-24': 'a merge queue is refused and not used (D91): test/adapters/github/requirements.test.ts',
  'REL-26':
    'a deleted branch is not made again: that closes its pull request, which counts as a word of that person (REL-25)',
  'REL-28': '500 releases: test/bench/decisions and the app tests; no rotation, since all are read at once',
  'REL-30': 'lengths are cut where text is written: test/report/hostile.test.ts',
  'REL-31': 'issues and Pages are not written',
  'REL-32': 'drills work on branches of a real repository: test/cli/drill.test.ts',
  'REL-34': 'on the lab over HTTP: rows F12 of test/faults',
};

import type { Command } from './command.ts';
import { DRILL_FLAGS, NOW, RELEASE, WORLD_FLAGS } from './flags.ts';

/** What `belay command` obeys, without what the core needs to read it: every start of the tool loads this. */
export const ORDER_NAMES: readonly string[] = [
  'pause',
  'resume',
  'approve',
  'abort',
  'rollback',
  'looks-wrong',
  'lift-quarantine',
];

/** Those that look after rollouts, by themselves or for people. */
export const ROLLOUT_COMMANDS: readonly Command[] = [
  {
    name: 'advance',
    summary: 'one tick: start, advance, promote, pause or roll back every release under way',
    positionals: '[<release>...]',
    maxPositionals: 100,
    flags: {
      ...WORLD_FLAGS,
      release: RELEASE,
      'watch-for': {
        type: 'string',
        value: '<duration>',
        help: 'look again and again for so long, like 55m, while a release is in flight; default: one tick',
      },
      every: {
        type: 'string',
        value: '<duration>',
        help: 'with --watch-for: time between two looks, at least 10s; default: 30s',
      },
    },
    run: async (input, context) => (await import('./commands/advance.ts')).runAdvance(input, context),
  },
  {
    name: 'watchdog',
    summary:
      'ask GitHub whether the workflow that ticks still runs, and fail when it does not; no checkout is needed',
    positionals: '',
    maxPositionals: 0,
    flags: {
      workflow: {
        type: 'string',
        value: '<file>',
        help: 'the file of the workflow that runs advance; default: belay-advance.yml',
      },
      'max-age': {
        type: 'string',
        value: '<duration>',
        help: 'how long ago it may have run; default: 1h',
      },
      now: NOW,
    },
    run: async (input, context) => (await import('./commands/watchdog.ts')).runWatchdog(input, context),
  },
  {
    name: 'rollback',
    summary: 'restore the last good manifest of a release by a revert pull request',
    positionals: '<release>',
    maxPositionals: 1,
    flags: {
      ...WORLD_FLAGS,
      release: { type: 'string', value: '<name>', help: 'the release, instead of the argument' },
      reason: {
        type: 'string',
        value: '<text>',
        help: 'why, in one line; stands in the record and the pull request',
      },
      from: {
        type: 'string',
        value: '<version>',
        help: 'only when this version is tried or, settled, served; needed to leave a promoted version',
      },
      'if-failing': { type: 'boolean', help: 'look first: roll back only when the checks prove harm' },
    },
    run: async (input, context) => (await import('./commands/rollback.ts')).runRollback(input, context),
  },
  {
    name: 'command',
    summary: `obey a person: ${ORDER_NAMES.slice(0, -1).join(', ')} or ${ORDER_NAMES.at(-1)}`,
    positionals: '<command> <release> [<version>]',
    maxPositionals: 3,
    flags: {
      ...WORLD_FLAGS,
      command: { type: 'string', value: '<command>', help: 'the command, instead of the argument' },
      release: { type: 'string', value: '<name>', help: 'the release, instead of the argument' },
      version: {
        type: 'string',
        value: '<version>',
        help: 'the version that may come again, that a rollback is to leave, or whose step is approved',
      },
      reason: { type: 'string', value: '<text>', help: 'why, in one line; stands in the record' },
      until: {
        type: 'string',
        value: '<time>',
        help: 'of a pause: it ends by itself then, like 2026-12-01T18:00Z or at the end of a day like 2026-12-01',
      },
      from: {
        type: 'string',
        value: '<version>',
        help: 'of a rollback: only when this version is tried or, settled, served; needed to leave a promoted version',
      },
      to: {
        type: 'string',
        value: '<weight>',
        help: 'of an approval: the step that was looked at, like 25%; no other one is approved',
      },
    },
    run: async (input, context) => (await import('./commands/command.ts')).runCommand(input, context),
  },
  {
    name: 'drill',
    summary:
      'rehearse a rollback by the same code, on a scratch branch or a sandbox, time it, and record whether it passed',
    positionals: '<release>',
    maxPositionals: 1,
    flags: {
      ...DRILL_FLAGS,
      release: { type: 'string', value: '<name>', help: 'the release, instead of the argument' },
      variant: {
        type: 'string',
        value: '<name>',
        help: 'what goes wrong: healthy (default), provider-down, auto-merge-off, target-missing, permission-lost',
      },
    },
    run: async (input, context) => (await import('./commands/drill.ts')).runDrill(input, context),
  },
  {
    name: 'dispatch',
    summary: 'sign a request to look at a release now, and print it for a bridge to send; sends nothing',
    positionals: '',
    maxPositionals: 0,
    flags: {
      release: { type: 'string', value: '<name>', help: 'the release to look at' },
      reason: { type: 'string', value: '<text>', help: 'why, in one line' },
      source: {
        type: 'string',
        value: '<name>',
        help: 'who asks, by its name under dispatch.sources in .belay/config.yaml',
      },
      repository: {
        type: 'string',
        value: '<owner/name>',
        help: 'the repository that is asked; default: $GITHUB_REPOSITORY',
      },
      'key-env': {
        type: 'string',
        value: '<variable>',
        help: 'environment variable that holds the key; default: BELAY_DISPATCH_ and the source in capitals',
      },
      'expires-in': {
        type: 'string',
        value: '<duration>',
        help: 'for how long it counts, at most 10m; default: 5m',
      },
    },
    run: async (input, context) => (await import('./commands/dispatch.ts')).runDispatch(input, context),
  },
];

import type { Command } from './command.ts';
import { BRANCH, DIRECTORY, DRILL_FLAGS, NOW, RELEASE, WORLD_FLAGS } from './flags.ts';

/**
 * All commands, in the order in which a new user meets them. Here is only what parsing and help need: what a command does
 * is loaded when it runs, so that no tick pays for the start of another command.
 */
export const COMMANDS: readonly Command[] = [
  {
    name: 'init',
    summary: 'write config, a release manifest and the workflows into a repository; overwrites nothing',
    positionals: '',
    maxPositionals: 0,
    flags: {
      dir: DIRECTORY,
      release: { type: 'string', value: '<name>', help: 'name of the first release; default: my-model' },
      prometheus: {
        type: 'string',
        value: '<url>',
        help: 'base URL of the Prometheus API; default: https://prometheus.example.com',
      },
      branch: { type: 'string', value: '<name>', help: 'the default branch; default: main' },
      ref: {
        type: 'string',
        value: '<ref>',
        help: "what of Belay the workflows run: a tag or, better, a release's full commit; default: v1",
      },
    },
    run: async (input, context) => (await import('./commands/init.ts')).runInit(input, context),
  },
  {
    name: 'validate',
    summary: 'check config, manifests, records and targets; no network, nothing is written',
    positionals: '',
    maxPositionals: 0,
    flags: {
      dir: DIRECTORY,
      base: {
        type: 'string',
        value: '<ref>',
        help: 'what a pull request goes into, like origin/main: what it must not change there is checked as well',
      },
      'sarif-file': {
        type: 'string',
        value: '<path>',
        help: 'write the problems to this file as well, as SARIF for code scanning; --format sarif prints them',
      },
    },
    hasSarif: true,
    run: async (input, context) => (await import('./commands/validate.ts')).runValidate(input, context),
  },
  {
    name: 'plan',
    summary: 'print the steps of each release and what they would change in the target files',
    positionals: '[<release>...]',
    maxPositionals: 100,
    flags: {
      dir: DIRECTORY,
      traffic: {
        type: 'boolean',
        help: "ask the providers for stable's traffic of the last day, and print how long each step would take",
      },
      now: {
        type: 'string',
        value: '<time>',
        help: 'with --traffic: the day that ends at this moment, like 2026-11-21T08:05:00Z; default: now',
      },
    },
    run: async (input, context) => (await import('./commands/plan.ts')).runPlan(input, context),
  },
  {
    name: 'preflight',
    summary: 'ask the queries once, say how long each step takes to know, and backtest; writes one comment',
    positionals: '[<release>...]',
    maxPositionals: 100,
    flags: {
      dir: DIRECTORY,
      branch: BRANCH,
      release: RELEASE,
      pull: {
        type: 'string',
        value: '<number>',
        help: 'in a manual run of a workflow: the pull request to look at and to comment on',
      },
      days: {
        type: 'string',
        value: '<n>',
        help: 'look back over so many days of stable, 1 to 30; default: 7',
      },
      seed: { type: 'string', value: '<text>', help: 'divides stable against itself; default: 1' },
      now: NOW,
    },
    run: async (input, context) => (await import('./commands/preflight.ts')).runPreflight(input, context),
  },
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
    summary: 'obey a person: pause, resume, approve, abort, rollback, looks-wrong or lift-quarantine',
    positionals: '<command> <release> [<version>]',
    maxPositionals: 3,
    flags: {
      ...WORLD_FLAGS,
      command: { type: 'string', value: '<command>', help: 'the command, instead of the argument' },
      release: { type: 'string', value: '<name>', help: 'the release, instead of the argument' },
      version: {
        type: 'string',
        value: '<version>',
        help: 'the version that may come again, or that a rollback is to leave',
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
    },
    run: async (input, context) => (await import('./commands/command.ts')).runCommand(input, context),
  },
  {
    name: 'drill',
    summary:
      'rehearse a rollback on a scratch branch by the same code, time it, and record whether it passed',
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
  {
    name: 'judge',
    summary:
      'judge evidence from a file (- for standard input) and print the assessment; no network, no clock',
    positionals: '<evidence.json|->',
    maxPositionals: 1,
    flags: {
      curve: { type: 'boolean', help: 'with --format json: the evidence after every tick, for plots' },
      'exit-code': {
        type: 'boolean',
        help: 'exit by the verdict: 0 pass, 1 error, 4 fail, 5 inconclusive or no-data; without it 0 whatever the verdict',
      },
    },
    run: async (input, context) => (await import('./commands/judge.ts')).runJudge(input, context),
  },
  {
    name: 'replay',
    summary: 'decide again over a stretch of history, tick by tick, and print it; writes nothing',
    positionals: '<release>',
    maxPositionals: 1,
    flags: {
      dir: DIRECTORY,
      from: { type: 'string', value: '<time>', help: 'the rollout begins here, like 2026-11-20T08:00:00Z' },
      to: { type: 'string', value: '<time>', help: 'the last look; default: now' },
      every: {
        type: 'string',
        value: '<duration>',
        help: "time between looks; default: the manifest's tick",
      },
      candidate: {
        type: 'string',
        value: '<version>[@<backend>]',
        help: 'the version to judge, instead of the candidate of the manifest',
      },
      stable: {
        type: 'string',
        value: '<version>[@<backend>]',
        help: 'the version to compare with, instead of stable of the manifest',
      },
    },
    run: async (input, context) => (await import('./commands/replay.ts')).runReplay(input, context),
  },
  {
    name: 'runbook',
    summary:
      'print what to do when a release goes wrong, made from its manifest; --write puts it into its file',
    positionals: '[<release>...]',
    maxPositionals: 100,
    flags: {
      dir: DIRECTORY,
      write: {
        type: 'boolean',
        help: 'write it between its marks into the file that metadata.runbook names; the words around it stay',
      },
    },
    run: async (input, context) => (await import('./commands/runbook.ts')).runRunbook(input, context),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of a manifest, the config, a record or evidence, for editors',
    positionals: '<release|config|record|evidence>',
    maxPositionals: 1,
    flags: {},
    run: async (input) => (await import('./commands/schema.ts')).runSchema(input),
  },
  {
    name: 'demo',
    summary:
      'roll a real example forward and back on a local repository; --live with a real service and Prometheus',
    positionals: '',
    maxPositionals: 0,
    flags: {
      live: {
        type: 'boolean',
        help: 'a real model service under load, scraped by a real Prometheus, in real time',
      },
    },
    run: async (input, context) => (await import('./commands/demo.ts')).runDemo(input, context),
  },
];

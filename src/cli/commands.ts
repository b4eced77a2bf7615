import type { Command } from './command.ts';
import { BRANCH, DIRECTORY, NOW, RELEASE } from './flags.ts';
import { ROLLOUT_COMMANDS } from './rollout-commands.ts';

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
      example: {
        type: 'boolean',
        help: 'write made-up metrics and a candidate to .belay/example as well, to try a rollout without a server',
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
  ...ROLLOUT_COMMANDS,
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

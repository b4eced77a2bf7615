import type { Command, CommandContext, CommandResult, Flags } from '../cli/command.ts';
import { COMMANDS } from '../cli/commands.ts';
import { describeFault } from '../cli/run-cli.ts';
import { ToolError } from '../core/errors.ts';
import { type ExitCode, exitCodeOfFault } from '../report/exit-code.ts';
import { annotate } from './annotate.ts';
import { createWorkflowCommands, type WorkflowCommands } from './workflow-commands.ts';
import { neutraliseCommands } from './workflow-text.ts';

/** Commands that exist as actions, with the environment variable of each input. */
export const ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  validate: { dir: 'BELAY_DIRECTORY', base: 'BELAY_BASE', 'sarif-file': 'BELAY_SARIF_FILE' },
  preflight: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    release: 'BELAY_RELEASE',
    pull: 'BELAY_PULL_REQUEST',
    days: 'BELAY_DAYS',
  },
  advance: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    release: 'BELAY_RELEASE',
    'dry-run': 'BELAY_DRY_RUN',
    'watch-for': 'BELAY_WATCH_FOR',
    every: 'BELAY_EVERY',
  },
  watchdog: { workflow: 'BELAY_WORKFLOW', 'max-age': 'BELAY_MAX_AGE' },
  rollback: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    release: 'BELAY_RELEASE',
    reason: 'BELAY_REASON',
    from: 'BELAY_FROM',
    'if-failing': 'BELAY_IF_FAILING',
    'dry-run': 'BELAY_DRY_RUN',
  },
  command: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    command: 'BELAY_COMMAND',
    release: 'BELAY_RELEASE',
    version: 'BELAY_VERSION',
    reason: 'BELAY_REASON',
    to: 'BELAY_TO',
    until: 'BELAY_UNTIL',
  },
  drill: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    release: 'BELAY_RELEASE',
    variant: 'BELAY_VARIANT',
  },
};

/** Outputs are pasted into scripts by those who use them: anything but these characters is left empty. */
const SAFE_OUTPUT = /^[A-Za-z0-9._:/@-]{0,128}$/;

/**
 * Runs a command as an action: inputs from the environment, outputs to GITHUB_OUTPUT, the summary to the job, problems as
 * annotations. The same command line in a terminal does the same.
 */
export async function runAction(line: readonly string[], context: CommandContext): Promise<ExitCode> {
  const runner = createWorkflowCommands(context);
  const name = line[0] ?? '';
  const inputs = ACTIONS[name];
  const command = COMMANDS.find((known) => known.name === name);
  try {
    if (!inputs || !command) {
      throw new ToolError({
        code: 'REFUSED',
        message: `action: expected one of ${Object.keys(ACTIONS).join(', ')}, got "${name}"`,
      });
    }
    maskTokens(runner, context);
    const result = await command.run(
      { flags: readInputs(command, inputs, context), positionals: [] },
      { ...context, announceSecret: (form) => runner.addMask(form) },
    );
    context.stderr.write(neutraliseCommands(result.text));
    annotate(runner, result.problems);
    leaveResults(runner, result);
    return result.exitCode;
  } catch (fault) {
    runner.report('error', describeFault(fault, { debug: context.env.RUNNER_DEBUG === '1' }));
    return fault instanceof ToolError ? exitCodeOfFault(fault.code) : 3;
  }
}

/** The token, and what git sends in its place; before anything else could print them. */
function maskTokens(runner: WorkflowCommands, { env }: CommandContext): void {
  for (const token of [env.BELAY_TOKEN, env.GITHUB_TOKEN]) {
    if (!token) continue;
    runner.addMask(token);
    runner.addMask(Buffer.from(`x-access-token:${token}`).toString('base64'));
  }
}

function readInputs(
  command: Command,
  inputs: Readonly<Record<string, string>>,
  { env }: CommandContext,
): Flags {
  const entries = Object.entries(inputs).flatMap(([flag, variable]) => {
    const value = env[variable]?.trim() ?? '';
    if (value === '') return [];
    return [[flag, command.flags[flag]?.type === 'boolean' ? readSwitch(flag, value) : value] as const];
  });
  return Object.fromEntries(entries);
}

function readSwitch(input: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new ToolError({ code: 'REFUSED', message: `input ${input}: expected true or false, got "${value}"` });
}

/** What is written is written: outputs or a summary that cannot be stored are no reason to fail a rollout. */
function leaveResults(runner: WorkflowCommands, { outputs, summary }: CommandResult): void {
  try {
    for (const [key, value] of Object.entries(outputs))
      runner.setOutput(key, SAFE_OUTPUT.test(value) ? value : '');
    if (summary !== '') runner.appendSummary(summary);
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    runner.report('warning', `outputs or job summary could not be written: ${reason}`);
  }
}

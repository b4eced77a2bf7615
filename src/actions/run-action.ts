import type { Command, CommandContext, CommandResult, Flags } from '../cli/command.ts';
import { COMMANDS } from '../cli/commands.ts';
import { describeFault } from '../cli/run-cli.ts';
import { ToolError } from '../core/errors.ts';
import { type ExitCode, exitCodeOfFault } from '../report/exit-code.ts';
import { annotate } from './annotate.ts';
import { neutraliseCommands } from './workflow-text.ts';

/** Commands that exist as actions, with the environment variable of each input. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  validate: { dir: 'BELAY_DIRECTORY' },
  advance: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    release: 'BELAY_RELEASE',
    'dry-run': 'BELAY_DRY_RUN',
  },
  rollback: {
    dir: 'BELAY_DIRECTORY',
    branch: 'BELAY_DEFAULT_BRANCH',
    release: 'BELAY_RELEASE',
    reason: 'BELAY_REASON',
    from: 'BELAY_FROM',
    'if-failing': 'BELAY_IF_FAILING',
    'dry-run': 'BELAY_DRY_RUN',
  },
};

/** Outputs are pasted into scripts by those who use them: anything but these characters is left empty. */
const SAFE_OUTPUT = /^[A-Za-z0-9._:/@-]{0,128}$/;

/**
 * Runs a command as an action: inputs from the environment, outputs to GITHUB_OUTPUT, the summary to the job, problems as
 * annotations. The same command line in a terminal does the same.
 */
export async function runAction(line: readonly string[], context: CommandContext): Promise<ExitCode> {
  const core = await import('@actions/core');
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
    maskSecrets(core, context);
    const result = await command.run(
      { flags: readInputs(command, inputs, context), positionals: [] },
      context,
    );
    context.stderr.write(neutraliseCommands(result.text));
    annotate(core, result.problems);
    for (const [key, value] of Object.entries(result.outputs))
      core.setOutput(key, SAFE_OUTPUT.test(value) ? value : '');
    await writeSummary(core, context, result);
    return result.exitCode;
  } catch (fault) {
    core.error(describeFault(fault, { debug: core.isDebug() }), { title: 'Belay' });
    return fault instanceof ToolError ? exitCodeOfFault(fault.code) : 3;
  }
}

type Core = typeof import('@actions/core');

/** The token, and what git sends in its place. */
function maskSecrets(core: Core, { env }: CommandContext): void {
  for (const token of [env.BELAY_TOKEN, env.GITHUB_TOKEN]) {
    if (!token) continue;
    core.setSecret(token);
    core.setSecret(Buffer.from(`x-access-token:${token}`).toString('base64'));
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

/** A summary that cannot be written is no reason to fail a rollout. */
async function writeSummary(core: Core, { env }: CommandContext, result: CommandResult): Promise<void> {
  if (!env.GITHUB_STEP_SUMMARY || result.summary === '') return;
  try {
    await core.summary.addRaw(result.summary, true).write();
  } catch (fault) {
    core.warning(
      `the job summary could not be written: ${fault instanceof Error ? fault.message : String(fault)}`,
    );
  }
}

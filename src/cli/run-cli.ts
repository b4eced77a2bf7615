import { neutraliseCommands } from '../actions/workflow-text.ts';
import { assertNever, ToolError } from '../core/errors.ts';
import { type ExitCode, exitCodeOfFault } from '../report/exit-code.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { helpFor, helpForAll } from './help.ts';
import { type OutputFormat, parseLine } from './parse-line.ts';
import { printJson } from './print-json.ts';
import { VERSION } from './version.ts';

/** Runs one command line. JSON goes to stdout alone, everything else to stderr; text goes to stdout. */
export async function runCli(line: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    const parsed = parseLine(line);
    if (parsed.kind === 'version') return say(context, `belay ${VERSION}\n`);
    if (parsed.kind === 'help') return say(context, parsed.command ? helpFor(parsed.command) : helpForAll());
    const result = await parsed.command.run(
      { flags: parsed.flags, positionals: parsed.positionals },
      context,
    );
    context.stdout.write(printAs(parsed.format, result, context));
    return result.exitCode;
  } catch (fault) {
    const text = describeFault(fault, { debug: line.includes('--debug') });
    context.stderr.write(`${printable(text, context)}\n`);
    return fault instanceof ToolError ? exitCodeOfFault(fault.code) : 3;
  }
}

function printAs(
  format: OutputFormat,
  { text, json, sarif }: CommandResult,
  context: CommandContext,
): string {
  switch (format) {
    case 'text':
      return printable(text, context);
    case 'json':
      return printJson(json);
    case 'sarif':
      return `${JSON.stringify(sarif, null, 2)}\n`;
    default:
      return assertNever(format);
  }
}

/** In the log of a workflow, where other people's words could be commands, none is. */
function printable(text: string, { env }: CommandContext): string {
  return env.GITHUB_ACTIONS === 'true' ? neutraliseCommands(text) : text;
}

function say(context: CommandContext, text: string): ExitCode {
  context.stdout.write(text);
  return 0;
}

/** One line about what broke; the stack only when asked for. */
export function describeFault(fault: unknown, { debug }: { readonly debug: boolean }): string {
  if (!(fault instanceof Error)) return `belay: ${String(fault)}`;
  const text =
    fault instanceof ToolError
      ? `belay: ${fault.message} [${fault.code}]`
      : `belay: ${fault.message} [BUG]; please report this with the command line`;
  return debug && fault.stack ? `${text}\n${fault.stack}` : text;
}

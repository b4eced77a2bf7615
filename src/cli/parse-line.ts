import { parseArgs } from 'node:util';
import { ToolError } from '../core/errors.ts';
import type { Command, Flags } from './command.ts';
import { COMMANDS } from './commands.ts';
import { COMMON_FLAGS } from './flags.ts';
import { ORDER_NAMES } from './rollout-commands.ts';

/** How a result is printed. */
export type OutputFormat = 'text' | 'json' | 'sarif';

export type ParsedLine =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly flags: Flags;
      readonly positionals: readonly string[];
      readonly format: OutputFormat;
    };

/** Reads a command line. @throws ToolError REFUSED that says what is known instead */
export function parseLine(line: readonly string[]): ParsedLine {
  const [name, ...rest] = line;
  if (name === '--version' || name === '-V') return { kind: 'version' };
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    return { kind: 'help', command: rest[0] === undefined ? undefined : findCommand(rest[0]) };
  }
  const command = findCommand(name);
  const { values, positionals } = readFlags(command, rest);
  if (values.help) return { kind: 'help', command };
  if (positionals.length > command.maxPositionals) {
    throw refused(
      `${name}: expected at most ${command.maxPositionals} argument(s), got ${positionals.map((text) => `"${text}"`).join(', ')}`,
    );
  }
  // a script's variable that is empty is a mistake: it must not mean "all releases"
  const empty = Object.entries(values).find(([, value]) => [value].flat().includes(''));
  if (empty) throw refused(`--${empty[0]}: expected a value, got an empty text`);
  return { kind: 'run', command, flags: values, positionals, format: readFormat(command, values.format) };
}

function readFormat(command: Command, written: Flags[string] = 'text'): OutputFormat {
  const known: readonly OutputFormat[] = command.hasSarif ? ['text', 'json', 'sarif'] : ['text', 'json'];
  const format = known.find((one) => one === written);
  if (format) return format;
  throw refused(`--format: expected ${known.join(' or ')}, got "${String(written)}"`);
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command) return command;
  const known = COMMANDS.map((one) => one.name).join(', ');
  if (ORDER_NAMES.includes(name))
    throw refused(`"${name}" is what a person orders: write belay command ${name} <release>`);
  throw refused(`unknown command "${name}"; expected one of ${known}`);
}

function readFlags(
  command: Command,
  line: readonly string[],
): { readonly values: Flags; readonly positionals: readonly string[] } {
  const flags = { ...COMMON_FLAGS, ...command.flags };
  const options = Object.fromEntries(
    Object.entries(flags).map(([flag, { type, multiple }]) => [
      flag,
      { type, ...(multiple ? { multiple } : {}), ...(flag === 'help' ? { short: 'h' } : {}) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...line],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Flags, positionals };
  } catch (fault) {
    const known = Object.keys(flags)
      .map((flag) => `--${flag}`)
      .join(', ');
    throw refused(`${command.name}: ${firstSentence(fault)}; known flags: ${known}`);
  }
}

function firstSentence(fault: unknown): string {
  const message = fault instanceof Error ? fault.message : String(fault);
  return message.split(/\.\s/)[0] ?? message;
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message });
}

import type { Command, FlagSpec } from './command.ts';
import { COMMANDS } from './commands.ts';
import { COMMON_FLAGS } from './flags.ts';

/** The list of commands. */
export function helpForAll(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  return [
    'belay rolls models and services out in small steps from Git, and back.',
    '',
    'Usage: belay <command> [flags]',
    '',
    ...COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'belay help <command> prints its flags. Exit codes: 0 done or nothing to do, 1 refused (you can fix it),',
    '2 held until a person has seen to it, 3 internal or infrastructure.',
    '',
  ].join('\n');
}

/** One command with its flags. */
export function helpFor(command: Command): string {
  const positionals = command.positionals === '' ? '' : ` ${command.positionals}`;
  return [
    `belay ${command.name}${positionals} [flags]`,
    '',
    `  ${command.summary}`,
    '',
    ...describeFlags({ ...command.flags, ...COMMON_FLAGS }),
    '',
  ].join('\n');
}

function describeFlags(flags: Readonly<Record<string, FlagSpec>>): readonly string[] {
  const names = Object.entries(flags).map(
    ([flag, spec]) => [`--${flag}${spec.value ? ` ${spec.value}` : ''}`, spec.help] as const,
  );
  const width = Math.max(...names.map(([name]) => name.length));
  return names.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`);
}

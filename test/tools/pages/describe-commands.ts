import type { FlagSpec } from '../../../src/cli/command.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { COMMON_FLAGS } from '../../../src/cli/flags.ts';
import { table } from './table.ts';

/** Every command with its flags, from the table that parsing and `belay help` read. */
export function describeCommands(): string {
  return [
    ...COMMANDS.map(({ name, summary, positionals, flags }) =>
      [
        `## \`belay ${name}\``,
        `${capital(summary)}.`,
        `\`belay ${[name, positionals, '[flags]'].filter((part) => part !== '').join(' ')}\``,
        ...(Object.keys(flags).length === 0 ? [] : [flagTable(flags)]),
      ].join('\n\n'),
    ),
    ['## Flags of every command', flagTable(COMMON_FLAGS)].join('\n\n'),
  ].join('\n\n');
}

function flagTable(flags: Readonly<Record<string, FlagSpec>>): string {
  return table(
    ['flag', ''],
    Object.entries(flags).map(([flag, { value, help }]) => [
      `\`--${flag}${value ? ` ${value}` : ''}\``,
      help,
    ]),
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

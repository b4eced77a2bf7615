import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ToolError } from '../core/errors.ts';
import { type CommandContext, type Flags, textFlag } from './command.ts';

/** Full path of the folder that a command is about. @throws ToolError REFUSED when there is none */
export function findDirectory(flags: Flags, { cwd }: Pick<CommandContext, 'cwd'>): string {
  const given = textFlag(flags, 'dir') ?? '.';
  const directory = resolve(cwd, given);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory()) return directory;
  throw new ToolError({
    code: 'REFUSED',
    message: `--dir: expected a folder, got "${given}", which is ${found ? 'a file' : 'not there'}; name the checked-out repository`,
  });
}

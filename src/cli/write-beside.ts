import { closeSync, constants, mkdirSync, openSync, realpathSync, writeSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { ToolError } from '../core/errors.ts';

/**
 * Writes a file that a flag names. A path within the checkout may be a link that a pull request put there, to a file of the
 * runner: nothing is written through one.
 * @throws ToolError REFUSED when it cannot be written
 */
export function writeBeside(path: string, text: string, { cwd, flag }: { cwd: string; flag: string }): void {
  try {
    const folder = isAbsolute(path) ? dirname(path) : join(realpathSync(cwd), dirname(path));
    mkdirSync(folder, { recursive: true });
    if (!isAbsolute(path) && realpathSync(folder) !== folder)
      throw new Error('a folder on the way is a link');
    const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
    // on systems without O_NOFOLLOW (Windows) checkouts hold no links either, unless somebody asks for them
    const file = openSync(join(folder, basename(path)), O_WRONLY | O_CREAT | O_TRUNC | (O_NOFOLLOW ?? 0));
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    throw new ToolError({
      code: 'REFUSED',
      message: `--${flag}: expected a file that can be written, got ${JSON.stringify(path)} (${reason}); nothing was written`,
      cause: fault,
    });
  }
}

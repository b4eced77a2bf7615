import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const missing = new Set<string>();

/**
 * Full path of an external program on PATH; undefined when it is not there, after printing once on stderr that what
 * needs it is skipped. With BELAY_REQUIRE_TOOLS=1 a missing program is an error, so that CI cannot skip in silence.
 *
 * Use: `describe.skipIf(findProgram('promtool') === undefined)('…', …)`.
 * @throws Error when the program is missing and BELAY_REQUIRE_TOOLS=1
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  if (env.BELAY_REQUIRE_TOOLS === '1')
    throw new Error(
      `program "${name}" is not on PATH, and BELAY_REQUIRE_TOOLS=1 forbids to skip. Install it.`,
    );
  if (!missing.has(name)) {
    missing.add(name);
    process.stderr.write(
      `skipped: program "${name}" is not on PATH (BELAY_REQUIRE_TOOLS=1 makes this an error)\n`,
    );
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

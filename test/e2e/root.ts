import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, as an action's tarball has it. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The committed bundle. @throws Error when it was not built */
export function findBundle(): string {
  const bundle = join(ROOT, 'dist/index.js');
  if (!existsSync(bundle)) throw new Error('dist/index.js is not there: run "npm run build" first');
  return bundle;
}

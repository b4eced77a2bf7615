import type { Forge } from '../../ports/forge.ts';
import type { GitHubForgeOptions } from './github-forge.ts';
import { createGitHubForge } from './github-forge.ts';

/** Opens a GitHub forge. Imported when it is needed: what it loads takes a tenth of the time of a tick that changes nothing. */
export async function openGitHub(options: GitHubForgeOptions): Promise<Forge> {
  return createGitHubForge(options);
}

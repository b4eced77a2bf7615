import { readFileSync } from 'node:fs';
import { findOriginHead } from '../adapters/git/origin-head.ts';
import { ToolError } from '../core/errors.ts';
import type { CommandContext } from './command.ts';

/**
 * The default branch of a repository on GitHub: as the event of the run says, else the branch of a scheduled run (schedules run on no
 * other), else what origin/HEAD of the checkout names. Never simply the branch that the run is for: every branch would then be
 * the default one, and its config obeyed.
 * @throws ToolError REFUSED when none of them says
 */
export async function findDefaultBranch({
  env,
  directory,
}: {
  readonly env: CommandContext['env'];
  readonly directory: string;
}): Promise<string> {
  const branch =
    (env.GITHUB_EVENT_PATH ? readEvent(env.GITHUB_EVENT_PATH) : undefined) ||
    (env.GITHUB_EVENT_NAME === 'schedule' && env.GITHUB_REF_NAME) ||
    (await findOriginHead({ directory, environment: env }));
  if (branch) return branch;
  throw new ToolError({
    code: 'REFUSED',
    message:
      'GitHub: expected to learn the default branch from the event or from origin/HEAD, got neither; say --branch, or run: git remote set-head origin --auto',
  });
}

/** `repository.default_branch` of the event that started the run; the runner writes the file. */
function readEvent(path: string): string | undefined {
  try {
    const event = JSON.parse(readFileSync(path, 'utf8')) as {
      repository?: { default_branch?: unknown };
    } | null;
    const name = event?.repository?.default_branch;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

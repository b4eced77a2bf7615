import { createGit } from '../adapters/git/git-process.ts';
import { ToolError } from '../core/errors.ts';
import type { CommandContext } from './command.ts';

/** A checkout, and the name of the branch that is written to. */
interface Checkout {
  readonly directory: string;
  readonly context: CommandContext;
  readonly branch: string;
}

/**
 * What was written in a checkout moves nothing that serves from elsewhere.
 * @returns how it gets there; undefined where there is no other place
 */
export async function describeUnsent(checkout: Checkout): Promise<string | undefined> {
  if ((await countMissing(checkout)) === undefined) return undefined;
  const { branch } = checkout;
  return `only this checkout knows of it, and nothing that serves from elsewhere follows it yet: git push origin ${branch}`;
}

/**
 * Whoever writes beside what others have written already cannot push it.
 * @throws ToolError REFUSED when the branch lacks commits of the remote one, as far as this checkout knows
 */
export async function refuseOutdated(checkout: Checkout): Promise<void> {
  const missing = (await countMissing(checkout)) ?? 0;
  if (missing === 0) return;
  const { branch } = checkout;
  throw new ToolError({
    code: 'REFUSED',
    message: `"${branch}" lacks ${missing} commit(s) that origin/${branch} has, so that what is written here could not be pushed; run "git pull" on ${branch}, and this again`,
  });
}

/** Commits of the branch at the remote that are not here; undefined where no remote has it. */
async function countMissing({ directory, context, branch }: Checkout): Promise<number | undefined> {
  const git = createGit({ directory, environment: context.env });
  const range = `refs/heads/${branch}..refs/remotes/origin/${branch}`;
  const { code, stdout } = await git({ args: ['rev-list', '--count', range] });
  return code === 0 ? Number(stdout.toString('utf8').trim()) : undefined;
}

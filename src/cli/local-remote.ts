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
  const { branch } = checkout;
  const unsent = await count(checkout, `refs/remotes/origin/${branch}..refs/heads/${branch}`);
  if (unsent === undefined) return undefined;
  return unsent === 0
    ? `only this checkout knows of the pull request, and a push does not bring it to others: it is merged or closed here`
    : `only this checkout knows of it, and nothing that serves from elsewhere follows it yet: git push origin ${branch}`;
}

/**
 * Whoever writes beside what others have written already cannot push it.
 * @throws ToolError REFUSED when the branch lacks commits of the remote one, as far as this checkout knows
 */
export async function refuseOutdated(checkout: Checkout): Promise<void> {
  const { branch } = checkout;
  const here = `refs/heads/${branch}`;
  const there = `refs/remotes/origin/${branch}`;
  const missing = (await count(checkout, `${here}..${there}`)) ?? 0;
  if (missing === 0) return;
  const unsent = (await count(checkout, `${there}..${here}`)) ?? 0;
  const lacks = `"${branch}" lacks ${missing} commit(s) that origin/${branch} has, so that what is written here could not be pushed`;
  // both may have written the same record, and such commits cannot be merged
  const advice =
    unsent === 0
      ? `run "git pull --ff-only" on ${branch}, and this again`
      : `${unsent} commit(s) are only here: look at them ("git log origin/${branch}..${branch}"), leave those that Belay made ("git reset --hard origin/${branch}" on ${branch} drops them all, and edits of files with them), and order again what they ordered`;
  throw new ToolError({ code: 'REFUSED', message: `${lacks}; ${advice}` });
}

/** Commits of a range; undefined where no remote has the branch. */
async function count({ directory, context }: Checkout, range: string): Promise<number | undefined> {
  const git = createGit({ directory, environment: context.env });
  const { code, stdout } = await git({ args: ['rev-list', '--count', range] });
  return code === 0 ? Number(stdout.toString('utf8').trim()) : undefined;
}

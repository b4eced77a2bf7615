import { ToolError } from '../core/errors.ts';
import type { CloseRequest, PullRequest } from '../ports/forge.ts';
import type { World } from './world.ts';

/**
 * Closes (or disarms) pull requests with one comment, all at once, and gives those that stay open. One that cannot be closed is a line in the
 * log: what it is closed for does not wait for it.
 */
export async function closePulls(
  { forge, log }: World,
  pulls: readonly PullRequest[],
  request: Omit<CloseRequest, 'pull'>,
): Promise<readonly PullRequest[]> {
  const left = await Promise.all(
    pulls.map(async (pull) => {
      try {
        await forge.close({ ...request, pull });
        return [];
      } catch (fault) {
        if (!(fault instanceof ToolError)) throw fault;
        log.warn(
          `pull request #${pull.number} ${request.how === 'disarm' ? 'could not be disarmed' : 'is out of date and could not be closed'}: ${fault.message}`,
        );
        return [pull];
      }
    }),
  );
  return left.flat();
}

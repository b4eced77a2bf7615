import { createGitReader, type GitReader } from '../adapters/git/git-reader.ts';
import { sharedCommit } from '../adapters/git/merge-base.ts';
import type { PreflightSubject } from '../app/preflight.ts';
import { ToolError } from '../core/errors.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import type { Sha } from '../core/units.ts';
import type { PullRequests } from '../ports/pull-requests.ts';
import { textFlag } from './command.ts';
import { findDefaultBranch } from './find-default-branch.ts';
import { type ForgeInput, openGitHubPlace, refuseOtherBranch } from './open-github-forge.ts';
import { readPullRequestEvent } from './read-event.ts';

/** Events whose workflow and secrets are of this repository. `pull_request_target` is not among them, nor what an outsider can start. */
const EVENTS: ReadonlySet<string> = new Set(['pull_request', 'workflow_dispatch', 'schedule']);

/** What a preflight looks at, and where it says so. */
export type Opened =
  | { readonly kind: 'fork'; readonly number: number }
  | {
      readonly kind: 'open';
      readonly reader: GitReader;
      readonly subject: PreflightSubject;
      readonly comment: { readonly pulls: PullRequests; readonly number: number } | undefined;
    };

/**
 * Finds the pull request of the event, the one that `--pull` names, or what is checked out. Nothing of a pull request is run: its commit
 * is read as git objects.
 * @throws ToolError REFUSED for an event that may not have secrets, or another branch than the default one
 */
export async function openPreflight(input: ForgeInput): Promise<Opened> {
  const { env } = input.context;
  const number = readNumber(textFlag(input.flags, 'pull'));
  if (env.GITHUB_ACTIONS !== 'true') {
    if (number === undefined) return openLocal(input);
    throw refused('--pull: expected in a workflow only; here the commit that is checked out is looked at');
  }
  const event = env.GITHUB_EVENT_NAME ?? '';
  if (!EVENTS.has(event))
    throw refused(
      `refused[SEC-03] preflight has secrets and runs on pull_request and workflow_dispatch only, got "${event}"; correct "on:" of the workflow`,
    );
  const pull = event === 'pull_request' ? readPullRequestEvent(input.context) : undefined;
  if (pull?.isFork) return { kind: 'fork', number: pull.number };
  const { reader, options } = await openGitHubPlace(input);
  const { defaultBranch } = options;
  if (!pull) refuseOtherBranch(env, { defaultBranch, commands: 'a manual preflight runs' });
  const trusted = await reader.refresh();
  const asked = pull?.number ?? number;
  if (asked === undefined)
    return { kind: 'open', reader, subject: { head: trusted, base: undefined, trusted }, comment: undefined };
  const { createGitHubPullRequests } = await import('../adapters/github/pull-requests.ts');
  const pulls = createGitHubPullRequests(options);
  const view = pull ?? (await pulls.look(asked));
  if (!view) throw refused(`--pull: there is no pull request #${asked}`);
  if (view.isFork) return { kind: 'fork', number: view.number };
  const subject = await findSubject(input, { reader, trusted, head: view.head });
  return { kind: 'open', reader, subject, comment: { pulls, number: view.number } };
}

async function openLocal({ flags, context, directory }: ForgeInput): Promise<Opened> {
  const { env } = context;
  const defaultBranch = textFlag(flags, 'branch') ?? (await localDefault(directory, env));
  const reader = createGitReader({ directory, defaultBranch });
  const trusted = await reader.refresh();
  const subject = await findSubject({ context, directory }, { reader, trusted, head: await reader.head() });
  return { kind: 'open', reader, subject, comment: undefined };
}

/** As elsewhere in a terminal: origin/HEAD, and `main` where there is no origin. */
async function localDefault(directory: string, env: ForgeInput['context']['env']): Promise<string> {
  try {
    return await findDefaultBranch({ env, directory });
  } catch (fault) {
    if (fault instanceof ToolError && fault.code === 'REFUSED') return 'main';
    throw fault;
  }
}

async function findSubject(
  { context, directory }: Pick<ForgeInput, 'context' | 'directory'>,
  { reader, trusted, head }: { readonly reader: GitReader; readonly trusted: Sha; readonly head: Sha },
): Promise<PreflightSubject> {
  if (head === trusted) return { head, base: undefined, trusted };
  // a commit that is not here yet is fetched by the first look at it
  await reader.list(head, RECORDS_PATH);
  const ownership = context.env.GITHUB_ACTIONS === 'true' ? 'trusted' : 'checked';
  const base = await sharedCommit({ directory, ownership }, trusted, head);
  if (base === undefined)
    throw refused(
      `git: ${head.slice(0, 7)} and the default branch share no commit here; set "fetch-depth: 0" at the checkout step`,
    );
  return { head, base, trusted };
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw refused(`--pull: expected the number of a pull request, got "${text}"`);
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message });
}

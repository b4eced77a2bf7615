import { tokenHeader } from '../adapters/git/fetch.ts';
import { createGitReader, type GitReader } from '../adapters/git/git-reader.ts';
import type { PlaceOptions } from '../adapters/github/open-place.ts';
import { findProxy } from '../adapters/system/find-proxy.ts';
import { ToolError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import { type CommandContext, type Flags, textFlag } from './command.ts';
import { findDefaultBranch } from './find-default-branch.ts';

/** What every forge is opened with. */
export interface ForgeInput {
  readonly flags: Flags;
  readonly context: CommandContext;
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: typeof fetch;
}

/** The repository on GitHub that the environment names: its commits, and what its API is asked with. */
export interface GitHubPlace {
  readonly reader: GitReader;
  /** Reads the same checkout with another branch as the default one. */
  readonly readerOf: (branch: string) => GitReader;
  readonly options: PlaceOptions;
}

/** Which repository a run is about and where GitHub is, as its environment says. @throws ToolError REFUSED when a variable is missing */
export function readPlace(env: CommandContext['env']) {
  const token = env.BELAY_TOKEN || env.GITHUB_TOKEN;
  if (!token)
    throw new ToolError({
      code: 'REFUSED',
      message:
        'GitHub: expected a token in BELAY_TOKEN or GITHUB_TOKEN, got none; pass github-token, or where a command takes it --forge local',
    });
  const [owner, repository, ...rest] = (env.GITHUB_REPOSITORY ?? '').split('/');
  if (!owner || !repository || rest.length > 0) {
    throw new ToolError({
      code: 'REFUSED',
      message: `GITHUB_REPOSITORY: expected owner/name, got "${env.GITHUB_REPOSITORY ?? ''}"`,
    });
  }
  const apiUrl = env.GITHUB_API_URL || 'https://api.github.com';
  return { token, owner, repository, apiUrl, graphqlUrl: env.GITHUB_GRAPHQL_URL || `${apiUrl}/graphql` };
}

/** What the API of the repository is asked with. @throws ToolError REFUSED when a variable is missing */
export async function gitHubOptions(input: ForgeInput): Promise<PlaceOptions> {
  const { flags, context, directory, clock, log, fetch } = input;
  const { env } = context;
  const place = readPlace(env);
  const defaultBranch = textFlag(flags, 'branch') ?? (await findDefaultBranch({ env, directory }));
  return { ...place, fetch, defaultBranch, clock, log, random: Math.random };
}

/** @throws ToolError REFUSED when a variable is missing */
export async function openGitHubPlace(input: ForgeInput): Promise<GitHubPlace> {
  const { directory, clock } = input;
  const { env } = input.context;
  const options = await gitHubOptions(input);
  const { owner, repository, token, defaultBranch } = options;
  const serverUrl = env.GITHUB_SERVER_URL || 'https://github.com';
  const url = `${serverUrl}/${owner}/${repository}.git`;
  const proxy = findProxy(new URL(url), env);
  const readerOf = (branch: string): GitReader =>
    createGitReader({
      directory,
      defaultBranch: branch,
      startNow: true,
      // A job in a container runs as another user than the one who checked out; what git could start is switched off.
      ownership: env.GITHUB_ACTIONS === 'true' ? 'trusted' : 'checked',
      fetch: {
        url,
        authHeader: tokenHeader(token),
        clock,
        ...(proxy === undefined ? {} : { proxy: proxy.href }),
      },
    });
  return { reader: readerOf(defaultBranch), readerOf, options };
}

/**
 * The repository on GitHub that the environment names, read from its checkout.
 * @throws ToolError REFUSED when a variable is missing, or in a workflow that runs for another branch than the default one
 */
export async function openGitHubForge(input: ForgeInput): Promise<Forge> {
  const { reader, options } = await openGitHubPlace(input);
  const { defaultBranch } = options;
  refuseOtherBranch(input.context.env, {
    defaultBranch,
    commands: 'advance, rollback, command and drill run',
  });
  const open = async () => {
    const { createGitHubForge } = await import('../adapters/github/github-forge.ts');
    return createGitHubForge({ ...options, reader });
  };
  return openOnDemand(reader, { defaultBranch, open });
}

/** A forge whose API client is loaded by the first write: a tick that changes nothing does not pay for it. */
function openOnDemand(
  reader: Pick<
    Forge,
    'head' | 'refresh' | 'list' | 'read' | 'digests' | 'history' | 'goesOnFrom' | 'branches' | 'known'
  >,
  { defaultBranch, open }: { readonly defaultBranch: string; readonly open: () => Promise<Forge> },
): Forge {
  let opening: Promise<Forge> | undefined;
  let opened: Forge | undefined;
  const api = async (): Promise<Forge> => {
    opening ??= open();
    opened = await opening;
    return opened;
  };
  return {
    ...reader,
    defaultBranch,
    commit: async (request) => (await api()).commit(request),
    inspect: async (proposal) => (await api()).inspect(proposal),
    propose: async (request) => (await api()).propose(request),
    merge: async (request) => (await api()).merge(request),
    close: async (request) => (await api()).close(request),
    cost: () => opened?.cost() ?? { requests: 0, roundTrips: 0 },
  };
}

/** A branch other than the default one may hold anybody's config: what it says is not obeyed. */
export function refuseOtherBranch(
  env: CommandContext['env'],
  { defaultBranch, commands }: { readonly defaultBranch: string; readonly commands: string },
): void {
  const ref = env.GITHUB_REF;
  if (env.GITHUB_ACTIONS !== 'true' || ref === undefined || ref === `refs/heads/${defaultBranch}`) return;
  throw new ToolError({
    code: 'REFUSED',
    message: `refused[SEC-03] ${commands} only on the default branch "${defaultBranch}", got "${ref}"; start the workflow from there`,
  });
}

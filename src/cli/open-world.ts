import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { tokenHeader } from '../adapters/git/fetch.ts';
import { createGitReader } from '../adapters/git/git-reader.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createFixedClock } from '../adapters/system/fixed-clock.ts';
import { createLog } from '../adapters/system/log.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { sha256 } from '../adapters/system/sha256.ts';
import type { World } from '../app/world.ts';
import type { Trigger } from '../core/change/build-change.ts';
import { ToolError } from '../core/errors.ts';
import type { ProviderSpec } from '../core/manifest/config-schema.ts';
import { parseInstant } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import type { Secrets } from '../ports/secrets.ts';
import { type CommandContext, type Flags, hasFlag, textFlag } from './command.ts';
import { findDirectory } from './directory.ts';
import { VERSION } from './version.ts';

/** Opens everything a flow may touch. @throws ToolError REFUSED when a flag or a variable is missing or wrong */
export async function openWorld(flags: Flags, context: CommandContext): Promise<World> {
  const directory = findDirectory(flags, context);
  const clock = openClock(textFlag(flags, 'now'));
  const { announceSecret } = context;
  const secrets = createSecrets(announceSecret ? { announce: announceSecret } : {});
  for (const token of [context.env.BELAY_TOKEN, context.env.GITHUB_TOKEN]) if (token) secrets.add(token);
  const log = createLog({ stream: context.stderr, secrets, debug: hasFlag(flags, 'debug') });
  const forge = await openForge({ flags, context, directory, clock, log });
  return {
    forge,
    openProvider: (name, spec) => openProvider({ name, spec, directory, clock, context, secrets }),
    clock,
    log,
    sha256,
    tool: `belay ${VERSION}`,
    trigger: readTrigger(context.env),
  };
}

function openClock(now: string | undefined): Clock {
  if (now === undefined) return systemClock;
  const moment = parseInstant(now);
  if (moment === undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `--now: expected a moment in UTC like 2026-11-21T08:05:00Z, got "${now}"`,
    });
  return createFixedClock(moment);
}

interface ForgeInput {
  readonly flags: Flags;
  readonly context: CommandContext;
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
}

async function openForge(input: ForgeInput): Promise<Forge> {
  const kind =
    textFlag(input.flags, 'forge') ?? (input.context.env.GITHUB_ACTIONS === 'true' ? 'github' : 'local');
  switch (kind) {
    case 'local':
      return openLocalForge(input);
    case 'github':
      return openGitHubForge(input);
    default:
      throw new ToolError({ code: 'REFUSED', message: `--forge: expected local or github, got "${kind}"` });
  }
}

async function openLocalForge({ flags, directory, clock }: ForgeInput): Promise<Forge> {
  const { createLocalForge } = await import('../adapters/local/local-forge.ts');
  const branch = textFlag(flags, 'branch');
  return createLocalForge({ directory, clock, ...(branch === undefined ? {} : { defaultBranch: branch }) });
}

async function openGitHubForge({ flags, context, directory, clock, log }: ForgeInput): Promise<Forge> {
  const { env } = context;
  const token = env.BELAY_TOKEN || env.GITHUB_TOKEN;
  if (!token)
    throw new ToolError({
      code: 'REFUSED',
      message:
        'GitHub: expected a token in BELAY_TOKEN or GITHUB_TOKEN, got none; pass github-token, or --forge local',
    });
  const [owner, repository, ...rest] = (env.GITHUB_REPOSITORY ?? '').split('/');
  if (!owner || !repository || rest.length > 0) {
    throw new ToolError({
      code: 'REFUSED',
      message: `GITHUB_REPOSITORY: expected owner/name, got "${env.GITHUB_REPOSITORY ?? ''}"`,
    });
  }
  const defaultBranch = textFlag(flags, 'branch') ?? env.GITHUB_REF_NAME;
  if (!defaultBranch)
    throw new ToolError({
      code: 'REFUSED',
      message: 'GitHub: expected the default branch, got none; say --branch',
    });
  refuseOtherBranch(env, defaultBranch);
  const apiUrl = env.GITHUB_API_URL || 'https://api.github.com';
  const serverUrl = env.GITHUB_SERVER_URL || 'https://github.com';
  const reader = createGitReader({
    directory,
    defaultBranch,
    // A job in a container runs as another user than the one who checked out; what git could start is switched off.
    ownership: env.GITHUB_ACTIONS === 'true' ? 'trusted' : 'checked',
    fetch: { url: `${serverUrl}/${owner}/${repository}.git`, authHeader: tokenHeader(token), clock },
  });
  const open = async () => {
    const { openGitHub } = await import('../adapters/github/open-github.ts');
    return openGitHub({
      reader,
      owner,
      repository,
      defaultBranch,
      token,
      apiUrl,
      graphqlUrl: env.GITHUB_GRAPHQL_URL || `${apiUrl}/graphql`,
      clock,
      log,
      random: Math.random,
      proxy: false,
    });
  };
  return openOnDemand(reader, { defaultBranch, open });
}

/** A forge whose API client is loaded by the first write: a tick that changes nothing does not pay for it. */
function openOnDemand(
  reader: Pick<Forge, 'head' | 'refresh' | 'list' | 'read' | 'history' | 'branches'>,
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
function refuseOtherBranch(env: CommandContext['env'], defaultBranch: string): void {
  const ref = env.GITHUB_REF;
  if (env.GITHUB_ACTIONS !== 'true' || ref === undefined || ref === `refs/heads/${defaultBranch}`) return;
  throw new ToolError({
    code: 'REFUSED',
    message: `refused[SEC-03] advance and rollback run only on the default branch "${defaultBranch}", got "${ref}"; start the workflow from there`,
  });
}

interface ProviderInput {
  readonly name: string;
  readonly spec: ProviderSpec;
  readonly directory: string;
  readonly clock: Clock;
  readonly context: CommandContext;
  readonly secrets: Secrets;
}

async function openProvider({
  name,
  spec,
  directory,
  clock,
  context,
  secrets,
}: ProviderInput): Promise<MetricsProvider> {
  if (spec.kind === 'prometheus') {
    const { createPrometheusProvider } = await import('../adapters/prometheus/prometheus-provider.ts');
    return createPrometheusProvider({ name, spec, env: context.env, clock, secrets });
  }
  const { createOpenMetricsProvider } = await import('../adapters/openmetrics/openmetrics-provider.ts');
  const path = resolve(directory, spec.file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ToolError({
      code: 'REFUSED',
      message: `provider "${name}": cannot read "${spec.file}"; add the file or correct .belay/config.yaml`,
      cause,
    });
  });
  return createOpenMetricsProvider({
    name,
    text,
    clock,
    file: spec.file,
    ...(spec.maxStaleness === undefined ? {} : { maxStaleness: spec.maxStaleness }),
  });
}

/** Who and what started this run, as GitHub says; a person at a terminal otherwise. */
function readTrigger(env: CommandContext['env']): Trigger {
  const actor = env.GITHUB_ACTOR || null;
  switch (env.GITHUB_EVENT_NAME) {
    case undefined:
    case '':
      return { kind: 'command-line', actor: env.USER || null };
    case 'schedule':
      return { kind: 'schedule', actor: null };
    case 'repository_dispatch':
      return { kind: 'dispatch', actor };
    default:
      return { kind: 'manual', actor };
  }
}

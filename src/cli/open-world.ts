import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createLog } from '../adapters/system/log.ts';
import { createProxiedFetch } from '../adapters/system/proxied-fetch.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { sha256 } from '../adapters/system/sha256.ts';
import type { ArtifactSources, World } from '../app/world.ts';
import type { Trigger } from '../core/change/build-change.ts';
import { ToolError } from '../core/errors.ts';
import type { ProviderSpec } from '../core/manifest/config-schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import type { ArtifactRegistry } from '../ports/registry.ts';
import type { Secrets } from '../ports/secrets.ts';
import { type CommandContext, type CommandResult, type Flags, hasFlag, textFlag } from './command.ts';
import { findDirectory } from './directory.ts';
import { describeUnsent, refuseOutdated } from './local-remote.ts';
import { openClock } from './open-clock.ts';
import { type ForgeInput, openGitHubForge } from './open-github-forge.ts';
import { addCosts, openPeople } from './open-people.ts';
import { openVerifier } from './open-verifier.ts';
import { VERSION } from './version.ts';

/** What a flow may touch, and what was asked for. */
export interface Place {
  readonly world: World;
  readonly input: ForgeInput;
}

/**
 * Opens everything a flow may touch, and gives what other adapters of the place are opened with.
 * @throws ToolError REFUSED when a flag or a variable is missing or wrong, or a checkout is behind what others have
 */
export async function openPlace(
  flags: Flags,
  context: CommandContext,
  clock = openClock(flags),
): Promise<Place> {
  const { secrets, fetch, ...metrics } = openMetrics(flags, context, clock);
  const { log } = metrics;
  const directory = findDirectory(flags, context);
  const input: ForgeInput = { flags, context, directory, clock, log, fetch };
  const opened = await openForge(input);
  const people = forgeKind(input) === 'github' ? openPeople(input) : undefined;
  const forge = people ? { ...opened, cost: () => addCosts(opened.cost(), people.cost()) } : opened;
  const artifacts = openArtifacts({ context, secrets, fetch, clock });
  const openProvider: World['openProvider'] = (name, spec) =>
    spec.kind === 'drill' ? openSandbox(name, { forge, clock }) : metrics.openProvider(name, spec);
  const facts = { sha256, tool: `belay ${VERSION}`, trigger: readTrigger(context.env) };
  const world: World = {
    clock,
    log,
    openProvider,
    artifacts,
    forge,
    ...(people ? { people } : {}),
    ...facts,
  };
  return { world, input };
}

/** The traffic that is made up for the sandbox of drills, from the history of the repository. */
async function openSandbox(
  name: string,
  { forge, clock }: Pick<World, 'forge' | 'clock'>,
): Promise<MetricsProvider> {
  const { readSandboxTraffic } = await import('../app/sandbox-traffic.ts');
  const { createOpenMetricsProvider } = await import('../adapters/openmetrics/openmetrics-provider.ts');
  const text = await readSandboxTraffic({ forge, clock, sha256 });
  return createOpenMetricsProvider({ name, text, clock });
}

interface ArtifactInput {
  readonly context: CommandContext;
  readonly secrets: Secrets;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** What looks at artifacts is loaded when the first is to be looked at. */
export function openArtifacts({ context, secrets, fetch, clock }: ArtifactInput): ArtifactSources {
  const registries = new Map<string, Promise<ArtifactRegistry>>();
  return {
    openVerifier,
    openRegistry(host, spec) {
      // the config may have changed between two readings of one run
      const key = JSON.stringify([host, spec]);
      const known = registries.get(key);
      if (known) return known;
      const opened = import('../adapters/oci/registry.ts').then(({ createRegistry }) =>
        createRegistry({ host, spec, env: context.env, clock, secrets, fetch }),
      );
      registries.set(key, opened);
      return opened;
    },
  };
}

/** Opens what is needed to look at metrics. @throws ToolError REFUSED when a flag or a variable is wrong */
export function openMetrics(flags: Flags, context: CommandContext, clock = openClock(flags)) {
  const directory = findDirectory(flags, context);
  const { announceSecret } = context;
  const secrets = createSecrets(announceSecret ? { announce: announceSecret } : {});
  for (const token of [context.env.BELAY_TOKEN, context.env.GITHUB_TOKEN]) if (token) secrets.add(token);
  const log = createLog({ stream: context.stderr, secrets, debug: hasFlag(flags, 'debug') });
  const fetch = createProxiedFetch({ environment: context.env, secrets, announce: log.info });
  // a moment that was named is not the present, which is what a server's clock shows
  const live = textFlag(flags, 'now') === undefined ? { warn: log.warn } : {};
  const open: World['openProvider'] = (name, spec) =>
    openProvider({ name, spec, directory, clock, context, secrets, fetch, ...live });
  return { openProvider: open, clock, log, secrets, fetch };
}

/** Where changes go, as the line or the environment says. */
export function forgeKind({ flags, context }: ForgeInput): string {
  return textFlag(flags, 'forge') ?? (context.env.GITHUB_ACTIONS === 'true' ? 'github' : 'local');
}

/** The result of a run, which says so when only this checkout knows what it wrote. */
export async function withUnsent(result: CommandResult, { world, input }: Place): Promise<CommandResult> {
  return result.outputs.changed === 'true' ? sayUnsent(result, { world, input }) : result;
}

/** The result of a run that wrote something. */
export async function sayUnsent(result: CommandResult, { world, input }: Place): Promise<CommandResult> {
  if (forgeKind(input) !== 'local') return result;
  const unsent = await describeUnsent({ ...input, branch: world.forge.defaultBranch });
  return unsent === undefined ? result : { ...result, text: `${result.text}${unsent}\n` };
}

async function openForge(input: ForgeInput): Promise<Forge> {
  const kind = forgeKind(input);
  switch (kind) {
    case 'local':
      return openLocalForge(input);
    case 'github':
      return openGitHubForge(input);
    default:
      throw new ToolError({ code: 'REFUSED', message: `--forge: expected local or github, got "${kind}"` });
  }
}

async function openLocalForge({ flags, context, directory, clock }: ForgeInput): Promise<Forge> {
  const { createLocalForge } = await import('../adapters/local/local-forge.ts');
  const branch = textFlag(flags, 'branch');
  const forge = createLocalForge({
    directory,
    clock,
    ...(branch === undefined ? {} : { defaultBranch: branch }),
  });
  if (!hasFlag(flags, 'dry-run')) await refuseOutdated({ directory, context, branch: forge.defaultBranch });
  return forge;
}

interface ProviderInput {
  readonly name: string;
  readonly spec: ProviderSpec;
  readonly directory: string;
  readonly clock: Clock;
  readonly context: CommandContext;
  readonly secrets: Secrets;
  readonly fetch: typeof fetch;
  readonly warn?: (line: string) => void;
}

async function openProvider({
  name,
  spec,
  directory,
  clock,
  context,
  secrets,
  fetch,
  ...live
}: ProviderInput): Promise<MetricsProvider> {
  if (spec.kind === 'prometheus') {
    const { createPrometheusProvider } = await import('../adapters/prometheus/prometheus-provider.ts');
    return createPrometheusProvider({ name, spec, env: context.env, clock, secrets, fetch, ...live });
  }
  if (spec.kind === 'drill')
    throw new ToolError({
      code: 'REFUSED',
      message: `provider "${name}": its traffic is made up of the history of the default branch, so that only what moves releases there can ask it; drill the sandbox instead`,
    });
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

import type { Absence, MetricsRequest, Observation } from '../core/analysis/observation.ts';
import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH, type Config, type ProviderSpec } from '../core/manifest/config-schema.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import { toToolError } from './fault.ts';
import type { World } from './world.ts';

/** Questions to one provider that are under way at once. */
const AT_ONCE = 6;
/** So many answers in a row that the provider cannot be reached, and it is not asked again in this run. */
const GIVE_UP_AFTER = 2;
const SILENT: ReadonlySet<Absence['reason']> = new Set(['unreachable', 'timeout']);

/** The metrics sources of a run. */
export interface Providers {
  /** Asks the provider that the config names so. Whatever keeps it from answering is a typed absence, never thrown. */
  ask(config: Config | undefined, name: string, request: MetricsRequest): Promise<Observation>;
  /** Providers that could not be opened or broke, as problems of the config; those that were asked until now. */
  problems(): readonly Problem[];
}

/**
 * The providers of a run, each opened once, when it is first asked. A provider that cannot be opened (its secret is missing)
 * keeps only those releases from going on that ask it. One that does not answer costs the run one wait, not one for every
 * question: after two in a row the rest are absent without being asked.
 */
export function createProviders(world: World): Providers {
  const sources = new Map<string, Source>();
  return {
    async ask(config, name, request) {
      const spec = config && Object.hasOwn(config.providers, name) ? config.providers[name] : undefined;
      if (!spec) {
        const outcome = absent('refused', `provider "${name}" is not in ${CONFIG_PATH}`);
        return { provider: name, request, fetchedAt: world.clock.now(), outcome };
      }
      // the config may have changed between two readings of one run
      const key = JSON.stringify([name, spec]);
      const source = sources.get(key) ?? openSource(world, name, spec);
      sources.set(key, source);
      return source.ask(request);
    },
    problems: () => [...sources.values()].flatMap((source) => source.problem() ?? []),
  };
}

interface Source {
  ask(request: MetricsRequest): Promise<Observation>;
  problem(): Problem | undefined;
}

function openSource(world: World, name: string, spec: ProviderSpec): Source {
  const limited = createLimiter(AT_ONCE);
  let fault: unknown;
  let silent: readonly Absence[] = [];
  const opened = open();

  async function open(): Promise<MetricsProvider | undefined> {
    try {
      return await world.openProvider(name, spec);
    } catch (reason) {
      fail(reason);
      return undefined;
    }
  }

  function fail(reason: unknown): void {
    fault = reason;
    world.log.debug(`provider "${name}": ${reason instanceof Error ? (reason.stack ?? '') : String(reason)}`);
  }

  async function query(request: MetricsRequest): Promise<Observation> {
    const without = (outcome: Absence): Observation => ({
      provider: name,
      request,
      fetchedAt: world.clock.now(),
      outcome,
    });
    const [first] = silent;
    if (first && silent.length >= GIVE_UP_AFTER)
      return without(
        absent(first.reason, `not asked, since "${name}" did not answer before: ${first.detail}`),
      );
    try {
      const provider = await opened;
      if (!provider) return without(absent('refused', toToolError(fault).message));
      const observation = await provider.query(request);
      const { outcome } = observation;
      silent = outcome.kind === 'absent' && SILENT.has(outcome.reason) ? [...silent, outcome] : [];
      return observation;
    } catch (reason) {
      fail(reason);
      return without(absent('bad-response', toToolError(fault).message));
    }
  }

  return {
    ask: (request) => limited(() => query(request)),
    problem: () => (fault === undefined ? undefined : problemOf(name, toToolError(fault).message)),
  };
}

function problemOf(name: string, message: string): Problem {
  return {
    code: 'PROVIDER_NOT_OPENED',
    severity: 'error',
    at: { file: CONFIG_PATH, line: 1, column: 1 },
    path: `providers.${name}`,
    message,
  };
}

function absent(reason: Absence['reason'], detail: string): Absence {
  return { kind: 'absent', reason, detail };
}

/** Runs a task as soon as fewer than `limit` are under way, in the order of asking. */
function createLimiter(limit: number): <Value>(task: () => Promise<Value>) => Promise<Value> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // the place goes straight to the next one
      if (next) next();
      else free += 1;
    }
  };
}

import type { Absence, MetricsRequest, Observation } from '../core/analysis/observation.ts';
import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH, type Config, type ProviderSpec } from '../core/manifest/config-schema.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import type { AnswerMemory } from './answer-memory.ts';
import { toToolError } from './fault.ts';
import type { World } from './world.ts';

/** What is needed to look at metrics. */
export type MetricsWorld = Pick<World, 'openProvider' | 'clock' | 'log'>;

/** Questions to one provider that are under way at once. */
const AT_ONCE = 6;
/** So many questions in a row without an answer, and a provider that never answered in this run is not asked again. */
const SILENCE = 2;
/** The same for one that did answer: it may be slow over some questions, or have gone away meanwhile. */
const SILENCE_AFTER_ANSWERS = 12;
const SILENT: ReadonlySet<Absence['reason']> = new Set(['unreachable', 'timeout']);

/** A question on behalf of a release. */
export interface Question {
  readonly release: string;
  /** Name of the provider in the config. */
  readonly provider: string;
  readonly request: MetricsRequest;
}

/** The metrics sources of a run. */
export interface Providers {
  /** Asks the provider that the config names so. Whatever keeps it from answering is a typed absence, never thrown. */
  ask(config: Config | undefined, question: Question): Promise<Observation>;
  /** Providers that could not be opened or broke, as problems of the config; those that were asked until now. */
  problems(): readonly Problem[];
}

/**
 * The providers of a run, each opened once, when it is first asked. A provider that cannot be opened (its secret is missing)
 * keeps only those releases from going on that ask it. One that does not answer costs the run one wait, not one for every
 * question: after two in a row the rest are absent without being asked. Releases take turns, so that the slow questions of
 * one of them do not speak for a server that answers the others.
 * @param memory answers that need not be asked for again
 */
export function createProviders(world: MetricsWorld, memory?: AnswerMemory): Providers {
  const sources = new Map<string, Source>();
  return {
    async ask(config, { release, provider: name, request }) {
      const spec = config && Object.hasOwn(config.providers, name) ? config.providers[name] : undefined;
      if (!spec) {
        const outcome = absent('refused', `provider "${name}" is not in ${CONFIG_PATH}`);
        return { provider: name, request, fetchedAt: world.clock.now(), outcome };
      }
      // the config may have changed between two readings of one run
      const key = JSON.stringify([name, spec]);
      const known = memory?.find(key, request);
      if (known) return known;
      const source = sources.get(key) ?? openSource(world, name, spec);
      sources.set(key, source);
      const observation = await source.ask(release, request);
      memory?.keep(key, observation);
      return observation;
    },
    problems: () => [...sources.values()].flatMap((source) => source.problem() ?? []),
  };
}

interface Source {
  ask(release: string, request: MetricsRequest): Promise<Observation>;
  problem(): Problem | undefined;
}

function openSource(world: MetricsWorld, name: string, spec: ProviderSpec): Source {
  const inTurn = createTurns(AT_ONCE);
  let fault: unknown;
  let hasAnswered = false;
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
    if (first && silent.length >= (hasAnswered ? SILENCE_AFTER_ANSWERS : SILENCE))
      return without(
        absent(first.reason, `not asked, since "${name}" did not answer before: ${first.detail}`),
      );
    try {
      const provider = await opened;
      if (!provider) return without(absent('refused', toToolError(fault).message));
      const observation = await provider.query(request);
      const { outcome } = observation;
      const isSilent = outcome.kind === 'absent' && SILENT.has(outcome.reason);
      silent = isSilent ? [...silent, outcome] : [];
      hasAnswered ||= !isSilent;
      return observation;
    } catch (reason) {
      fail(reason);
      return without(absent('bad-response', toToolError(fault).message));
    }
  }

  return {
    ask: (release, request) => inTurn(release, () => query(request)),
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

type Turns = <Value>(group: string, task: () => Promise<Value>) => Promise<Value>;

/** Runs at most `limit` tasks at once. The groups take turns; within a group the order is that of asking. */
function createTurns(limit: number): Turns {
  const waiting = new Map<string, (() => void)[]>();
  let free = limit;

  function startNext(): void {
    for (const [group, queue] of waiting) {
      if (free === 0) return;
      const start = queue.shift();
      // to the end of the line, or out of it
      waiting.delete(group);
      if (queue.length > 0) waiting.set(group, queue);
      free -= 1;
      start?.();
    }
  }

  return async (group, task) => {
    await new Promise<void>((resolve) => {
      waiting.set(group, [...(waiting.get(group) ?? []), resolve]);
      // not before everybody who asks now stands in line
      queueMicrotask(startNext);
    });
    try {
      return await task();
    } finally {
      free += 1;
      startNext();
    }
  };
}

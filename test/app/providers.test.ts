import { describe, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { createProviders, type Providers } from '../../src/app/providers.ts';
import type { World } from '../../src/app/world.ts';
import type { AbsenceReason, MetricsRequest, Observation } from '../../src/core/analysis/observation.ts';
import { ToolError } from '../../src/core/errors.ts';
import type { Config } from '../../src/core/manifest/config-schema.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE, START } from '../builders/release.ts';
import { brokenProvider, CONFIG } from '../builders/world.ts';
import { healthy, holdToLaws, only, openBench, openInFlight, sick, told, weightOf } from './bench.ts';

holdToLaws();

const TWO = `${CONFIG}  spare: {kind: openmetrics, file: spare.om}\n`;

function configOf(text: string): Config {
  const reading = parseConfig('.belay/config.yaml', text);
  if (reading.kind === 'bad') throw new Error(reading.problems[0]!.message);
  return reading.value.config;
}

function requestFor(query: string): MetricsRequest {
  return { kind: 'instant', query, at: START };
}

type Outcome = Observation['outcome'];
const value: Outcome = { kind: 'sample', value: 1 };
const gone = (reason: AbsenceReason): Outcome => ({ kind: 'absent', reason, detail: 'connection refused' });

/** Providers over a script; `asked` are the queries that reached a provider. */
function openProviders(answer: (query: string, provider: string) => Outcome | Error) {
  const asked: string[] = [];
  let most = 0;
  let under = 0;
  const clock = createFixedClock(START);
  const provider = (name: string): MetricsProvider => ({
    name,
    query: async (request) => {
      asked.push(request.query);
      under += 1;
      most = Math.max(most, under);
      await Promise.resolve();
      under -= 1;
      const outcome = answer(request.query, name);
      if (outcome instanceof Error) throw outcome;
      return { provider: name, request, fetchedAt: clock.now(), outcome };
    },
  });
  const lines: string[] = [];
  const world = {
    clock,
    log: { info: () => undefined, warn: () => undefined, debug: (line: string) => void lines.push(line) },
    openProvider: async (name: string) => provider(name),
  } as unknown as World;
  return { providers: createProviders(world), world, asked, lines, most: () => most };
}

const ask = (providers: Providers, query: string, { name = 'prod', release = 'scorer' } = {}) =>
  providers.ask(configOf(TWO), { release, provider: name, request: requestFor(query) });

const askAll = (providers: Providers, count: number, name = 'prod') =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(providers, `q${index}`, { name })));

describe('a provider that does not answer', () => {
  it.each(['unreachable', 'timeout'] as const)(
    'is not asked again after two in a row: %s',
    async (reason) => {
      const { providers, asked } = openProviders(() => gone(reason));
      const observations = await askAll(providers, 40);
      expect(asked.length).toBeLessThanOrEqual(6);
      expect(observations.map(({ outcome }) => outcome.kind === 'absent' && outcome.reason)).toEqual(
        observations.map(() => reason),
      );
      expect(observations.at(-1)).toMatchObject({
        provider: 'prod',
        request: { query: 'q39' },
        fetchedAt: START,
        outcome: { detail: 'not asked, since "prod" did not answer before: connection refused' },
      });
    },
  );

  it('is asked on after a single failure', async () => {
    const { providers, asked } = openProviders((query) => (query === 'q3' ? gone('timeout') : value));
    const observations = await askAll(providers, 40);
    expect(asked).toHaveLength(40);
    expect(observations.filter(({ outcome }) => outcome.kind === 'sample')).toHaveLength(39);
  });

  it.each(['refused', 'server-error', 'empty', 'bad-response'] as const)(
    'is not what answers "%s": that is asked on',
    async (reason) => {
      const { providers, asked } = openProviders(() => gone(reason));
      await askAll(providers, 40);
      expect(asked).toHaveLength(40);
    },
  );

  it('takes no other provider with it', async () => {
    const { providers } = openProviders((_, provider) => (provider === 'prod' ? gone('timeout') : value));
    await askAll(providers, 20);
    const [spare] = await askAll(providers, 1, 'spare');
    expect(spare!.outcome).toEqual(value);
  });

  it('is given up later when it answered before: it may be slow over some questions', async () => {
    const { providers, asked } = openProviders((query) =>
      Number(query.slice(1)) < 10 ? value : gone('timeout'),
    );
    await askAll(providers, 60);
    expect(asked.length).toBeGreaterThanOrEqual(10 + 12);
    expect(asked.length).toBeLessThan(10 + 12 + 6);
  });

  it('is not given up because one release asks what it is slow over', async () => {
    const { providers } = openProviders((query) => (query.startsWith('heavy') ? gone('timeout') : value));
    const heavy = Array.from({ length: 10 }, (_, index) => ask(providers, `heavy${index}`, { release: 'a' }));
    const light = Array.from({ length: 10 }, (_, index) => ask(providers, `light${index}`, { release: 'b' }));
    await Promise.all(heavy);
    const answers = await Promise.all(light);
    expect(answers.map(({ outcome }) => outcome)).toEqual(answers.map(() => value));
  });

  it('is asked by the releases in turn', async () => {
    const { providers, asked } = openProviders(() => value);
    const releases = ['a', 'b', 'c'];
    const all = releases.flatMap((release) =>
      Array.from({ length: 4 }, (_, index) => ask(providers, `${release}${index}`, { release })),
    );
    await Promise.all(all);
    expect(asked.slice(0, 6)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1']);
    expect(asked).toHaveLength(12);
  });

  it('is asked six questions at once at most', async () => {
    const { providers, most } = openProviders(() => value);
    await askAll(providers, 40);
    expect(most()).toBe(6);
  });
});

describe('a provider that breaks', () => {
  it('is a typed absence and a problem of the config', async () => {
    const { providers } = openProviders(
      () => new ToolError({ code: 'REFUSED', message: 'metrics.om:3:1: not a sample' }),
    );
    const [observation] = await askAll(providers, 1);
    expect(observation!.outcome).toEqual({
      kind: 'absent',
      reason: 'bad-response',
      detail: 'metrics.om:3:1: not a sample',
    });
    expect(providers.problems()).toEqual([
      expect.objectContaining({
        code: 'PROVIDER_NOT_OPENED',
        path: 'providers.prod',
        at: { file: '.belay/config.yaml', line: 1, column: 1 },
      }),
    ]);
  });

  it('does not tell what an error of somebody else says, for that may be a secret', async () => {
    const { providers, lines } = openProviders(() => new TypeError('Bearer hunter2'));
    const [observation] = await askAll(providers, 1);
    expect(JSON.stringify([observation, providers.problems()])).not.toContain('hunter2');
    expect(observation!.outcome).toMatchObject({ detail: expect.stringContaining('TypeError') });
    expect(lines.join('\n')).toContain('TypeError');
  });

  it('is not looked for on prototypes', async () => {
    const { providers } = openProviders(() => value);
    const observation = await ask(providers, 'q', { name: 'constructor' });
    expect(observation.outcome).toMatchObject({ kind: 'absent', reason: 'refused' });
  });
});

describe('in a tick', () => {
  const down = { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } };

  it('a server that is down neither advances nor rolls back', async () => {
    const bench = await openInFlight(2, down);
    bench.world.openProvider = async () => brokenProvider(bench.clock);
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'CHECK_ERROR', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('connection refused');
    expect(exitCodeOf(report)).toBe(0);
    expect(weightOf(bench)).toBe(5);
    expect(exitCodeOf(await bench.tick(32 + 61))).toBe(2);
  });

  it('a secret that is missing holds the releases that need it, and says so: exit 1', async () => {
    const bench = await openInFlight(2);
    const message = 'provider "prod": expected a token in PROM_TOKEN, got none; set it in the environment';
    bench.world.openProvider = async () => {
      throw new ToolError({ code: 'REFUSED', message });
    };
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'CHECK_ERROR', 'none']);
    expect(report.problems).toMatchObject([{ code: 'PROVIDER_NOT_OPENED', severity: 'error', message }]);
    expect(exitCodeOf(report)).toBe(1);
    expect(weightOf(bench)).toBe(5);
  });

  it('nobody misses the secret of a provider that nobody asks', async () => {
    const bench = openBench();
    bench.world.openProvider = async () => {
      throw new ToolError({ code: 'REFUSED', message: 'no token' });
    };
    const report = await bench.tick(0);
    expect(told(report)).toEqual(['adopt', 'FIRST_SEEN', 'committed']);
    expect([exitCodeOf(report), report.problems]).toEqual([0, []]);
  });

  it('a provider that the config does not name is a problem of the manifest', async () => {
    const bench = await openInFlight(2);
    bench.forge.push({ '.belay/config.yaml': CONFIG.replace('prod:', 'staging:') });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'MANIFEST_INVALID', 'none']);
    expect(exitCodeOf(report)).toBe(1);
  });
});

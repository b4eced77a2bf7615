import { describe, expect, it } from 'vitest';
import { type WatchOptions, watch } from '../../src/app/watch.ts';
import type { MetricsRequest } from '../../src/core/analysis/observation.ts';
import { ToolError } from '../../src/core/errors.ts';
import { formatInstant, type Instant, type Millis, millis, parseDuration } from '../../src/core/units.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import type { WatchReport } from '../../src/report/watch-report.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { MANIFEST, moveTo, SERVING, writeRoute } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  CHECKS,
  healthy,
  holdToLaws,
  openBench,
  openInFlight,
  readRecording,
  told,
  weightOf,
  writeManifest,
} from './bench.ts';

holdToLaws();

const duration = (text: string): Millis => parseDuration(text) ?? millis(Number.NaN);

/** What others do: by the number of the pause between two looks, from 1. */
type Meanwhile = (pause: number, at: Instant) => void;

interface Watched extends WatchReport {
  /** Length of each pause, in seconds. */
  readonly pauses: readonly number[];
}

/** Watches from a minute on, in virtual time: nobody waits. */
async function look(
  bench: Bench,
  from: number,
  input: { readonly for?: string; readonly every?: string; readonly meanwhile?: Meanwhile } & Partial<
    Pick<WatchOptions, 'only' | 'stop'>
  > = {},
): Promise<Watched> {
  const { clock } = bench;
  await moveTo(clock, minute(from));
  bench.forge.checkout();
  const pauses: number[] = [];
  const sleep = async (length: Millis, until?: AbortSignal): Promise<void> => {
    pauses.push(length / 1000);
    await clock.sleep(length, until);
    input.meanwhile?.(pauses.length, clock.now());
  };
  const world = { ...bench.world, clock: { now: clock.now, sleep } };
  const report = await watch(world, {
    only: input.only ?? [],
    dryRun: false,
    length: duration(input.for ?? '55m'),
    every: duration(input.every ?? '30s'),
    stop: input.stop ?? new AbortController().signal,
  });
  return { ...report, pauses };
}

/** Moments and decisions; what a hold waits for is left out. */
const eventsOf = ({ watch: { events } }: WatchReport): readonly string[] =>
  events
    .map(({ at, text }) => `${formatInstant(at).slice(11, 19)} ${text.split(':')[0]}`)
    .filter((line, index, lines) => !line.endsWith('hold') || !lines[index - 1]?.endsWith('hold'));

/** A bench whose provider tells when it was asked what. */
async function openAsked(moves: 2 | 3, checks: readonly unknown[] = CHECKS) {
  const asked: { readonly at: Instant; readonly request: MetricsRequest }[] = [];
  const recorded = readRecording();
  const bench = await openInFlight(1, {
    provider: (clock) => ({
      ...recorded,
      query: async (request) => {
        asked.push({ at: clock.now(), request });
        return { ...(await recorded.query(request)), fetchedAt: clock.now() };
      },
    }),
  });
  bringCandidate(bench, { checks });
  for (const at of [1, 32].slice(0, moves - 1)) await bench.tick(at);
  asked.length = 0;
  return { bench, asked };
}

describe('a watch', () => {
  it('walks a healthy release from its first step to its last, each as soon as its hold is over', async () => {
    const bench = await openInFlight(1);
    bringCandidate(bench);
    const report = await look(bench, 1, { for: '6h' });
    expect(eventsOf(report)).toEqual([
      '08:01:00 start 0% → 5%',
      '08:01:30 hold',
      '08:31:00 advance 5% → 25%',
      '08:31:30 hold',
      '09:01:00 advance 25% → 100%',
      '09:01:30 hold',
      '09:31:00 promote 100% → 0%',
      '09:31:30 nothing',
    ]);
    expect(report.watch).toMatchObject({ end: 'idle', broken: 0, untold: 0 });
    expect(told(report.weightiest)).toEqual(['promote', 'CHECKS_PASS', 'committed']);
    expect(report.changed).toBe(true);
    expect(exitCodeOf(report.last)).toBe(0);
    expect(bench.forge.requests.filter((name) => name !== 'commit')).toEqual([]);
  });

  it('ends at its first look where nothing is in flight', async () => {
    const bench = openBench();
    await bench.tick(0);
    const report = await look(bench, 5);
    expect(report.watch).toMatchObject({ end: 'idle', looks: 1, events: [] });
    expect(report.pauses).toEqual([]);
  });

  it('ends at its first look where a person paused what nobody is exposed to', async () => {
    const bench = await openInFlight(1);
    bringCandidate(bench, { paused: true });
    const { watch: report } = await look(bench, 5);
    expect(report).toMatchObject({ looks: 1, end: 'idle' });
  });

  it('ends when its time is over, with no look begun after that', async () => {
    const report = await look(await openInFlight(2), 2, { for: '5m' });
    expect(report.watch).toMatchObject({ end: 'time', looks: 11, length: 300_000 });
    expect(new Set(report.pauses)).toEqual(new Set([30]));
  });

  it('sees a candidate that is taken out between two looks, and has nothing to watch then', async () => {
    const bench = await openInFlight(2);
    const report = await look(bench, 2, {
      meanwhile: (pause) => {
        if (pause === 4) bench.forge.push({ [MANIFEST]: writeManifest() }, { message: 'Take it out' });
      },
    });
    expect(eventsOf(report)).toEqual(['08:02:00 hold', '08:04:00 adopt']);
    expect(report.watch.end).toBe('idle');
  });

  it('rolls back at the first whole tick that proves harm', async () => {
    const bench = await openInFlight(3, {
      health: { [STABLE.version]: healthy, [CANDIDATE.version]: (at) => (at < 43 ? 0.005 : 0.5) },
    });
    const report = await look(bench, 41);
    expect(told(report.weightiest)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(report.watch.end).toBe('idle');
    const rollback = report.watch.events.find(({ text }) => text.startsWith('rollback 25% → 0%'));
    expect(Number(rollback?.at)).toBeLessThanOrEqual(minute(43 + 10));
  });
});

describe('what a watch asks the providers', () => {
  it('is evidence once per tick, and not between two ticks', async () => {
    const { bench, asked } = await openAsked(2);
    const report = await look(bench, 2, { for: '20m' });
    expect(report.watch.looks).toBe(41);
    const moments = [...new Set(asked.map(({ at }) => at))];
    // five minutes are a tick by default
    expect(moments.length).toBeGreaterThanOrEqual(4);
    expect(moments.length).toBeLessThanOrEqual(5);
    const questions = asked.map(({ request }) => JSON.stringify(request));
    expect(new Set(questions).size).toBe(questions.length);
  });

  it('is a threshold at every look, since it is read up to now', async () => {
    const threshold = {
      name: 'up',
      kind: 'threshold',
      provider: 'prod',
      query: 'sum(predict_total{version="{{version}}"})',
      min: 0,
      for: '5m',
    };
    const { bench, asked } = await openAsked(2, [...CHECKS, threshold]);
    const report = await look(bench, 2, { for: '10m' });
    const about = asked.filter(({ request }) => request.query.startsWith('sum(predict_total'));
    expect(about.length).toBe(report.watch.looks);
  });

  it('is the same again where no answer came', async () => {
    const { bench } = await openAsked(2);
    let down = 0;
    const open = bench.world.openProvider;
    Object.assign(bench.world, {
      openProvider: async (...args: Parameters<typeof open>) => {
        const provider = await open(...args);
        return {
          ...provider,
          query: async (request: MetricsRequest) => {
            if (bench.clock.now() > minute(9)) return provider.query(request);
            down += 1;
            const outcome = { kind: 'absent', reason: 'unreachable', detail: 'refused' } as const;
            return { provider: 'prod', request, fetchedAt: bench.clock.now(), outcome };
          },
        };
      },
    });
    const report = await look(bench, 7, { for: '5m' });
    // both queries about both versions, at each of the five looks until then
    expect(down).toBe(5 * 4);
    expect(told(report.last).slice(0, 2)).toEqual(['hold', 'HOLD_NOT_OVER']);
  });
});

describe('a look that breaks', () => {
  const down = () => new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'git: no answer' });

  it('does not end the watch, and is told once for all that break alike', async () => {
    const bench = await openInFlight(2);
    const report = await look(bench, 30, {
      for: '4m',
      meanwhile: (pause) => {
        if (pause <= 3) bench.forge.failNext('refresh', down());
      },
    });
    expect(report.watch).toMatchObject({ looks: 9, broken: 3, end: 'time' });
    expect(report.watch.events.filter(({ release }) => release === '')).toHaveLength(1);
    expect(report.fault).toBeUndefined();
    expect(told(report.weightiest)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });

  it('is the exit of a watch when it was the last one', async () => {
    const bench = await openInFlight(2);
    const report = await look(bench, 10, {
      for: '2m',
      meanwhile: () => bench.forge.failNext('refresh', down()),
    });
    expect(report).toMatchObject({
      watch: { end: 'time', looks: 5, broken: 4 },
      fault: { code: 'FORGE_UNAVAILABLE' },
    });
    expect(told(report.last)[0]).toBe('hold');
  });

  it('ends the watch at once when the next one would meet the same', async () => {
    const bench = await openInFlight(2);
    const rejected = new ToolError({ code: 'UNAUTHORISED', message: 'the token was rejected' });
    const report = await look(bench, 10, { meanwhile: () => bench.forge.failNext('refresh', rejected) });
    expect(report).toMatchObject({ watch: { end: 'broken', looks: 2 }, fault: { code: 'UNAUTHORISED' } });
  });

  it('is the fault of the run when no look came to an end', async () => {
    const bench = await openInFlight(2);
    await expect(look(bench, 10, { only: ['scoring'] })).rejects.toMatchObject({ code: 'REFUSED' });
  });
});

describe('what a person must hear of', () => {
  const moved = { [SERVING]: writeRoute({ 'scorer-a': 50, 'scorer-b': 50 }) };

  it('ends the watch when it comes up', async () => {
    const bench = await openInFlight(2);
    const report = await look(bench, 32, {
      meanwhile: (pause) => {
        if (pause === 1)
          bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 50 }) });
      },
    });
    expect(report.watch).toMatchObject({ end: 'person', looks: 2 });
    expect(exitCodeOf(report.last)).toBe(1);
  });

  it('does not end it when an earlier run has told it and a version is exposed', async () => {
    const bench = await openInFlight(2, {
      health: { [STABLE.version]: healthy, [CANDIDATE.version]: (at) => (at < 43 ? 0.005 : 0.5) },
    });
    bench.forge.push(moved);
    const report = await look(bench, 32);
    expect(report.watch.events[0]?.text).toMatch(/^hold/);
    expect(told(report.weightiest)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });

  it('ends it at the first look where nobody is exposed', async () => {
    const bench = openBench();
    await bench.tick(0);
    bench.forge.push({ [MANIFEST]: 'kind: Relase\n' });
    const report = await look(bench, 2);
    expect(told(report.last).slice(0, 2)).toEqual(['hold', 'MANIFEST_INVALID']);
    expect(report.watch).toMatchObject({ end: 'person', looks: 1 });
    expect(exitCodeOf(report.last)).toBe(1);
  });
});

describe('a pause', () => {
  it('is told at once, since it is written down once', async () => {
    const gone = (at: number) => (at < 10 ? 0.005 : undefined);
    const bench = await openInFlight(2, {
      health: { [STABLE.version]: gone, [CANDIDATE.version]: gone },
    });
    const report = await look(bench, 2, { for: '5h' });
    expect(told(report.last)).toEqual(['pause', 'EVIDENCE_MISSING', 'committed']);
    expect(report.watch.end).toBe('person');
    expect(exitCodeOf(report.last)).toBe(2);
    // the version is still exposed: the next run watches on
    const next = await look(bench, 200, { for: '5m' });
    expect(next.watch).toMatchObject({ end: 'time', looks: 11 });
    expect(exitCodeOf(next.last)).toBe(0);
  });
});

describe('a watch that is asked to stop', () => {
  it('ends between two looks', async () => {
    const bench = await openInFlight(2);
    const stop = new AbortController();
    const report = await look(bench, 2, {
      stop: stop.signal,
      meanwhile: (pause) => {
        if (pause === 3) stop.abort();
      },
    });
    expect(report.watch).toMatchObject({ end: 'stopped', looks: 3 });
    expect(exitCodeOf(report.last)).toBe(0);
  });

  it('ends after the look that is under way', async () => {
    const bench = await openInFlight(2);
    const stop = new AbortController();
    bench.forge.beforeNextWrite(() => stop.abort());
    const report = await look(bench, 32, { stop: stop.signal });
    expect(report.watch).toMatchObject({ end: 'stopped', looks: 1 });
    expect(told(report.last)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(weightOf(bench)).toBe(25);
  });
});

describe('a pull request that waits', () => {
  it('is asked about with pauses that spare the budget of the token, and merged when it can be', async () => {
    const bench = await openInFlight(2, {
      config:
        'apiVersion: belay.dev/v1\nkind: Config\nadvance: {mode: pull-request}\nproviders:\n  prod: {kind: openmetrics, file: metrics.om}\n',
    });
    bench.forge.setRules({ pending: 'ci' });
    const before = bench.forge.requests.length;
    const report = await look(bench, 40, {
      meanwhile: (pause) => {
        if (pause === 10) bench.forge.setRules({});
      },
    });
    const spent = bench.forge.requests.length - before;
    expect(told(report.weightiest)[2]).toBe('merged');
    expect(bench.forge.pulls.map(({ state }) => state)).not.toContain('open');
    expect(spent / (report.watch.length / 3_600_000)).toBeLessThanOrEqual(360);
  });
});

describe('the diary of a watch', () => {
  it('is bounded when a release flaps at every look', async () => {
    const bench = await openInFlight(2);
    const steps = [
      { weight: 5, hold: '12h' },
      { weight: 100, hold: '1h' },
    ];
    const sentence = (paused: boolean) => writeManifest({ candidate: CANDIDATE, weight: 5, paused, steps });
    const report = await look(bench, 2, {
      for: '40m',
      every: '10s',
      meanwhile: (pause) => bench.forge.push({ [MANIFEST]: sentence(pause % 2 === 1) }),
    });
    expect(report.watch.events.length).toBeLessThanOrEqual(200);
    expect(report.watch.events.length + report.watch.untold).toBeGreaterThan(200);
    expect(bench.log.length).toBeLessThan(300);
  });
});

import { readFile, rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import * as book from '../../examples/fraud-scorer/demo/stories.mjs';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createPrometheusProvider } from '../../src/adapters/prometheus/prometheus-provider.ts';
import { createSecrets } from '../../src/adapters/system/secrets.ts';
import { createStage, isSettled, type Stage } from '../../src/cli/demo/replay-demo.ts';
import { instant } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../tools/prometheus-server.ts';

/**
 * The example's two stories, told twice from the same recordings: once by the openmetrics provider that the demo uses, once by a
 * real Prometheus that holds the same samples. What Belay decides must not depend on which of them answers.
 */

const TICK = 5;
const LONGEST = 24 * 60;
const servers: PrometheusServer[] = [];
const directories: string[] = [];

afterAll(async () => {
  for (const server of servers) await server.stop();
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

/** What one tick said: everything a person can read of it. */
function told(report: RunReport) {
  return report.releases.map(({ decision, assessment }) => ({
    at: new Date(report.at).toISOString(),
    kind: decision.kind,
    from: decision.from,
    to: decision.to,
    reasons: decision.reasons.map(({ code, text }) => `${code}: ${text}`),
    overall: assessment?.overall,
    checks: assessment?.checks.map(({ name, verdict, sentence }) => `${name}: ${verdict}: ${sentence}`),
  }));
}

type Tick = ReturnType<typeof told>;

/** Opens the source of one story's metrics. */
type Source = (recording: string, clock: Clock) => Promise<MetricsProvider>;

async function tellStories(source: Source): Promise<readonly (readonly Tick[])[]> {
  const stage = await createStage(book);
  directories.push(stage.repository.directory);
  const stories: (readonly Tick[])[] = [];
  for (const story of book.STORIES) {
    const recording = await readFile(book.recordingFile(story), 'utf8');
    stories.push(await tellStory(stage, story, await source(recording, stage.clock)));
  }
  return stories;
}

async function tellStory(
  stage: Stage,
  story: (typeof book.STORIES)[number],
  provider: MetricsProvider,
): Promise<readonly Tick[]> {
  const ticks: Tick[] = [];
  const start = Date.parse(story.startsAt);
  for (let minute = TICK; minute <= LONGEST; minute += TICK) {
    const now = instant(start + minute * 60_000);
    if (minute === story.mergedAfterMinutes) await stage.repository.mergeCandidate(story, now);
    const report = await stage.tick(now, provider);
    ticks.push(told(report));
    if (minute > story.mergedAfterMinutes && report.releases.every(isSettled)) break;
  }
  return ticks;
}

const fromRecording: Source = async (text, clock) => createOpenMetricsProvider({ name: 'prod', text, clock });

const fromPrometheus: Source = async (openMetrics, clock) => {
  const server = await startPrometheus({ openMetrics });
  servers.push(server);
  const spec = { kind: 'prometheus', url: server.url } as const;
  return createPrometheusProvider({ name: 'prod', spec, env: {}, clock, secrets: createSecrets() });
};

describe.skipIf(!hasPrometheus())('the same history', () => {
  it('gives the same decisions and sentences at every tick, whoever answers', async () => {
    const recorded = await tellStories(fromRecording);
    const measured = await tellStories(fromPrometheus);
    const ends = recorded.map((ticks) => ticks.at(-1)?.[0]?.kind);
    expect(ends).toEqual(['promote', 'rollback']);
    expect(recorded.flat(2).some(({ checks }) => checks?.length === 3)).toBe(true);
    for (const [index, ticks] of recorded.entries()) {
      expect(ticks.length).toBeGreaterThan(20);
      expect(measured[index]).toEqual(ticks);
    }
  }, 300_000);
});

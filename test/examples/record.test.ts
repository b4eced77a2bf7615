import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHistory, describeRecording } from '../../examples/fraud-scorer/demo/history.mjs';
import { type Operator, recordStory } from '../../examples/fraud-scorer/demo/record.mjs';
import { findStory } from '../../examples/fraud-scorer/demo/stories.mjs';
import { createOperator } from '../../examples/fraud-scorer/demo/walker.mjs';
import { parseOpenMetrics } from '../../src/adapters/openmetrics/parse-openmetrics.ts';
import { findProgram } from '../tools/find-program.ts';

const PROMTOOL = findProgram('promtool');

/** The values of a series by seconds since the start of a story. */
function valuesOf(text: string, series: string, startsAt: string): ReadonlyMap<number, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${series} `));
  return new Map(
    lines.map((line) => {
      const [value, at] = line
        .slice(series.length + 1)
        .split(' ')
        .map(Number);
      return [at! - Date.parse(startsAt) / 1000, value!] as const;
    }),
  );
}

describe('a history', () => {
  const scrape = (version: string, count: number): string =>
    [
      '# HELP predict Predictions asked for.',
      '# TYPE predict counter',
      `predict_total{version="${version}"} ${count}`,
      '# TYPE predict_seconds histogram',
      `predict_seconds_bucket{version="${version}",le="0.1"} ${count}`,
      `predict_seconds_bucket{version="${version}",le="+Inf"} ${count}`,
      `predict_seconds_count{version="${version}"} ${count}`,
      `predict_seconds_sum{version="${version}"} 0.5`,
      '# EOF',
      '',
    ].join('\n');

  it('keeps the samples of a family together and those of a series in the order of time', () => {
    const history = createHistory();
    history.add(scrape('1', 10), 60_000);
    history.add(scrape('2', 1), 60_000);
    history.add(scrape('1', 25), 120_000);
    expect(history.render().split('\n').slice(0, 9)).toEqual([
      '# HELP predict Predictions asked for.',
      '# TYPE predict counter',
      'predict_total{version="1"} 10 60',
      'predict_total{version="1"} 25 120',
      'predict_total{version="2"} 1 60',
      '# TYPE predict_seconds histogram',
      'predict_seconds_bucket{version="1",le="0.1"} 10 60',
      'predict_seconds_bucket{version="1",le="+Inf"} 10 60',
      'predict_seconds_count{version="1"} 10 60',
    ]);
    expect(parseOpenMetrics(history.render(), 'history').kind).toBe('series');
  });

  it('says where it comes from in a way that OpenMetrics allows', () => {
    const preface = describeRecording({ words: 'a "b"\nc\\d', labels: { who: 'x"y' }, at: 60_000 });
    expect(preface).toEqual([
      '# HELP recording a \\"b\\"\\nc\\\\d',
      '# TYPE recording info',
      'recording_info{who="x\\"y"} 1 60',
    ]);
  });
});

describe('recording a story', () => {
  const story = findStory('healthy');
  const record = async (operator: Operator, minutes: number) =>
    recordStory({ story, operator, minutes, perMinute: 60 });

  it('sends the requests of each minute through the weights that the operator wrote', async () => {
    const walker = await createOperator(story);
    const recording = await record(walker, 30);
    expect(recording).toMatchObject({ minutes: 30, settledAfter: undefined });
    const stable = valuesOf(recording.text, 'predict_total{version="3.4.1"}', story.startsAt);
    const candidate = valuesOf(recording.text, 'predict_total{version="3.5.0"}', story.startsAt);
    expect([...stable.keys()]).toEqual(Array.from({ length: 30 }, (_, index) => 60 * (index + 1)));
    // Merged at minute 20 with its first tick: there from the next scrape on, with one percent of the requests.
    expect([...candidate.keys()]).toEqual(Array.from({ length: 10 }, (_, index) => 60 * (index + 21)));
    expect(stable.get(1_800)! + candidate.get(1_800)!).toBe(recording.requests);
    const afterMerge = recording.requests - stable.get(1_200)!;
    expect(candidate.get(1_800)).toBeGreaterThan(0);
    expect(candidate.get(1_800)).toBeLessThan(0.03 * afterMerge);
    expect(parseOpenMetrics(recording.text, 'recording').kind).toBe('series');
  });

  it('gives every tick what was scraped until then, and ends ten minutes after the release is settled', async () => {
    const walker = await createOperator(story);
    const seen: string[] = [];
    const operator: Operator = {
      ...walker,
      name: 'test',
      tick: async (now, history) => {
        const lastScrape = Math.max(
          ...[...history().matchAll(/ (\d{10})$/gm)].map((match) => Number(match[1])),
        );
        seen.push(`${now.toISOString().slice(11, 16)} ${lastScrape === now.getTime() / 1000}`);
        return { settled: true };
      },
    };
    const recording = await record(operator, 60);
    expect(recording).toMatchObject({ settledAfter: 25, minutes: 35 });
    expect(seen.slice(0, 3)).toEqual(['08:05 true', '08:10 true', '08:15 true']);
    expect(seen).toHaveLength(7);
  });

  it.skipIf(PROMTOOL === undefined)('gives a file that promtool accepts', async () => {
    const { text } = await record(await createOperator(story), 22);
    const folder = mkdtempSync(join(tmpdir(), 'belay-recording-'));
    try {
      writeFileSync(join(folder, 'history.om'), text);
      const args = ['tsdb', 'create-blocks-from', 'openmetrics', '-q', 'history.om', 'data'];
      expect(() => execFileSync(PROMTOOL!, args, { cwd: folder, stdio: 'pipe' })).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

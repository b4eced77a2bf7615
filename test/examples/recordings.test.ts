import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPullRequest, recordingFile, STORIES } from '../../examples/fraud-scorer/demo/stories.mjs';
import { parseOpenMetrics } from '../../src/adapters/openmetrics/parse-openmetrics.ts';
import { findProgram } from '../tools/find-program.ts';

const PROMTOOL = findProgram('promtool');
const MEGABYTE = 1_000_000;

/** Values of a series, by the time of day of their sample. */
function valuesOf(text: string, series: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${series} `));
  return new Map(
    lines.map((line) => {
      const [value, at] = line.slice(series.length + 1).split(' ');
      return [new Date(1_000 * Number(at)).toISOString().slice(11, 16), Number(value)] as const;
    }),
  );
}

describe.each(STORIES)('the recording of $name', (story) => {
  const file = recordingFile(story);
  const text = readFileSync(file, 'utf8');
  const of = (name: string) => valuesOf(text, name);

  it('is OpenMetrics, and small enough to keep in Git', () => {
    expect(parseOpenMetrics(text, file).kind).toBe('series');
    expect(text.length).toBeLessThan(2 * MEGABYTE);
  });

  it.skipIf(PROMTOOL === undefined)('is accepted by promtool', () => {
    const folder = mkdtempSync(join(tmpdir(), 'belay-recording-'));
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', '-q', file, join(folder, 'data')];
    try {
      expect(() => execFileSync(PROMTOOL!, args, { stdio: 'pipe' })).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('was made with Belay at the helm and with the models that the pull request names', () => {
    const [, labels = ''] = /^recording_info\{(.*)\} 1 /m.exec(text) ?? [];
    expect(labels).toContain(`story="${story.name}"`);
    expect(labels).toMatch(/weights_by="belay \d/);
    const [manifest] = readPullRequest(story).files;
    const named = [...manifest!.text.matchAll(/fraud-scorer-(\S+)\.json\n +digest: (sha256:\S+)/g)];
    const [, models] = /models="([^"]*)"/.exec(labels) ?? [];
    expect(named).toHaveLength(2);
    for (const [, version, digest] of named) expect(models?.split(', ')).toContain(`${version} ${digest}`);
  });

  it('begins with stable alone and shows a candidate that got traffic', () => {
    const candidate = of(`predict_total{version="${story.candidate}"}`);
    const first = new Date(Date.parse(story.startsAt) + (story.mergedAfterMinutes + 1) * 60_000);
    expect([...candidate.keys()][0]).toBe(first.toISOString().slice(11, 16));
    expect([...candidate.values()].at(-1)).toBeGreaterThan(10_000);
  });
});

describe('what the recordings show', () => {
  const [healthy, faulty] = STORIES.map((story) => readFileSync(recordingFile(story), 'utf8'));
  const unknown = 'predict_errors_total{version="3.6.0",reason="unknown_category"}';

  it('a healthy candidate that ends with all the traffic', () => {
    const stable = [...valuesOf(healthy!, 'predict_total{version="3.4.1"}').values()];
    const candidate = [...valuesOf(healthy!, 'predict_total{version="3.5.0"}').values()];
    expect(stable.at(-1)).toBe(stable.at(-30));
    expect(candidate.at(-1)! - candidate.at(-30)!).toBeGreaterThan(50_000);
  });

  it('a faulty candidate that is healthy until 17:00, fails then, and is off traffic within the hour', () => {
    const errors = valuesOf(faulty!, unknown);
    expect(errors.get('17:00')).toBe(0);
    expect(errors.get('17:05')).toBeGreaterThan(0);
    const total = [...valuesOf(faulty!, 'predict_total{version="3.6.0"}')];
    const [lastAt, last] = total.at(-1)!;
    expect(lastAt < '18:00').toBe(true);
    expect(total.at(-6)![1]).toBe(last);
  });
});

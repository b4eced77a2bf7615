import { CANDIDATE, minute } from '../builders/release.ts';
import { type RecordedPoint, writeOpenMetrics } from '../tools/open-metrics-writer.ts';
import { CHECKS, type Setup } from './bench.ts';

/** In minutes. */
export const HOUR = 60;
/** Labels come three days after the prediction. */
const DELAY = 72 * HOUR;
const LAST = 120 * HOUR;
/** Points of the recording, minutes apart. */
const APART = 10;
const REQUESTS = 3_000;

/** Share of the traffic that the candidate gets, by the minute, as this test rolls it out. */
const share = (at: number): number => (at < HOUR ? 0 : at < 5 * HOUR ? 0.1 : at < 9 * HOUR ? 0.5 : 1);

/** Three weeks of a service whose new version is wrong twice as often, which shows only in its labels. */
export function recordLateLabels(wrong: Readonly<Record<string, number>>): string {
  const traffic = (version: string, at: number): number =>
    at < -HOUR ? 0 : REQUESTS * (version === CANDIDATE.version ? share(at) : 1 - share(at));
  const series = (count: (version: string, at: number) => number) =>
    Object.keys(wrong).map((version) => {
      let sum = 0;
      const points: RecordedPoint[] = [];
      for (let at = -2 * HOUR; at <= LAST; at += APART) {
        sum += count(version, at);
        points.push([minute(at), Math.floor(sum)]);
      }
      return { labels: { version }, points };
    });
  const family = (name: string, count: (version: string, at: number) => number) => ({
    name,
    type: 'counter' as const,
    series: series(count),
  });
  const labelled = (version: string, at: number) => traffic(version, at - DELAY) * 0.5;
  return writeOpenMetrics([
    family('predict', traffic),
    family('predict_errors', (version, at) => traffic(version, at) * 0.005),
    family('labelled', labelled),
    family('correct', (version, at) => labelled(version, at) * (1 - (wrong[version] ?? 0))),
  ]);
}

const ACCURACY = {
  name: 'accuracy',
  kind: 'accuracy',
  provider: 'prod',
  correct: 'sum(increase(correct_total{version="{{version}}"}[{{window}}]))',
  labelled: 'sum(increase(labelled_total{version="{{version}}"}[{{window}}]))',
  labelDelay: '72h',
  required: false,
  tolerate: { absolute: '1%' },
};

/** A manifest that watches a version for a week after its promotion. @param onFail of the labels */
export const lateLabels = (onFail?: string): Setup => ({
  watch: '7d',
  deadline: '48h',
  steps: [
    { weight: 10, hold: '4h' },
    { weight: 50, hold: '4h' },
    { weight: 100, hold: '2h' },
  ],
  checks: [...CHECKS, onFail === undefined ? ACCURACY : { ...ACCURACY, onFail }],
  health: { tick: '30m', ingestDelay: '10m', noDataDeadline: '6h' },
});

export const LATE_LABELS = lateLabels();

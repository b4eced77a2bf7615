import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { brokenProvider, MANIFEST } from '../builders/world.ts';
import {
  bringCandidate,
  CHECKS,
  healthy,
  holdToLaws,
  only,
  openBench,
  splitOf,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

/** A server that knows the candidate and nothing of stable. */
const BLIND = { health: { [CANDIDATE.version]: healthy } };
/** The check of bad events, answered where the other one is not. */
const THRESHOLD = {
  name: 'latency',
  kind: 'threshold',
  provider: 'prod',
  query: 'predict_p99{version="{{version}}"}',
  max: 1,
};

describe('a rollout whose checks cannot see stable', () => {
  it('does not start: nobody is exposed, and the lines of the queries are named', async () => {
    const bench = openBench(BLIND);
    await bench.tick(0);
    bringCandidate(bench);
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', 'START_BLIND', 'none']);
    expect(only(report).decision.reasons[0].text).toBe(
      'errors cannot see stable 3.4.1: bad gave no series. Nobody is exposed until it can',
    );
    const lines = writeManifest({ candidate: CANDIDATE }).split('\n');
    const line = (key: string) => lines.findIndex((text) => text.trimStart().startsWith(`${key}: `)) + 1;
    expect(only(report).problems).toMatchObject([
      { code: 'START_BLIND', severity: 'warning', at: { file: MANIFEST, line: line('bad') } },
      { code: 'START_BLIND', severity: 'warning', at: { file: MANIFEST, line: line('total') } },
    ]);
    expect(only(report).problems[1]!.message).toContain(
      'Asked was: sum(increase(predict_total{version="3.4.1"}[5m]))',
    );
    expect([weightOf(bench), splitOf(bench), exitCodeOf(report)]).toEqual([0, [100, 0], 0]);
    expect(only(report).edits).toEqual([]);
    expect(bench.forge.requests).toEqual(['commit']);
  });

  it('needs a person when that lasts, counted from when the candidate came', async () => {
    const bench = openBench(BLIND);
    await bench.tick(0);
    await bench.tick(300);
    bringCandidate(bench);
    expect(exitCodeOf(await bench.tick(310))).toBe(0);
    // an edit of something else does not begin the wait anew
    bringCandidate(bench, { deadline: '25h' });
    expect(exitCodeOf(await bench.tick(359))).toBe(0);
    const late = await bench.tick(361);
    expect(exitCodeOf(late)).toBe(2);
    expect(only(late).decision.reasons.at(-1)).toEqual({
      code: 'EVIDENCE_MISSING',
      text: '3.5.0 has waited for more than 1h; it starts by itself as soon as this can be seen',
    });
  });

  it('starts by itself when they can', async () => {
    const bench = openBench();
    await bench.tick(0);
    bringCandidate(bench);
    const { openProvider } = bench.world;
    bench.world.openProvider = async () => brokenProvider(bench.clock);
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', 'START_BLIND', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('unreachable, connection refused');
    bench.world.openProvider = openProvider;
    expect(told(await bench.tick(6))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('is not held by a threshold of which there is nothing to see before the candidate serves', async () => {
    const checks = [...CHECKS, THRESHOLD];
    const bench = openBench({ files: writeFiles({ checks }) });
    await bench.tick(0);
    bringCandidate(bench, { checks });
    expect(told(await bench.tick(1))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('is held by a threshold whose query is refused', async () => {
    const checks = [...CHECKS, { ...THRESHOLD, query: 'sum(predict_p99{version="{{version}}"}' }];
    const bench = openBench({ files: writeFiles({ checks }) });
    await bench.tick(0);
    bringCandidate(bench, { checks });
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', 'START_BLIND', 'none']);
    expect(only(report).decision.reasons[0].text).toMatch(/^latency cannot be asked: query gave refused, /);
  });

  it('is not asked about when it has another reason to wait', async () => {
    const bench = openBench({ provider: brokenProvider });
    await bench.tick(0);
    bringCandidate(bench, { paused: true });
    expect(told(await bench.tick(1))).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
  });
});

describe('a rollout under way', () => {
  it('is not asked for its sight again', async () => {
    const bench = openBench({
      health: { [STABLE.version]: (at) => (at < 5 ? 0.005 : undefined), [CANDIDATE.version]: healthy },
    });
    await bench.tick(0);
    bringCandidate(bench);
    expect(told(await bench.tick(1))[0]).toBe('start');
    expect(told(await bench.tick(20))[1]).not.toBe('START_BLIND');
  });
});

import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  bringCandidate,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  sick,
  splitOf,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

const codes = (report: Parameters<typeof only>[0]) => only(report).decision.reasons.map(({ code }) => code);

/** Somebody gives the candidate more in the serving file, and the manifest does not know. */
const BY_HAND = { [SERVING]: writeRoute({ 'scorer-a': 40, 'scorer-b': 60 }) };

describe('a split that a person changed in the serving file under a rollout', () => {
  it('is told at once, at its line: exit 2, no request', async () => {
    const bench = await openInFlight(2);
    bench.forge.push(BY_HAND);
    const asked = bench.forge.requests.length;
    const report = await bench.tick(10);
    expect(only(report).decision.kind).toBe('hold');
    expect(codes(report).at(-1)).toBe('TARGET_MISMATCH');
    expect(only(report).problems).toMatchObject([
      { code: 'TARGET_DIFFERS', severity: 'warning', at: { file: SERVING, line: 10 } },
    ]);
    expect(exitCodeOf(report)).toBe(2);
    expect(bench.forge.requests).toHaveLength(asked);
  });

  it('keeps the rollout from going up on evidence of another split: exit 1', async () => {
    const bench = await openInFlight(2);
    const head = bench.forge.push(BY_HAND);
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'TARGET_MISMATCH', 'none']);
    expect(only(report).problems).toMatchObject([{ code: 'TARGET_DIFFERS', severity: 'error' }]);
    expect(exitCodeOf(report)).toBe(1);
    expect([bench.forge.tip('main'), weightOf(bench)]).toEqual([head, 5]);
  });

  it('keeps it from being promoted', async () => {
    const bench = await openInFlight(4);
    bench.forge.push(BY_HAND);
    expect(told(await bench.tick(96))).toEqual(['hold', 'TARGET_MISMATCH', 'none']);
    expect(bench.forge.textAt(MANIFEST)).toContain('candidate:');
  });

  it('is no hindrance once it is put back', async () => {
    const bench = await openInFlight(2);
    bench.forge.push(BY_HAND);
    await bench.tick(32);
    bench.forge.push({ [SERVING]: writeRoute({ 'scorer-a': 95, 'scorer-b': 5 }) });
    expect(told(await bench.tick(37))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });

  it('does not hold a rollback back', async () => {
    const bench = await openInFlight(2, {
      health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick },
    });
    bench.forge.push(BY_HAND);
    expect(told(await bench.tick(20))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(splitOf(bench)).toEqual([100, 0]);
  });

  it('is not measured against a manifest that was changed by hand itself', async () => {
    const bench = await openInFlight(2);
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 25 }) });
    const report = await bench.tick(10);
    expect(codes(report)).toEqual(['WEIGHT_CHANGED_BY_HAND']);
    expect([only(report).problems, exitCodeOf(report)]).toEqual([[], 2]);
  });
});

describe('a split that a person changed in the serving file before a rollout', () => {
  it('is told and no more while the release is settled', async () => {
    const bench = await openInFlight(1);
    bench.forge.push({ [MANIFEST]: writeManifest(), ...BY_HAND });
    const report = await bench.tick(5);
    expect(told(report)).toEqual(['nothing', 'SETTLED', 'none']);
    expect(only(report).problems).toMatchObject([{ code: 'TARGET_DIFFERS', severity: 'warning' }]);
    expect(exitCodeOf(report)).toBe(0);
  });

  it('is overwritten by the first step, which begins the evidence', async () => {
    const bench = openBench();
    await bench.tick(0);
    bringCandidate(bench);
    bench.forge.push(BY_HAND);
    const report = await bench.tick(5);
    expect(told(report)).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(only(report).problems).toMatchObject([{ code: 'TARGET_DIFFERS', severity: 'warning' }]);
    expect(splitOf(bench)).toEqual([95, 5]);
  });
});

describe('an idle tick over many releases', () => {
  it('reads all their targets at once', async () => {
    const readings = async (names: readonly string[]): Promise<number> => {
      const files = Object.assign({}, ...names.map((name) => writeFiles({ name })));
      const bench = openBench({ files });
      await bench.tick(0);
      let count = 0;
      const read = bench.forge.read.bind(bench.forge);
      bench.forge.read = async (at, paths) => {
        count += 1;
        return read(at, paths);
      };
      expect((await bench.tick(5)).releases.map(({ decision }) => decision.kind)).toEqual(
        names.map(() => 'nothing'),
      );
      return count;
    };
    expect(await readings(['one', 'two', 'three'])).toBe(await readings(['one']));
  });
});

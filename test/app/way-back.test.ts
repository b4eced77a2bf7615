import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  holdToLaws,
  only,
  openBench,
  openInFlight,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

describe('a manifest that was moved under a rollout', () => {
  const MOVED = 'releases/moved.yaml';

  it('keeps its way back: the old place is searched too', async () => {
    const bench = await openInFlight(3);
    const text = bench.forge.textAt(MANIFEST)!;
    bench.forge.push({ [MANIFEST]: null, [MOVED]: text }, { message: 'Move the manifest' });
    const report = await bench.rollBack(40);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(parse(bench.forge.textAt(MOVED)!).spec.candidate).toBeUndefined();
  });
});

describe('what serves', () => {
  it('is not called good while the serving file says otherwise', async () => {
    const bench = openBench({
      files: { [MANIFEST]: writeManifest(), [SERVING]: writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }) },
    });
    const report = await bench.tick(0);
    expect(only(report).decision).toMatchObject({ kind: 'hold', reasons: [{ code: 'TARGET_MISMATCH' }] });
    expect(only(report).problems).toMatchObject([{ code: 'TARGET_DIFFERS', at: { file: SERVING } }]);
  });

  it('is stable again when a candidate is taken out of the manifest by hand', async () => {
    const bench = await openInFlight(3);
    expect(weightOf(bench)).toBe(25);
    bench.forge.push({ [MANIFEST]: writeManifest() }, { message: 'Take it out' });
    expect(told(await bench.tick(40)).slice(0, 2)).toEqual(['adopt', 'CANDIDATE_WITHDRAWN']);
    const refs: readonly { weight: number }[] = parse(bench.forge.textAt(SERVING)!).spec.rules[0].backendRefs;
    expect(refs.map((ref) => ref.weight)).toEqual([100, 0]);
  });
});

describe('a branch beside which no rollback can be proposed', () => {
  it.each(['belay', 'belay/rollback', 'belay/rollback/scorer'])(
    'keeps a rollout from starting and from going on: %s',
    async (name) => {
      const bench = await openInFlight(1);
      const head = bench.forge.tip('main')!;
      bench.forge.setBranch(name, head);
      const report = await bench.tick(1);
      expect(told(report)).toEqual(['hold', 'BRANCH_IN_THE_WAY', 'none']);
      expect(only(report).decision.reasons[0].text).toContain(`delete or rename "${name}"`);
      expect(exitCodeOf(report)).toBe(2);
      bench.forge.setBranch(name, undefined);
      expect(told(await bench.tick(2))[0]).toBe('start');
      bench.forge.setBranch(name, head);
      expect(told(await bench.tick(34))).toEqual(['hold', 'BRANCH_IN_THE_WAY', 'none']);
    },
  );

  it('is not one of another release, nor one that only begins alike', async () => {
    const bench = await openInFlight(1);
    for (const name of ['belay/rollback/ranker', 'belay-notes', 'belay/advance'])
      bench.forge.setBranch(name, bench.forge.tip('main')!);
    expect(told(await bench.tick(1))[0]).toBe('start');
  });
});

describe('a candidate on another backend', () => {
  it('begins anew: evidence about the old one is not evidence about it', async () => {
    const bench = await openInFlight(3);
    const moved = { ...CANDIDATE, backend: 'scorer-c' };
    const route = writeRoute({ 'scorer-a': 75, 'scorer-c': 25 });
    bench.forge.push({ ...writeFiles({ candidate: moved, weight: 25 }), [SERVING]: route });
    expect(told(await bench.tick(200)).slice(0, 2)).toEqual(['start', 'CANDIDATE_NEW']);
  });
});

import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE } from '../builders/release.ts';
import { MANIFEST, repositoryFiles, SERVING, writeRoute } from '../builders/world.ts';
import {
  type Bench,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  splitOf,
  told,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

const SETTLED_SPLIT = writeRoute({ 'scorer-a': 100, 'scorer-b': 0 });

describe('a target that can be edited', () => {
  it('keeps what people changed in it meanwhile', async () => {
    const bench = await openInFlight(3);
    const edited = bench.forge.textAt(SERVING)!.replace('port: 8080', 'port: 9090');
    bench.forge.push({ [SERVING]: edited });
    await bench.rollBack(40);
    expect(bench.forge.textAt(SERVING)).toBe(SETTLED_SPLIT.replace('port: 8080', 'port: 9090'));
    expect(only(await bench.tick(45)).problems).toEqual([]);
  });

  it('is left as it is when it sends everything to stable already', async () => {
    const bench = await openInFlight(3);
    bench.forge.push({ [SERVING]: SETTLED_SPLIT });
    const report = await bench.rollBack(40);
    expect(only(report).edits.map((edit) => edit.path)).toEqual([MANIFEST]);
  });
});

describe('a target that cannot be edited', () => {
  it.each([
    { name: 'is no YAML', text: 'spec: [\n' },
    { name: 'routes to others', text: writeRoute({ 'scorer-x': 100 }) },
    { name: 'was deleted', text: null },
  ])('is put back whole as it stood with the last good manifest, when it $name', async ({ text }) => {
    const bench = await openInFlight(3);
    bench.forge.push({ [SERVING]: text }, { message: 'Rewrite the route' });
    const report = await bench.rollBack(40);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(bench.forge.textAt(SERVING)).toBe(SETTLED_SPLIT);
    expect(only(report).problems).toMatchObject([{ severity: 'warning', at: { file: SERVING } }]);
    expect(exitCodeOf(report)).toBe(0);
    const { description } = bench.forge.pulls[0]!;
    expect(description).toContain('### Look at this');
    expect(description).toContain('The whole file was put back as it stood in');
  });

  it('is put back with the split of the manifest, also where it never had that', async () => {
    const files = { ...repositoryFiles({}), ...writeFiles({}, { 'scorer-a': 60, 'scorer-b': 40 }) };
    const bench = openBench({ files });
    bench.forge.push({ [SERVING]: repositoryFiles({})[SERVING]! });
    await bench.tick(0);
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE }), [SERVING]: 'spec: [\n' });
    await bench.rollBack(1);
    expect(splitOf(bench)).toEqual([100, 0]);
  });

  it('keeps the rollback from being done when it never could be: nothing written, exit 1', async () => {
    const broken = 'spec: [\n';
    const bench = openBench({ files: { [MANIFEST]: writeManifest(), [SERVING]: broken } });
    bench.forge.push({ [SERVING]: repositoryFiles({})[SERVING]! });
    await bench.tick(0);
    const head = bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE }), [SERVING]: broken });
    const report = await bench.rollBack(1);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'blocked']);
    expect(only(report).receipt).toMatchObject({ code: 'NOT_COMPUTED' });
    expect(only(report).problems).toMatchObject([{ severity: 'error', at: { file: SERVING } }]);
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.tip('main')).toBe(head);
    expect(bench.forge.pulls).toEqual([]);
  });
});

describe('a file that two releases share', () => {
  const BOTH = 'serving/both.yaml';
  const route = (name: string, weights: Readonly<Record<string, number>>) =>
    writeRoute(weights).replace('name: scorer', `name: ${name}`);
  const target = (name: string) => ({ name, targets: [{ kind: 'gateway-api', file: BOTH, route: name }] });

  async function openShared(): Promise<Bench> {
    const text = `${route('a', { 'scorer-a': 100, 'scorer-b': 0 })}---\n${route('b', { 'scorer-a': 100, 'scorer-b': 0 })}`;
    const bench = openBench({
      files: {
        'releases/a.yaml': writeManifest(target('a')),
        'releases/b.yaml': writeManifest(target('b')),
        [BOTH]: text,
      },
    });
    await bench.tick(0);
    bench.forge.push({
      'releases/a.yaml': writeManifest({ ...target('a'), candidate: CANDIDATE }),
      'releases/b.yaml': writeManifest({ ...target('b'), candidate: CANDIDATE }),
    });
    await bench.tick(1);
    return bench;
  }

  it('keeps the split of the other when one is rolled back', async () => {
    const bench = await openShared();
    await bench.rollBack(10, { release: 'a' });
    expect(splitOf(bench, BOTH)).toEqual([100, 0, 95, 5]);
  });

  it('keeps the split of the other when it has to be put back whole', async () => {
    const bench = await openShared();
    bench.forge.push({ [BOTH]: 'spec: [\n' });
    await bench.rollBack(10, { release: 'a' });
    expect(splitOf(bench, BOTH)).toEqual([100, 0, 95, 5]);
  });
});

describe('a target that came with the candidate', () => {
  const two = [
    { kind: 'gateway-api', file: SERVING, route: 'scorer' },
    { kind: 'gateway-api', file: 'serving/eu.yaml', route: 'scorer' },
  ];

  async function openWithTwo(): Promise<Bench> {
    const bench = openBench();
    await bench.tick(0);
    bench.forge.push({
      [MANIFEST]: writeManifest({ candidate: CANDIDATE, targets: two }),
      'serving/eu.yaml': SETTLED_SPLIT,
    });
    await bench.tick(1);
    return bench;
  }

  it('loses the traffic of the bad version, although the restored manifest does not name it', async () => {
    const bench = await openWithTwo();
    expect(splitOf(bench, 'serving/eu.yaml')).toEqual([95, 5]);
    await bench.rollBack(10);
    expect(bench.forge.textAt(MANIFEST)).toBe(writeManifest());
    expect(splitOf(bench)).toEqual([100, 0]);
    expect(splitOf(bench, 'serving/eu.yaml')).toEqual([100, 0]);
  });

  it('does not keep the rest from being rolled back when it cannot be edited, and a person is told', async () => {
    const bench = await openWithTwo();
    bench.forge.push({ 'serving/eu.yaml': 'spec: [\n' });
    const report = await bench.rollBack(10);
    expect(told(report)[2]).toBe('merged');
    expect(splitOf(bench)).toEqual([100, 0]);
    expect(bench.forge.textAt('serving/eu.yaml')).toBe('spec: [\n');
    expect(only(report).problems).toMatchObject([{ severity: 'warning', at: { file: 'serving/eu.yaml' } }]);
    expect(bench.forge.pulls[0]!.description).toContain('see that no traffic goes to the bad version there');
  });
});

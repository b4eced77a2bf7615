import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE, type VersionInput } from '../builders/release.ts';
import { writeRoute } from '../builders/world.ts';
import {
  type Bench,
  type BenchInput,
  healthy,
  holdToLaws,
  only,
  openBench,
  type Setup,
  splitOf,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

/** The candidate of a release, with a version of its own, so that each has its own health. */
function candidateOf(name: string): VersionInput {
  return { ...CANDIDATE, version: `3.5.0-${name}` };
}

/** Settled releases that are adopted, then all with a candidate at 5 %. */
async function openReleases(
  names: readonly string[],
  input: BenchInput & { readonly setup?: Partial<Record<string, Setup>> } = {},
): Promise<Bench> {
  const setup = (name: string): Setup => ({ name, ...input.setup?.[name] });
  const versions = names.map((name) => [candidateOf(name).version, healthy] as const);
  const bench = openBench({
    files: Object.assign({}, ...names.map((name) => writeFiles(setup(name)))),
    ...input,
    health: { [STABLE.version]: healthy, ...Object.fromEntries(versions), ...input.health },
  });
  await bench.tick(0);
  const candidates = names.map((name) => [
    `releases/${name}.yaml`,
    writeManifest({ ...setup(name), candidate: candidateOf(name) }),
  ]);
  bench.forge.push(Object.fromEntries(candidates));
  await bench.tick(1);
  return bench;
}

function commitsOn({ forge }: Bench): number {
  let count = 0;
  for (let id = forge.tip('main'); id; id = forge.commitAt(id).parents[0]) count += 1;
  return count;
}

const weights = (bench: Bench, names: readonly string[]) =>
  names.map((name) => weightOf(bench, `releases/${name}.yaml`));

describe('several releases in one tick', () => {
  it('step by one commit that names them all', async () => {
    const names = ['a', 'b', 'c'];
    const bench = await openReleases(names);
    const before = commitsOn(bench);
    const report = await bench.tick(32);
    expect(names.map((name) => told(report, name)[2])).toEqual(['committed', 'committed', 'committed']);
    expect(commitsOn(bench)).toBe(before + 1);
    expect(weights(bench, names)).toEqual([25, 25, 25]);
    const { message } = bench.forge.commitAt(bench.forge.tip('main')!);
    expect(message.split('\n')[0]).toBe('release: advance 3 releases (a, b, c)');
    expect(message.match(/^Belay-Op: [0-9a-f]{64}$/gm)).toHaveLength(1);
  });

  it('go on without the one that is invalid: exit 1', async () => {
    const bench = await openReleases(['a', 'b']);
    const text = bench.forge.textAt('releases/a.yaml')!;
    bench.forge.push({ 'releases/a.yaml': text.replace('weight: 5\n', 'weight: five\n') });
    const report = await bench.tick(32);
    expect(told(report, 'a')).toEqual(['hold', 'MANIFEST_INVALID', 'none']);
    expect(told(report, 'b')).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(exitCodeOf(report)).toBe(1);
  });

  it('go on without the one whose records are broken: exit 1', async () => {
    const bench = await openReleases(['a', 'b']);
    const good = bench.forge.textAt('.belay/records/a/0001.json')!;
    bench.forge.push({ '.belay/records/a/0001.json': good.replace('taken as good', 'taken as better') });
    const report = await bench.tick(32);
    expect(only(report, 'a').problems).toMatchObject([{ code: 'RECORD_CHAIN_BROKEN' }]);
    expect(told(report, 'b')[0]).toBe('advance');
    expect(exitCodeOf(report)).toBe(1);
    bench.forge.push({ '.belay/records/a/0001.json': good });
  });

  it('go on without the one that breaks Belay itself: exit 3', async () => {
    const bench = await openReleases(['a', 'b']);
    const read = bench.forge.read.bind(bench.forge);
    bench.forge.read = async (at, paths) => {
      if (paths.includes('serving/a.yaml')) throw new RangeError('nobody thought of this');
      return read(at, paths);
    };
    const report = await bench.tick(32);
    expect(told(report, 'a')).toEqual(['hold', 'TOOL_FAILED', 'failed']);
    expect(only(report, 'a').problems).toMatchObject([{ code: 'BUG', at: { file: 'releases/a.yaml' } }]);
    expect(told(report, 'b')[2]).toBe('committed');
    expect(exitCodeOf(report)).toBe(3);
  });

  it('that write one file step one after the other', async () => {
    const route = (name: string) =>
      writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }).replace('name: scorer', `name: ${name}`);
    const files = { 'serving/both.yaml': `${route('a')}---\n${route('b')}` };
    const target = (name: string) => ({
      targets: [{ kind: 'gateway-api', file: 'serving/both.yaml', route: name }],
    });
    const bench = await openReleases(['a', 'b'], {
      setup: { a: target('a'), b: target('b') },
      files: {
        'releases/a.yaml': writeManifest({ name: 'a', ...target('a') }),
        'releases/b.yaml': writeManifest({ name: 'b', ...target('b') }),
        ...files,
      },
    });
    expect(splitOf(bench, 'serving/both.yaml')).toEqual([95, 5, 95, 5]);
    const report = await bench.tick(32);
    expect(['a', 'b'].map((name) => told(report, name)[2])).toEqual(['committed', 'committed']);
    expect(splitOf(bench, 'serving/both.yaml')).toEqual([75, 25, 75, 25]);
  });
});

describe('a rollback beside other changes', () => {
  const isSick = (...names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [candidateOf(name).version, (at: number) => (at < 20 ? 0.005 : 0.05)]),
    );

  it('comes first, and the others are decided again on the new head', async () => {
    const bench = await openReleases(['a', 'b'], { health: isSick('b') });
    const from = bench.forge.requests.length;
    const report = await bench.tick(40);
    expect(told(report, 'b')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(told(report, 'a')).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(bench.forge.requests.slice(from)).toEqual(['inspect', 'propose', 'merge', 'commit']);
    expect(weights(bench, ['a', 'b'])).toEqual([25, 0]);
    expect(exitCodeOf(report)).toBe(0);
  });

  it('is followed by as many others as there are, and by the steps', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const bench = await openReleases(names, { health: isSick('a', 'b', 'c', 'd') });
    const report = await bench.tick(40);
    expect(names.map((name) => told(report, name)[2])).toEqual([
      'merged',
      'merged',
      'merged',
      'merged',
      'committed',
    ]);
    expect(weights(bench, names)).toEqual([0, 0, 0, 0, 25]);
  });

  it('does not wait for one that cannot be merged', async () => {
    const bench = await openReleases(['a', 'b', 'c'], { health: isSick('a', 'b') });
    bench.forge.setRules({ pending: 'ci' });
    const report = await bench.tick(40);
    expect(['a', 'b', 'c'].map((name) => told(report, name)[2])).toEqual(['armed', 'armed', 'committed']);
    expect(weights(bench, ['a', 'b', 'c'])).toEqual([5, 5, 25]);
  });

  it('is done although another one meets a fault of its own', async () => {
    const bench = await openReleases(['a', 'b'], { health: isSick('a', 'b') });
    bench.forge.failNext('propose', new ToolError({ code: 'CORRUPT', message: 'an answer without a head' }));
    const report = await bench.tick(40);
    expect(told(report, 'a')).toEqual(['rollback', 'HARM_PROVEN', 'failed']);
    expect(told(report, 'b')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(exitCodeOf(report)).toBe(3);
  });

  it('is done although the pull request of another one comes to no end', async () => {
    const bench = await openReleases(['a', 'b', 'c'], { health: isSick('a', 'b') });
    const message = 'GitHub: could not merge #1 in 3 attempts: Pull request is not mergeable';
    bench.forge.failNext('merge', new ToolError({ code: 'UNSETTLED', message }));
    const report = await bench.tick(40);
    expect(only(report, 'a').receipt).toMatchObject({ kind: 'failed', code: 'UNSETTLED', message });
    expect(told(report, 'b')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(told(report, 'c')[2]).toBe('committed');
    expect(exitCodeOf(report)).toBe(3);
    await bench.tick(41);
    expect(weights(bench, ['a', 'b', 'c'])).toEqual([0, 0, 25]);
  });

  it('is not tried for every release when the forge is down, and what was done stays in the report', async () => {
    const bench = await openReleases(['a', 'b', 'c'], { health: isSick('a', 'b') });
    const inspect = bench.forge.inspect.bind(bench.forge);
    let asked = 0;
    bench.forge.inspect = async (proposal) => {
      asked += 1;
      if (asked > 1) throw new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'GitHub did not answer' });
      return inspect(proposal);
    };
    const report = await bench.tick(40);
    expect(told(report, 'a')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect([told(report, 'b')[2], told(report, 'c')[2]]).toEqual(['failed', 'failed']);
    expect(asked).toBe(2);
    expect(exitCodeOf(report)).toBe(3);
  });
});

describe('a fault after something was written', () => {
  it('leaves that in the report, and says of the rest that it was not done: exit 3', async () => {
    const bench = await openReleases(['a', 'b'], { health: { [candidateOf('a').version]: () => 0.05 } });
    bench.forge.failNext('refresh', new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'git: no answer' }));
    const report = await bench.tick(40);
    expect(told(report, 'a')).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(only(report, 'b').receipt).toEqual({
      kind: 'failed',
      code: 'FORGE_UNAVAILABLE',
      message: 'git: no answer',
    });
    expect(exitCodeOf(report)).toBe(3);
    expect(weights(bench, ['a', 'b'])).toEqual([0, 5]);
  });
});

describe('only some releases', () => {
  it('are looked at when they are named', async () => {
    const bench = await openReleases(['a', 'b']);
    const report = await bench.tick(32, { only: ['b'] });
    expect(report.releases.map((release) => release.name)).toEqual(['b']);
    expect(weights(bench, ['a', 'b'])).toEqual([5, 25]);
  });

  it('are refused when there is none of that name, and the message says which there are', async () => {
    const bench = await openReleases(['a', 'b']);
    await expect(bench.tick(32, { only: ['a', 'c'] })).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'release "c": expected one of "a", "b"; name a release that is on the default branch',
    });
    expect(weights(bench, ['a', 'b'])).toEqual([5, 5]);
  });

  it('are found by their records when the manifest is broken', async () => {
    const bench = await openReleases(['a', 'b']);
    bench.forge.push({ 'releases/a.yaml': 'kind: [\n' });
    const report = await bench.tick(32, { only: ['a'] });
    expect(told(report, 'a')).toEqual(['hold', 'MANIFEST_INVALID', 'none']);
    expect(exitCodeOf(report)).toBe(1);
  });
});

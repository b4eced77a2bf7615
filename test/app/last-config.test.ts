import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolError } from '../../src/core/errors.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import type { Entry } from '../fakes/commit-store.ts';
import { openScene } from '../faults/scene.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import {
  type Bench,
  type Health,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  sick,
  told,
  WALK,
  weightOf,
  writeManifest,
} from './bench.ts';

/** A config that cannot be read takes nobody's way back: what is proven harmful is taken back by the last one that could be read. */

holdToLaws();

const PATH = '.belay/config.yaml';
const SETTLED = writeManifest();
const OTHER = `${CONFIG}  mesh: {kind: prometheus, url: https://mesh.acme.dev}\n`;

/** What people do to a config by mistake; in most of them the release that fails has no part in it. */
const MISTAKES: readonly (readonly [string, Entry | null])[] = [
  ['another provider is wrong', `${CONFIG}  mesh: {kind: prometheus, url: mesh.acme.dev}\n`],
  ['another tier is wrong', `${CONFIG}tiers:\n  low: {}\n  high: {bake: soon}\n`],
  [
    'no rule of a tier can be kept',
    `${CONFIG}tiers:\n  high: {minFalseRollbackRate: 5%, falseRollbackRate: 1%}\n`,
  ],
  ['a key is misspelt', `${CONFIG}freeze: []\n`],
  ['a merge left its marks', `<<<<<<< HEAD\n${CONFIG}=======\n${OTHER}>>>>>>> mesh\n`],
  ['its own provider is wrong', CONFIG.replace('metrics.om', '../metrics.om')],
  ['it is gone', null],
  ['it is a symlink', { unreadable: 'symlink' }],
];

const turnsSick: Health = (at) => (at < 40 ? 0.005 : 0.05);
const failing = { health: { [STABLE.version]: healthy, [CANDIDATE.version]: turnsSick } };

function recordsOf({ forge }: Bench) {
  const { tree } = forge.commitAt(forge.tip('main')!);
  const paths = [...tree.keys()].filter((path) => path.startsWith('.belay/records/scorer/')).sort();
  return paths.map((path) => RecordSchema.parse(JSON.parse(String(tree.get(path)))));
}

describe('a bad candidate under a config that cannot be read', () => {
  it.each(MISTAKES)('goes back: %s', async (_, config) => {
    const bench = await openInFlight(3, { ...failing, config: OTHER });
    const readable = bench.forge.tip('main')!;
    bench.forge.push({ [PATH]: config });
    const report = await bench.tick(60);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    // a person hears of the config all the same
    expect(report.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', at: expect.objectContaining({ file: PATH }) }),
    );
    expect(exitCodeOf(report)).toBe(1);
    const [said] = recordsOf(bench).at(-1)!.decision.reasons.slice(-1);
    expect(said).toEqual({
      code: 'CONFIG_UNREADABLE',
      text: expect.stringContaining(`${PATH} cannot be read, so the newest one that can, of `),
    });
    const first = bench.forge.history(readable, PATH).then(([revision]) => revision!.commit.slice(0, 7));
    expect(said!.text).toContain(await first);
    expect(told(await bench.tick(65))).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
  });

  it('goes back by the newest config that can be read, past several that cannot', async () => {
    const bench = await openInFlight(3, failing);
    const squash = bench.forge.push({ [PATH]: `${CONFIG}merge: {method: squash}\n` });
    bench.forge.push({ [PATH]: `${CONFIG}merge: {method: fast}\n` });
    bench.forge.push({ [PATH]: 'nothing' });
    const methods: string[] = [];
    const merge = bench.world.forge.merge.bind(bench.world.forge);
    bench.world.forge.merge = (request) => {
      methods.push(request.method);
      return merge(request);
    };
    const report = await bench.tick(60);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(methods).toEqual(['squash']);
    expect(only(report).decision.reasons.at(-1)!.text).toContain(squash.slice(0, 7));
  });

  it('is taken down step by step where the release asks for that', async () => {
    const setup = { rollback: { mode: 'step-down' } } as const;
    const bench = await openInFlight(3, failing, setup);
    bench.forge.push({ [PATH]: MISTAKES[0]![1] });
    expect(told(await bench.tick(60))).toEqual(['reduce', 'STEP_DOWN', 'committed']);
    expect(weightOf(bench)).toBe(5);
  });

  it('goes back when an alert makes Belay look', async () => {
    const bench = await openInFlight(3, failing);
    bench.forge.push({ [PATH]: MISTAKES[0]![1] });
    expect(told(await bench.rollBack(60, { onlyIfFailing: true }))).toEqual([
      'rollback',
      'HARM_PROVEN',
      'merged',
    ]);
  });

  it('goes back when a person orders it, even if there never was a config', async () => {
    const bench = await openInFlight(3);
    bench.forge.push({ [PATH]: null });
    bench.world.forge.history = withoutConfigs(bench);
    expect(told(await bench.tick(60))).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
    expect(told(await bench.rollBack(61))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
  });
});

/** A history that cannot be read where it is about the config. */
function withoutConfigs({ world }: Bench): Bench['world']['forge']['history'] {
  const history = world.forge.history.bind(world.forge);
  return async (at, path) => {
    if (path !== PATH) return history(at, path);
    throw new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'history: not fetched' });
  };
}

describe('what goes up under a config that cannot be read', () => {
  it.each(MISTAKES)('waits, at each step of a healthy rollout: %s', async (_, config) => {
    for (const moves of [1, 2, 3, 4] as const) {
      const bench = await openInFlight(moves, { config: OTHER });
      const head = bench.forge.push({ [PATH]: config });
      const report = await bench.tick(WALK[moves]);
      expect(told(report)).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
      expect(exitCodeOf(report)).toBe(1);
      expect(bench.forge.tip('main')).toBe(head);
      // and goes on when it is mended
      bench.forge.push({ [PATH]: OTHER });
      expect(told(await bench.tick(WALK[moves] + 1))[2]).toBe('committed');
    }
  });

  it('waits before the first record as well', async () => {
    const bench = openBench();
    const head = bench.forge.push({ [PATH]: null });
    expect(told(await bench.tick(0))).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
    expect(bench.forge.tip('main')).toBe(head);
  });
});

describe('on GitHub', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  const story = (candidate: Health) => ({
    ...{ name: 'a config with a mistake', config: OTHER, candidate, moves: 2, settings: {}, at: WALK[2] },
    ...{ run: 'advance' as const, asked: [] },
    before: async ({ repo }: Awaited<ReturnType<typeof openScene>>) => {
      await repo.commit({ files: { [PATH]: `${OTHER}tiers: {high: {bake: soon}}\n` } });
    },
  });

  it('a bad candidate is reverted and a healthy one stays', async () => {
    const bad = await openScene(
      lab,
      story((at) => (at < 10 ? 0.005 : 0.2)),
    );
    expect(await bad.run(WALK[2], 'advance')).toMatchObject({ exit: 1, receipts: ['merged'] });
    expect(await bad.repo.read(MANIFEST)).toBe(SETTLED);
    const good = await openScene(lab, story(healthy));
    const head = await good.repo.head('main');
    expect(await good.run(WALK[2], 'advance')).toMatchObject({ exit: 1, receipts: ['none'] });
    expect(await good.repo.head('main')).toBe(head);
  });
});

it('a sick version that was never started is nobody’s harm', async () => {
  const bench = await openInFlight(1, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } });
  bench.forge.push({ [PATH]: null });
  expect(told(await bench.tick(40))).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
});

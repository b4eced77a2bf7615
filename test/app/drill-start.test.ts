import { describe, expect, it } from 'vitest';
import { planDrillStart } from '../../src/app/drill-start.ts';
import { nameOf } from '../../src/app/read-files.ts';
import { readSnapshot } from '../../src/app/read-snapshot.ts';
import { brokenProvider, createTestWorld } from '../builders/world.ts';
import { findExamples } from '../examples/example-files.ts';

/** All files of an example, as a repository has them. */
function repositoryOf(example: string): Record<string, string> {
  const files = findExamples(new RegExp(`^${example}/(?:\\.belay|releases|serving)/`));
  return Object.fromEntries(files.map(({ path, text }) => [path.slice(example.length + 1), text]));
}

async function startOf(example: string, name: string) {
  const { world, forge } = createTestWorld({ files: repositoryOf(example), provider: brokenProvider });
  const snapshot = await readSnapshot(world, forge.tip('main')!);
  const release = snapshot.releases.find((one) => nameOf(one) === name);
  if (release?.kind !== 'readable') throw new Error(`${name}: ${release?.problems[0]?.message}`);
  return planDrillStart(world, snapshot, { release, id: '20261130T000000Z-0a1b' });
}

describe('the start of a drill of a settled release', () => {
  it.each([
    ['fraud-scorer', 'fraud-scorer', 'fraud-scorer-b'],
    ['kserve', 'churn', 'revision-14-drill'],
  ])('of %s brings a made-up version to %s, on backend %s', async (example, name, backend) => {
    const start = await startOf(example, name);
    if (start.kind !== 'start') throw new Error(JSON.stringify(start));
    const { record, files } = start.change;
    expect(record).toMatchObject({
      decision: { kind: 'start', from: 0 },
      candidate: { version: 'drill-20261130T000000Z-0a1b', backend },
    });
    expect(files.map(({ path }) => path)).toEqual([
      `releases/${name}.yaml`,
      `serving/${name}.yaml`,
      `.belay/records/${name}/0001.json`,
    ]);
  });

  it('is not possible where only a real candidate brings its place, and the problem says so', async () => {
    expect(await startOf('kserve', 'reranker')).toMatchObject({
      kind: 'impossible',
      problems: [{ code: 'CANARY_MISSING', at: { file: 'serving/reranker.yaml' } }],
    });
  });
});

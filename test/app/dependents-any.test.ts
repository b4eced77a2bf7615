import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { writeRoute } from '../builders/world.ts';
import { type Bench, holdToLaws, openBench, told, writeManifest } from './bench.ts';
import { recordsOf, versionsIn } from './dependents.ts';

holdToLaws();

/** Release 0 is rolled back; each of the others may need version 2 of some before it. */
interface Repository {
  readonly needs: readonly (readonly number[])[];
  /** Releases that write one file, and so do not fit into one pull request. */
  readonly sharing: readonly number[];
}

const COUNT = 5;
const INDEXES = Array.from({ length: COUNT }, (_, index) => index);
const nameOf = (index: number): string => `r${index}`;
const pathOf = (index: number): string => `releases/${nameOf(index)}.yaml`;

const repositories: fc.Arbitrary<Repository> = fc.record({
  needs: fc.tuple(...INDEXES.map((index) => fc.subarray(INDEXES.slice(0, index)))),
  sharing: fc.subarray(INDEXES),
});

function write(index: number, version: 1 | 2, { needs, sharing }: Repository): string {
  const route = nameOf(index);
  const file = sharing.includes(index) ? 'serving/shared.yaml' : `serving/${route}.yaml`;
  const backend = version === 1 ? 'scorer-a' : 'scorer-b';
  const stable = { version: `${route}-${version}`, backend, digit: String(2 * index + version - 1) };
  const targets = [{ kind: 'gateway-api', file, route }];
  const manifest = parse(writeManifest({ name: route, stable, targets }));
  const others = needs[index]!.map(nameOf);
  if (others.length > 0) manifest.metadata.dependsOn = others;
  if (others.length > 0 && version === 2)
    manifest.spec.stable.needs = Object.fromEntries(others.map((other) => [other, `${other}-2`]));
  return stringify(manifest);
}

/** All manifests and serving files at one version. */
function filesAt(version: 1 | 2, repository: Repository): Record<string, string> {
  const split = version === 1 ? { 'scorer-a': 100, 'scorer-b': 0 } : { 'scorer-a': 0, 'scorer-b': 100 };
  const files: Record<string, string> = {};
  const shared: string[] = [];
  for (const index of INDEXES) {
    files[pathOf(index)] = write(index, version, repository);
    const route = writeRoute(split).replace('name: scorer\n', `name: ${nameOf(index)}\n`);
    if (repository.sharing.includes(index)) shared.push(route);
    else files[`serving/${nameOf(index)}.yaml`] = route;
  }
  return shared.length > 0 ? { ...files, 'serving/shared.yaml': shared.join('---\n') } : files;
}

/** Releases at version 2 that need version 2 of one which serves version 1. */
function unmetIn(bench: Bench, { needs }: Repository): readonly number[] {
  const isNew = (index: number): boolean => versionsIn(bench, nameOf(index))[0] === `${nameOf(index)}-2`;
  return INDEXES.filter((index) => isNew(index) && needs[index]!.some((other) => !isNew(other)));
}

function rollbacksOf(bench: Bench, index: number) {
  return recordsOf(bench, nameOf(index)).filter(({ decision }) => decision.kind === 'rollback');
}

it('leaves no need unmet that the record of the rollback does not name, and none in the end', async () => {
  await fc.assert(
    fc.asyncProperty(repositories, async (repository) => {
      const bench = openBench({ files: filesAt(1, repository) });
      await bench.tick(0);
      bench.forge.push(filesAt(2, repository));
      await bench.tick(1);
      const report = await bench.rollBack(2, { release: 'r0', from: 'r0-2' });
      expect(told(report, 'r0')).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
      const reasons: readonly { code: string; text: string }[] = rollbacksOf(bench, 0)[0].decision.reasons;
      const left = reasons.flatMap(({ code, text }) => (code === 'DEPENDENT_LEFT' ? text.split(':')[0] : []));
      for (const index of unmetIn(bench, repository)) expect(left).toContain(pathOf(index));
      for (const index of INDEXES) await bench.tick(3 + index);
      expect(unmetIn(bench, repository)).toEqual([]);
      for (const index of INDEXES) expect(rollbacksOf(bench, index).length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 20 },
  );
});

import { describe, expect, it } from 'vitest';
import type { Origin } from '../../src/app/origin.ts';
import { CANDIDATE, START } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';
import { openInFlight, writeManifest } from './bench.ts';
import { BASE, baseOf, type Files, filesOf, problemsOf } from './directory.ts';

/** What a rollback of Belay's did not bring does not turn its required check red. */

const CONFIG_FILE = '.belay/config.yaml';
const OTHER = 'releases/other.yaml';
const waivers = [
  { rule: 'ML-02', reason: 'until the exporter writes onnx', owner: '@acme/risk-ml', until: '2026-11-20' },
];
const waived = (text: string) => text.replaceAll(/uri: (s3:\S+)/g, 'uri: $1/model.pkl');
const settled = waived(writeManifest({ waivers }));

const origin = (branch: string, isFork = false): Origin => ({
  ...{ kind: 'known', isFork, branch },
  account: { id: 77, login: 'acme-belay[bot]', isApp: true },
  sender: { id: 77, login: 'acme-belay[bot]', isApp: true },
});
const OWN = origin('belay/rollback/scorer/3.5.0-0123456789ab');

/** Base and head of the rollback of a candidate, whose settled manifest has a waiver that has run out meanwhile. */
const rollback = (async () => {
  const bench = await openInFlight(1, { files: { ...BASE, [MANIFEST]: settled } });
  bench.forge.push({ [MANIFEST]: waived(writeManifest({ candidate: CANDIDATE, waivers })) });
  await bench.tick(1);
  const was = filesOf(bench);
  await bench.rollBack(40);
  return { was, is: filesOf(bench) };
})();

async function judge(was: Files, is: Files, from: Origin = OWN) {
  const base = baseOf(was, { ...BASE, [MANIFEST]: settled });
  return problemsOf(is, { base, origin: from, now: START });
}
const errorsOf = async (...given: Parameters<typeof judge>) =>
  (await judge(...given))
    .filter(({ severity }) => severity === 'error')
    .map(({ code, at }) => [code, at.file]);

describe('a rollback of Belay’s', () => {
  it('is warned of a waiver that ran out, where anything else is refused', async () => {
    const { was, is } = await rollback;
    const found = await judge(was, is);
    expect(found).toContainEqual(
      expect.objectContaining({ code: 'WAIVER_EXPIRED', severity: 'warning', path: 'spec.waivers[0].until' }),
    );
    expect(await errorsOf(was, is)).toEqual([]);
    for (const from of [origin('feature'), origin('belay/rollback/scorer/3.5.0-0123456789ab', true)])
      expect(await errorsOf(was, is, from)).toContainEqual(['WAIVER_EXPIRED', MANIFEST]);
  });

  it('is not kept by what is as wrong in the base: the config, or another manifest', async () => {
    const { was, is } = await rollback;
    const wrong = { [CONFIG_FILE]: `${was[CONFIG_FILE]}freeze: []\n`, [OTHER]: 'kind: Nothing\n' };
    expect(await errorsOf({ ...was, ...wrong }, { ...is, ...wrong })).toEqual([]);
    expect(await judge({ ...was, ...wrong }, { ...is, ...wrong })).toContainEqual(
      expect.objectContaining({ severity: 'warning', at: expect.objectContaining({ file: CONFIG_FILE }) }),
    );
  });

  it('brings no other mistake along', async () => {
    const { was, is } = await rollback;
    expect(await errorsOf(was, { ...is, [OTHER]: 'kind: Nothing\n' })).toContainEqual([
      expect.any(String),
      OTHER,
    ]);
    // beside another config nothing is forgiven, for that may be what breaks the rest
    const config = { [CONFIG_FILE]: `${is[CONFIG_FILE]}freeze: []\n` };
    expect(await errorsOf(was, { ...is, ...config })).toEqual(
      expect.arrayContaining([
        [expect.any(String), CONFIG_FILE],
        ['WAIVER_EXPIRED', MANIFEST],
      ]),
    );
  });

  it('is one by the bytes that it restores, and not by its record alone', async () => {
    const { was, is } = await rollback;
    const edited = { ...is, [MANIFEST]: `${is[MANIFEST]}# edited\n` };
    expect(await errorsOf(was, edited)).toContainEqual(['WAIVER_EXPIRED', MANIFEST]);
  });
});

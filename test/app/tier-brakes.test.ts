import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { previewRelease } from '../../src/app/plan.ts';
import { validate } from '../../src/app/validate.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { replayRecord } from '../../src/core/decision/replay.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { readChain } from '../../src/core/record/record-file.ts';
import { type BelayRecord, RecordSchema } from '../../src/core/record/record-schema.ts';
import { readState } from '../../src/core/record/release-state.ts';
import { versionRef } from '../../src/core/record/version-ref.ts';
import { describeRunbook } from '../../src/report/runbook.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import {
  type Bench,
  CHECKS,
  type Health,
  healthy,
  holdToLaws,
  only,
  openInFlight,
  type Setup,
  sick,
  told,
  WALK,
  weightOf,
  writeFiles,
} from './bench.ts';
import { BASE, directory } from './directory.ts';

const CONFIG_FILE = '.belay/config.yaml';
const tier = (brakes: string) =>
  `${CONFIG}tiers:\n  critical: {brakes: {${brakes}}}\n  low: {}\ndefaultTier: critical\n`;
const health = (candidate: Health) => ({ [STABLE.version]: healthy, [CANDIDATE.version]: candidate });
const turnsSick: Health = (at) => (at < WALK[2] + 1 ? 0.005 : sick(at));

/** At 25 % since minute 32; the candidate does harm from then on. */
const atQuarter = (config: string, setup: Setup = {}): Promise<Bench> =>
  openInFlight(3, { config, health: health(turnsSick) }, setup);
const SEEN = WALK[2] + 22;
const OF_TIER = {
  code: 'BRAKE_OF_TIER',
  text: 'errors: tier critical asks for reduce, since the check has no onFail',
};
const reduces = { checks: [{ ...CHECKS[0], onFail: 'reduce' }] };

function newest({ forge }: Bench) {
  const { tree } = forge.commitAt(forge.tip('main')!);
  const paths = [...tree.keys()].filter((path) => path.startsWith('.belay/records/scorer/')).sort();
  const before = new Map(paths.slice(0, -1).map((path) => [path, String(tree.get(path))]));
  return { record: RecordSchema.parse(JSON.parse(String(tree.get(paths.at(-1)!)))), before };
}

/** What the newest record says was decided, decided again from what stood in the repository then. */
function replayed({ forge }: Bench, record: BelayRecord, before: ReadonlyMap<string, string>) {
  const config = parseConfig(CONFIG_FILE, forge.textAt(CONFIG_FILE, record.base)!);
  const manifest = parseRelease(MANIFEST, forge.textAt(MANIFEST, record.base)!);
  const chain = readChain('scorer', before, sha256);
  if (config.kind !== 'ok' || manifest.kind !== 'ok' || chain.kind !== 'ok')
    throw new TypeError('config, manifest or records do not read');
  const { release } = manifest.value;
  const state = readState(chain.chain, release.spec.candidate && versionRef(release.spec.candidate));
  return replayRecord(record, release, { state, config: config.value.config }).decision;
}

holdToLaws();

describe('a check without onFail brakes as its tier asks', () => {
  it('with the tier in the reasons, in the record, and again when the record is replayed', async () => {
    const bench = await atQuarter(tier('errors: {default: reduce}'));
    const report = await bench.tick(SEEN);
    expect(told(report)).toEqual(['reduce', 'EXPOSURE_REDUCED', 'committed']);
    expect(weightOf(bench)).toBe(5);
    const { record, before } = newest(bench);
    expect(record.decision.reasons).toContainEqual(OF_TIER);
    expect(replayed(bench, record, before)).toEqual(record.decision);
  });

  it('as if it stood in the manifest, and where it stands there nothing is said of the tier', async () => {
    const byTier = await atQuarter(tier('errors: {default: reduce}'));
    const written = await atQuarter(CONFIG, reduces);
    const [said, meant] = [await byTier.tick(SEEN), await written.tick(SEEN)].map(
      (one) => only(one).decision,
    );
    expect({ ...said, reasons: said!.reasons.filter(({ code }) => code !== 'BRAKE_OF_TIER') }).toEqual(meant);
    expect(said!.reasons).toContainEqual(OF_TIER);
    expect(meant!.reasons).not.toContainEqual(OF_TIER);
  });

  it('but not against its own word, nor in another tier', async () => {
    const rollsBack = { checks: [{ ...CHECKS[0], onFail: 'rollback' }] };
    for (const setup of [rollsBack, { tier: 'low' }]) {
      const bench = await atQuarter(tier('errors: {default: reduce}'), setup);
      const report = await bench.tick(SEEN);
      expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
      expect(only(report).decision.reasons.map(({ code }) => code)).not.toContain('BRAKE_OF_TIER');
    }
  });

  it('also where the release has a mode, which is for the checks that nobody says anything of', async () => {
    const down = { rollback: { mode: 'step-down' } };
    const bench = await atQuarter(tier('errors: {default: rollback}'), down);
    expect(told(await bench.tick(SEEN))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });

  it('and a tier that says otherwise under way voids the promise of the error rates', async () => {
    const bench = await openInFlight(3, { config: tier('errors: {default: reduce}') });
    bench.forge.push({ [CONFIG_FILE]: tier('errors: {default: rollback}') });
    const { reasons } = only(await bench.tick(SEEN)).decision;
    expect(reasons.find(({ code }) => code === 'GUARANTEE_VOID')?.text).toContain(
      'errors.onFail: "reduce, pause or hold" at the start, "rollback, fallback or step-down" now',
    );
  });

  it('and the plan and the runbook say so before anything fails', async () => {
    const config = tier('errors: {default: reduce}');
    const said = async (setup: Setup = {}) => {
      const files = directory({ ...BASE, [CONFIG_FILE]: config, ...writeFiles(setup) });
      const { releases } = await validate(files, { sha256, checkQuery: checkPromql });
      const { release, path } = releases[0]!;
      const runbook = {
        release,
        targets: release.spec.targets,
        path,
        records: '.belay',
        workflow: undefined,
        commands: false,
        roles: undefined,
      };
      const { brakes } = await previewRelease(files, releases[0]!);
      return { brakes, row: /^.*`errors`.*$/m.exec(describeRunbook(runbook))![0] };
    };
    const byTier = await said();
    expect(byTier.brakes).toEqual(['errors: when it fails reduce, as tier critical asks for']);
    expect(byTier.row).toContain('a person decides (tier critical)');
    const written = await said(reduces);
    expect(written.brakes).toBeUndefined();
    expect(written.row).not.toContain('tier');
  });
});

describe('a brake below its tier on the default branch', () => {
  it('holds what would go up', async () => {
    const bench = await openInFlight(1, { config: tier('errors: {atLeast: rollback}') }, reduces);
    const held = await bench.tick(WALK[1]);
    expect(told(held)).toEqual(['hold', 'POLICY_VIOLATED', 'none']);
    expect(only(held).decision.reasons[0].text).toMatch(
      /^spec\.health\.checks\[0\]\.onFail: reduce is gentler/,
    );
  });

  it('lets harm be taken away by the gentle brake that is there', async () => {
    const bench = await atQuarter(tier('errors: {default: rollback}'), reduces);
    bench.forge.push({ [CONFIG_FILE]: tier('errors: {atLeast: rollback}') });
    expect(told(await bench.tick(SEEN))).toEqual(['reduce', 'EXPOSURE_REDUCED', 'committed']);
  });
});

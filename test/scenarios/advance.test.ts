import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { replayRecord } from '../../src/core/decision/replay.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { readChain, recordPath } from '../../src/core/record/record-file.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { readState } from '../../src/core/record/release-state.ts';
import { versionRef } from '../../src/core/record/version-ref.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { brokenProvider, MANIFEST, repositoryFiles, SERVING, type TestWorld } from '../builders/world.ts';
import { type Telling, tell } from './rollout.ts';

const STEPS = [
  { weight: 5, hold: '30m' },
  { weight: 25, hold: '30m' },
  { weight: 100, hold: '1h' },
];
const CHECKS = [
  {
    name: 'errors',
    kind: 'proportion',
    provider: 'prod',
    bad: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
    total: 'sum(increase(predict_total{version="{{version}}"}[{{window}}]))',
    tolerate: { relative: '25%', absolute: '0.5%' },
    safe: { relative: '25%', absolute: '1%' },
    limit: '2%',
  },
];
/** Weights in the serving file, in its order. */
function weightsOf({ forge }: TestWorld): readonly number[] {
  const refs: readonly { weight: number }[] = parse(forge.textAt(SERVING)!).spec.rules[0].backendRefs;
  return refs.map((ref) => ref.weight);
}

const release = { steps: STEPS, checks: CHECKS, deadline: '24h' };

describe('a healthy rollout', () => {
  let telling: Telling;
  beforeAll(async () => {
    telling = await tell({ release, minutes: 60 * 6 });
  });

  it('adopts, starts, goes up step by step and is promoted', () => {
    const { moves, world, reports } = telling;
    expect(moves.map(([, kind]) => kind)).toEqual(['adopt', 'start', 'advance', 'advance', 'promote']);
    expect(moves.map(([, , , to]) => to)).toEqual([0, 5, 25, 100, 0]);
    const manifest = parse(world.forge.textAt(MANIFEST)!);
    expect(manifest.spec.stable.version).toBe(CANDIDATE.version);
    expect(manifest.spec.candidate).toBeUndefined();
    expect(manifest.spec.rollout.weight).toBe(0);
    expect(weightsOf(world)).toEqual([0, 100]);
    expect(reports.flatMap((report) => report.releases.flatMap((item) => item.problems))).toEqual([]);
  });

  it('makes one request for a step and none for a hold', () => {
    expect(telling.world.forge.requests).toEqual(telling.moves.map(() => 'commit'));
  });

  it('keeps every hold', () => {
    const at = telling.moves.map(([minute]) => minute);
    expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(30);
    expect(at[3]! - at[2]!).toBeGreaterThanOrEqual(30);
    expect(at[4]! - at[3]!).toBeGreaterThanOrEqual(60);
  });

  it('changes numbers and nothing else in the serving file', () => {
    const numbers = /weight: \d+/g;
    const before = repositoryFiles({})[SERVING]!;
    expect(telling.world.forge.textAt(SERVING)!.replace(numbers, '')).toBe(before.replace(numbers, ''));
  });

  it('leaves records that give the same decisions when they are replayed', () => {
    const { forge } = telling.world;
    const files = new Map(
      [1, 2, 3, 4, 5].map((sequence) => [
        recordPath('scorer', sequence),
        forge.textAt(recordPath('scorer', sequence))!,
      ]),
    );
    for (let sequence = 1; sequence <= 5; sequence += 1) {
      const before = new Map([...files].slice(0, sequence - 1));
      const chain = readChain('scorer', before, sha256);
      const record = RecordSchema.parse(JSON.parse(files.get(recordPath('scorer', sequence))!));
      const manifest = parseRelease(MANIFEST, forge.textAt(MANIFEST, record.base)!);
      if (chain.kind !== 'ok' || manifest.kind !== 'ok')
        throw new TypeError('records or manifest do not read');
      const candidate = manifest.value.release.spec.candidate;
      const state = readState(chain.chain, candidate && versionRef(candidate));
      const replay = replayRecord(record, manifest.value.release, { state });
      expect(replay.decision).toEqual(record.decision);
    }
  });
});

describe('a sick candidate', () => {
  const rates = { [STABLE.version]: () => 0.005, [CANDIDATE.version]: () => 0.05 };

  it('is rolled back by a merged pull request that restores the bytes', async () => {
    const { moves, world } = await tell({ release, rates, minutes: 60 * 2 });
    expect(moves.map(([, kind]) => kind)).toEqual(['adopt', 'start', 'rollback']);
    expect(world.forge.pulls).toHaveLength(1);
    const [pull] = world.forge.pulls;
    expect(pull).toMatchObject({
      state: 'merged',
      title: expect.stringContaining('roll back 3.5.0 to 3.4.1'),
    });
    expect(pull!.description).toContain('### Why');
    const manifest = parse(world.forge.textAt(MANIFEST)!);
    expect(manifest.spec.candidate).toBeUndefined();
    expect(manifest.spec.stable.version).toBe(STABLE.version);
    expect(weightsOf(world)).toEqual([100, 0]);
  });

  it('takes three requests to a merged revert', async () => {
    const { world } = await tell({ release, rates, minutes: 60 * 2 });
    expect(world.forge.requests.slice(-4)).toEqual(['commit', 'inspect', 'propose', 'merge']);
  });

  it('is quarantined: the same version does not start again', async () => {
    const again = ({ forge }: TestWorld) => {
      forge.push({ [MANIFEST]: withCandidate(forge.textAt(MANIFEST)!) }, { message: 'Bring 3.5.0 again' });
    };
    const { moves, world, reports } = await tell({ release, rates, minutes: 60 * 3, people: { 155: again } });
    expect(moves.map(([, kind]) => kind)).toEqual(['adopt', 'start', 'rollback']);
    expect(reports.at(-1)!.releases[0]!.decision).toMatchObject({
      kind: 'hold',
      reasons: [{ code: 'CANDIDATE_QUARANTINED' }],
    });
    const record = RecordSchema.parse(JSON.parse(world.forge.textAt(recordPath('scorer', 3))!));
    expect(record.quarantine?.version).toBe(CANDIDATE.version);
    expect(record.evidence?.checks[0]).toMatchObject({ name: 'errors', verdict: 'fail' });
    expect(record.evidence?.observations.length).toBeGreaterThan(0);
  });
});

/** The settled manifest with the candidate in it again. */
function withCandidate(text: string): string {
  const candidate = [
    '  candidate:',
    '    version: 3.5.0',
    '    backend: scorer-b',
    '    artifacts:',
    '      model:',
    '        uri: s3://models/scorer/3.5.0',
    `        digest: sha256:${'b'.repeat(64)}`,
    '  rollout:',
  ].join('\n');
  return text.replace('  rollout:', candidate);
}

describe('a metrics server that is down', () => {
  it('neither advances nor rolls back, tells a person once, and goes on afterwards', async () => {
    const down = (at: number) => (at >= 20 && at < 60 * 7 ? brokenProvider : undefined);
    const { moves, reports } = await tell({ release, minutes: 60 * 12, provider: down });
    const kinds = moves.map(([, kind]) => kind);
    expect(kinds).toEqual(['adopt', 'start', 'pause', 'advance', 'advance', 'promote']);
    const pause = moves.find(([, kind]) => kind === 'pause')!;
    expect(pause[0]).toBeGreaterThan(60);
    expect(moves.filter(([at, kind]) => kind !== 'pause' && at >= 20 && at < 60 * 7)).toEqual([]);
    expect(
      reports.some((report) => report.releases[0]!.decision.reasons[0].code === 'EVIDENCE_MISSING'),
    ).toBe(true);
  });
});

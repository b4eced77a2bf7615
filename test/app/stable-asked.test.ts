import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { replayRecord } from '../../src/core/decision/replay.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { readChain, recordPath } from '../../src/core/record/record-file.ts';
import { type BelayRecord, RecordSchema } from '../../src/core/record/record-schema.ts';
import { readState } from '../../src/core/record/release-state.ts';
import { versionRef } from '../../src/core/record/version-ref.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';
import { type Bench, healthy, holdToLaws, openInFlight, sick, told } from './bench.ts';

holdToLaws();

const LIMIT = {
  name: 'errors',
  kind: 'limit',
  provider: 'prod',
  bad: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
  total: 'sum(increase(predict_total{version="{{version}}"}[{{window}}]))',
  max: '2%',
};

const health = { [STABLE.version]: healthy, [CANDIDATE.version]: sick };

function recordAt({ forge }: Bench, sequence: number): BelayRecord {
  return RecordSchema.parse(JSON.parse(forge.textAt(recordPath('scorer', sequence)) ?? ''));
}

function replay({ forge }: Bench, record: BelayRecord) {
  const files = new Map(
    [1, 2].map((n) => [recordPath('scorer', n), forge.textAt(recordPath('scorer', n)) ?? '']),
  );
  const chain = readChain('scorer', files, sha256);
  const manifest = parseRelease(MANIFEST, forge.textAt(MANIFEST, record.base) ?? '');
  if (chain.kind !== 'ok' || manifest.kind !== 'ok') throw new TypeError('records or manifest do not read');
  const { release } = manifest.value;
  const { candidate } = release.spec;
  const state = readState(chain.chain, candidate && versionRef(candidate));
  return replayRecord(record, release, { state });
}

describe('a check of the candidate alone', () => {
  it('asks stable only when it fails', async () => {
    const asked: string[] = [];
    const bench = await openInFlight(2, { health }, { checks: [LIMIT] });
    const open = bench.world.openProvider;
    bench.world.openProvider = async (...args) => {
      const provider = await open(...args);
      return {
        ...provider,
        query: (request) => {
          asked.push(request.query);
          return provider.query(request);
        },
      };
    };
    await bench.tick(7);
    expect(asked.filter((query) => query.includes(STABLE.version))).toEqual([]);
    expect(told(await bench.tick(22))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(asked.filter((query) => query.includes(STABLE.version))).toHaveLength(2);
  });

  it('leaves what was asked in the record, which decides the same again, also without it', async () => {
    const bench = await openInFlight(2, { health }, { checks: [LIMIT] });
    await bench.tick(22);
    const record = recordAt(bench, 3);
    const { evidence } = record;
    expect(evidence?.observations.map(({ id }) => id)).toEqual([
      'errors/bad/candidate',
      'errors/total/candidate',
      'errors/bad/stable',
      'errors/total/stable',
    ]);
    expect(replay(bench, record).decision).toEqual(record.decision);
    const observations = evidence?.observations.slice(0, 2) ?? [];
    const older = { ...record, evidence: evidence && { ...evidence, observations } };
    expect(replay(bench, older).decision).toEqual(record.decision);
  });
});

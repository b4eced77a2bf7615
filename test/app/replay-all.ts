import { sha256 } from '../../src/adapters/system/sha256.ts';
import { replayRecord } from '../../src/core/decision/replay.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { readChain } from '../../src/core/record/record-file.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { readState } from '../../src/core/record/release-state.ts';
import { versionRef } from '../../src/core/record/version-ref.ts';
import { MANIFEST } from '../builders/world.ts';
import type { Bench } from './bench.ts';

/** What every record says was decided, and what is decided again from it. */
export function replayAll({
  forge,
}: Pick<Bench, 'forge'>): readonly (readonly [then: unknown, again: unknown])[] {
  const { tree } = forge.commitAt(forge.tip('main')!);
  const paths = [...tree.keys()].filter((one) => one.startsWith('.belay/records/scorer/')).sort();
  return paths.map((path, index) => {
    const files = new Map(paths.slice(0, index).map((one) => [one, String(tree.get(one))]));
    const chain = readChain('scorer', files, sha256);
    const record = RecordSchema.parse(JSON.parse(String(tree.get(path))));
    const manifest = parseRelease(MANIFEST, forge.textAt(MANIFEST, record.base)!);
    if (chain.kind !== 'ok' || manifest.kind !== 'ok') throw new TypeError('records or manifest do not read');
    const { candidate } = manifest.value.release.spec;
    const state = readState(chain.chain, candidate && versionRef(candidate));
    return [record.decision, replayRecord(record, manifest.value.release, { state }).decision];
  });
}

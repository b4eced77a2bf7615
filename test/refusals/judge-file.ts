import { sha256 } from '../../src/adapters/system/sha256.ts';
import { validate } from '../../src/app/validate.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import type { Problem } from '../../src/core/errors.ts';
import { decodeUtf8, firstProblem } from '../../src/core/yaml/decode-utf8.ts';
import type { FileSource, RepoFile } from '../../src/ports/forge.ts';
import { openInFlight, writeManifest } from '../app/bench.ts';
import { BASE, baseOf, type Files, filesOf } from '../app/directory.ts';
import type { RefusalCase } from './case.ts';
import { CONFIG, insert, MANIFEST, OTHERS, TIERED_CONFIG } from './manifest.ts';

/** One file in a repository of sound ones. */
export interface JudgedFile {
  readonly as: NonNullable<RefusalCase['as']>;
  readonly path: string;
  readonly mode?: RefusalCase['mode'];
}

const SOUND: Files = { '.belay/config.yaml': CONFIG, ...OTHERS };
const CONTRACTED = insert('    backend: fraud-scorer-a', '    contract: {input: contracts/input.json}');
const ROLLING = openInFlight(2).then(filesOf);

/** What `belay validate` says of the file, and how long it takes: time of the processor, since others use the machine as well. */
export async function judgeFile(
  bytes: Uint8Array,
  { as, path, mode }: JudgedFile,
): Promise<{ readonly problems: readonly Problem[]; readonly milliseconds: number }> {
  const others = await repositoryFor(as);
  const base = as === 'rollout' ? baseOf(others, { ...BASE, [path]: writeManifest() }) : undefined;
  const start = process.cpuUsage();
  const files = withFile(others, path, readAs(path, bytes, mode));
  const { problems } = await validate(files, { sha256, checkQuery: checkPromql, base });
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1_000;
  return { problems: problems.filter(({ at }) => at.file === path), milliseconds };
}

async function repositoryFor(as: JudgedFile['as']): Promise<Files> {
  switch (as) {
    case 'rollout':
      return ROLLING;
    case 'config':
      return { ...SOUND, 'releases/fraud-scorer.yaml': MANIFEST };
    case 'tiered':
      return { ...SOUND, '.belay/config.yaml': TIERED_CONFIG };
    case 'contract':
      return { ...SOUND, 'releases/fraud-scorer.yaml': CONTRACTED };
    default:
      return SOUND;
  }
}

function readAs(path: string, bytes: Uint8Array, mode: RefusalCase['mode']): RepoFile {
  if (mode) return { kind: 'unreadable', path, reason: mode };
  const text = decodeUtf8(path, bytes);
  return text.kind === 'ok'
    ? { kind: 'text', path, text: text.value }
    : { kind: 'unreadable', path, reason: 'not-utf8', ...firstProblem(text) };
}

function withFile(others: Files, path: string, file: RepoFile): FileSource {
  const paths = [...new Set([...Object.keys(others), path])].sort();
  return {
    list: async (folder) => paths.filter((one) => one.startsWith(`${folder}/`)),
    read: async (wanted) =>
      new Map(
        wanted.flatMap((one): (readonly [string, RepoFile])[] => {
          if (one === path) return [[path, file]];
          const text = others[one];
          return text === undefined ? [] : [[one, { kind: 'text', path: one, text }]];
        }),
      ),
  };
}

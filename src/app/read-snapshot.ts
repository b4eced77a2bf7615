import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH, type Config, RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { parseConfig } from '../core/manifest/parse-config.ts';
import { checkReleases, type ParsedRelease, parseRelease } from '../core/manifest/parse-release.ts';
import { type ChainReading, digestOf, readChain, recordPath } from '../core/record/record-file.ts';
import { type ReleaseState, readState } from '../core/record/release-state.ts';
import { versionRef } from '../core/record/version-ref.ts';
import type { Digest, Instant, Sha } from '../core/units.ts';
import type { Forge, RepoFile } from '../ports/forge.ts';
import type { World } from './world.ts';

/** A release whose manifest and records could be read. */
export interface ReadableRelease {
  readonly kind: 'readable';
  readonly path: string;
  readonly text: string;
  readonly digest: Digest;
  readonly parsed: ParsedRelease;
  readonly state: ReleaseState;
  /** Warnings. */
  readonly problems: readonly Problem[];
}

/** A manifest that is wrong, or whose records are: reported, left alone, and no hindrance to the others. */
export interface UnreadableRelease {
  readonly kind: 'unreadable';
  readonly path: string;
  /** Name of the release where the manifest still tells it. */
  readonly name: string | undefined;
  readonly text: string | undefined;
  readonly problems: readonly Problem[];
}

export type ReleaseFile = ReadableRelease | UnreadableRelease;

/** Everything a run decides on, read at one commit. */
export interface Snapshot {
  readonly head: Sha;
  readonly config: Config | undefined;
  /** Problems of the config. */
  readonly problems: readonly Problem[];
  /** By path. */
  readonly releases: readonly ReleaseFile[];
  /** Record files by release name, for a release whose manifest cannot be read. */
  readonly records: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads config, manifests and records at one commit. */
export async function readSnapshot(world: World, head: Sha): Promise<Snapshot> {
  const { forge } = world;
  const configReading = readConfig((await forge.read(head, [CONFIG_PATH])).get(CONFIG_PATH));
  const config = configReading.config;
  const folders = config?.releases ?? ['releases'];
  const [recordPaths, ...manifestPaths] = await Promise.all([
    forge.list(head, RECORDS_PATH),
    ...folders.map(async (folder) =>
      (await forge.list(head, folder)).filter((path) => isManifest(folder, path)),
    ),
  ]);
  const paths = [...new Set(manifestPaths.flat())].sort();
  const files = await forge.read(head, [...paths, ...recordPaths]);
  const records = groupRecords(recordPaths, files);
  const releases = await Promise.all(
    paths.map((path) => readRelease(world, head, { path, files, records, config })),
  );
  return { head, config, problems: configReading.problems, releases: refuseDuplicates(releases), records };
}

function readConfig(file: RepoFile | undefined): {
  readonly config: Config | undefined;
  readonly problems: readonly Problem[];
} {
  if (file?.kind !== 'text') {
    const got = file ? `it is ${describeUnreadable(file.reason)}` : 'it is not there';
    return {
      config: undefined,
      problems: [
        problemOf(
          CONFIG_PATH,
          'CONFIG_MISSING',
          `expected the config, but ${got}. Run "belay init" to make one.`,
        ),
      ],
    };
  }
  const reading = parseConfig(CONFIG_PATH, file.text);
  return { config: reading.kind === 'ok' ? reading.value.config : undefined, problems: reading.problems };
}

/** Only files directly in the folder, so that a folder may hold other things below it. */
function isManifest(folder: string, path: string): boolean {
  const rest = path.slice(folder.length + 1);
  return !rest.includes('/') && /\.ya?ml$/.test(rest);
}

function groupRecords(
  paths: readonly string[],
  files: ReadonlyMap<string, RepoFile>,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const name = path.slice(RECORDS_PATH.length + 1).split('/')[0] ?? '';
    const file = files.get(path);
    const group = groups.get(name) ?? new Map<string, string>();
    group.set(path, file?.kind === 'text' ? file.text : '');
    groups.set(name, group);
  }
  return groups;
}

interface Sources {
  readonly path: string;
  readonly files: ReadonlyMap<string, RepoFile>;
  readonly records: Snapshot['records'];
  readonly config: Config | undefined;
}

async function readRelease(world: World, head: Sha, sources: Sources): Promise<ReleaseFile> {
  const { path, files, records, config } = sources;
  const file = files.get(path);
  if (file?.kind !== 'text') {
    const what = file ? describeUnreadable(file.reason) : 'not there';
    return {
      kind: 'unreadable',
      path,
      name: undefined,
      text: undefined,
      problems: [problemOf(path, 'SEC-09', `${path} is ${what}; a manifest must be a regular UTF-8 file`)],
    };
  }
  const reading = parseRelease(path, file.text, config);
  if (reading.kind === 'bad') {
    return { kind: 'unreadable', path, name: undefined, text: file.text, problems: reading.problems };
  }
  const { release } = reading.value;
  const chain = readChain(
    release.metadata.name,
    records.get(release.metadata.name) ?? new Map(),
    world.sha256,
  );
  if (chain.kind === 'broken') {
    return {
      kind: 'unreadable',
      path,
      name: release.metadata.name,
      text: file.text,
      problems: chain.problems,
    };
  }
  const state = await readLandedState(
    world.forge,
    head,
    chain,
    release.spec.candidate && versionRef(release.spec.candidate),
  );
  const digest = digestOf(file.text, world.sha256);
  return {
    kind: 'readable',
    path,
    text: file.text,
    digest,
    parsed: reading.value,
    state,
    problems: reading.problems,
  };
}

/** The state with the moments at which steps that came by pull request reached the default branch. */
async function readLandedState(
  forge: Forge,
  head: Sha,
  reading: Extract<ChainReading, { kind: 'ok' }>,
  candidate: Parameters<typeof readState>[1],
): Promise<ReleaseState> {
  const state = readState(reading.chain, candidate);
  if (state.proposed.length === 0) return state;
  const landed = new Map<number, Instant>();
  for (const sequence of state.proposed) {
    const record = reading.chain.records[sequence - 1];
    if (!record) continue;
    const revisions = await forge.history(head, recordPath(record.release, sequence));
    const first = revisions.at(-1);
    if (first) landed.set(sequence, first.at);
  }
  return readState(reading.chain, candidate, landed);
}

/** Two manifests with one name: neither can be trusted with the records of that name. */
function refuseDuplicates(releases: readonly ReleaseFile[]): readonly ReleaseFile[] {
  const readable = releases.filter((release) => release.kind === 'readable');
  const problems = checkReleases(readable.map((release) => release.parsed));
  return releases.map((release) => {
    const own = problems.filter((problem) => problem.at.file === release.path);
    if (release.kind !== 'readable' || own.length === 0) return release;
    const { name } = release.parsed.release.metadata;
    return { kind: 'unreadable', path: release.path, name, text: release.text, problems: own };
  });
}

function describeUnreadable(reason: Extract<RepoFile, { kind: 'unreadable' }>['reason']): string {
  switch (reason) {
    case 'symlink':
      return 'a symlink';
    case 'submodule':
      return 'a submodule';
    case 'not-utf8':
      return 'not valid UTF-8';
    case 'too-large':
      return 'larger than 1 MiB';
  }
}

function problemOf(file: string, code: string, message: string): Problem {
  return { code, severity: 'error', at: { file, line: 1, column: 1 }, path: '', message };
}

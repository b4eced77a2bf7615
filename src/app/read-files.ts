import type { Problem } from '../core/errors.ts';
import { releaseFolders } from '../core/manifest/config-rules.ts';
import { CONFIG_PATH, type Config, RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { draftOf } from '../core/manifest/draft.ts';
import type { ParsedConfig } from '../core/manifest/parse-config.ts';
import {
  checkReleases,
  type ParsedRelease,
  parseRelease,
  type ReleaseReading,
  type ReleaseRemains,
} from '../core/manifest/parse-release.ts';
import { withTierBrakes } from '../core/manifest/tier-brakes.ts';
import { digestOf, type RecordChain, readChain } from '../core/record/record-file.ts';
import { type ReleaseState, readState } from '../core/record/release-state.ts';
import { versionRef } from '../core/record/version-ref.ts';
import type { Digest, Sha256 } from '../core/units.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';
import { describeUnreadable } from './describe-unreadable.ts';
import { findMisplaced } from './find-misplaced.ts';
import { type ConfigFile, readConfig } from './read-config.ts';
import {
  createFindOwner,
  type FindOwner,
  findAbandoned,
  groupRecords,
  type Records,
} from './read-records.ts';

/** A release whose manifest and records could be read. */
export interface ReadableRelease {
  readonly kind: 'readable';
  readonly path: string;
  readonly text: string;
  readonly digest: Digest;
  readonly parsed: ParsedRelease;
  readonly chain: RecordChain;
  readonly state: ReleaseState;
  /** Warnings. */
  readonly problems: readonly Problem[];
}

/** A manifest that is wrong, or whose records are: reported, left alone, and no hindrance to the others. */
export interface UnreadableRelease {
  readonly kind: 'unreadable';
  readonly path: string;
  /** Name of the release where the manifest, or else a record about it, tells it. */
  readonly name: string | undefined;
  readonly text: string | undefined;
  readonly problems: readonly Problem[];
  /** What `validate` judges all the same; nothing is ever rolled out by it. */
  readonly remains: Remains | undefined;
}

/** The sound parts of a manifest that has problems, and what the records say about its release where they can be read. */
export interface Remains extends ReleaseRemains {
  readonly state: ReleaseState | undefined;
}

export type ReleaseFile = ReadableRelease | UnreadableRelease;

/** Config, manifests and records of one state of a repository. */
export interface RepositoryReading {
  readonly config: Config | undefined;
  /** The config with its positions. */
  readonly parsedConfig: ParsedConfig | undefined;
  /** The config as it was found. */
  readonly configFile: ConfigFile;
  /** Problems of the config and of folders, and warnings about rollouts whose manifest is gone. */
  readonly problems: readonly Problem[];
  /** By path. */
  readonly releases: readonly ReleaseFile[];
  /** For a release whose manifest cannot be read. */
  readonly records: Records;
}

/** What is taken where the config cannot say. */
export interface Otherwise {
  /** Where manifests are. */
  readonly folders?: readonly string[] | undefined;
  /** Instead of what is sound of it. */
  readonly config?: Config | undefined;
}

/** Reads config, manifests and records. A manifest that is wrong is no hindrance to the others. */
export async function readFiles(
  source: FileSource,
  sha256: Sha256,
  otherwise: Otherwise = {},
): Promise<RepositoryReading> {
  const configFile = readConfig((await source.read([CONFIG_PATH])).get(CONFIG_PATH));
  const { parsed: parsedConfig, remains } = configFile;
  const config = parsedConfig?.config;
  const usable = config ?? otherwise.config ?? remains?.config;
  const places = usable?.releases ?? otherwise.folders ?? releaseFolders(usable);
  const [recordPaths, ...listed] = await Promise.all([
    source.list(RECORDS_PATH),
    ...places.map(async (folder) => ({ folder, paths: await source.list(folder) })),
  ]);
  const paths = [
    ...new Set(listed.flatMap(({ folder, paths: all }) => all.filter((path) => isManifest(folder, path)))),
  ].sort();
  const files = await source.read([...paths, ...recordPaths]);
  const records = groupRecords(recordPaths, files);
  const findOwner = createFindOwner(records, sha256);
  const releases = refuseDuplicates(
    paths.map((path) => readRelease({ path, files, records, findOwner, config: usable, sha256 })),
    findOwner,
  );
  const abandoned = config ? findAbandoned(records, releases.map(nameOf), sha256) : [];
  const misplaced = await findMisplaced(source, listed);
  const problems = [...configFile.problems, ...misplaced, ...abandoned];
  return { config, parsedConfig, configFile, problems, releases, records };
}

/** The name of a release as far as it is known; its path when it is not. */
export function nameOf(file: ReleaseFile): string {
  return file.kind === 'readable' ? file.parsed.release.metadata.name : (file.name ?? file.path);
}

/** Only files directly in the folder, so that a folder may hold other things below it. */
function isManifest(folder: string, path: string): boolean {
  const rest = path.slice(folder.length + 1);
  return !rest.includes('/') && /\.ya?ml$/.test(rest);
}

interface Sources {
  readonly path: string;
  readonly files: ReadonlyMap<string, RepoFile>;
  readonly records: Records;
  readonly findOwner: FindOwner;
  readonly config: Config | undefined;
  readonly sha256: Sha256;
}

function readRelease({ path, files, records, findOwner, config, sha256 }: Sources): ReleaseFile {
  const file = files.get(path);
  if (file?.kind !== 'text') {
    const what = file ? describeUnreadable(file.reason) : 'not there';
    const message = `is ${what}; a manifest must be a regular UTF-8 file: put one in its place`;
    const problem = file?.problem ?? problemOf(path, 'SEC-09', message);
    return {
      ...{ kind: 'unreadable', path, name: findOwner(path), text: undefined, problems: [problem] },
      remains: undefined,
    };
  }
  const { text } = file;
  const reading = readByTier(parseRelease(path, text, config), config);
  if (reading.kind === 'bad') {
    const { problems } = reading;
    const told = withRecords(reading.remains, records, sha256);
    return {
      ...{ kind: 'unreadable', path, name: findOwner(path), text },
      problems: [...problems, ...told.problems],
      remains: told.remains,
    };
  }
  const { release, source } = reading.value;
  const chain = readChain(release.metadata.name, records.get(release.metadata.name) ?? new Map(), sha256);
  if (chain.kind === 'broken') {
    return {
      ...{ kind: 'unreadable', path, name: release.metadata.name, text },
      problems: [...reading.problems, ...chain.problems],
      remains: { source, release, draft: draftOf(release), blamed: NOTHING, state: undefined },
    };
  }
  return {
    kind: 'readable',
    path,
    text,
    digest: digestOf(text, sha256),
    parsed: reading.value,
    chain: chain.chain,
    state: readState(chain.chain, release.spec.candidate && versionRef(release.spec.candidate)),
    problems: reading.problems,
  };
}

/** From here on nobody asks whether a brake stands in the manifest or is its tier's. */
function readByTier(reading: ReleaseReading, config: Config | undefined): ReleaseReading {
  if (reading.kind === 'ok') {
    const { release, source } = reading.value;
    return { ...reading, value: { release: withTierBrakes(release, config), source } };
  }
  const { remains } = reading;
  if (!remains?.release) return reading;
  return { ...reading, remains: { ...remains, release: withTierBrakes(remains.release, config) } };
}

/** The sound parts of a manifest that cannot be read, beside what is recorded about its release. */
function withRecords(
  remains: ReleaseRemains | undefined,
  records: Records,
  sha256: Sha256,
): { readonly remains: Remains | undefined; readonly problems: readonly Problem[] } {
  const name = remains?.draft.name;
  if (!remains) return { remains, problems: [] };
  if (name === undefined) return { remains: { ...remains, state: undefined }, problems: [] };
  const chain = readChain(name, records.get(name) ?? new Map(), sha256);
  if (chain.kind === 'broken') return { remains: { ...remains, state: undefined }, problems: chain.problems };
  const candidate = remains.release?.spec.candidate;
  const state = readState(chain.chain, candidate && versionRef(candidate));
  return { remains: { ...remains, state }, problems: [] };
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * What of a manifest can be judged: all of one that can be read, else its sound parts; undefined when it is no manifest at all,
 * or claims what belongs to another.
 */
export function remainsOf(file: ReleaseFile): Remains | undefined {
  if (file.kind === 'unreadable') return file.remains;
  const { parsed, state } = file;
  return { ...parsed, draft: draftOf(parsed.release), blamed: NOTHING, state };
}

/** The whole manifest, where enough of it is sound. */
export function wholeOf({ release, source }: Remains): ParsedRelease | undefined {
  return release && { release, source };
}

/**
 * Two manifests with one name: only the one that the records are about can be trusted with them, or else neither. A resource
 * that two of the others claim is left to the first of them by path.
 */
function refuseDuplicates(releases: readonly ReleaseFile[], findOwner: FindOwner): readonly ReleaseFile[] {
  const readable = releases.filter((release) => release.kind === 'readable');
  const byName = new Map<string, ReadableRelease[]>();
  for (const release of readable)
    byName.set(nameOf(release), [...(byName.get(nameOf(release)) ?? []), release]);
  const impostors = new Map<ReleaseFile, Problem>();
  for (const release of readable) {
    const twin = byName.get(nameOf(release))?.find((other) => other !== release);
    if (twin && findOwner(release.path) !== nameOf(release)) impostors.set(release, nameTaken(release, twin));
  }
  const rest = readable.filter((release) => !impostors.has(release));
  const problems = checkReleases(rest.map((release) => release.parsed));
  return releases.map((release): ReleaseFile => {
    if (release.kind !== 'readable') return release;
    const { path, text } = release;
    const impostor = impostors.get(release);
    if (impostor)
      return {
        ...{ kind: 'unreadable', path, name: undefined, text },
        problems: [...release.problems, impostor],
        remains: undefined,
      };
    const own = problems.filter(({ at }) => at.file === path);
    return own.length === 0
      ? release
      : {
          ...{ kind: 'unreadable', path, name: nameOf(release), text },
          problems: [...release.problems, ...own],
          remains: undefined,
        };
  });
}

function nameTaken({ parsed }: ReadableRelease, twin: ReadableRelease): Problem {
  const { name } = parsed.release.metadata;
  return {
    code: 'RELEASE_NAME_TAKEN',
    severity: 'error',
    at: parsed.source.positionOf(['metadata', 'name']),
    path: 'metadata.name',
    message: `"${name}" is the name of the release in ${twin.path} as well, and their records would mix; give each its own`,
  };
}

function problemOf(file: string, code: string, message: string): Problem {
  return { code, severity: 'error', at: { file, line: 1, column: 1 }, path: '', message };
}

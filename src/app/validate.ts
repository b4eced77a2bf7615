import type { Problem } from '../core/errors.ts';
import { sortProblems } from '../core/errors.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import { type ParsedConfig, parseConfig } from '../core/manifest/parse-config.ts';
import { checkQuerySyntax, type QueryCheck } from '../core/manifest/query-rules.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { findConfigLeftovers, findReleaseLeftovers } from '../core/manifest/template-rules.ts';
import { checkWaiverDays } from '../core/manifest/waiver-rules.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import { sameVersion, versionRef } from '../core/record/version-ref.ts';
import { type Instant, percent, type Sha256 } from '../core/units.ts';
import type { Digests, FileSource } from '../ports/forge.ts';
import { type Base, checkBase } from './check-base.ts';
import { checkOwners, readCodeOwners } from './check-owners.ts';
import { checkConfigFiles, checkRunbook, reportNoManifest } from './check-references.ts';
import { type ArtifactFiles, checkSignatures, openTrust, type Trusting } from './check-signatures.ts';
import { checkUnits } from './check-units.ts';
import { checkVersions, isStartedByHand } from './check-versions.ts';
import { type ReadableRelease, type RepositoryReading, readFiles } from './read-files.ts';
import { findDifference, placeMissing, readTargets, renderTargets } from './render-targets.ts';
import type { OpenVerifier } from './world.ts';

/** What validation found in a directory. */
export interface Validation {
  /** Releases that could be read, by path. */
  readonly releases: readonly {
    readonly path: string;
    readonly release: Release;
    readonly state: ReleaseState;
  }[];
  /** Undefined when there is none or it cannot be read. */
  readonly config: Config | undefined;
  /** How many manifests were looked at. */
  readonly manifests: number;
  /** In reading order. */
  readonly problems: readonly Problem[];
}

export interface ValidateOptions {
  readonly sha256: Sha256;
  /** Reads the language that the providers speak; it is not ours to know in the core. */
  readonly checkQuery: QueryCheck;
  /** What a pull request is compared with; without it, only what the files say by themselves is judged. */
  readonly base?: Base | undefined;
  /** With it, signatures are verified and files of models hashed. */
  readonly artifacts?: Digests & { readonly openVerifier: OpenVerifier };
  /** Today, for days that a manifest names; without it they are not judged. */
  readonly now?: Instant | undefined;
}

/** Checks config, manifests, records and targets of a directory. No network, no secret, nothing is run or written. */
export async function validate(
  files: FileSource,
  { sha256, checkQuery, base, artifacts, now }: ValidateOptions,
): Promise<Validation> {
  const reading = await readFiles(files, sha256);
  const problems: Problem[] = [...reading.problems, ...(await checkConfig(files, reading))];
  if (base) problems.push(...(await checkBase(base, files, { reading, sha256 })));
  const owners = await readCodeOwners(files);
  const signatures = artifacts && (await prepareSignatures(files, { artifacts, base, reading }));
  problems.push(...(signatures?.problems ?? []));
  const releases: { path: string; release: Release; state: ReleaseState }[] = [];
  for (const file of reading.releases) {
    problems.push(...file.problems);
    if (file.kind !== 'readable') continue;
    releases.push({ path: file.path, release: file.parsed.release, state: file.state });
    problems.push(
      ...checkVersions(file.parsed, file.state),
      ...findReleaseLeftovers(file.parsed),
      ...checkQuerySyntax(file.parsed, checkQuery),
      ...(now === undefined ? [] : checkWaiverDays(file.parsed, now)),
      ...checkOwners(file.parsed, owners),
      ...(await checkRunbook(files, file.parsed)),
      ...(await checkTargets(files, file)),
      ...(signatures ? await signatures.check(file) : []),
    );
  }
  return {
    releases,
    config: reading.config,
    manifests: reading.releases.length,
    problems: sortProblems(problems),
  };
}

async function checkConfig(
  files: FileSource,
  { parsedConfig, releases, records }: RepositoryReading,
): Promise<readonly Problem[]> {
  if (!parsedConfig) return [];
  // where there are records there were releases, which people may have retired
  const none =
    releases.length === 0 && records.size === 0 ? [await reportNoManifest(files, parsedConfig)] : [];
  return [...none, ...findConfigLeftovers(parsedConfig), ...(await checkConfigFiles(files, parsedConfig))];
}

interface Signatures {
  /** Of the trust itself. */
  readonly problems: readonly Problem[];
  check(file: ReadableRelease): Promise<readonly Problem[]>;
}

/** Whom to trust is what the base says: or else a pull request would bring its own signer along. */
async function prepareSignatures(
  files: FileSource,
  given: {
    readonly artifacts: NonNullable<ValidateOptions['artifacts']>;
    readonly base: FileSource | undefined;
    readonly reading: RepositoryReading;
  },
): Promise<Signatures> {
  const { artifacts, base, reading } = given;
  const { openVerifier } = artifacts;
  const all: ArtifactFiles = { ...files, digests: artifacts.digests };
  const trusted = base && (await readConfig(base));
  const trusting: Trusting =
    base && trusted?.config.verify
      ? await openTrust(trusted, base, openVerifier)
      : reading.parsedConfig
        ? await openTrust(reading.parsedConfig, files, openVerifier)
        : { kind: 'nobody' };
  if (trusting.kind === 'broken') return { problems: trusting.problems, check: async () => [] };
  return {
    problems: [],
    async check({ parsed, state }) {
      const stable = versionRef(parsed.release.spec.stable);
      const isKnown = state.good.some(({ ref }) => sameVersion(ref, stable));
      return [
        ...(await checkSignatures({ parsed, role: 'stable', isKnown, files: all, trusting })),
        ...(await checkSignatures({ parsed, role: 'candidate', isKnown: false, files: all, trusting })),
      ];
    },
  };
}

async function readConfig(files: FileSource): Promise<ParsedConfig | undefined> {
  const file = (await files.read([CONFIG_PATH])).get(CONFIG_PATH);
  const reading = file?.kind === 'text' ? parseConfig(CONFIG_PATH, file.text) : undefined;
  return reading?.kind === 'ok' ? reading.value : undefined;
}

/**
 * The target files hold the split that the manifest asks for; else the lines to change are named. A weight that is to be 0 is
 * taken for 0: or else the files would be asked to follow the mistake.
 */
async function checkTargets(
  files: FileSource,
  { parsed, state }: ReadableRelease,
): Promise<readonly Problem[]> {
  const { release } = parsed;
  const weight = isStartedByHand(parsed, state) ? percent(0) : release.spec.rollout.weight;
  const texts = await readTargets(files.read, release);
  const { edits, problems } = renderTargets(release, weight, texts);
  return [...placeMissing(problems, parsed), ...edits.flatMap(findDifference), ...checkUnits(parsed, texts)];
}

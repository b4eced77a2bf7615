import type { Problem } from '../core/errors.ts';
import { sortProblems } from '../core/errors.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import type { DependencyGraph } from '../core/manifest/order-of-releases.ts';
import type { QueryCheck } from '../core/manifest/query-check.ts';
import { checkQueries, remembering } from '../core/manifest/query-rules.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { NO_CONFIG } from '../core/manifest/sound-config.ts';
import { findConfigLeftovers, findReleaseLeftovers } from '../core/manifest/template-rules.ts';
import { checkWaiverDays } from '../core/manifest/waiver-rules.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import type { Digest, Instant, Sha256 } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
import { type Base, type BaseCheck, checkBase } from './check-base.ts';
import { checkContracts } from './check-contracts.ts';
import { checkDependencies, graphOf } from './check-dependencies.ts';
import { checkDrills } from './check-drills.ts';
import { checkOwners, readCodeOwners } from './check-owners.ts';
import { checkPolicies } from './check-policies.ts';
import { checkConfigFiles, checkRunbooks, readRunbooks, reportNoManifest } from './check-references.ts';
import { checkSandbox } from './check-sandbox.ts';
import { checkTargets } from './check-targets.ts';
import { checkVersions } from './check-versions.ts';
import { forgiveOld } from './forgive-old.ts';
import type { Origin } from './origin.ts';
import { type ArtifactReading, prepareSignatures } from './prepare-signatures.ts';
import { type RepositoryReading, readFiles, remainsOf, wholeOf } from './read-files.ts';
import { checkGenerated, findPlace } from './runbook.ts';

/** What validation found in a directory. */
export interface Validation {
  /** Releases that could be read, by path. */
  readonly releases: readonly {
    readonly path: string;
    readonly release: Release;
    /** Of the manifest's bytes. */
    readonly digest: Digest;
    readonly state: ReleaseState;
  }[];
  /** What each release depends on, those that could not be read included. */
  readonly dependencies: DependencyGraph;
  /** Undefined when there is none or it cannot be read. */
  readonly config: Config | undefined;
  /** What the base says that it is; without a base, or where there was none in it, what it is. */
  readonly trusted: Partial<Config> | undefined;
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
  /** Where the pull request comes from. Default: nobody says. */
  readonly origin?: Origin | undefined;
  /** With it, signatures are verified and files of models hashed. */
  readonly artifacts?: ArtifactReading;
  /** Today, for days that a manifest names; without it they are not judged. */
  readonly now?: Instant | undefined;
}

const NO_BASE: BaseCheck = { problems: [], own: new Set(), restored: new Set(), ordered: new Set() };

/** Checks config, manifests, records and targets of a directory. No network, no secret, nothing is run or written. */
export async function validate(files: FileSource, options: ValidateOptions): Promise<Validation> {
  const { sha256, checkQuery, base, origin = { kind: 'unknown' }, artifacts, now } = options;
  const reading = await readFiles(files, sha256);
  const problems: Problem[] = [...reading.problems, ...(await checkConfig(files, reading))];
  const before = base && (await readFiles(base, sha256, { folders: reading.config?.releases }));
  const {
    problems: found,
    own,
    restored,
    ordered,
  } = base && before ? await checkBase(base, files, { before, reading, origin, sha256 }) : NO_BASE;
  problems.push(...found, ...(await checkPolicies(files, { reading, before, own, now })));
  problems.push(
    ...checkDependencies(reading.releases),
    ...(await checkDrills(files, reading, { sha256, now })),
    ...checkSandbox(reading),
  );
  const owners = await readCodeOwners(files);
  const signatures = artifacts && (await prepareSignatures(files, { artifacts, base, before, reading }));
  problems.push(...(signatures?.problems ?? []));
  const place = await findPlace(files, reading.config);
  const check = remembering(checkQuery);
  const releases: { path: string; release: Release; digest: Digest; state: ReleaseState }[] = [];
  const judged = reading.releases.map((file) => ({ file, remains: remainsOf(file) }));
  const manifests = judged.flatMap(({ remains }) => remains ?? []);
  const runbooks = await readRunbooks(files, manifests);
  for (const { file, remains } of judged) {
    problems.push(...file.problems);
    if (file.kind === 'readable')
      releases.push({
        path: file.path,
        release: file.parsed.release,
        digest: file.digest,
        state: file.state,
      });
    if (!remains) continue;
    const { state } = remains;
    const parsed = wholeOf(remains);
    const found = [
      ...(parsed && state ? checkVersions(parsed, state, now) : []),
      ...(parsed ? findReleaseLeftovers(parsed) : []),
      ...(parsed && now !== undefined ? checkWaiverDays(parsed, now) : []),
      ...checkQueries(remains, check),
      ...checkOwners(remains, owners),
      ...(await checkContracts(files, remains)),
      ...(parsed ? await checkGenerated(files, parsed, { runbooks, place }) : []),
      ...(await checkTargets(files, remains)),
      ...(signatures ? await signatures.check(remains) : []),
    ];
    problems.push(...found.filter(({ at, path }) => at.file !== file.path || !remains.blamed.has(path)));
  }
  problems.push(...(await checkRunbooks(files, { manifests, runbooks })));
  // an order is judged by its record: what is wrong with the manifests must not keep a pause from being merged
  const isForgiven = restored.size + ordered.size > 0 && reading.configFile.text === before?.configFile.text;
  const known =
    base && isForgiven ? (await validate(base, { ...options, base: undefined, origin })).problems : [];
  const within = restored.size > 0 ? undefined : new Set(reading.releases.map(({ path }) => path));
  return {
    releases,
    dependencies: graphOf(reading.releases),
    config: reading.config,
    trusted:
      before && before.configFile.sound() !== NO_CONFIG ? before.configFile.sound().config : reading.config,
    manifests: reading.releases.length,
    problems: sortProblems(isForgiven ? forgiveOld(problems, { known, restored, within }) : problems),
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

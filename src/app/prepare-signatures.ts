import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import { type ParsedConfig, parseConfig } from '../core/manifest/parse-config.ts';
import { sameVersion, versionRef } from '../core/record/version-ref.ts';
import type { Digests, FileSource } from '../ports/forge.ts';
import { type ArtifactFiles, checkSignatures, openTrust, type Trusting } from './check-signatures.ts';
import type { Remains, RepositoryReading } from './read-files.ts';
import type { OpenVerifier } from './world.ts';

/** What is needed to look at artifacts without a network. */
export interface ArtifactReading extends Digests {
  readonly openVerifier: OpenVerifier;
}

/** The checks of signatures of one validation. */
export interface Signatures {
  /** Of the trust itself. */
  readonly problems: readonly Problem[];
  check(remains: Remains): Promise<readonly Problem[]>;
}

/** Whom to trust is what the base says: or else a pull request would bring its own signer along. */
export async function prepareSignatures(
  files: FileSource,
  given: {
    readonly artifacts: ArtifactReading;
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
    async check({ source, draft, release, state }) {
      const stable = release && versionRef(release.spec.stable);
      const isKnown = !!stable && !!state?.good.some(({ ref }) => sameVersion(ref, stable));
      const shared = { source, files: all, trusting };
      return [
        ...(await checkSignatures({ ...shared, role: 'stable', version: draft.stable, isKnown })),
        ...(await checkSignatures({
          ...shared,
          role: 'candidate',
          version: draft.candidate,
          isKnown: false,
        })),
      ];
    },
  };
}

async function readConfig(files: FileSource): Promise<ParsedConfig | undefined> {
  const file = (await files.read([CONFIG_PATH])).get(CONFIG_PATH);
  const reading = file?.kind === 'text' ? parseConfig(CONFIG_PATH, file.text) : undefined;
  return reading?.kind === 'ok' ? reading.value : undefined;
}

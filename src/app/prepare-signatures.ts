import type { Problem } from '../core/errors.ts';
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
    /** What the base holds. */
    readonly before: RepositoryReading | undefined;
    readonly reading: RepositoryReading;
  },
): Promise<Signatures> {
  const { artifacts, base, before, reading } = given;
  const { openVerifier } = artifacts;
  const all: ArtifactFiles = { ...files, digests: artifacts.digests };
  const trusted = before?.configFile.sound().config.verify;
  const trusting: Trusting =
    base && trusted
      ? await openTrust(trusted, base, { open: openVerifier, source: before?.parsedConfig?.source })
      : await openTrust(reading.config?.verify, files, {
          open: openVerifier,
          source: reading.parsedConfig?.source,
        });
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

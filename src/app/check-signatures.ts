import type { Problem } from '../core/errors.ts';
import { repositoryPath } from '../core/manifest/artifact-place.ts';
import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import type { VersionDraft } from '../core/manifest/draft.ts';
import type { VersionSpec } from '../core/manifest/release-schema.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import type { YamlSource } from '../core/yaml/read-yaml.ts';
import { formatPath, quote } from '../core/yaml/yaml-path.ts';
import type { Digests, FileSource } from '../ports/forge.ts';
import type { SignatureVerifier } from '../ports/signatures.ts';
import { type ModelFiles, matchSignature } from './match-signature.ts';
import type { OpenVerifier } from './world.ts';

/** Files of a repository, as text and by what they are. */
export type ArtifactFiles = FileSource & Digests;

/** Whose signatures count in a repository. */
export type Trusting =
  /** The config does not say: none is looked at. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'trusted'; readonly verifier: SignatureVerifier; readonly isRequired: boolean }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/**
 * Reads the trust that a config names, from the files beside it.
 * @param source  the config's text, where problems are to be placed; undefined: at its top
 */
export async function openTrust(
  verify: Config['verify'],
  files: FileSource,
  { open, source }: { readonly open: OpenVerifier | undefined; readonly source: YamlSource | undefined },
): Promise<Trusting> {
  if (!verify) return { kind: 'nobody' };
  const broken = (key: string, message: string): Trusting => {
    const path = ['verify', key];
    const at = source?.positionOf(path) ?? { file: CONFIG_PATH, line: 1, column: 1 };
    const problem = {
      code: 'TRUST_UNREADABLE',
      severity: 'error',
      at,
      path: formatPath(path),
      message,
    } as const;
    return { kind: 'broken', problems: [problem] };
  };
  if (!open) return broken('required', 'this run cannot verify signatures; use one that can');
  const { trustRoot, keys = [], identities = [] } = verify;
  const paths = [...(trustRoot === undefined ? [] : [trustRoot]), ...keys];
  const found = await files.read(paths);
  const texts = new Map<string, string>();
  for (const path of paths) {
    const file = found.get(path);
    if (file?.kind !== 'text') {
      const key = path === trustRoot ? 'trustRoot' : 'keys';
      return broken(
        key,
        `${quote(path)} is ${file ? `no text file (${file.reason})` : 'not there'}; add the file or correct the path`,
      );
    }
    texts.set(path, file.text);
  }
  const root = trustRoot === undefined ? undefined : texts.get(trustRoot);
  const verifier = await open({ root, identities, keys: keys.map((path) => texts.get(path) ?? '') });
  if (verifier.kind === 'unusable')
    return broken(
      trustRoot === undefined ? 'keys' : 'trustRoot',
      `${verifier.detail}; put the right file in its place`,
    );
  return { kind: 'trusted', verifier, isRequired: verify.required ?? true };
}

export interface SignatureCheck {
  /** Of the manifest. */
  readonly source: YamlSource;
  readonly role: 'stable' | 'candidate';
  /** Undefined: there is none. */
  readonly version: Pick<VersionDraft, 'artifacts'> | undefined;
  /** It was taken as good before signatures were asked for: that it has none is a warning. */
  readonly isKnown: boolean;
  readonly files: ArtifactFiles;
  readonly trusting: Trusting;
}

/**
 * What is wrong with the signatures of one version, and with its artifacts that are files of this repository. Of an artifact
 * that is elsewhere only its digest is known here: the signature must be over that.
 */
export async function checkSignatures(check: SignatureCheck): Promise<readonly Problem[]> {
  const { source, role, version, trusting } = check;
  if (!version?.artifacts) return [];
  if (trusting.kind === 'broken') return trusting.problems;
  const problems: Problem[] = [];
  for (const [name, artifact] of Object.entries(version.artifacts))
    for (const { key, ...finding } of await checkArtifact(check, artifact, trusting))
      problems.push(
        toProblem(source, {
          ...finding,
          path: ['spec', role, 'artifacts', name, ...(key ? [key] : [])],
        }),
      );
  return problems;
}

type Artifact = VersionSpec['artifacts'][string];

/** Something about one key of an artifact; about the artifact itself without one. */
interface Finding extends Omit<RuleFinding, 'path'> {
  readonly key?: keyof Artifact;
}

async function checkArtifact(
  { files, isKnown }: SignatureCheck,
  artifact: Artifact,
  trusting: Exclude<Trusting, { kind: 'broken' }>,
): Promise<readonly Finding[]> {
  const { signature, uri } = artifact;
  const path = repositoryPath(uri);
  const model = path === undefined ? undefined : await readModel(files, path, signature);
  if (model && model.names.length === 0)
    return [
      {
        code: 'ARTIFACT_FILE_MISSING',
        key: 'uri',
        message: `${quote(path ?? '')} is not there; add the file or correct the path`,
      },
    ];
  const changed = model && findChange(artifact, model);
  if (changed) return [changed];
  if (trusting.kind === 'nobody') return signature === undefined ? [] : [UNCHECKED];
  if (signature === undefined) {
    if (!trusting.isRequired) return [];
    const message = `must be signed, since ${CONFIG_PATH} has verify.required; add signature: with the path of a sigstore bundle over its digest`;
    return [{ code: 'SIGNATURE_MISSING', message, what: 'key', severity: isKnown ? 'warning' : 'error' }];
  }
  return checkSignature({ files, artifact, signature, model }, trusting.verifier);
}

const UNCHECKED: Finding = {
  code: 'SIGNATURE_UNCHECKED',
  key: 'signature',
  severity: 'warning',
  message: `nobody looks at it, since ${CONFIG_PATH} has no verify; say there whom to trust`,
};

/** Above 1 MiB no text file is read. */
async function checkSignature(
  given: {
    readonly files: FileSource;
    readonly artifact: Artifact;
    readonly signature: string;
    readonly model: ModelFiles | undefined;
  },
  verifier: SignatureVerifier,
): Promise<readonly Finding[]> {
  const { files, artifact, signature, model } = given;
  const file = (await files.read([signature])).get(signature);
  if (file?.kind !== 'text') {
    const what = file ? `no text file of at most 1 MiB (${file.reason})` : 'not there';
    return [
      {
        code: 'SIGNATURE_FILE_MISSING',
        key: 'signature',
        message: `${quote(signature)} is ${what}; add the sigstore bundle that signs the artifact`,
      },
    ];
  }
  const outcome = verifier.verify(file.text);
  if (outcome.kind === 'refused')
    return [
      {
        code: outcome.code,
        key: 'signature',
        message: `${quote(signature)} does not count: ${outcome.detail}`,
      },
    ];
  const fault = matchSignature(outcome.content, artifact.digest, model);
  return fault ? [{ ...fault, key: 'signature', message: `${quote(signature)} ${fault.message}` }] : [];
}

/** A file is known by its digest alone, with or without a signature. */
function findChange({ digest }: Artifact, { isFolder, digests }: ModelFiles): Finding | undefined {
  const [own] = digests.values();
  if (isFolder || own === digest) return undefined;
  const got = own === undefined ? 'no regular file' : `${own.slice(0, 19)}…`;
  const message = `must be the digest of the file in this repository, ${got}, got ${digest.slice(0, 19)}…; put the reviewed file back, or write its digest`;
  return { code: 'ARTIFACT_CHANGED', key: 'digest', message };
}

/** Left out of a model by its signer's tool, at the top of its folder. Source: ossf/model-signing-spec, spec/v1.0.md, section 6.2 */
const OF_GIT = /^\.(?:git|gitignore|gitattributes|github)(?:\/|$)/;

async function readModel(
  files: ArtifactFiles,
  path: string,
  signature: string | undefined,
): Promise<ModelFiles> {
  const below = await files.list(path);
  const isFolder = below.length > 0;
  const start = isFolder ? path.length + 1 : path.lastIndexOf('/') + 1;
  const paths = (isFolder ? below : [path]).filter(
    (one) => one !== signature && !(isFolder && OF_GIT.test(one.slice(start))),
  );
  const found = await files.digests(paths);
  const isThere = isFolder || found.size > 0 || (await files.read([path])).has(path);
  return {
    isFolder,
    names: isThere ? paths.map((one) => one.slice(start)) : [],
    digests: new Map([...found].map(([one, digest]) => [one.slice(start), digest])),
  };
}

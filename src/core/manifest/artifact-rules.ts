import { quote } from '../yaml/yaml-path.ts';
import { repositoryPath } from './artifact-place.ts';
import { digestInUri, findMutability, isUnsafeFormat, unsafeEnding } from './artifact-uri.ts';
import type { Draft } from './draft.ts';
import type { VersionSpec } from './release-schema.ts';
import type { Rule } from './rule.ts';

type ArtifactSpec = VersionSpec['artifacts'][string];

interface Place {
  readonly name: string;
  readonly artifact: ArtifactSpec;
  readonly path: readonly string[];
}

function* artifactsOf({ stable, candidate }: Draft): Iterable<Place> {
  for (const [role, version] of [
    ['stable', stable],
    ['candidate', candidate],
  ] as const)
    for (const [name, artifact] of Object.entries(version?.artifacts ?? {}))
      yield { name, artifact, path: ['spec', role, 'artifacts', name] };
}

/** What was reviewed is what is served: nothing in a URI can be pointed elsewhere later, and it agrees with the digest. */
export const artifactsArePinned: Rule = function* ({ draft }) {
  const served = new Set(
    draft.targets.flatMap((target) => (target?.kind === 'kserve' ? [target.artifact ?? 'model'] : [])),
  );
  for (const { name, artifact, path } of artifactsOf(draft)) {
    const moving = findMutability(artifact.uri);
    const digest = digestInUri(artifact.uri);
    if (artifact.uri.startsWith('file:') && repositoryPath(artifact.uri) === undefined)
      yield {
        code: 'SEC-09',
        path: [...path, 'uri'],
        message: `must be file: and a path inside the repository as git writes it, like file:models/scorer, so that its bytes can be compared with the digest; got ${quote(artifact.uri.slice(0, 80))}. Write it without //, ./, ../, ? and #, or give the artifact another kind of URI`,
      };
    else if (moving)
      yield {
        code: 'ML-01',
        path: [...path, 'uri'],
        message: `must lead to the same content for ever, got ${moving.what}${moving.part === '' ? '' : ` ${quote(moving.part.slice(0, 60))}`}, which can change after review; ${moving.advice}`,
      };
    else if (digest !== undefined && digest !== artifact.digest)
      yield {
        code: 'ML-01',
        path: [...path, 'digest'],
        message: `must be the digest in the URI beside it, ${digest.slice(0, 19)}…, got ${artifact.digest.slice(0, 19)}…; copy the one that was reviewed into both`,
      };
    else if (digest === undefined && served.has(name) && /^(?:oci|docker):/.test(artifact.uri))
      yield {
        code: 'ML-01',
        path: [...path, 'uri'],
        message: `KServe pulls what the URI says and knows nothing of the digest beside it; end the URI in @${artifact.digest.slice(0, 19)}… (all 64 digits), without a tag`,
      };
  }
};

/** Loading a model must not run code that came with it, unless an owner answers for that. */
export const formatsAreSafe: Rule = function* ({ draft }) {
  for (const { artifact, path } of artifactsOf(draft)) {
    const { format, uri } = artifact;
    const ending = unsafeEnding(uri, format);
    const isFormat = format !== undefined && isUnsafeFormat(format);
    if (!isFormat && ending === undefined) continue;
    yield {
      code: 'ML-02',
      path: [...path, isFormat ? 'format' : 'uri'],
      message: `${isFormat ? `format ${quote(format)}` : `a file that ends in ${ending}`} can run code when it is loaded; save it as safetensors or onnx, or add to spec.waivers {rule: ML-02, reason: …, owner: "@…", until: <day>}`,
    };
  }
};

import type { Digest } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { SignedContent } from '../ports/signatures.ts';

/** The files of an artifact in this repository. */
export interface ModelFiles {
  readonly isFolder: boolean;
  /** Relative to the folder, or the name of the one file; empty when nothing is there. */
  readonly names: readonly string[];
  /** Of the regular files among them. */
  readonly digests: ReadonlyMap<string, Digest>;
}

/** What a sound signature says that the manifest does not. */
export interface SignatureMismatch {
  readonly code: 'SIGNATURE_OTHER_CONTENT' | 'MODEL_FILES_DIFFER';
  readonly message: string;
}

/** So many files are named; there may be thousands. */
const NAMED = 5;

/** Whether a signature is over this digest and, where the files are here, over these files and no others. */
export function matchSignature(
  content: SignedContent,
  digest: Digest,
  model: ModelFiles | undefined,
): SignatureMismatch | undefined {
  const signed = digestsOf(content);
  if (!signed.includes(digest.slice('sha256:'.length))) {
    const what = signed.map((one) => `sha256:${one.slice(0, 12)}…`).slice(0, NAMED);
    return {
      code: 'SIGNATURE_OTHER_CONTENT',
      message: `signs ${what.join(', ')} and not the digest of this artifact, ${digest.slice(0, 19)}…; add the signature of what is to be served`,
    };
  }
  return model && compareFiles(content, model);
}

/** What the signature may be called by. A model of one file goes by that file's digest, too. */
function digestsOf(content: SignedContent): readonly string[] {
  if (content.kind === 'digests') return content.digests;
  const [only, ...more] = content.files;
  const isAlone = only !== undefined && more.length === 0 && content.isWhole && only.algorithm === 'sha256';
  return [content.root.slice('sha256:'.length), ...(isAlone ? [only.digest] : [])];
}

function compareFiles(content: SignedContent, model: ModelFiles): SignatureMismatch | undefined {
  if (content.kind === 'digests')
    return model.isFolder
      ? differ(
          'signs no list of files, so it says nothing of what is in the folder; sign the folder as a model',
        )
      : undefined;
  if (!content.isWhole || content.files.some(({ algorithm }) => algorithm !== 'sha256'))
    return differ(
      'signs parts of files or other digests than SHA-256, which are not recomputed here; sign whole files with sha256',
    );
  const signed = new Map(content.files.map(({ name, digest }) => [name, `sha256:${digest}`]));
  const lines = [
    ...list(
      'missing',
      [...signed.keys()].filter((name) => !model.names.includes(name)),
    ),
    ...list(
      'not signed',
      model.names.filter((name) => !signed.has(name)),
    ),
    ...list(
      'changed',
      model.names.filter((name) => signed.has(name) && signed.get(name) !== model.digests.get(name)),
    ),
  ];
  return lines.length === 0
    ? undefined
    : differ(
        `signs other files than are here: ${lines.join('; ')}. Put the signed files back, or sign these`,
      );
}

function list(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return [`${what} ${names.slice(0, NAMED).map(quote).join(', ')}${more}`];
}

function differ(message: string): SignatureMismatch {
  return { code: 'MODEL_FILES_DIFFER', message };
}

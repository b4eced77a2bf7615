import type { Problem } from '../core/errors.ts';
import { CODE_OWNERS_PATHS, readOwners } from '../core/manifest/code-owners.ts';
import { type RuleInput, toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource } from '../ports/forge.ts';

/** The file by which GitHub asks owners for their review. */
export interface CodeOwners {
  readonly path: string;
  readonly owners: ReadonlySet<string>;
}

/** The CODEOWNERS file that counts; undefined when there is none. */
export async function readCodeOwners(files: FileSource): Promise<CodeOwners | undefined> {
  const found = await files.read(CODE_OWNERS_PATHS);
  for (const path of CODE_OWNERS_PATHS) {
    const file = found.get(path);
    if (file?.kind === 'text') return { path, owners: readOwners(file.text) };
  }
  return undefined;
}

/** Who answers for a release is somebody whom GitHub asks. Without CODEOWNERS it asks nobody, and nothing is said. */
export function checkOwners(
  { draft, source }: Pick<RuleInput, 'draft' | 'source'>,
  codeOwners: CodeOwners | undefined,
): readonly Problem[] {
  if (!codeOwners) return [];
  return draft.owners.flatMap((owner, index) => {
    if (codeOwners.owners.has(owner.toLowerCase())) return [];
    const message = `${quote(owner)} is not in ${codeOwners.path}, so GitHub asks them for no review; add the line "/${source.file} ${owner}" there, or correct the name`;
    return [toProblem(source, { code: 'OWNER_UNKNOWN', path: ['metadata', 'owners', index], message })];
  });
}

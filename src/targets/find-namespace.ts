import type { TargetSpec } from '../core/manifest/release-schema.ts';
import { resourceOf } from './resource-of.ts';
import { type Found, findResource, found, readTargetSource, textAt } from './target-source.ts';

/**
 * The namespace of the resource that a target edits, as its file has it; undefined where neither says one. It is anybody's text.
 */
export function findNamespace(target: TargetSpec, text: string): Found<string | undefined> {
  const source = readTargetSource(target.file, text);
  if (source.kind === 'mismatch') return source;
  const index = findResource(source.value, resourceOf(target));
  if (index.kind === 'mismatch') return index;
  const document = source.value.documents[index.value];
  return found(document && textAt(document, ['metadata', 'namespace']));
}

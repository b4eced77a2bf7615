import type { Release, TargetSpec } from '../core/manifest/release-schema.ts';
import { Name } from '../core/manifest/scalars.ts';
import type { FileSource } from '../ports/forge.ts';
import { findNamespace } from '../targets/find-namespace.ts';
import { readTargets } from './render-targets.ts';

/** Targets of a release, each with the namespace that its resource is in. */
export interface LocatedTargets {
  /** In their order; without a namespace where neither the manifest nor the file tells one. */
  readonly targets: readonly TargetSpec[];
  /** The first target file that cannot be read; undefined when none had to be, or all could. */
  readonly unread: string | undefined;
}

/** Looks into the file of each target that names no namespace. */
export async function locateTargets(
  read: FileSource['read'],
  { spec }: Pick<Release, 'spec'>,
): Promise<LocatedTargets> {
  const open = spec.targets.filter(({ namespace }) => namespace === undefined);
  if (open.length === 0) return { targets: spec.targets, unread: undefined };
  const texts = await readTargets(read, { spec: { targets: open } });
  const unread: string[] = [];
  const targets = spec.targets.map((target): TargetSpec => {
    if (target.namespace !== undefined) return target;
    const text = texts.get(target.file);
    const namespace = text === undefined ? undefined : findNamespace(target, text);
    if (namespace?.kind !== 'found') unread.push(target.file);
    // no cluster has a namespace of another form, and what is printed is pasted into a shell
    const sound = namespace?.kind === 'found' ? Name.safeParse(namespace.value).data : undefined;
    return sound === undefined ? target : { ...target, namespace: sound };
  });
  return { targets, unread: unread[0] };
}

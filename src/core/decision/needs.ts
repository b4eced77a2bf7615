import type { VersionSpec } from '../manifest/release-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { VersionRef } from '../record/version-ref.ts';

/** A release that another one depends on, as it is served or will be. */
export interface Dependency {
  readonly state: Pick<ReleaseState, 'introduced' | 'takenBack'>;
  /** Name of the version that serves everyone who is not tried on. */
  readonly served: string;
}

/** Releases by name. */
export type Dependencies = ReadonlyMap<string, Dependency>;

/** A version of another release that is needed and is not known to be there. */
export interface UnmetNeed {
  /** The version that needs it. */
  readonly by: string;
  readonly name: string;
  readonly needed: string;
  /** What serves there; undefined: its manifest cannot be read. */
  readonly served: string | undefined;
  /**
   * Whether that is known to be older than what is needed (`older`), came after it was taken back (`after`), so that nobody knows what
   * is in it, or is in no record beside it.
   */
  readonly age: 'older' | 'after' | 'unknown';
}

/** The needs of a version that are not known to be met. */
export function findUnmet(
  { version: by, needs = {} }: Pick<VersionSpec, 'version' | 'needs'>,
  others: Dependencies,
): readonly UnmetNeed[] {
  return Object.entries(needs).flatMap(([name, needed]): readonly UnmetNeed[] => {
    const other = others.get(name);
    if (!other) return [{ by, name, needed, served: undefined, age: 'unknown' }];
    const { served, state } = other;
    const age = compareAge(state.introduced, served, needed);
    if (age === 0) return [];
    if (age === undefined) return [{ by, name, needed, served, age: 'unknown' }];
    if (age < 0) return [{ by, name, needed, served, age: 'older' }];
    // what follows upon a version that was taken back may go on from that one, or from the one before
    const isBack = state.takenBack.some(({ ref }) => ref.version === needed);
    return isBack ? [{ by, name, needed, served, age: 'after' }] : [];
  });
}

/** `scorer-2 needs feature-store 2.4.0 or a later one, and 2.3.0 serves there`. */
export function describeUnmet({ by, name, needed, served, age }: UnmetNeed): string {
  if (served === undefined) return `${by} needs ${name} ${needed}, whose manifest cannot be read`;
  return age === 'after'
    ? `${by} needs ${name} ${needed}, which was taken back, and nobody has said that ${served}, which serves there, has what it needs of it`
    : `${by} needs ${name} ${needed} or a later one, and ${served} serves there`;
}

/** What is to be done so that a need is met. */
export function adviseOn({ served, age }: UnmetNeed): string {
  if (served === undefined) return 'mend that first';
  return age === 'after'
    ? `write ${served} in "needs" if it has`
    : 'it goes on when such a version is rolled out';
}

/** The newest version that met a need and was taken back; undefined: none was, so the need was never met by what Belay rolled out. */
export function findTakenBack(
  { introduced, takenBack }: Dependency['state'],
  needed: string,
): string | undefined {
  const met = takenBack.find(({ ref }) => (compareAge(introduced, ref.version, needed) ?? -1) >= 0);
  return met?.ref.version;
}

/** A release as a rollback leaves it. One that was put there by hand, and is in no record, came later than all before. */
export function goBack(
  { introduced, takenBack }: Dependency['state'],
  { from, to }: { readonly from: VersionRef; readonly to: VersionRef },
): Dependency {
  const names = introduced.includes(from.version) ? introduced : [...introduced, from.version];
  return {
    state: { introduced: names, takenBack: [{ ref: from, record: 0 }, ...takenBack] },
    served: to.version,
  };
}

/** Above 0: `left` came later; undefined: the records do not say. */
function compareAge(introduced: readonly string[], left: string, right: string): number | undefined {
  if (left === right) return 0;
  const [one, two] = [introduced.indexOf(left), introduced.indexOf(right)];
  return one < 0 || two < 0 ? undefined : one - two;
}

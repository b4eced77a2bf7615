import type { VersionSpec } from '../manifest/release-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';

/** A release that another one depends on, as it is served or will be. */
export interface Dependency {
  readonly state: Pick<ReleaseState, 'introduced' | 'quarantined'>;
  /** Name of the version that serves everyone who is not tried on. */
  readonly served: string;
}

/** Releases by name. */
export type Dependencies = ReadonlyMap<string, Dependency>;

/** A version of another release that is needed and is not there. */
export interface UnmetNeed {
  readonly name: string;
  readonly needed: string;
  /** What serves there; undefined: its manifest cannot be read. */
  readonly served: string | undefined;
  /**
   * Whether that is known to be older than what is needed. The records tell which version came later; of one that they do not
   * name they tell nothing.
   */
  readonly isOlder: boolean;
}

/** The needs of a version that are not known to be met. */
export function findUnmet(
  { needs = {} }: Pick<VersionSpec, 'needs'>,
  others: Dependencies,
): readonly UnmetNeed[] {
  return Object.entries(needs).flatMap(([name, needed]): readonly UnmetNeed[] => {
    const other = others.get(name);
    if (!other) return [{ name, needed, served: undefined, isOlder: false }];
    const { served } = other;
    const age = compareAge(other.state.introduced, served, needed);
    return age !== undefined && age >= 0 ? [] : [{ name, needed, served, isOlder: age !== undefined }];
  });
}

/** `needs feature-store 2.4.0, and 2.3.0 serves`. */
export function describeUnmet({ name, needed, served }: UnmetNeed): string {
  return served === undefined
    ? `needs ${name} ${needed}, whose manifest cannot be read`
    : `needs ${name} ${needed} or a later one, and ${served} serves there`;
}

/** The version that met a need and was taken back; undefined: none was, so the need was never met by what Belay rolled out. */
export function findTakenBack({ name, needed }: UnmetNeed, others: Dependencies): string | undefined {
  const other = others.get(name);
  return other?.state.quarantined.find(({ ref }) => {
    const age = compareAge(other.state.introduced, ref.version, needed);
    return age !== undefined && age >= 0;
  })?.ref.version;
}

/** Above 0: `left` came later; undefined: the records do not say. */
function compareAge(introduced: readonly string[], left: string, right: string): number | undefined {
  if (left === right) return 0;
  const [one, two] = [introduced.indexOf(left), introduced.indexOf(right)];
  return one < 0 || two < 0 ? undefined : one - two;
}

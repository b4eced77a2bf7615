import { quote } from '../yaml/yaml-path.ts';
import type { VersionDraft } from './draft.ts';
import type { VersionSpec } from './release-schema.ts';
import type { Rule, RuleFinding } from './rule.ts';

/** The values that a version names. */
export type Compat = NonNullable<VersionSpec['compat']>;

type Needs = Pick<VersionDraft, 'compat' | 'alsoWorksWith'>;

/** A value that a version needs and that is not there. */
export interface CompatGap {
  readonly name: string;
  readonly needed: string;
  readonly served: string;
}

/** Where a version does not work with what is there; names that only one side has say nothing. */
export function findGaps(version: Needs, served: Compat): readonly CompatGap[] {
  return Object.entries(version.compat ?? {}).flatMap(([name, needed]) => {
    const value = entryOf(served, name);
    return value === undefined || worksWith(version, name, value) ? [] : [{ name, needed, served: value }];
  });
}

/** `feature-schema v7; production serves v8`. */
export function describeGap({ name, needed, served }: CompatGap): string {
  return `needs ${name} ${needed}; production serves ${served}`;
}

function worksWith({ compat, alsoWorksWith }: Needs, name: string, value: string): boolean {
  return entryOf(compat ?? {}, name) === value || (entryOf(alsoWorksWith ?? {}, name) ?? []).includes(value);
}

function entryOf<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A candidate works with what production is at, which is what stable says: else neither a rollout nor the way back is safe. */
export const candidateFits: Rule = function* ({ draft: { stable, candidate } }) {
  yield* strayValues('stable', stable);
  if (!candidate) return;
  yield* strayValues('candidate', candidate);
  for (const [name, served] of Object.entries(stable.compat ?? {}))
    yield* compareValue(name, served, { stable, candidate });
};

function* compareValue(
  name: string,
  served: string,
  { stable, candidate }: { readonly stable: VersionDraft; readonly candidate: VersionDraft },
): Iterable<RuleFinding> {
  const path = ['spec', 'candidate', 'compat', name];
  const needed = entryOf(candidate.compat ?? {}, name);
  if (needed === undefined) {
    yield {
      code: 'COMPAT_MISSING',
      path: ['spec', 'candidate', ...(candidate.compat ? ['compat'] : [])],
      what: 'key',
      message: `stable names ${name} ${quote(served)} in compat, and the candidate says nothing of it; add ${name} with the value that the candidate needs`,
    };
    return;
  }
  if (needed === served) return;
  if (!worksWith(candidate, name, served))
    yield {
      code: 'COMPAT_MISMATCH',
      path,
      message: `needs ${name} ${quote(needed)}, but production is at ${quote(served)} by stable; if the candidate works with both, add alsoWorksWith: {${name}: [${quote(served)}]}, else bring ${name} ${quote(needed)} to stable first`,
    };
  else if (!worksWith(stable, name, needed))
    yield {
      code: 'COMPAT_ONE_WAY',
      severity: 'warning',
      path,
      message: `once it is promoted, production counts as at ${name} ${quote(needed)}, and stable works with ${quote(served)} only: from then on there is no way back to it. Keep ${quote(served)} as the value and move ${quote(needed)} to alsoWorksWith until ${name} is really moved`,
    };
}

/** Other values of something that has no value. */
function* strayValues(role: 'stable' | 'candidate', version: VersionDraft): Iterable<RuleFinding> {
  for (const name of Object.keys(version.alsoWorksWith ?? {}))
    if (version.compat && !Object.hasOwn(version.compat, name))
      yield {
        code: 'COMPAT_KEY_UNKNOWN',
        path: ['spec', role, 'alsoWorksWith', name],
        what: 'key',
        message: `${quote(name)} is not in compat, expected one of ${Object.keys(version.compat).join(', ')}; name its value there`,
      };
    else if (!version.compat)
      yield {
        code: 'COMPAT_KEY_UNKNOWN',
        path: ['spec', role, 'alsoWorksWith', name],
        what: 'key',
        message: `${quote(name)} has other values and no value of its own; add compat: {${name}: …} beside it`,
      };
}

import { ToolError } from '../errors.ts';
import type { Release, VersionSpec } from '../manifest/release-schema.ts';
import { formatDuration, type Millis } from '../units.ts';
import type { Arm } from './kinds/collector.ts';

/** Fills `{{version}}`, `{{backend}}`, `{{release}}` and `{{window}}`; other text stays as it is, to the byte. */
export function fillQuery(
  query: string,
  { release, arm, window }: { readonly release: Release; readonly arm: Arm; readonly window: Millis },
): string {
  const { version, backend } = versionOf(release, arm);
  const values: Readonly<Record<string, string>> = {
    version,
    backend,
    release: release.metadata.name,
    window: formatDuration(window),
  };
  return query.replace(
    /\{\{(version|backend|release|window)\}\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
}

function versionOf(release: Release, arm: Arm): VersionSpec {
  const version = release.spec[arm];
  if (!version)
    throw new ToolError({
      code: 'BUG',
      message: `release "${release.metadata.name}": expected a candidate to ask about, got a settled release`,
    });
  return version;
}

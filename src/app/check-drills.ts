import type { Problem } from '../core/errors.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { MOST_SKEW } from '../core/plan/skew.ts';
import { readDrills } from '../core/record/drill-file.ts';
import type { Drill } from '../core/record/drill-schema.ts';
import { formatDuration, formatInstant, type Instant, millis, type Sha256 } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
import { readDrillFiles } from './drill-record.ts';
import type { ReadableRelease, RepositoryReading } from './read-files.ts';

/** Records of drills whose chain is broken, and releases whose last drill that passed is too long ago. */
export async function checkDrills(
  files: FileSource,
  { config, releases }: RepositoryReading,
  { sha256, now }: { readonly sha256: Sha256; readonly now: Instant | undefined },
): Promise<readonly Problem[]> {
  const found = await readDrillFiles(files);
  return releases.flatMap((file): readonly Problem[] => {
    if (file.kind !== 'readable') return [];
    const { metadata, spec } = file.parsed.release;
    const { drills, problems } = readDrills(metadata.name, found, sha256);
    const every = findInterval(config, spec.tier);
    if (every === undefined || now === undefined) return problems;
    const place = metadata.name === config?.drill?.sandbox ? 'sandbox' : 'scratch';
    // one that a wrong clock dated ahead would count for too long
    const counts = ({ passed, variant, place: where, at }: Drill) =>
      passed && variant === 'healthy' && where === place && at - now <= MOST_SKEW;
    const last = drills.findLast(counts)?.at;
    if (last !== undefined && now - last <= every) return problems;
    return [...problems, overdue(file, { every, last })];
  });
}

/** How often a release is drilled, in milliseconds: as its tier says, or else the config. */
function findInterval(config: Config | undefined, named: string | undefined): number | undefined {
  const tier = named ?? config?.defaultTier;
  const tiers = config?.tiers ?? {};
  const own = tier !== undefined && Object.hasOwn(tiers, tier) ? tiers[tier]?.drill : undefined;
  return own ?? config?.drill?.every;
}

function overdue(
  { parsed: { release, source } }: ReadableRelease,
  { every, last }: { readonly every: number; readonly last: Instant | undefined },
): Problem {
  const { name } = release.metadata;
  const since =
    last === undefined
      ? 'none that passed is recorded'
      : `the last that passed was at ${formatInstant(last)}`;
  return {
    code: 'DRILL_OVERDUE',
    severity: 'warning',
    at: source.positionOf(['metadata', 'name']),
    path: 'metadata.name',
    message: `expected a drill of a healthy rollback every ${formatDuration(millis(every))}, but ${since}; run "belay drill ${name}", or the drill workflow`,
  };
}

import { ToolError } from '../core/errors.ts';
import { parseRelease } from '../core/manifest/parse-release.ts';
import { type Instant, instant, type Sha } from '../core/units.ts';
import type { Forge } from '../ports/forge.ts';
import { isDrillVersion } from './drill-start.ts';
import { nameOf, type ReadableRelease, readFiles } from './read-files.ts';
import { readRevisions } from './read-revisions.ts';
import { readTargets, renderTargets } from './render-targets.ts';
import type { World } from './world.ts';

/** Requests that a sandbox gets, per second. */
const PER_SECOND = 100;
/** Share of the requests to a version of a drill that fail: no manifest tolerates this. */
const FAILING = 0.5;
/** Between two samples: five in the shortest tick. */
const SCRAPE = 2_000;
/** How far back the traffic is told; a rollout of a sandbox takes minutes. */
const SPAN = 2 * 3_600_000;

/** Who is served from a moment on: versions and their share, 0 to 1. */
interface Serving {
  readonly since: Instant;
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * The traffic of the sandbox as OpenMetrics text: `belay_drill_requests_total` and `belay_drill_errors_total` by version, for the last two
 * hours. It is a serving system made up of history alone, so that every run tells the same: it follows the target files on the default
 * branch in the moment in which a commit lands, as long as they hold the split that the manifest asks for. What a drill brought fails.
 * @throws ToolError REFUSED when the config names no sandbox, or its manifest cannot be read
 */
export async function readSandboxTraffic({
  forge,
  clock,
  sha256,
}: Pick<World, 'forge' | 'clock' | 'sha256'>): Promise<string> {
  const head = await forge.refresh();
  const { config, releases } = await readFiles(
    { list: (folder) => forge.list(head, folder), read: (paths) => forge.read(head, paths) },
    sha256,
  );
  const name = config?.drill?.sandbox;
  const file = releases.find((one) => nameOf(one) === name);
  if (name === undefined || file?.kind !== 'readable') {
    const got = name === undefined ? 'none is named' : `"${name}" cannot be read`;
    const message = `a provider of kind drill answers for drill.sandbox of .belay/config.yaml: expected a release, but ${got}; run "belay validate"`;
    throw new ToolError({ code: 'REFUSED', message });
  }
  const now = clock.now();
  const begin = instant(Math.floor((now - SPAN) / SCRAPE) * SCRAPE);
  return writeCounters(await readServing(forge, head, { file, begin }), { begin, now });
}

async function readServing(
  forge: Forge,
  head: Sha,
  { file, begin }: { readonly file: ReadableRelease; readonly begin: Instant },
): Promise<readonly Serving[]> {
  const targets = file.parsed.release.spec.targets.map((target) => target.file);
  const revisions = await readRevisions(forge, head, [file.path, ...targets]);
  const commits = new Map(revisions.map(({ commit, at }) => [commit, at] as const));
  // histories have the newest first, and a commit's date is a second
  const ordered = [...commits].reverse().sort(([, a], [, b]) => a - b);
  // the newest one of before tells who was served when it begins
  const first = Math.max(
    0,
    ordered.findLastIndex(([, at]) => at <= begin),
  );
  const found: Serving[] = [];
  for (const [commit, since] of ordered.slice(first)) {
    const shares = await sharesAt(forge, commit, file.path);
    if (shares) found.push({ since, shares });
  }
  return found;
}

/** Who is served by the files of one commit; undefined when they do not say, or do not agree: then it is as before. */
async function sharesAt(forge: Forge, commit: Sha, path: string): Promise<Serving['shares'] | undefined> {
  const manifest = (await forge.read(commit, [path])).get(path);
  const reading = manifest?.kind === 'text' ? parseRelease(path, manifest.text) : undefined;
  if (reading?.kind !== 'ok') return undefined;
  const { release } = reading.value;
  const { stable, candidate, rollout } = release.spec;
  const texts = await readTargets((paths) => forge.read(commit, paths), release);
  const { edits, problems } = renderTargets(release, rollout.weight, texts);
  if (problems.length > 0 || edits.some(({ before, after }) => before !== after)) return undefined;
  const share = candidate ? rollout.weight / 100 : 0;
  return new Map([
    [stable.version, 1 - share],
    ...(candidate && share > 0 ? [[candidate.version, share] as const] : []),
  ]);
}

function writeCounters(
  servings: readonly Serving[],
  { begin, now }: { readonly begin: Instant; readonly now: Instant },
): string {
  const versions = [...new Set(servings.flatMap(({ shares }) => [...shares.keys()]))];
  const families = { belay_drill_requests: 1, belay_drill_errors: FAILING };
  const lines: string[] = [];
  for (const [family, part] of Object.entries(families)) {
    lines.push(`# TYPE ${family} counter`);
    for (const version of versions) {
      const counts = family === 'belay_drill_requests' || isDrillVersion(version);
      let total = 0;
      let index = -1;
      for (let at = begin; at <= now; at = instant(at + SCRAPE)) {
        while ((servings[index + 1]?.since ?? Number.POSITIVE_INFINITY) <= at) index += 1;
        const share = servings[index]?.shares.get(version) ?? 0;
        if (counts) total += share * part * PER_SECOND * (SCRAPE / 1000);
        lines.push(`${family}_total{version="${version}"} ${total} ${at / 1000}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

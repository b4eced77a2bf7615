import '../prepare-libraries.ts';

import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { createProviders } from '../../app/providers.ts';
import { type ReadableRelease, type RepositoryReading, readFiles } from '../../app/read-files.ts';
import { judgeHistory, replay } from '../../app/replay.ts';
import { ToolError } from '../../core/errors.ts';
import { healthSettings } from '../../core/manifest/defaults.ts';
import type { Release, VersionSpec } from '../../core/manifest/release-schema.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/units.ts';
import { printReplay, summariseReplay } from '../../report/replay.ts';
import { listProblems } from '../../report/summary.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  textFlag,
} from '../command.ts';
import { findDirectory } from '../directory.ts';
import { durationFlag } from '../duration-flag.ts';
import { openMetrics } from '../open-world.ts';

/** More looks than this are a mistake in a flag. */
const MOST_LOOKS = 20_000;

/** Looks further apart than this are a mistake, too (ms). */
const LONGEST_PAUSE = 366 * 86_400_000;

/** Replays the rollout of a release over a stretch of history. */
export async function runReplay(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const metrics = openMetrics(flags, context);
  const files = createWorktree(findDirectory(flags, context));
  const reading = await readFiles(files, sha256);
  const { parsed } = findRelease(reading.releases, positionals[0]);
  const release = chooseVersions(parsed.release, flags);
  const from = momentFlag(flags, 'from');
  if (from === undefined)
    throw refusal('--from: expected the moment at which the rollout begins, got nothing');
  const to = momentFlag(flags, 'to') ?? metrics.clock.now();
  const every =
    durationFlag(flags, 'every', { least: 1_000, most: LONGEST_PAUSE }) ?? healthSettings(release).tick;
  if (to <= from)
    throw refusal(
      `--from, --to: expected a stretch that ends after it begins, got ${formatInstant(from)} to ${formatInstant(to)}${flags.to === undefined ? ', which is now' : ''}`,
    );
  const looks = (to - from) / every;
  if (!(looks >= 1 && looks <= MOST_LOOKS))
    throw refusal(
      `--from, --to, --every: expected 1 to ${MOST_LOOKS} looks, got ${Math.max(0, Math.floor(looks))}`,
    );
  const providers = createProviders(metrics);
  const stretch = { from, to, every };
  const judge = judgeHistory(providers, { config: reading.config, ...stretch });
  const replayed = await replay(judge, { release, policy: reading.config, ...stretch });
  const problems = [...reading.problems, ...providers.problems()];
  return {
    exitCode: !replayed.isSeen || problems.some(({ severity }) => severity === 'error') ? 1 : 0,
    text: [printReplay(replayed), ...listProblems(problems).map((line) => `${line}\n`)].join(''),
    json: { ...replayed, problems },
    summary: summariseReplay(replayed),
    problems,
    outputs: { end: replayed.end },
  };
}

function findRelease(releases: RepositoryReading['releases'], name: string | undefined): ReadableRelease {
  const readable = releases.flatMap((file) => (file.kind === 'readable' ? [file] : []));
  const names =
    readable.map(({ parsed }) => parsed.release.metadata.name).join(', ') ||
    'none (there is no readable manifest)';
  const found = readable.find(({ parsed }) => parsed.release.metadata.name === name);
  if (!found) throw refusal(`replay: expected a release, one of ${names}, got ${name ?? 'nothing'}`);
  return found;
}

/** The manifest with the versions that are to be judged. */
function chooseVersions(release: Release, flags: Flags): Release {
  const stable = chosen(release.spec.stable, textFlag(flags, 'stable'));
  const asked = textFlag(flags, 'candidate');
  const { candidate: present } = release.spec;
  const like = present?.version === asked ? present : undefined;
  const candidate = asked === undefined ? present : chosen(like ?? release.spec.stable, asked);
  if (!candidate)
    throw refusal(
      `replay: ${release.metadata.name} has no candidate; say which version to judge: --candidate <version>[@<backend>]`,
    );
  if (candidate.version === stable.version)
    throw refusal(
      `replay: expected two versions, got ${stable.version} for candidate and stable; say the other one with --candidate or --stable`,
    );
  if (candidate.backend === stable.backend && release.spec.health.checks.some(asksBackend))
    throw refusal(
      `replay: ${candidate.version} and ${stable.version} would be asked for under the same backend, ${stable.backend}; say where each ran: --candidate ${candidate.version}@<backend>, --stable ${stable.version}@<backend>`,
    );
  return { ...release, spec: { ...release.spec, stable, candidate } };
}

function asksBackend(check: Release['spec']['health']['checks'][number]): boolean {
  return JSON.stringify(check).includes('{{backend}}');
}

function chosen(like: VersionSpec, text: string | undefined): VersionSpec {
  if (text === undefined) return like;
  const [version = '', backend = like.backend, ...rest] = text.split('@');
  if (version === '' || backend === '' || rest.length > 0)
    throw refusal(`expected <version> or <version>@<backend>, got "${text}"`);
  return { ...like, version, backend };
}

function momentFlag(flags: Flags, name: string): Instant | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const moment = parseInstant(text);
  if (moment === undefined)
    throw refusal(`--${name}: expected a moment in UTC like 2026-11-21T08:05:00Z, got "${text}"`);
  return moment;
}

function refusal(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message });
}

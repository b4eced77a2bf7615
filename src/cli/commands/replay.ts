import '../prepare-libraries.ts';

import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { createProviders } from '../../app/providers.ts';
import { readFiles } from '../../app/read-files.ts';
import { judgeHistory, replay } from '../../app/replay.ts';
import { ToolError } from '../../core/errors.ts';
import { healthSettings } from '../../core/manifest/defaults.ts';
import type { Release, VersionSpec } from '../../core/manifest/release-schema.ts';
import { type Instant, parseInstant } from '../../core/units.ts';
import { printReplay, summariseReplay } from '../../report/replay.ts';
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
  const release = chooseVersions(findRelease(reading.releases, positionals[0]), flags);
  const from = momentFlag(flags, 'from');
  if (from === undefined)
    throw refusal('--from: expected the moment at which the rollout begins, got nothing');
  const to = momentFlag(flags, 'to') ?? metrics.clock.now();
  const every =
    durationFlag(flags, 'every', { least: 1_000, most: LONGEST_PAUSE }) ?? healthSettings(release).tick;
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
    exitCode: problems.some(({ severity }) => severity === 'error') ? 1 : 0,
    text: printReplay(replayed),
    json: { ...replayed, problems },
    summary: summariseReplay(replayed),
    problems,
    outputs: { end: replayed.end },
  };
}

function findRelease(
  releases: Awaited<ReturnType<typeof readFiles>>['releases'],
  name: string | undefined,
): Release {
  const readable = releases.flatMap((file) => (file.kind === 'readable' ? [file.parsed.release] : []));
  const names =
    readable.map(({ metadata }) => metadata.name).join(', ') || 'none (there is no readable manifest)';
  const found = readable.find(({ metadata }) => metadata.name === name);
  if (!found) throw refusal(`replay: expected a release, one of ${names}, got ${name ?? 'nothing'}`);
  return found;
}

/** The manifest with the versions that are to be judged. */
function chooseVersions(release: Release, flags: Flags): Release {
  const stable = chosen(release.spec.stable, textFlag(flags, 'stable'));
  const asked = textFlag(flags, 'candidate');
  const candidate = asked === undefined ? release.spec.candidate : chosen(release.spec.stable, asked);
  if (!candidate)
    throw refusal(
      `replay: ${release.metadata.name} has no candidate; say which version to judge: --candidate <version>[@<backend>]`,
    );
  return { ...release, spec: { ...release.spec, stable, candidate } };
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

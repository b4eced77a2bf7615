import '../prepare-libraries.ts';

import { systemClock } from '../../adapters/system/clock.ts';
import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import type { Base } from '../../app/check-base.ts';
import type { ArtifactFiles } from '../../app/check-signatures.ts';
import { overridesOf, previewRelease, type ReleasePreview } from '../../app/plan.ts';
import { planDates } from '../../app/plan-dates.ts';
import { type Validation, validate } from '../../app/validate.ts';
import { sortProblems } from '../../core/errors.ts';
import { DEFAULT_ZONE } from '../../core/manifest/policy.ts';
import type { FileSource } from '../../ports/forge.ts';
import { joinBlocks } from '../../report/markdown.ts';
import { summarisePreview } from '../../report/preview.ts';
import { toSarif } from '../../report/sarif.ts';
import { listProblems, problemBlocks } from '../../report/summary.ts';
import { type CommandContext, type CommandInput, type CommandResult, textFlag } from '../command.ts';
import { findDirectory } from '../directory.ts';
import { findSecrets } from '../find-secrets.ts';
import { openEnds } from '../open-ends.ts';
import { openVerifier } from '../open-verifier.ts';
import { readOrigin } from '../read-event.ts';
import { VERSION } from '../version.ts';
import { writeBeside } from '../write-beside.ts';

/** Plans in a summary; nobody scrolls through more. */
const MOST_PLANS = 20;
/** A summary of more than 1 MiB is not shown at all; half of it leaves room for characters of several bytes. */
const MAX_SUMMARY = 500_000;

/** Checks the files of a directory. */
export async function runValidate({ flags }: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { checkPromql: checkQuery } = await import('../check-promql.ts');
  const directory = findDirectory(flags, context);
  const { base, files } = await openFiles(directory, textFlag(flags, 'base'), context);
  const origin = readOrigin(context);
  const now = systemClock.now();
  const artifacts = { digests: files.digests, openVerifier };
  const validation = await validate(files, { sha256, checkQuery, base, origin, artifacts, now });
  const problems = sortProblems([...validation.problems, ...findSecrets(validation.trusted, context.env)]);
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const sarif = toSarif(problems, { version: VERSION, sha256 });
  const file = textFlag(flags, 'sarif-file');
  if (file !== undefined)
    writeBeside(file, `${JSON.stringify(sarif)}\n`, { cwd: context.cwd, flag: 'sarif-file' });
  const verdict = `${countRead(validation)} read, ${errors} error(s), ${warnings} warning(s)`;
  const moving = await findMoving(validation, files, base);
  const zone = validation.config?.timeZone ?? DEFAULT_ZONE;
  const dates = planDates(validation, now);
  const plans = await Promise.all(
    moving.slice(0, MOST_PLANS).map(async (one) => ({
      ...(await previewRelease(files, one)),
      ...dates.get(one.release.metadata.name),
      ...overridesOf(one, validation, now),
    })),
  );
  return {
    exitCode: errors > 0 ? 1 : 0,
    text: [...listProblems(problems), verdict, ''].join('\n'),
    json: { releases: validation.releases.map(nameRelease), problems },
    sarif,
    summary: summarise(verdict, [
      ...problemBlocks('Problems', problems),
      ...plans.map((one: ReleasePreview) => summarisePreview(one, { now, zone })),
      ...(moving.length > MOST_PLANS
        ? [`_${moving.length - MOST_PLANS} more rollouts are not shown; "belay plan" prints them._`]
        : []),
    ]),
    problems,
    outputs: { valid: String(errors === 0), errors: String(errors), warnings: String(warnings) },
  };
}

/**
 * A person asks about the files as they are. The check of a pull request asks about its commit, as advance and rollback will read it: a
 * checkout may show other bytes, for the pull request brings its own .gitattributes, and shows a submodule as an empty folder.
 */
async function openFiles(
  directory: string,
  ref: string | undefined,
  { env }: CommandContext,
): Promise<{ readonly base: Base | undefined; readonly files: ArtifactFiles }> {
  const ends = ref === undefined ? undefined : await openEnds({ ref, directory, env });
  const files = ends && env.GITHUB_ACTIONS === 'true' ? ends.head : createWorktree(directory);
  return { base: ends?.base, files };
}

function nameRelease({ path, release }: Validation['releases'][number]): {
  readonly name: string;
  readonly path: string;
} {
  return { name: release.metadata.name, path };
}

/** `2 release(s)`, or `1 of 2 release(s)` where some could not be read. */
function countRead({ releases, manifests }: Validation): string {
  return `${releases.length === manifests ? '' : `${releases.length} of `}${manifests} release(s)`;
}

function summarise(verdict: string, blocks: readonly string[]): string {
  const note = '_Cut here; the log of the step lists all problems, and "belay plan" prints the plans._';
  return `${joinBlocks([`## Belay validate\n${verdict}.`, ...blocks], { limit: MAX_SUMMARY, note })}\n`;
}

/** Releases with a candidate; those that differ from the base come first, for they are what is reviewed. */
async function findMoving(
  { releases }: Validation,
  files: FileSource,
  base: Base | undefined,
): Promise<Validation['releases']> {
  const moving = releases.filter(({ release }) => release.spec.candidate !== undefined);
  if (!base || moving.length === 0) return moving;
  const paths = moving.map(({ path }) => path);
  const [now, before] = await Promise.all([files.read(paths), base.read(paths)]);
  const isChanged = ({ path }: { readonly path: string }): boolean => {
    const [file, was] = [now.get(path), before.get(path)];
    return file?.kind !== 'text' || was?.kind !== 'text' || file.text !== was.text;
  };
  return [...moving.filter(isChanged), ...moving.filter((one) => !isChanged(one))];
}

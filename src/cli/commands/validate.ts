import '../interpret-schemas.ts';

import { systemClock } from '../../adapters/system/clock.ts';
import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { plan } from '../../app/plan.ts';
import { summarisePreview } from '../../report/preview.ts';
import { listProblems, problemBlocks } from '../../report/summary.ts';
import { type CommandContext, type CommandInput, type CommandResult, textFlag } from '../command.ts';
import { findDirectory } from '../directory.ts';
import { openBase } from '../open-base.ts';
import { openVerifier } from '../open-verifier.ts';

/** Checks the files of a directory. */
export async function runValidate({ flags }: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { checkPromql: checkQuery } = await import('../check-promql.ts');
  const directory = findDirectory(flags, context);
  const files = createWorktree(directory);
  const ref = textFlag(flags, 'base');
  const base = ref === undefined ? undefined : await openBase({ ref, directory, env: context.env });
  const now = systemClock.now();
  const artifacts = { digests: files.digests, openVerifier };
  const { releases, problems } = await plan(files, { sha256, checkQuery, base, artifacts, now, only: [] });
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const verdict = `${releases.length} release(s) read, ${errors} error(s), ${warnings} warning(s)`;
  const moving = releases.filter((release) => release.candidate !== undefined);
  return {
    exitCode: errors > 0 ? 1 : 0,
    text: [...listProblems(problems), verdict, ''].join('\n'),
    json: { releases: releases.map(({ name, path }) => ({ name, path })), problems },
    summary: [
      `## Belay validate\n${verdict}.`,
      ...problemBlocks('Problems', problems),
      ...moving.map(summarisePreview),
      '',
    ].join('\n\n'),
    problems,
    outputs: { valid: String(errors === 0), errors: String(errors), warnings: String(warnings) },
  };
}

import '../interpret-schemas.ts';

import { resolve } from 'node:path';
import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { plan } from '../../app/plan.ts';
import { printPreview, summarisePreview } from '../../report/preview.ts';
import { listProblems, problemBlocks } from '../../report/summary.ts';
import { type CommandContext, type CommandInput, type CommandResult, textFlag } from '../command.ts';

/** Prints the steps of each release. */
export async function runPlan(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const files = createWorktree(resolve(context.cwd, textFlag(flags, 'dir') ?? '.'));
  const preview = await plan(files, { sha256, only: positionals });
  const errors = preview.problems.some((problem) => problem.severity === 'error');
  return {
    exitCode: errors ? 1 : 0,
    text: `${[...preview.releases.map(printPreview), ...listProblems(preview.problems)].join('\n\n')}\n`,
    json: preview,
    summary: [...preview.releases.map(summarisePreview), ...problemBlocks('Problems', preview.problems)].join(
      '\n\n',
    ),
    problems: preview.problems,
    outputs: {},
  };
}

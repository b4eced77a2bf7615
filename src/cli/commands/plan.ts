import '../interpret-schemas.ts';

import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { type Preview, plan } from '../../app/plan.ts';
import { ToolError } from '../../core/errors.ts';
import { printPreview, summarisePreview } from '../../report/preview.ts';
import { listProblems, problemBlocks } from '../../report/summary.ts';
import type { CommandContext, CommandInput, CommandResult } from '../command.ts';
import { findDirectory } from '../directory.ts';

/** Prints the steps of each release. */
export async function runPlan(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const { checkPromql: checkQuery } = await import('../check-promql.ts');
  const files = createWorktree(findDirectory(flags, context));
  const all = await plan(files, { sha256, checkQuery, only: [] });
  const preview = { ...all, releases: choose(all, positionals) };
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

/** The releases of these names; all when none is named. @throws ToolError REFUSED for a name that no manifest bears */
function choose({ releases, problems }: Preview, names: readonly string[]): Preview['releases'] {
  const known = releases.map(({ name }) => name);
  const missing = names.find((name) => !known.includes(name));
  // a manifest that cannot be read may bear it: then its problems say more
  if (missing !== undefined && !problems.some(({ severity }) => severity === 'error')) {
    const expected = known.map((name) => `"${name}"`).join(', ') || 'none (there is no manifest)';
    throw new ToolError({ code: 'REFUSED', message: `release "${missing}": expected one of ${expected}` });
  }
  return names.length === 0 ? releases : releases.filter(({ name }) => names.includes(name));
}

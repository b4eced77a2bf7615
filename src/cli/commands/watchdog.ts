import { createGitHubWorkflows } from '../../adapters/github/workflows.ts';
import { watchdog } from '../../app/watchdog.ts';
import { ToolError } from '../../core/errors.ts';
import { formatInstant, millis } from '../../core/units.ts';
import { type CommandContext, type CommandInput, type CommandResult, textFlag } from '../command.ts';
import { durationFlag } from '../duration-flag.ts';
import { readPlace } from '../open-github-forge.ts';
import { openMetrics } from '../open-world.ts';

const DEFAULT_WORKFLOW = 'belay-advance.yml';
const DEFAULT_AGE = millis(3_600_000);
/** GitHub starts no schedule more often than every five minutes. */
const LEAST_AGE = 5 * 60_000;
const MOST_AGE = 30 * 24 * 3_600_000;

/** Says whether somebody looks after the rollouts. */
export async function runWatchdog({ flags }: CommandInput, context: CommandContext): Promise<CommandResult> {
  const workflow = textFlag(flags, 'workflow') ?? DEFAULT_WORKFLOW;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.ya?ml$/.test(workflow))
    throw new ToolError({
      code: 'REFUSED',
      message: `watchdog: --workflow: expected the name of a file in .github/workflows, like ${DEFAULT_WORKFLOW}, got "${workflow}"`,
    });
  const maxAge = durationFlag(flags, 'max-age', { least: LEAST_AGE, most: MOST_AGE }) ?? DEFAULT_AGE;
  const place = readPlace(context.env);
  const { clock, fetch } = openMetrics(flags, context);
  const workflows = createGitHubWorkflows({ ...place, clock, fetch });
  const report = await watchdog({ workflows, clock }, { workflow, maxAge });
  const { ticks, lastRun, text, problems } = report;
  return {
    exitCode: problems.length > 0 ? 2 : 0,
    text: `${text}\n`,
    json: {
      ...report,
      lastRun: lastRun === undefined ? null : formatInstant(lastRun),
    },
    summary: `## Belay watchdog\n${text}\n`,
    problems,
    outputs: { ticks, 'last-run': lastRun === undefined ? '' : formatInstant(lastRun) },
  };
}

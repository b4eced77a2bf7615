import '../prepare-libraries.ts';

import { sha256 } from '../../adapters/system/sha256.ts';
import { type PreflightReport, preflight } from '../../app/preflight.ts';
import { createProviders } from '../../app/providers.ts';
import { LONGEST_LOOK } from '../../core/decision/preflight-problems.ts';
import { type Problem, ToolError } from '../../core/errors.ts';
import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import { type Millis, millis } from '../../core/units.ts';
import { describePreflight, isReady, printPreflight } from '../../report/preflight.ts';
import { MAX_BODY } from '../../report/rollback-pull-request.ts';
import { MAX_SUMMARY } from '../../report/summary.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  listFlag,
  textFlag,
} from '../command.ts';
import { findDirectory } from '../directory.ts';
import { nameDurations } from '../name-durations.ts';
import { type Opened, openPreflight } from '../open-preflight.ts';
import { openArtifacts, openMetrics } from '../open-world.ts';

/** Names the comment among those of this tool. */
const TOPIC = 'preflight';
/** What the mark at the end of a comment takes at most. */
const MARK = 100;
const DAY = 24 * 60 * 60_000;

/** Looks at the releases of a pull request as a rollout would, and says so in one comment. */
export async function runPreflight(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const { fetch, openProvider, clock, log, secrets } = openMetrics(flags, context);
  const [stretch, seed] = [readDays(flags), textFlag(flags, 'seed') ?? '1'];
  const directory = findDirectory(flags, context);
  const opened = await openPreflight({ flags, context, directory, clock, log, fetch });
  if (opened.kind === 'fork') return skipped(opened.number);
  const only = [...positionals, ...listFlag(flags, 'release')];
  const providers = createProviders({ openProvider, clock, log });
  const { reader, subject } = opened;
  const report = await preflight(
    {
      forge: reader,
      providers,
      artifacts: openArtifacts({ context, secrets, fetch, clock }),
      clock,
      sha256,
    },
    { subject, only, stretch, seed },
  );
  requireKnown(report, only);
  const said = await comment(opened, report);
  const problems = [...report.problems, ...said.problems];
  const count = (severity: Problem['severity']): number =>
    problems.filter((problem) => problem.severity === severity).length;
  return {
    exitCode: isReady(report) ? 0 : 1,
    text: printPreflight({ ...report, problems }),
    json: {
      ...report,
      releases: report.releases.map(nameDurations),
      ready: isReady(report),
      problems,
    },
    summary: `${describePreflight({ ...report, problems }, MAX_SUMMARY)}\n`,
    problems,
    outputs: {
      ready: String(isReady(report)),
      errors: String(count('error')),
      warnings: String(count('warning')),
      releases: String(report.releases.length),
      queries: String(report.queries),
      comment: said.kind,
    },
  };
}

/** A fork has no secrets, and gets none: not a fault of whoever proposed it. */
function skipped(number: number): CommandResult {
  const text = `preflight skipped: #${number} comes from a fork, which gets no secrets of this repository (SEC-03). To look at it, push its commits to a branch here\n`;
  const outputs = { ready: '', errors: '0', warnings: '0', releases: '0', queries: '0', comment: 'none' };
  return {
    exitCode: 0,
    text,
    json: { skipped: 'fork', pull: number },
    summary: `## Belay preflight\n${text}`,
    problems: [],
    outputs,
  };
}

interface Said {
  readonly kind: 'created' | 'edited' | 'unchanged' | 'none';
  readonly problems: readonly Problem[];
}

/** What could not be said in a comment stands in the job summary: no reason to fail what was found. */
async function comment(
  { comment: place }: Extract<Opened, { kind: 'open' }>,
  report: PreflightReport,
): Promise<Said> {
  if (!place || (report.releases.length === 0 && report.problems.length === 0))
    return { kind: 'none', problems: [] };
  const { pulls, number } = place;
  const text = describePreflight(report, MAX_BODY - MARK);
  try {
    const outcome = await pulls.keepComment({ pull: number, topic: TOPIC, text });
    if (outcome.kind !== 'refused') return { kind: outcome.kind, problems: [] };
    return { kind: 'none', problems: [unsaid(outcome.message)] };
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    return { kind: 'none', problems: [unsaid(fault.message)] };
  }
}

function unsaid(message: string): Problem {
  const at = { file: CONFIG_PATH, line: 1, column: 1 };
  return { code: 'COMMENT_REFUSED', severity: 'warning', at, path: '', message };
}

/** @throws ToolError REFUSED for a name that no manifest bears */
function requireKnown({ known, problems }: PreflightReport, names: readonly string[]): void {
  const missing = names.find((name) => !known.includes(name));
  // a manifest that cannot be read may bear it: then its problems say more
  if (missing === undefined || problems.some(({ severity }) => severity === 'error')) return;
  const expected = known.map((name) => `"${name}"`).join(', ') || 'none (there is no manifest)';
  throw new ToolError({ code: 'REFUSED', message: `release "${missing}": expected one of ${expected}` });
}

function readDays(flags: Flags): Millis {
  const text = textFlag(flags, 'days') ?? '7';
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= LONGEST_LOOK) return millis(days * DAY);
  throw new ToolError({
    code: 'REFUSED',
    message: `--days: expected a whole number from 1 to ${LONGEST_LOOK}, got "${text}"`,
  });
}

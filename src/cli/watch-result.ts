import type { Problem } from '../core/errors.ts';
import { exitCodeOfFault } from '../report/exit-code.ts';
import { describeWatch, summariseWatch, type WatchReport } from '../report/watch-report.ts';
import type { CommandResult } from './command.ts';
import { runResult } from './run-result.ts';

/**
 * The result of a watch. What is told and the exit code are of its last look, for what came up meanwhile and is over needs nobody;
 * the outputs, and the warnings besides, are of the weightiest decision.
 */
export function watchResult(report: WatchReport): CommandResult {
  const last = runResult(report.last);
  const weightiest = runResult(report.weightiest);
  return {
    exitCode: report.fault ? exitCodeOfFault(report.fault.code) : last.exitCode,
    text: `${describeWatch(report)}\n${last.text}`,
    json: { ...report.last, watch: { ...report.watch, ...(report.fault ? { fault: report.fault } : {}) } },
    summary: summariseWatch(report) + last.summary,
    problems: distinct([
      ...weightiest.problems.filter(({ severity }) => severity === 'warning'),
      ...last.problems,
    ]),
    outputs: {
      ...weightiest.outputs,
      changed: String(report.changed),
      requests: String(report.last.requests),
    },
  };
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

import { problemOfFault } from '../app/fault.ts';
import { type Decision, type Reason, reasonsForPerson } from '../core/decision/decision.ts';
import type { Problem } from '../core/errors.ts';
import { exitCodeOf, isUndone } from '../report/exit-code.ts';
import { describeReceipt } from '../report/receipt.ts';
import type { PullLink, ReleaseReport, RunReport } from '../report/run-report.ts';
import { summariseRun } from '../report/summary.ts';
import { printRun } from '../report/terminal.ts';
import { hasChanged, weightiest } from '../report/weightiest.ts';
import type { CommandResult } from './command.ts';

/** The result of advance or rollback. */
export function runResult(report: RunReport): CommandResult {
  const heaviest = weightiest(report);
  const receipt = heaviest?.receipt;
  const pull = pullOf(heaviest) ?? report.releases.map(pullOf).find((found) => found !== undefined);
  return {
    exitCode: exitCodeOf(report),
    text: printRun(report, { diff: report.dryRun }),
    json: report,
    summary: summariseRun(report),
    problems: [
      ...report.problems,
      ...report.releases.flatMap((release) => release.problems),
      ...notices(report),
    ],
    outputs: {
      decision: heaviest?.decision.kind ?? 'nothing',
      'reason-code': heaviest?.decision.reasons[0].code ?? 'SETTLED',
      release: heaviest?.name ?? '',
      changed: String(hasChanged(report)),
      commit: receipt && 'commit' in receipt ? receipt.commit : '',
      'pull-request': pull ? String(pull.number) : '',
      requests: String(report.requests),
    },
  };
}

function pullOf(release: ReleaseReport | undefined): PullLink | undefined {
  return release && 'pull' in release.receipt ? release.receipt.pull : undefined;
}

/** What a person must hear of, on the manifest it is about. */
function notices({ command, releases }: RunReport): readonly Problem[] {
  return releases.flatMap((release): readonly Problem[] => {
    const { decision, receipt } = release;
    const at = { file: release.path, line: 1, column: 1 };
    const notice = (code: string, severity: Problem['severity'], text: string): readonly Problem[] => [
      { code, severity, at, path: '', message: `${decision.kind}: ${text}` },
    ];
    switch (receipt.kind) {
      case 'blocked':
        return notice(receipt.code, 'error', receipt.message);
      case 'failed':
        // what broke before anything was decided stands among its problems already
        return release.problems.some(({ code }) => code === receipt.code)
          ? []
          : [problemOfFault(release.path, receipt)];
      case 'suppressed':
      case 'head-moved':
        // The next tick decides again; who ordered a rollback waits for it.
        return notice(
          receipt.kind === 'suppressed' ? 'PULL_CLOSED' : 'HEAD_MOVED',
          command === 'advance' ? 'warning' : 'error',
          describeReceipt(receipt),
        );
    }
    // A red button that did nothing says so where its user looks.
    if (command === 'rollback' && decision.kind === 'nothing')
      return notice(
        'NOTHING_ROLLED_BACK',
        isUndone(decision) ? 'error' : 'warning',
        decision.reasons[0].text,
      );
    if (command === 'command') {
      const [{ code, text }] = decision.reasons;
      if (decision.kind === 'hold') return notice(code, 'error', text);
      return decision.kind === 'nothing' ? notice(code, isUndone(decision) ? 'error' : 'warning', text) : [];
    }
    const told = worthTelling(decision);
    return told[0] ? notice(told[0].code, 'warning', told.map(({ text }) => text).join('; ')) : [];
  });
}

/** What takes traffic away, what a person must hear of, and a pause that lasts until somebody ends it. */
function worthTelling(decision: Decision): readonly Reason[] {
  const { kind, reasons } = decision;
  if (kind === 'rollback' || kind === 'reduce' || kind === 'pause') return reasons;
  const lasting = kind === 'hold' ? reasons.filter(({ code }) => code === 'PAUSED_AFTER_DEADLINE') : [];
  return [...lasting, ...reasonsForPerson(decision)];
}

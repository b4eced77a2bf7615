import '../prepare-libraries.ts';

import { randomBytes } from 'node:crypto';
import { ToolError } from '../../core/errors.ts';
import { DRILL_VARIANTS, type DrillVariant } from '../../core/record/drill-schema.ts';
import {
  type DrillReport,
  exitCodeOfDrill,
  printDrill,
  summariseDrill,
  wasRestored,
} from '../../report/drill.ts';
import { describeReceipt } from '../../report/receipt.ts';
import { type CommandContext, type CommandInput, type CommandResult, textFlag } from '../command.ts';
import { openDrill } from '../open-drill.ts';
import { sayUnsent } from '../open-world.ts';

/** Rehearses the rollback of one release, and prints its phases. */
export async function runDrill(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const release = positionals[0] ?? textFlag(flags, 'release');
  if (release === undefined) throw refused('expected the name of a release, got none');
  const variant = readVariant(textFlag(flags, 'variant') ?? 'healthy');
  const { scratch, ...place } = await openDrill(flags, context);
  const { drill } = await import('../../app/drill.ts');
  const suffix = randomBytes(2).toString('hex');
  const report = await drill(place.world, scratch, { release, variant, suffix });
  const isKept = report.receipt.kind === 'committed' || report.receipt.kind === 'merged';
  return isKept ? sayUnsent(drillResult(report), place) : drillResult(report);
}

function readVariant(text: string): DrillVariant {
  const variant = DRILL_VARIANTS.find((one) => one === text);
  if (variant !== undefined) return variant;
  throw refused(`--variant: expected one of ${DRILL_VARIANTS.join(', ')}, got "${text}"`);
}

function drillResult(report: DrillReport): CommandResult {
  const { result, findings, path, receipt } = report;
  const at = { file: path, line: 1, column: 1 };
  const said =
    result.kind === 'aborted'
      ? [{ code: 'DRILL_ABORTED', text: `aborted: real incident open: ${result.reason}` }]
      : findings;
  const isLost = ['blocked', 'failed', 'head-moved', 'suppressed'].includes(receipt.kind);
  const lost = isLost ? [{ code: 'DRILL_NOT_RECORDED', text: describeReceipt(receipt) }] : [];
  return {
    exitCode: exitCodeOfDrill(report),
    text: printDrill(report),
    json: report,
    summary: summariseDrill(report),
    problems: [...said, ...lost].map(({ code, text }) => ({
      code,
      severity: result.kind === 'aborted' ? ('warning' as const) : ('error' as const),
      at,
      path: '',
      message: `drill: ${text}`,
    })),
    outputs: {
      result: result.kind,
      'reason-code': said[0]?.code ?? '',
      release: report.release,
      'restore-seconds': wasRestored(report) ? String(report.restore / 1000) : '',
    },
  };
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `drill: ${message}` });
}

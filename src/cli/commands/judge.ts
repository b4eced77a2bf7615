import '../prepare-libraries.ts';

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatProblem, ToolError } from '../../core/errors.ts';
import { type AssessmentDocument, judgeDocument } from '../../core/judge/document/judge-document.ts';
import { readEvidence } from '../../core/judge/document/read-evidence.ts';
import { describeAssessment, summariseAssessment } from '../../report/assessment.ts';
import { exitCodeOfVerdict } from '../../report/exit-code.ts';
import { type CommandContext, type CommandInput, type CommandResult, hasFlag, textFlag } from '../command.ts';

/** File descriptor of standard input. */
const STDIN = 0;

/** Judges the evidence in a file. */
export async function runJudge(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const [path] = positionals;
  if (path === undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: 'judge: expected a file of evidence or - for standard input, got nothing',
    });
  if (hasFlag(flags, 'curve') && textFlag(flags, 'format') !== 'json')
    throw new ToolError({
      code: 'REFUSED',
      message:
        'judge: --curve is for plots and is printed as JSON alone; add --format json, or leave --curve out',
    });
  const assessment = assessText(path, readInput(path, context), hasFlag(flags, 'curve'));
  return {
    exitCode: hasFlag(flags, 'exit-code') ? exitCodeOfVerdict(assessment.verdict) : 0,
    text: describeAssessment(assessment),
    json: assessment,
    summary: summariseAssessment(assessment),
    problems: [],
    outputs: { verdict: assessment.verdict },
  };
}

function assessText(path: string, text: string, curve: boolean): AssessmentDocument {
  const reading = readEvidence(text, path);
  if (reading.kind === 'read') return judgeDocument(reading.evidence, { curve });
  const from = path === '-' ? 'standard input (-)' : path;
  throw new ToolError({
    code: 'REFUSED',
    message: [
      `judge: ${from} is no evidence that can be judged; "belay schema evidence" prints the format`,
      ...reading.problems.map((problem) => `  ${formatProblem(problem)}`),
    ].join('\n'),
  });
}

function readInput(path: string, { cwd }: CommandContext): string {
  try {
    return readFileSync(path === '-' ? STDIN : resolve(cwd, path), 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing
      ? 'there is no such file; give the path of a file of evidence, or - for standard input'
      : `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new ToolError({ code: 'REFUSED', message: `judge: ${path}: ${why}` });
  }
}

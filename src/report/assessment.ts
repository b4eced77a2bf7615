import type { AssessmentDocument } from '../core/judge/document/judge-document.ts';
import { writeOdds } from '../core/judge/write-numbers.ts';
import { escapeText, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';

/** An assessment for a terminal: the verdict, then one line per check. */
export function describeAssessment({ verdict, logHarm, thresholds, checks }: AssessmentDocument): string {
  const width = Math.max(...checks.map((check) => check.verdict.length));
  return [
    `${verdict}: evidence of harm ${writeOdds(logHarm)}, ${writeOdds(thresholds.harm)} would fail it`,
    ...checks.map(
      (check) => `  ${check.verdict.padEnd(width)}  ${plainLine(`${check.name}: ${check.reason}`)}`,
    ),
    '',
  ].join('\n');
}

/** The same for a job summary. */
export function summariseAssessment({ verdict, checks }: AssessmentDocument): string {
  const rows = checks.map((check) => [
    escapeText(check.name),
    `**${check.verdict}**`,
    escapeText(check.reason),
  ]);
  return `## Belay judge\n\n**${verdict}**\n\n${table(['Check', 'Verdict', 'Seen'], rows)}\n`;
}

import type { AssessmentDocument } from '../core/judge/document/judge-document.ts';
import { writeOdds, writeOddsBelow } from '../core/judge/write-numbers.ts';
import { escapeText, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';

/** An assessment for a terminal: the verdict, then one line per check. */
export function describeAssessment({ verdict, logHarm, thresholds, checks }: AssessmentDocument): string {
  const width = Math.max(...checks.map((check) => check.verdict.length));
  return [
    `${verdict}: ${describeSplit({ verdict, checks })}evidence of harm ${writeOddsBelow(logHarm, thresholds.harm)}, ${writeOdds(thresholds.harm)} would fail it`,
    ...checks.map(
      (check) => `  ${check.verdict.padEnd(width)}  ${plainLine(`${check.name}: ${check.reason}`)}`,
    ),
    '',
  ].join('\n');
}

/** A split that fails is the first thing to know of all the others, and no finding about the candidate. */
function describeSplit({ verdict, checks }: Pick<AssessmentDocument, 'verdict' | 'checks'>): string {
  if (!checks.some((check) => check.kind === 'split' && check.verdict === 'fail')) return '';
  const rest =
    verdict === 'fail'
      ? 'so look first whether the comparison can be trusted'
      : "so nothing is proven about the candidate's health";
  return `traffic is not split as declared, ${rest}; `;
}

/** The same for a job summary. */
export function summariseAssessment({ verdict, checks }: AssessmentDocument): string {
  const rows = checks.map((check) => [
    escapeText(check.name),
    `**${check.verdict}**`,
    escapeText(check.reason),
  ]);
  const split = describeSplit({ verdict, checks }).replace(/; $/, '');
  return `## Belay judge\n\n**${verdict}**${split === '' ? '' : `: ${split}`}\n\n${table(['Check', 'Verdict', 'Seen'], rows)}\n`;
}

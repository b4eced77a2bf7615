import { assertNever } from '../core/errors.ts';
import type { AssessmentDocument } from '../core/judge/document/judge-document.ts';
import type { Verdict } from '../core/judge/evidence.ts';
import { writeOdds, writeOddsBelow } from '../core/judge/write-numbers.ts';
import { escapeText, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';

/** An assessment for a terminal: the verdict with what to do, then one line per check. */
export function describeAssessment(assessment: AssessmentDocument): string {
  const { verdict, checks } = assessment;
  const width = Math.max(...checks.map((check) => check.verdict.length));
  return [
    `${verdict}: ${describeSplit(assessment)}${describeVerdict(assessment)}; ${describeHarm(assessment)}`,
    ...checks.map(
      (check) => `  ${check.verdict.padEnd(width)}  ${plainLine(`${check.name}: ${check.reason}`)}`,
    ),
    '',
  ].join('\n');
}

/** A split that fails is the first thing to know of all the others, and no finding about the candidate. */
function describeSplit({ verdict, checks }: AssessmentDocument): string {
  if (!checks.some((check) => check.kind === 'split' && check.verdict === 'fail')) return '';
  const rest =
    verdict === 'fail'
      ? 'so look first whether the comparison can be trusted'
      : "so nothing is proven about the candidate's health";
  return `traffic is not split as declared, ${rest}; `;
}

/** Names that a headline lists. */
const MOST_NAMED = 3;

/** What the verdict comes from, and what to do. */
function describeVerdict({ verdict, checks }: AssessmentDocument): string {
  const having = (wanted: Verdict) => checks.filter((check) => check.verdict === wanted);
  const named = (wanted: Verdict): string => {
    const names = having(wanted).map(({ name }) => plainLine(name));
    const more = names.length - MOST_NAMED;
    return `(${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
  };
  switch (verdict) {
    case 'fail':
      return `harm is found ${named('fail')}; take the candidate back`;
    case 'error': {
      const count = having('error').length;
      const of = `${count} of ${checks.length} ${checks.length === 1 ? 'check' : 'checks'}`;
      return `${of} cannot be used ${named('error')}, so nothing is decided; mend what ${count === 1 ? 'its line names' : 'their lines name'}, then judge again`;
    }
    case 'no-data':
      return `nothing was seen that can be judged ${named('no-data')}; leave the candidate where it is and see to the metrics`;
    case 'pass':
      return 'every required check passes; the candidate may go up';
    case 'inconclusive': {
      const failing = having('fail');
      if (failing.some(({ kind }) => kind === 'split'))
        return 'leave the candidate where it is and mend the split first';
      if (failing.length > 0)
        return `what fails takes no candidate back ${named('fail')}; leave it where it is and look at that first`;
      const shared = checks.filter(({ stableFails }) => stableFails).map(({ name }) => plainLine(name));
      return shared.length > 0
        ? `stable suffers from the same (${shared.join(', ')}), so the candidate is not the cause; leave it where it is and see to what they share, since more ticks decide nothing`
        : `neither harm nor safety is proven yet ${named('inconclusive')}; leave the candidate where it is and add ticks`;
    }
    default:
      return assertNever(verdict);
  }
}

function describeHarm({ logHarm, thresholds }: AssessmentDocument): string {
  return `evidence of harm ${writeOddsBelow(logHarm, thresholds.harm)}, ${writeOdds(thresholds.harm)} would fail it`;
}

/** The same for a job summary. */
export function summariseAssessment(assessment: AssessmentDocument): string {
  const { verdict, checks } = assessment;
  const rows = checks.map((check) => [
    escapeText(check.name),
    `**${check.verdict}**`,
    escapeText(check.reason),
  ]);
  const headline = escapeText(`${describeSplit(assessment)}${describeVerdict(assessment)}`);
  return `## Belay judge\n\n**${verdict}**: ${headline}\n\n${table(['Check', 'Verdict', 'Seen'], rows)}\n`;
}

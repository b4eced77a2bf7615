import type { Assessment } from '../core/analysis/assessment.ts';
import type { Observation, PointAbsence } from '../core/analysis/observation.ts';
import type { Answer } from '../core/change/build-change.ts';
import { formatDuration, formatInstant } from '../core/units.ts';
import { codeSpan, details, escapeText, table } from './markdown.ts';

/** Table of the checks: verdict and the sentence with its numbers. */
export function describeVerdicts(assessment: Assessment): string {
  const rows = assessment.checks.map((check) => [
    escapeText(check.name),
    check.gating ? `**${check.verdict}**` : `${check.verdict} (no vote here)`,
    escapeText(check.sentence),
  ]);
  return table(['Check', 'Verdict', 'Seen'], rows);
}

/** Folded blocks with the queries as they were asked and what came; one per check, so that a long list can be cut. */
export function describeEvidence(answers: readonly Answer[]): readonly string[] {
  const checks = [...new Set(answers.map((answer) => answer.planned.check))];
  return checks.map((check) => {
    const own = answers.filter((answer) => answer.planned.check === check);
    const rows = own.map((answer) => [
      escapeText(answer.planned.id),
      codeSpan(answer.observation.request.query),
      describeWindow(answer.observation),
      describeOutcome(answer.observation),
    ]);
    const providers = [...new Set(own.map((answer) => answer.planned.provider))].join(', ');
    const body = table(['Asked for', 'Query', 'When', 'Answer, newest first'], rows);
    return details(`Evidence of ${check}: what ${providers} was asked and answered`, body);
  });
}

function describeWindow({ request }: Observation): string {
  if (request.kind === 'instant') return formatInstant(request.at);
  const { first, last, step } = request.grid;
  return `${formatInstant(first)} to ${formatInstant(last)}, every ${formatDuration(step)}`;
}

function describeOutcome({ outcome }: Observation): string {
  switch (outcome.kind) {
    case 'sample':
      return writePoint(outcome.value);
    case 'absent':
      return `${outcome.reason}: ${escapeText(outcome.detail)}`;
    case 'series': {
      const newest = outcome.values.slice(-12).reverse().map(writePoint);
      return newest.join(', ') + (outcome.values.length > 12 ? `, … (${outcome.values.length} in all)` : '');
    }
    case 'grouped': {
      // Of each group only the newest: a histogram over a day would fill the page.
      const newest = outcome.groups
        .slice(0, 12)
        .map(({ value, values }) => `${escapeText(value)}: ${writePoint(values.at(-1) ?? 'missing')}`);
      const { length } = outcome.groups;
      return newest.join(', ') + (length > 12 ? `, … (${length} groups in all)` : '');
    }
  }
}

function writePoint(value: number | PointAbsence): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

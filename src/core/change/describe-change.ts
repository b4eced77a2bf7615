import { assertNever } from '../errors.ts';
import { STEP_DOWN } from '../record/braked.ts';
import type { WrittenRecord } from '../record/record-schema.ts';
import { formatPercent } from '../units.ts';

/** Subject and body of the commit that carries a record. The body ends in trailers; `Belay-Op` is the last one. */
export function describeChange(record: WrittenRecord): { readonly subject: string; readonly body: string } {
  const number = String(record.sequence).padStart(4, '0');
  const checks = record.evidence?.checks ?? [];
  const told = record.decision.reasons.map(({ text }) => text.replace(/\s+/g, ' '));
  const passedOver = (record.restored?.passedOver ?? []).map(
    ({ version, reason }) => `${version} was passed over: ${reason}`,
  );
  const lines = [
    ...[...passedOver.filter((text) => !told.includes(text)), ...told].map((text) => `- ${text}`),
    ...checks
      .filter((check) => !record.decision.reasons.some((reason) => reason.text === check.sentence))
      .map((check) => `- [${check.verdict}] ${check.sentence}`),
  ];
  const trailers = [
    `Belay-Release: ${record.release}`,
    `Belay-Record: ${number}`,
    `Belay-Op: ${record.operation}`,
  ];
  return {
    subject: `release(${record.release}): ${describeDecision(record)} (${evidenceNote(record)}record ${number})`,
    body: `${withoutSkip(lines.join('\n'))}\n\n${trailers.join('\n')}`,
  };
}

/**
 * GitHub starts no workflow for a commit that says so in square brackets, and a required check that never reports keeps a rollback
 * from being merged. What people and servers say stands here in round ones; the record has it as it was said.
 * Source: GitHub Docs, Skipping workflow runs
 */
function withoutSkip(text: string): string {
  return text.replace(/\[((?:skip|no) ci|ci skip|skip actions|actions skip)\]/gi, '($1)');
}

function evidenceNote(record: WrittenRecord): string {
  const { kind } = record.decision;
  if (kind !== 'advance' && kind !== 'promote') return '';
  const gating = (record.evidence?.checks ?? []).filter((check) => check.gating);
  return `${gating.filter((check) => check.verdict === 'pass').length} of ${gating.length} pass, `;
}

function describeDecision(record: WrittenRecord): string {
  const { kind, from, to } = record.decision;
  const candidate = record.candidate?.version ?? '';
  switch (kind) {
    case 'adopt':
      return `adopt ${record.good?.version ?? ''} as good`;
    case 'start':
      return `start ${candidate} at ${formatPercent(to)}`;
    case 'advance':
      return `canary ${formatPercent(from)} → ${formatPercent(to)}`;
    case 'reduce': {
      const how = record.decision.reasons[0]?.code === STEP_DOWN ? 'step down' : 'exposure reduced';
      return `canary ${formatPercent(from)} → ${formatPercent(to)}, ${how}`;
    }
    case 'promote':
      return `promote ${candidate}`;
    case 'pause':
      if (record.trigger.order) return `${record.trigger.order.name} by ${record.trigger.order.by.login}`;
      return record.candidate
        ? `pause ${candidate} at ${formatPercent(from)}`
        : `ask for help with ${record.stable?.version ?? ''}`;
    case 'resume':
      return `resume by ${record.trigger.order?.by.login ?? ''}`;
    case 'approve':
      return `approve ${formatPercent(to)} by ${record.trigger.order?.by.login ?? ''}`;
    case 'lift':
      return `lift the quarantine of ${record.lifted ?? ''}`;
    case 'recover':
      return `${record.stable?.version ?? ''} recovered`;
    case 'rollback':
      return `roll back ${record.quarantine?.version ?? candidate} to ${record.restored?.version.version ?? ''}`;
    default:
      return assertNever(kind);
  }
}

import type { Foresight } from '../core/analysis/foresee.ts';
import { formatLocal } from '../core/manifest/time-zone.ts';
import { formatDuration, type formatInstant, formatPercent } from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { printForesight, summariseForesight } from './foresight.ts';
import { codeBlock, codeSpan, escapeText, table } from './markdown.ts';

/** The part of a preview that is printed; app/plan.ts makes it. */
export interface PrintablePreview {
  readonly name: string;
  readonly path: string;
  readonly stable: string;
  readonly candidate: string | undefined;
  readonly dependsOn: readonly string[];
  readonly weight: number;
  readonly standing:
    | { readonly index: number; readonly holdUntil: Parameters<typeof formatInstant>[0] }
    | undefined;
  readonly steps: readonly {
    readonly step: {
      readonly weight: number;
      readonly hold: Parameters<typeof formatDuration>[0];
      readonly approval?: 'required' | undefined;
    };
    readonly earliest: Parameters<typeof formatDuration>[0];
  }[];
  readonly total: Parameters<typeof formatDuration>[0];
  readonly deadline: Parameters<typeof formatDuration>[0];
  readonly finish?:
    | { readonly at: Parameters<typeof formatLocal>[1] | undefined; readonly timeZone: string }
    | undefined;
  readonly corrections: Parameters<typeof formatDiff>[0];
  readonly firstStep: Parameters<typeof formatDiff>[0];
  readonly foresight?: Foresight | undefined;
}

/** A preview as text for a terminal. */
export function printPreview(preview: PrintablePreview): string {
  const steps = preview.steps.map(({ step, earliest }, index) => {
    const mark = preview.standing?.index === index ? '>' : ' ';
    const approval = step.approval ? ', merged by a person' : '';
    const last = index === preview.steps.length - 1 ? ' (bake)' : '';
    return `${mark} ${formatPercent(step.weight).padStart(6)}  from ${`+${formatDuration(earliest)}`.padEnd(8)} for ${formatDuration(step.hold)} at least${last}${approval}`;
  });
  return [
    title(preview),
    ...dependencies(preview).map((line) => `  ${line}`),
    ...steps,
    `  promoted no sooner than +${formatDuration(preview.total)}, paused after +${formatDuration(preview.deadline)}`,
    ...describeFinish(preview).map((text) => `  ${text}`),
    ...(preview.foresight ? [printForesight(preview.foresight, preview.deadline)] : []),
    ...edits(preview),
  ].join('\n');
}

/** A preview for the job summary. */
export function summarisePreview(preview: PrintablePreview): string {
  const rows = preview.steps.map(({ step, earliest }, index) => [
    preview.standing?.index === index ? '▶' : '',
    bar(step.weight),
    formatPercent(step.weight),
    `+${formatDuration(earliest)}`,
    formatDuration(step.hold) + (index === preview.steps.length - 1 ? ' (bake)' : ''),
    step.approval ? 'a person merges' : '',
  ]);
  const diff = [...preview.corrections, ...preview.firstStep];
  return [
    `### ${escapeText(title(preview))}\n${codeSpan(preview.path)}`,
    ...dependencies(preview).map(escapeText),
    table(['', 'Traffic', 'Weight', 'Not before', 'Holds', 'Gate'], rows),
    `Promoted no sooner than +${formatDuration(preview.total)}, paused after +${formatDuration(preview.deadline)}.`,
    ...describeFinish(preview).map((text) => escapeText(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`)),
    ...(preview.foresight ? [summariseForesight(preview.foresight, preview.deadline)] : []),
    ...(diff.length > 0 ? [codeBlock(formatDiff(diff), 'diff')] : []),
  ].join('\n\n');
}

/** When it is over at the earliest, by the clock of the people who read it. */
function describeFinish({ finish, standing }: PrintablePreview): readonly string[] {
  if (!finish) return [];
  if (finish.at === undefined) return ['never promoted: the freezes leave no moment for it'];
  const from = standing ? 'from here' : 'started now';
  return [`${from}, promoted no sooner than ${formatLocal(finish.timeZone, finish.at)}`];
}

/** The order of all releases, for a terminal and a job summary; nothing when none depends on another. */
export function printOrder(order: readonly string[]): readonly string[] {
  return order.length === 0 ? [] : [`order of rollouts: ${order.join(', ')}`];
}

function dependencies({ dependsOn }: PrintablePreview): readonly string[] {
  return dependsOn.length === 0 ? [] : [`after ${dependsOn.join(', ')}`];
}

function title({ name, stable, candidate, weight }: PrintablePreview): string {
  return candidate === undefined
    ? `${name} ${stable}: settled`
    : `${name} ${stable} → ${candidate}: canary, at ${formatPercent(weight)}`;
}

function bar(weight: number): string {
  const full = Math.round(weight / 5);
  return '█'.repeat(full) + '░'.repeat(20 - full);
}

function edits({ corrections, firstStep }: PrintablePreview): readonly string[] {
  const blocks: string[] = [];
  if (corrections.length > 0)
    blocks.push('  the targets must change to say what the manifest says:', indent(formatDiff(corrections)));
  if (firstStep.length > 0) blocks.push('  the first step changes:', indent(formatDiff(firstStep)));
  return blocks;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

import type { Foresight } from '../core/analysis/foresee.ts';
import { formatPercent, type Percent } from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { printForesight, summariseForesight } from './foresight.ts';
import { codeBlock, codeSpan, escapeText } from './markdown.ts';
import { plainLine } from './plain-text.ts';
import { drawPlan, type PictureClock, type PlannedRollout } from './plan-picture.ts';

/** The part of a preview that is printed; app/plan.ts makes it. */
export interface PrintablePreview extends PlannedRollout {
  readonly name: string;
  readonly path: string;
  readonly stable: string;
  readonly candidate: string | undefined;
  readonly dependsOn: readonly string[];
  /** The oldest version of other releases that it works with, by name. */
  readonly needs: Readonly<Record<string, string>>;
  readonly weight: number;
  readonly overrides?: readonly string[] | undefined;
  readonly brakes?: readonly string[] | undefined;
  readonly corrections: Parameters<typeof formatDiff>[0];
  /** The step that comes next, and what it would change. */
  readonly nextStep:
    | { readonly weight: Percent; readonly edits: Parameters<typeof formatDiff>[0] }
    | undefined;
  readonly foresight?: Foresight | undefined;
}

/** A preview as text for a terminal. */
export function printPreview(preview: PrintablePreview, clock: PictureClock): string {
  return [
    title(preview),
    ...notes(preview).map((line) => `  ${plainLine(line)}`),
    indent(drawPlan(preview, clock)),
    ...(preview.foresight ? [printForesight(preview.foresight, preview.deadline)] : []),
    ...edits(preview).flatMap(({ title, files }) => [`  ${title}:`, indent(formatDiff(files))]),
  ].join('\n');
}

/** A preview for the job summary. */
export function summarisePreview(preview: PrintablePreview, clock: PictureClock): string {
  return [
    `### ${escapeText(title(preview))}\n${codeSpan(preview.path)}`,
    ...notes(preview).map(escapeText),
    codeBlock(drawPlan(preview, clock)),
    ...(preview.foresight ? [summariseForesight(preview.foresight, preview.deadline)] : []),
    ...edits(preview).flatMap(({ title, files }) =>
      files.flatMap((file) => [
        `${escapeText(title)}, ${codeSpan(file.path)}:`,
        codeBlock(formatDiff([file]), 'diff'),
      ]),
    ),
  ].join('\n\n');
}

/** The orders of all releases, for a terminal and a job summary; nothing when none depends on another. */
export function printOrder(order: readonly string[]): readonly string[] {
  if (order.length === 0) return [];
  return [`order of rollouts: ${order.join(', ')}`, `order of rollbacks: ${[...order].reverse().join(', ')}`];
}

function notes({
  stops = [],
  dependsOn,
  needs,
  overrides = [],
  brakes = [],
}: PrintablePreview): readonly string[] {
  return [
    ...stops.map(({ text }) => `stopped: ${text}`),
    ...(dependsOn.length === 0 ? [] : [`after ${dependsOn.join(', ')}`]),
    ...Object.entries(needs).map(
      ([name, version]) => `goes back with ${name}, when that goes back past ${version}`,
    ),
    ...overrides,
    ...brakes,
  ];
}

function title({ name, stable, candidate, weight }: PrintablePreview): string {
  return candidate === undefined
    ? `${name} ${stable}: settled`
    : `${name} ${stable} → ${candidate}: canary, at ${formatPercent(weight)}`;
}

/** What would be edited, and why. */
function edits({ corrections, nextStep, standing }: PrintablePreview): readonly {
  readonly title: string;
  readonly files: PrintablePreview['corrections'];
}[] {
  const named = [
    { title: 'the targets must change to say what the manifest says', files: corrections },
    {
      title: standing
        ? `the next step, to ${formatPercent(nextStep?.weight ?? 0)}, changes`
        : 'the first step changes',
      files: nextStep?.edits ?? [],
    },
  ];
  return named.filter(({ files }) => files.length > 0);
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

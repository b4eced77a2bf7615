import type { ForeseenStep, Foresight } from '../core/analysis/foresee.ts';
import type { QueryLook } from '../core/decision/look.ts';
import type { Trial, TwinTest } from '../core/decision/trials.ts';
import type { Problem } from '../core/errors.ts';
import type { ExpectedTime } from '../core/judge/forecast.ts';
import { writeAbout } from '../core/judge/words/forecast.ts';
import { writeShare } from '../core/judge/write-numbers.ts';
import type { RecordedRollout } from '../core/record/recorded-rollouts.ts';
import { formatDuration, formatInstant, formatPercent, type Millis, millis } from '../core/units.ts';
import { describeTraffic } from './foresight.ts';
import { codeSpan, escapeText, joinBlocks, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';
import { listProblems, problemBlocks } from './summary.ts';

/** The part of a preflight that is printed; app/preflight.ts makes it. */
export interface PrintablePreflight {
  readonly head: string;
  readonly releases: readonly PrintableRelease[];
  readonly problems: readonly Problem[];
}

export interface PrintableRelease {
  readonly name: string;
  readonly path: string;
  readonly stable: string;
  readonly candidate: string | undefined;
  readonly deadline: Millis;
  readonly looks: readonly QueryLook[];
  readonly artifacts: readonly PrintableArtifact[];
  readonly foresight: Foresight;
  readonly twin: TwinTest;
  readonly past: readonly (RecordedRollout & { readonly again: Trial | undefined })[];
}

/** One artifact, and what a registry said of it. */
export interface PrintableArtifact {
  readonly name: string;
  readonly uri: string;
  readonly version: string;
  readonly presence:
    | { readonly kind: 'present' | 'not-asked' }
    | { readonly kind: 'missing' | 'mismatch' | 'unseen'; readonly detail: string };
}

/** Whether nothing keeps these releases from being rolled out: no problem is an error. */
export function isReady({ problems }: Pick<PrintablePreflight, 'problems'>): boolean {
  return problems.every(({ severity }) => severity !== 'error');
}

/** Rows of one table; there may be hundreds of checks. */
const MOST_ROWS = 100;
/** A query is cut in a table, and whole in the manifest. */
const MAX_QUERY = 160;

/** Kinds of text that the same tables are written in. */
interface Style {
  readonly text: (text: string) => string;
  readonly code: (text: string) => string;
  readonly title: (text: string) => string;
  readonly table: (head: readonly string[], rows: readonly (readonly string[])[]) => string;
}

const MARKDOWN: Style = { text: escapeText, code: codeSpan, title: (text) => `### ${text}`, table };
const PLAIN: Style = { text: plainLine, code: plainLine, title: plainLine, table: columns };

/** A preflight as Markdown, for the comment and for the job summary: tables first, problems before them. It says nothing of when it ran. */
export function describePreflight(report: PrintablePreflight, limit: number): string {
  const errors = report.problems.filter(({ severity }) => severity === 'error').length;
  const verdict = isReady(report)
    ? `ready${report.problems.length > 0 ? `, ${report.problems.length} warning(s)` : ''}`
    : `not ready: ${errors} error(s)`;
  const blocks = [
    `## Belay preflight: ${verdict}\nOf ${codeSpan(report.head.slice(0, 7))}, before anybody is exposed to it.`,
    ...problemBlocks('What to mend', report.problems),
    ...report.releases.flatMap((release) => tablesOf(release, MARKDOWN)),
  ];
  return joinBlocks(blocks, {
    limit,
    note: '_Cut here; the job summary and `belay preflight` have the rest._',
  });
}

/** The same for a terminal. */
export function printPreflight(report: PrintablePreflight): string {
  const blocks = [
    ...report.releases.flatMap((release) => tablesOf(release, PLAIN)),
    ...listProblems(report.problems),
    `preflight of ${report.head.slice(0, 7)}: ${isReady(report) ? 'ready' : 'not ready'}, ${report.releases.length} release(s)`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function tablesOf(release: PrintableRelease, style: Style): readonly string[] {
  const { name, stable, candidate } = release;
  const about = candidate === undefined ? `${stable}, settled` : `${stable} → ${candidate}`;
  return [
    style.title(style.text(`${name} ${about}`)),
    queryTable(release, style),
    artifactTable(release, style),
    timeTable(release, style),
    historyTable(release, style),
  ];
}

const MARKS: Readonly<Record<QueryLook['state'], string>> = {
  seen: '✅',
  expected: '✅',
  thin: '⚠️',
  empty: '⚠️',
  blind: '❌',
  broken: '❌',
};

function queryTable({ looks }: PrintableRelease, style: Style): string {
  // what is wrong must not be among the rows that are left out
  const order = ['broken', 'blind', 'empty', 'thin', 'seen', 'expected'];
  const sorted =
    looks.length > MOST_ROWS
      ? [...looks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
      : looks;
  const rows = sorted
    .slice(0, MOST_ROWS)
    .map(({ planned, key, arm, state, found }) => [
      MARKS[state],
      style.text(planned.check),
      style.text(`${key}, ${arm}`),
      style.text(shorten(found)),
      style.code(shorten(planned.request.query.replace(/\s+/g, ' ').trim())),
    ]);
  const more = looks.length > MOST_ROWS ? `\n\n… and ${looks.length - MOST_ROWS} more.` : '';
  return `${upperLine('each query, asked once', style)}\n\n${style.table(['', 'Check', 'Query', 'Came', 'Asked'], rows)}${more}`;
}

function artifactTable({ artifacts }: PrintableRelease, style: Style): string {
  const rows = artifacts.slice(0, MOST_ROWS).map(({ name, uri, version, presence }) => {
    const [mark, said] = describePresence(presence);
    return [mark, style.text(version), style.text(name), style.code(shorten(uri)), style.text(shorten(said))];
  });
  const more = artifacts.length > MOST_ROWS ? `\n\n… and ${artifacts.length - MOST_ROWS} more.` : '';
  return `${upperLine('each artifact, fetched once from its registry', style)}\n\n${style.table(['', 'Version', 'Artifact', 'Where', 'Digest'], rows)}${more}`;
}

function describePresence(presence: PrintableArtifact['presence']): readonly [mark: string, said: string] {
  switch (presence.kind) {
    case 'present':
      return ['✅', 'computed from the bytes: as in the manifest'];
    case 'not-asked':
      return ['–', 'not checked: in no registry of .belay/config.yaml'];
    case 'unseen':
      return ['⚠️', `not checked: ${presence.detail}`];
    default:
      return ['❌', presence.detail];
  }
}

function timeTable({ foresight, deadline }: PrintableRelease, style: Style): string {
  const traffic = foresight.traffic.map(
    ({ name, ...seen }) => `- ${style.text(name)}: ${style.text(describeTraffic(seen))}`,
  );
  const seen = foresight.traffic.flatMap(({ kind, name }) => (kind === 'seen' ? [name] : []));
  const rows = foresight.steps.flatMap((step) => timeRows(step, seen, style));
  const total =
    foresight.total === undefined
      ? 'When half of all healthy candidates are promoted cannot be said'
      : `Half of all healthy candidates, not nine tenths as in the rows, are promoted within about ${writeAbout(foresight.total)}`;
  return [
    upperLine(
      "how long it takes to know, at stable's traffic of the last day: until nine tenths of the candidates that exceed stable by so many times what is tolerated are taken back. Once is the border itself, where nothing is to be proven; longer than the hold is marked. Safe: until nine tenths of those as good as stable are proven safe. At 100 % there is nobody to compare with, and what is tolerated reaches to the limit",
      style,
    ),
    traffic.join('\n'),
    style.table(['Step', 'Hold', 'Check', '1×', '2×', '5×', 'Safe'], rows.slice(0, MOST_ROWS)),
    `${total}; the deadline is ${formatDuration(deadline)}.`,
  ].join('\n\n');
}

/** At 100 % there is nobody to compare with: checks judge by their limit, and one that has none says so. */
function timeRows(
  { weight, hold, checks }: ForeseenStep,
  known: readonly string[],
  style: Style,
): readonly (readonly string[])[] {
  const place = [formatPercent(weight), formatDuration(hold)];
  const isAlone = weight === 100;
  const silent = isAlone ? known.filter((name) => !checks.some((check) => check.name === name)) : [];
  return [
    ...checks.map(({ name, regressions, safe }) => [
      ...place,
      style.text(isAlone ? `${name}, by its limit` : name),
      ...regressions.map((one) => `${writeTime(one)}${one.times > 1 && isLate(one, hold) ? ' ⚠️' : ''}`),
      writeTime(safe),
    ]),
    ...silent.map((name) => [...place, style.text(`${name}, no limit: no vote`), '–', '–', '–', '–']),
  ];
}

function isLate({ ninety }: ExpectedTime, hold: Millis): boolean {
  return ninety === undefined || ninety * MINUTE > hold;
}

const MINUTE = 60_000;

function writeTime({ ninety }: ExpectedTime): string {
  return ninety === undefined ? 'never' : writeAbout(ninety);
}

function historyTable({ twin, past }: PrintableRelease, style: Style): string {
  const rows = [
    ...(twin.trials.length === 0 ? [] : [twinRow(twin, style)]),
    ...past.map((one) => pastRow(one, style)),
  ];
  const notes = [
    ...(twin.trials.length === 0 ? ['Stable shows nothing to look back over.'] : []),
    ...(twin.leftOut.length === 0
      ? []
      : [`Not played, since its numbers cannot be divided: ${twin.leftOut.map(style.text).join(', ')}.`]),
    ...(past.length === 0 ? ['The records hold no rollout that ended.'] : []),
  ];
  return [
    upperLine('what these checks would have done', style),
    ...(rows.length === 0 ? [] : [style.table(['Rollout', 'Then', 'With these checks', 'Why'], rows)]),
    ...(notes.length === 0 ? [] : [notes.join(' ')]),
  ].join('\n\n');
}

function twinRow(twin: TwinTest, style: Style): readonly string[] {
  const { trials, since, until, every, seed, promised } = twin;
  const count = (end: Trial['end']): number => trials.filter((one) => one.end === end).length;
  const back = trials.filter(({ end }) => end === 'rolled-back');
  const names = [...new Set(back.flatMap(({ proven, ruled }) => [...proven, ...ruled]))];
  const length = formatDuration(millis(until - since));
  return [
    `Stable against itself, ${trials.length} rollouts over its last ${length}, looked at every ${formatDuration(every)}, divided with seed ${style.text(seed)}`,
    'healthy',
    `${count('rolled-back')} rolled back, ${count('promoted')} promoted, ${count('under-way')} under way at the end`,
    names.length === 0
      ? `promised are at most ${writeShare(promised)}, rules outside the promise aside`
      : style.text(`by ${names.join(', ')}`),
  ];
}

const ENDS: Readonly<Record<Trial['end'], string>> = {
  promoted: 'promoted',
  'rolled-back': 'rolled back',
  'under-way': 'still under way',
};

function pastRow(past: PrintableRelease['past'][number], style: Style): readonly string[] {
  const { stable, candidate, startedAt, ended, again } = past;
  return [
    style.text(`${stable.version} → ${candidate.version}, ${formatInstant(startedAt)}`),
    ended === 'rolled-back' ? 'rolled back' : ended,
    again ? ENDS[again.end] : 'not known',
    style.text(shorten(again?.reason ?? 'the metrics of then are gone')),
  ];
}

function shorten(text: string): string {
  return text.length > MAX_QUERY ? `${text.slice(0, MAX_QUERY)}…` : text;
}

function upperLine(text: string, style: Style): string {
  const line = `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  return style === MARKDOWN ? `**${line}**` : line;
}

/** A table of a terminal. */
function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  return all
    .map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

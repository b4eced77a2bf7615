import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { keysOfLiteral, keysOfType, readShape, type Shape } from './json-keys.ts';
import { readPage } from './pages.ts';

const PAGE = readPage('docs/reference/cli.md');
const ASSESSMENT = 'src/core/analysis/assessment.ts';
const FOLDER = 'src/cli/commands';
const DRILL = 'src/report/drill.ts';
const JUDGE = 'src/core/judge/document/judge-document.ts';
const PLAN = 'src/app/plan.ts';
const RUN = 'src/report/run-report.ts';
const WATCH = 'src/report/watch-report.ts';

/** The shapes that the row of a command or a part shows, by their first word in the first cell. */
function shapesOf(name: string): readonly Shape[] {
  const row = PAGE.split('\n').find((line) => line.startsWith(`| \`${name}\``) && line.includes('`{'));
  return [...(row ?? '').matchAll(/`(\{[^`]+\})`/g)].map(([, text]) => readShape(text ?? ''));
}

/** The keys at a path within a shape. */
function keysAt(shape: Shape | undefined, path: string): readonly string[] {
  const at = path.split('.').reduce<Shape | undefined>((inner, key) => (key ? inner?.[key] : inner), shape);
  return Object.keys(at ?? {});
}

/** What the row of a name shows, in which of its shapes and where within it, and what the sources say. */
type Row = readonly [name: string, shape: number, path: string, keys: readonly string[]];

const ROWS: readonly Row[] = [
  ['advance', 0, '', keysOfType(RUN, 'RunReport')],
  ['advance', 0, 'releases', keysOfType(RUN, 'ReleaseReport')],
  ['advance', 1, 'watch', [...keysOfType(WATCH, 'Watch'), 'fault']],
  ['advance', 1, 'watch.events', keysOfType(WATCH, 'WatchEvent')],
  ['advance', 2, '', keysOfLiteral(`${FOLDER}/command.ts`, 'json')],
  ['drill', 0, '', keysOfType(DRILL, 'DrillReport')],
  ['drill', 0, 'result', keysOfType(DRILL, 'DrillResult')],
  ['drill', 0, 'phases', keysOfType(DRILL, 'TimedPhase')],
  ['dispatch', 0, '', keysOfLiteral(`${FOLDER}/dispatch.ts`, 'body')],
  ['dispatch', 0, 'client_payload', [...keysOfLiteral(`${FOLDER}/dispatch.ts`, 'unsigned'), 'signature']],
  ['plan', 0, '', keysOfLiteral(`${FOLDER}/plan.ts`, 'json')],
  ['plan', 0, 'releases', keysOfType(PLAN, 'ReleasePreview')],
  ['plan', 0, 'releases.steps', keysOfType(PLAN, 'PlannedStep')],
  ['plan', 0, 'releases.calendar', keysOfType('src/core/plan/calendar.ts', 'Calendar')],
  ['validate', 0, '', keysOfLiteral(`${FOLDER}/validate.ts`, 'json')],
  ['preflight', 0, '', [...keysOfType('src/app/preflight.ts', 'PreflightReport'), 'ready']],
  [
    'preflight',
    0,
    'releases',
    keysOfType('src/app/preflight.ts', 'ReleasePreflight').map((key) =>
      key === 'deadline' ? 'deadlineMs' : key,
    ),
  ],
  ['preflight', 1, '', ['skipped', 'pull']],
  ['watchdog', 0, '', keysOfType('src/app/watchdog.ts', 'WatchdogReport')],
  ['judge', 0, '', keysOfType(JUDGE, 'AssessmentDocument')],
  ['judge', 0, 'checks', keysOfType(JUDGE, 'CheckResult')],
  ['judge', 0, 'checks.interval', keysOfType('src/core/judge/method.ts', 'ShownInterval')],
  ['judge', 0, 'checks.curve', keysOfType('src/core/judge/document/curve.ts', 'CurvePoint')],
  ['replay', 0, '', [...keysOfType('src/app/replay.ts', 'Replay'), 'problems']],
  ['replay', 0, 'looks', keysOfType('src/app/replay.ts', 'ReplayedLook')],
  ['runbook', 0, '', keysOfLiteral(`${FOLDER}/runbook.ts`, 'json')],
  ['demo', 0, '', keysOfLiteral(`${FOLDER}/demo.ts`, 'json')],
  ['init', 0, '', keysOfLiteral(`${FOLDER}/init.ts`, 'json')],
  ['problems', 0, '', keysOfType('src/core/errors.ts', 'Problem')],
  ['decision', 0, '', keysOfType('src/core/decision/decision.ts', 'Decision')],
  ['receipt', 0, '', keysOfType(RUN, 'Receipt')],
  ['standing', 0, '', keysOfType('src/core/plan/rollout.ts', 'Standing')],
  ['assessment', 0, '', keysOfType(ASSESSMENT, 'Assessment')],
  ['assessment', 0, 'checks', keysOfType(ASSESSMENT, 'CheckAssessment')],
  ['edits', 0, '', keysOfType('src/core/change/change.ts', 'FileEdit')],
];

describe('docs/reference/cli.md', () => {
  it('says of every command what it prints as JSON', () => {
    const cells = [...PAGE.matchAll(/^\| (`[^|]+) \| `\{/gm)].map(([, cell]) => cell ?? '');
    const shown = cells.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name));
    for (const { name } of COMMANDS) expect(shown).toContain(name);
  });

  it.each(ROWS)('names the keys of %s as they are (shape %i, %s)', (name, shape, path, keys) => {
    expect([...keysAt(shapesOf(name)[shape], path)].sort()).toEqual([...keys].sort());
  });
});

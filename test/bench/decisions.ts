import { parseArgs } from 'node:util';
import { DOUBT } from './decisions/doubt.ts';
import { DRIFT } from './decisions/drift.ts';
import { GAUGE_STEPS } from './decisions/gauge-steps.ts';
import { GAUGES } from './decisions/gauges.ts';
import { GRID, LATE } from './decisions/grid.ts';
import { LATENCY } from './decisions/latency.ts';
import { PRIMITIVE } from './decisions/primitive.ts';
import { RARER } from './decisions/rarer.ts';
import { SERIES } from './decisions/real-series.ts';
import { SAFE } from './decisions/safe.ts';
import { type Measure, type Run, type Section, writeMeasure } from './decisions/section.ts';
import { SPEED } from './decisions/speed.ts';
import { SPLITS } from './decisions/splits.ts';
import { ROLLOUT } from './decisions/steps.ts';
import { STOPPED } from './decisions/stopped.ts';
import { STRESS } from './decisions/stress.ts';
import { type Row, table } from './decisions/summary.ts';

/**
 * How good and how fast the decisions are, against the reference mixture and against the rules of other systems:
 * `npm run bench:decisions -- [--runs 150] [--seed 1] [--section grid] [--only "500 rpm 5 %"] [--data <folder>] [--format json]`.
 * Prints losses as well as gains. docs/deciding/mixture.md says what follows from it.
 */

const SECTIONS: readonly Section[] = [
  PRIMITIVE,
  GRID,
  LATE,
  STRESS,
  ROLLOUT,
  SAFE,
  LATENCY,
  GAUGES,
  GAUGE_STEPS,
  DRIFT,
  SPLITS,
  DOUBT,
  STOPPED,
  RARER,
  SERIES,
  SPEED,
];
const USUAL_RUNS = 150;

const USAGE = `npm run bench:decisions -- [--runs ${USUAL_RUNS}] [--seed 1] [--section ${SECTIONS.map(({ name }) => name).join('|')}] [--only <part of a title>] [--data <folder>] [--format text|json]`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    runs: { type: 'string', default: String(USUAL_RUNS) },
    seed: { type: 'string', default: '1' },
    section: { type: 'string' },
    only: { type: 'string' },
    data: { type: 'string' },
    format: { type: 'string', default: 'text' },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const run: Run = {
  runs: wholeNumber('runs'),
  seed: wholeNumber('seed'),
  only: values.only,
  data: values.data,
};
const chosen = SECTIONS.filter(({ name }) => values.section === undefined || name === values.section);
if (chosen.length === 0 || !['text', 'json'].includes(values.format)) {
  console.error(`expected ${USAGE}`);
  process.exit(1);
}

const begin = performance.now();
if (values.format === 'text')
  console.log(`seed ${run.seed}, ${run.runs} rollouts per world (--runs, --seed)`);
const results = chosen.map((section) => {
  const result: Result =
    section.kind === 'trials' ? { rows: section.rows(run) } : { measures: section.measures(run) };
  if (values.format === 'text') print(section, result);
  return { section: section.name, title: section.title, ...result };
});
const seconds = (performance.now() - begin) / 1_000;
if (values.format === 'json') console.log(JSON.stringify({ ...run, seconds, results }, undefined, 1));
else console.log(`\n${seconds.toFixed(0)} s`);

interface Result {
  readonly rows?: readonly Row[];
  readonly measures?: readonly Measure[];
}

function wholeNumber(name: 'runs' | 'seed'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name}: expected a whole number above 0, got '${values[name]}'`);
  process.exit(1);
}

function print({ name, title }: Section, { rows = [], measures = [] }: Result): void {
  if (rows.length === 0 && measures.length === 0) return;
  console.log(`\n## ${name}: ${title}\n`);
  if (rows.length > 0) console.log(table(rows));
  for (const measure of measures) console.log(writeMeasure(measure));
}

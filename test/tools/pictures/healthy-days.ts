import { mergeTicks, type Tick } from '../../../src/core/stats/counts.ts';
import { mergedTwinCurve } from '../../../src/core/stats/twin.ts';
import { GRID } from '../../bench/decisions/grid.ts';
import { zTest, zValues } from '../../bench/decisions/peers.ts';
import { seedOf } from '../../bench/decisions/random.ts';
import { ALPHA, DEFAULT, GOAL, NO_MARGIN } from '../../bench/decisions/rules.ts';
import { manyRollouts } from '../../bench/decisions/section.ts';
import type { Row } from '../../bench/decisions/summary.ts';
import {
  type Axis,
  box,
  COLOURS,
  curve,
  endLabel,
  frame,
  limit,
  type Panel,
  picture,
  spot,
  stroke,
  words,
} from './plot.ts';

/** The rollouts of `npm run bench:decisions -- --section grid --only "500 rpm 5 % A/A" --runs 400`. */
export const RUNS = 400;
export const CELL = '500 rpm 5 % A/A';
const SEED = 1;
const Z_TEST = zTest('z-test peeked', 1.644854);
const ODDS_NEEDED = 1 / ALPHA;

const HOURS: Axis = {
  kind: 'linear',
  from: 0,
  to: 24,
  marks: [0, 4, 8, 12, 16, 20, 24].map((value) => ({ value, label: `${value}` })),
  title: 'hours since the rollout began, looked at every 5 minutes',
};
const UNTITLED: Axis = { ...HOURS, title: '' };

let days: readonly (readonly Tick[])[] | undefined;

/** Healthy candidates over a day; made once. */
function healthyDays(): readonly (readonly Tick[])[] {
  days ??= manyRollouts({ rpm: 500, share: 0.05 }, { runs: RUNS, seed: seedOf(SEED, CELL) });
  return days;
}

let rows: readonly Row[] | undefined;

/** False rollbacks by rule, with intervals; made once. */
export function falseRollbackRows(): readonly Row[] {
  if (rows === undefined && GRID.kind === 'trials')
    rows = GRID.rows({ runs: RUNS, seed: SEED, only: CELL, data: undefined });
  return rows ?? [];
}

/** How many healthy rollouts have been stopped by each hour. */
export function drawPeeking(): string {
  const panel: Panel = {
    left: 60,
    top: 72,
    width: 500,
    height: 230,
    x: HOURS,
    y: {
      kind: 'linear',
      from: 0,
      to: 0.4,
      marks: percents([0, 0.1, 0.2, 0.3, 0.4]),
      title: 'healthy rollouts that were stopped so far',
    },
  };
  const stopped = (firesAt: (ticks: readonly Tick[]) => number | undefined) => {
    const at = healthyDays().map(firesAt);
    return Array.from({ length: 289 }, (_, ticks) => ({
      x: ticks / 12,
      y: at.filter((index) => index !== undefined && index < ticks).length / RUNS,
    }));
  };
  const z = stopped(Z_TEST.firesAt);
  const belay = stopped(DEFAULT.firesAt);
  const last = (points: typeof z): number => points.at(-1)?.y ?? 0;
  return picture({
    title: 'A test that is looked at again and again stops healthy rollouts',
    description: `Of ${RUNS} simulated healthy rollouts a z-test at 5 % that is looked at every five minutes has stopped ${percent(last(z))} after a day, and Belay ${percent(last(belay))}.`,
    width: 760,
    height: 386,
    body: [
      frame(panel),
      curve(panel, z, COLOURS.other),
      curve(panel, belay, COLOURS.belay),
      limit(panel, ALPHA, { lines: ['5 %: what both promise'] }),
      endLabel(panel, last(z), { lines: [`z-test at 5 %: ${percent(last(z))}`], colour: COLOURS.other }),
      endLabel(panel, last(belay) - 0.012, {
        lines: [`Belay: ${percent(last(belay))}`],
        colour: COLOURS.belay,
      }),
      words(
        20,
        370,
        `${RUNS} simulated days, 500 requests a minute, 5 % on the candidate, errors at 0.5 % in both.`,
        { colour: COLOURS.quiet },
      ),
    ],
  });
}

/** The same counts, read by both: the first of the healthy days that the z-test stops. */
export function drawOneDay(): string {
  const day = healthyDays().find((ticks) => Z_TEST.firesAt(ticks) !== undefined) ?? [];
  const p = zValues(day).map((z, index) => ({ x: (index + 1) / 12, y: upperTail(z) }));
  const evidence = mergedTwinCurve(mergeTicks(day).ticks, { side: 'harm', margin: NO_MARGIN, goal: GOAL });
  const odds = evidence.map((logE, index) => ({ x: (index + 1) / 12, y: Math.exp(logE) }));
  const first = p.find(({ y }) => y < ALPHA) ?? { x: 0, y: 1 };
  const above: Panel = {
    left: 60,
    top: 72,
    width: 500,
    height: 150,
    x: UNTITLED,
    y: {
      kind: 'log',
      from: 0.005,
      to: 1,
      marks: [0.01, 0.1, 1].map((value) => ({ value, label: `${value}` })),
      title: 'p-value of a z-test, all requests so far (smaller speaks more against the candidate)',
    },
  };
  const below: Panel = {
    left: 60,
    top: 282,
    width: 500,
    height: 150,
    x: HOURS,
    y: {
      kind: 'log',
      from: 0.1,
      to: 40,
      marks: [0.1, 1, 10].map((value) => ({ value, label: value === 1 ? '1 to 1' : `${value}` })),
      title: 'Belay’s evidence of harm, as odds (more speaks more against the candidate)',
    },
  };
  const dot = spot(above, first);
  const most = odds.reduce((largest, point) => (point.y > largest.y ? point : largest), { x: 0, y: 0 });
  const peak = spot(below, most);
  return picture({
    title: 'One healthy day, read twice',
    description: `The same counts of a healthy rollout. The p-value falls below 0.05 for the first time after ${hours(first.x)} hours, where a test that is looked at again and again would have stopped it. Belay’s evidence of harm reaches at most ${most.y.toFixed(1)} to 1, and 20 to 1 is needed.`,
    width: 760,
    height: 490,
    body: [
      frame(above),
      curve(above, p, COLOURS.other),
      limit(above, ALPHA, { lines: ['below 0.05 it would', 'be rolled back'] }),
      `<circle cx="${dot.x.toFixed(1)}" cy="${dot.y.toFixed(1)}" r="5" fill="none" stroke="#1f1f1f" stroke-width="2"/>`,
      stroke([dot.x + 4, dot.y - 5], [dot.x + 24, dot.y - 50], '#1f1f1f'),
      words(
        dot.x + 28,
        dot.y - 50,
        `a rule that looks every 5 minutes stops here, at hour ${hours(first.x)}`,
      ),
      frame(below),
      curve(below, odds, COLOURS.belay),
      limit(below, ODDS_NEEDED, { lines: ['20 to 1: rolled back', 'at a rate of 5 %'] }),
      words(peak.x, peak.y - 10, `at most ${most.y.toFixed(1)} to 1`, {
        anchor: 'middle',
        colour: COLOURS.belay,
      }),
    ],
  });
}

const MANN_WHITNEY = 'Kayenta Mann–Whitney';
const BAR_NAMES: readonly (readonly [string, string])[] = [
  ['Argo <1 %, failureLimit 3', 'error rate < 1 %, 4th failure stops (Argo)'],
  ['Flagger <1 %, threshold 5', 'error rate < 1 %, 5th failure stops (Flagger)'],
  ['z-test peeked', 'z-test at 5 %, looked at every 5 minutes'],
  ['Pocock, 288 looks', 'Pocock’s test, planned for 288 looks'],
  ['normal mixture (GAVI)', 'always-valid normal mixture'],
  ['default plan', 'Belay'],
  [MANN_WHITNEY, 'Mann–Whitney over ticks (Kayenta)'],
];

/** False rollbacks of a healthy candidate in a day, by rule. */
export function drawFalseRollbacks(): string {
  const panel: Panel = {
    left: 310,
    top: 58,
    width: 360,
    height: 7 * 34,
    x: {
      kind: 'linear',
      from: 0,
      to: 1,
      marks: percents([0, 0.25, 0.5, 0.75, 1]),
      title: 'healthy rollouts rolled back within 24 h, with 95 % interval',
    },
    y: { kind: 'linear', from: 0, to: 7, marks: [], title: '' },
  };
  const found = falseRollbackRows();
  const bars = BAR_NAMES.flatMap(([rule, name], index) => {
    const row = found.find((one) => one.rule === rule);
    if (!row) return [];
    const top = panel.top + index * 34 + 7;
    const [end, low, high] = [row.fired, row.low, row.high].map((x) => spot(panel, { x, y: 0 }).x) as [
      number,
      number,
      number,
    ];
    const colour = rule === 'default plan' ? COLOURS.belay : COLOURS.quiet;
    return [
      words(panel.left - 10, top + 15, name, {
        anchor: 'end',
        ...(rule === 'default plan' ? { colour } : {}),
      }),
      box({ left: panel.left, top, width: end - panel.left, height: 20 }, colour, 0.75),
      stroke([low, top + 10], [high, top + 10], '#1f1f1f'),
      stroke([low, top + 5], [low, top + 15], '#1f1f1f'),
      stroke([high, top + 5], [high, top + 15], '#1f1f1f'),
      words(high + 8, top + 15, percent(row.fired)),
    ];
  });
  const promised = spot(panel, { x: ALPHA, y: 0 }).x;
  return picture({
    title: 'False rollbacks in a day',
    description: `Healthy candidates that each rule would have rolled back: ${BAR_NAMES.map(([rule, name]) => `${name} ${percent(found.find((row) => row.rule === rule)?.fired ?? 0)}`).join('; ')}.`,
    width: 760,
    height: 408,
    body: [
      frame(panel),
      ...bars,
      stroke([promised, panel.top - 6], [promised, panel.top + panel.height], '#1f1f1f', '5 4'),
      words(promised + 6, panel.top - 2, '5 %: what was asked of the tests'),
      words(
        20,
        372,
        `${RUNS} simulated days (Mann–Whitney: ${found.find(({ rule }) => rule === MANN_WHITNEY)?.runs ?? 0}), 500 requests a minute, 5 % on the candidate,`,
        { colour: COLOURS.quiet },
      ),
      words(20, 390, 'errors at 0.5 % in both. “Belay” is its comparison with no margin, at a rate of 5 %.', {
        colour: COLOURS.quiet,
      }),
    ],
  });
}

function percents(values: readonly number[]): Axis['marks'] {
  return values.map((value) => ({ value, label: `${Math.round(100 * value)} %` }));
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function hours(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** P(Z > z) of a standard normal, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? tail : 1 - tail;
}

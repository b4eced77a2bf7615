import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../../src/cli/run-cli.ts';
import {
  type Axis,
  box,
  COLOURS,
  curve,
  frame,
  limit,
  type Panel,
  type Point,
  picture,
  spot,
  stroke,
  words,
} from './plot.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/fraud-scorer', import.meta.url));
const CONFIG =
  'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: openmetrics, file: history.om}\n';
const CHECK = 'errors';
const [LEAST, MOST] = [1e-3, 1e6];

/** What each recording holds: the line of `belay replay` over it. */
export const STORIES = {
  healthy: [
    '--candidate',
    '3.5.0@fraud-scorer-b',
    '--from',
    '2026-11-09T08:21:00Z',
    '--to',
    '2026-11-09T18:21:00Z',
  ],
  faulty: [
    '--candidate',
    '3.6.0@fraud-scorer-a',
    '--stable',
    '3.5.0@fraud-scorer-b',
    '--from',
    '2026-11-10T15:00:00Z',
    '--to',
    '2026-11-10T17:30:00Z',
  ],
} as const;

/** A recording of the example. */
export type Story = keyof typeof STORIES;

/** What `belay replay` prints over a recording, run in a folder made as docs/deciding/README.md says. */
export async function replayRecording(story: Story, flags: readonly string[] = []): Promise<string> {
  return runOverRecording(story, ['replay', 'fraud-scorer', ...STORIES[story], ...flags]);
}

/** What a command prints in such a folder. */
export async function runOverRecording(story: Story, line: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-pictures-'));
  try {
    for (const part of ['releases', 'serving', 'docs', 'contracts', '.belay', '.github'])
      cpSync(join(EXAMPLE, part), join(folder, part), { recursive: true });
    cpSync(join(EXAMPLE, 'demo', 'recordings', `${story}.om`), join(folder, 'history.om'));
    writeFileSync(join(folder, '.belay/config.yaml'), CONFIG);
    let printed = '';
    let said = '';
    const code = await runCli([...line, '--dir', folder], {
      env: {},
      cwd: folder,
      stdout: { write: (part) => (printed += part) },
      stderr: { write: (part) => (said += part) },
    });
    if (code !== 0) throw new Error(`belay ${line[0]} over ${story}.om ended with ${code}: ${said}`);
    return printed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The part of a look that is drawn. */
interface Look {
  readonly at: string;
  readonly weight: number;
  readonly assessment: {
    readonly family: { readonly logHarm: number; readonly threshold: number };
    readonly checks: readonly {
      readonly name: string;
      readonly evidence: {
        readonly logHarm?: number;
        readonly logSafe?: number;
        readonly safeThreshold?: number;
      };
    }[];
  };
}

/** Evidence of harm and of safety look by look, as the recording of the example gives it. */
export async function drawRecorded(story: Story): Promise<string> {
  const { looks } = JSON.parse(await replayRecording(story, ['--format', 'json'])) as {
    readonly looks: readonly Look[];
  };
  const seen = looks.flatMap((look) => {
    const evidence = look.assessment.checks.find(({ name }) => name === CHECK)?.evidence;
    return evidence === undefined ? [] : [{ ...look, evidence }];
  });
  const [start, end] = [seen[0], seen.at(-1)];
  if (!start || !end) throw new TypeError(`${story}: expected looks with the check ${CHECK}`);
  const x = clock(start.at, end.at);
  const above: Panel = {
    left: 104,
    top: 108,
    width: 480,
    height: 150,
    x: { ...x, title: '' },
    y: odds('evidence of harm, all checks, since the rollout began'),
  };
  const below: Panel = {
    left: 104,
    top: 318,
    width: 480,
    height: 150,
    x,
    y: odds('evidence of safety of “errors”, since the step began'),
  };
  const harm = seen.map((look) => ({ x: Date.parse(look.at), y: Math.exp(look.assessment.family.logHarm) }));
  const steps = split(seen);
  const needed = {
    harm: Math.exp(end.assessment.family.threshold),
    safe: Math.exp(end.evidence.safeThreshold ?? 0),
  };
  return picture({
    title: story === 'healthy' ? 'A healthy candidate goes up' : 'A faulty candidate is caught',
    description: describe(story, seen.length, needed),
    width: 760,
    height: 522,
    body: [
      words(above.left - 8, above.top - 36, 'weight', { anchor: 'end', colour: COLOURS.belay }),
      ...steps.flatMap((step, index) =>
        weightBand(step, {
          begin: steps[index - 1]?.looks.at(-1)?.at ?? start.at,
          shaded: index % 2 === 1,
          panels: [above, below],
        }),
      ),
      frame(above),
      curve(above, harm, COLOURS.other),
      limit(above, needed.harm, { lines: [`${Math.round(needed.harm)} to 1: rolled back`] }),
      frame(below),
      ...steps.map(({ looks: own }) =>
        curve(
          below,
          own.flatMap(({ at, evidence }): Point[] =>
            evidence.logSafe === undefined ? [] : [{ x: Date.parse(at), y: Math.exp(evidence.logSafe) }],
          ),
          COLOURS.safe,
        ),
      ),
      limit(below, needed.safe, {
        lines: [`${Math.round(needed.safe)} to 1: may advance`, 'when the hold is over'],
      }),
      words(20, 48, story === 'healthy' ? 'promoted at the end' : 'rolled back at the end', {
        colour: COLOURS.quiet,
      }),
    ],
  });
}

interface Step {
  readonly weight: number;
  readonly looks: readonly (Look & { readonly evidence: Look['assessment']['checks'][number]['evidence'] })[];
}

function split(looks: Step['looks']): readonly Step[] {
  const weights = [...new Set(looks.map(({ weight }) => weight))];
  return weights.map((weight) => ({ weight, looks: looks.filter((look) => look.weight === weight) }));
}

/** The time on one weight: shaded by turns, with the weight on top. */
function weightBand(
  { weight, looks }: Step,
  {
    begin,
    shaded,
    panels,
  }: { readonly begin: string; readonly shaded: boolean; readonly panels: readonly [Panel, Panel] },
): readonly string[] {
  const at = (moment: string): number => spot(panels[0], { x: Date.parse(moment), y: 1 }).x;
  const [from, to] = [at(begin), at(looks.at(-1)?.at ?? begin)];
  const ground = shaded
    ? panels.map(({ top, height }) => box({ left: from, top, width: to - from, height }, COLOURS.belay, 0.09))
    : [];
  return [
    ...ground,
    words((from + to) / 2, panels[0].top - 36, `${weight} %`, { anchor: 'middle', colour: COLOURS.belay }),
    stroke([from + 2, panels[0].top - 28], [to - 2, panels[0].top - 28], COLOURS.belay),
  ];
}

function clock(from: string, to: string): Axis {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const step = end - begin > 4 * 3_600_000 ? 3_600_000 : 1_800_000;
  const first = Math.ceil(begin / step) * step;
  const marks = Array.from({ length: Math.floor((end - first) / step) + 1 }, (_, index) => {
    const value = first + index * step;
    return { value, label: new Date(value).toISOString().slice(11, 16) };
  });
  return { kind: 'linear', from: begin, to: end, marks, title: 'time of day (UTC)' };
}

function odds(title: string): Axis {
  const marks = [1e-3, 1, 1e3, 1e6].map((value) => ({
    value,
    label: value === 1 ? '1 to 1' : value < 1 ? '1 to 1,000' : value === 1e3 ? '1,000' : '≥ 1 million',
  }));
  return { kind: 'log', from: LEAST, to: MOST, marks, title };
}

function describe(
  story: Story,
  looks: number,
  needed: { readonly harm: number; readonly safe: number },
): string {
  const both = `Two curves over ${looks} looks, with the weight of the time above them.`;
  return story === 'healthy'
    ? `${both} Evidence of harm stays below ${Math.round(needed.harm)} to 1 all day; evidence of safety begins anew with each step, rises above ${Math.round(needed.safe)} to 1, and the weight goes up when the hold is over.`
    : `${both} Evidence of safety lets the candidate go up twice. When the fault begins at 17:00, evidence of harm leaps above ${Math.round(needed.harm)} to 1 and evidence of safety falls.`;
}

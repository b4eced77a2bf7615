import { formatProblem } from '../../../src/core/errors.ts';
import { judgeDocument } from '../../../src/core/judge/document/judge-document.ts';
import { readEvidence } from '../../../src/core/judge/document/read-evidence.ts';
import { seedOf } from '../../bench/decisions/random.ts';
import { rollout } from '../../bench/decisions/world.ts';
import { box, COLOURS, frame, type Panel, picture, spot, stroke, words } from './plot.ts';

const [HARM, SAFE] = [1.1, 1.25];
const ROW = 44;
const WORLD = { rpm: 5_000, share: 0.25 };

const CANDIDATES = [
  { effect: 1, minutes: 10 },
  { effect: 1, minutes: 360 },
  { effect: 1.17, minutes: 120 },
  { effect: 1.17, minutes: 1_440 },
  { effect: 1.5, minutes: 60 },
] as const;

/** What is tolerated, what counts as safe, and candidates that are judged between the two. */
export function drawMargins(): string {
  const panel: Panel = {
    left: 210,
    top: 112,
    width: 390,
    height: CANDIDATES.length * ROW,
    x: {
      kind: 'log',
      from: 0.5,
      to: 3,
      marks: [0.5, 0.75, 1, 1.5, 2, 3].map((value) => ({ value, label: `×${value}` })),
      title: 'errors of the candidate ÷ errors of stable: counted so far, and 95 % interval',
    },
    y: { kind: 'linear', from: 0, to: 1, marks: [], title: '' },
  };
  const at = (ratio: number): number => spot(panel, { x: ratio, y: 0 }).x;
  const { top, height, left, width } = panel;
  const rows = CANDIDATES.map((candidate, index) => {
    const seen = judged(candidate);
    const y = top + (index + 0.5) * ROW;
    const colour = { pass: COLOURS.safe, fail: COLOURS.other }[seen.verdict] ?? COLOURS.quiet;
    return [
      words(left - 12, y + 4, `truly ×${candidate.effect}, after ${time(candidate.minutes)}`, {
        anchor: 'end',
      }),
      box({ left: at(seen.low), top: y - 4, width: at(seen.high) - at(seen.low), height: 8 }, colour, 0.6),
      `<circle cx="${at(seen.ratio).toFixed(1)}" cy="${y}" r="5" fill="${colour}"/>`,
      words(left + width + 12, y + 4, seen.verdict, { colour }),
    ].join('\n');
  });
  const rule = (ratio: number): string =>
    stroke([at(ratio), top], [at(ratio), top + height], '#1f1f1f', '5 4');
  return picture({
    title: 'Two questions, two margins',
    description: `Harm is asked beyond ×${HARM}, safety below ×${SAFE}. ${CANDIDATES.map((one) => `A candidate with ×${one.effect} is judged ${judged(one).verdict} after ${time(one.minutes)}`).join('. ')}.`,
    width: 760,
    height: top + height + 84,
    body: [
      box({ left, top, width: at(SAFE) - left, height }, COLOURS.safe, 0.1),
      box({ left: at(HARM), top, width: left + width - at(HARM), height }, COLOURS.other, 0.1),
      frame(panel),
      rule(HARM),
      rule(SAFE),
      words(at(SAFE) - 6, top - 30, `◂ safe: proven below ×${SAFE}`, { anchor: 'end', colour: COLOURS.safe }),
      words(at(HARM) + 6, top - 10, `harm: proven above ×${HARM} ▸`, { colour: COLOURS.other }),
      ...rows,
      words(
        20,
        top + height + 66,
        'Simulated: 5,000 requests a minute, 25 % on the candidate, errors at 0.5 %. Verdicts by belay judge.',
        { colour: COLOURS.quiet },
      ),
    ],
  });
}

interface Judged {
  readonly verdict: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** A day of the candidate, cut off where it is looked at, and judged as `belay judge` would. */
function judged({ effect, minutes }: (typeof CANDIDATES)[number]): Judged {
  const ticks = rollout({ ...WORLD, effect }, seedOf(1, 'margins', effect)).slice(0, minutes / 5);
  const check = { name: 'errors', kind: 'proportion', harm: { ratio: HARM }, safe: { ratio: SAFE }, ticks };
  const reading = readEvidence(
    JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', checks: [check] }),
    'evidence.json',
  );
  if (reading.kind !== 'read') throw new TypeError(reading.problems.map(formatProblem).join('; '));
  const [result] = judgeDocument(reading.evidence, { curve: false }).checks;
  const sum = (arm: 'candidate' | 'stable', what: 'events' | 'exposure'): number =>
    ticks.reduce((total, tick) => total + tick[arm][what], 0);
  return {
    verdict: result?.verdict ?? 'error',
    ratio:
      (sum('candidate', 'events') / sum('candidate', 'exposure')) *
      (sum('stable', 'exposure') / sum('stable', 'events')),
    low: Math.max(0.5, result?.interval?.low ?? 0),
    high: Math.min(3, result?.interval?.high ?? 3),
  };
}

function time(minutes: number): string {
  return minutes < 60 ? `${minutes} min` : `${minutes / 60} h`;
}

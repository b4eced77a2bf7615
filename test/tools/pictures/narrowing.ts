import { ratioInterval } from '../../../src/core/stats/interval.ts';
import { seedOf } from '../../bench/decisions/random.ts';
import { rollout } from '../../bench/decisions/world.ts';
import { band, COLOURS, curve, endLabel, frame, limit, type Panel, picture } from './plot.ts';

/** Error of each end: together 95 %, as in the sentences. */
const ALPHA = 0.025;
/** Every half hour. */
const LOOK = 6;
const HARM = 1.1;

/** The interval of candidate ÷ stable over a day, for a healthy candidate and for one with twice the errors. */
export function drawNarrowing(): string {
  const panel: Panel = {
    left: 60,
    top: 72,
    width: 500,
    height: 270,
    x: {
      kind: 'linear',
      from: 0,
      to: 24,
      marks: [0, 4, 8, 12, 16, 20, 24].map((value) => ({ value, label: `${value}` })),
      title: 'hours since the rollout began',
    },
    y: {
      kind: 'log',
      from: 0.25,
      to: 8,
      marks: [0.25, 0.5, 1, 2, 4, 8].map((value) => ({ value, label: `×${value}` })),
      title: 'errors of the candidate ÷ errors of stable, 95 % interval',
    },
  };
  const healthy = intervals(1);
  const double = intervals(2);
  const said = ({ low, high }: Shown): string => `×${low.toFixed(2)} to ×${high.toFixed(2)}`;
  const [end, worse] = [healthy.at(-1), double.at(-1)];
  if (!end || !worse) throw new TypeError('a day has looks');
  return picture({
    title: 'What is known of the effect narrows slowly',
    description: `Two simulated days. After 24 hours the interval of a healthy candidate is ${said(end)}, that of one with twice the errors ${said(worse)}.`,
    width: 760,
    height: 400,
    body: [
      frame(panel),
      band(panel, double, COLOURS.other),
      band(panel, healthy, COLOURS.belay),
      curve(
        panel,
        double.map(({ x, ratio }) => ({ x, y: ratio })),
        COLOURS.other,
      ),
      curve(
        panel,
        healthy.map(({ x, ratio }) => ({ x, y: ratio })),
        COLOURS.belay,
      ),
      limit(panel, HARM, { lines: [] }),
      endLabel(panel, Math.sqrt(worse.low * worse.high) * 1.15, {
        lines: ['twice the errors:', said(worse)],
        colour: COLOURS.other,
      }),
      endLabel(panel, HARM * 1.08, { lines: ['tolerated: ×1.1'] }),
      endLabel(panel, end.ratio * 0.8, { lines: ['healthy:', said(end)], colour: COLOURS.belay }),
    ],
  });
}

interface Shown {
  readonly x: number;
  readonly low: number;
  readonly high: number;
  /** Of all counts until then. */
  readonly ratio: number;
}

function intervals(effect: number): readonly Shown[] {
  const ticks = rollout({ rpm: 500, share: 0.05, effect }, seedOf(1, 'narrowing', effect));
  const looks = Array.from({ length: ticks.length / LOOK }, (_, index) => (index + 1) * LOOK);
  return looks.flatMap((count) => {
    const seen = ticks.slice(0, count);
    const { low, high } = ratioInterval(seen, { alpha: ALPHA });
    const share = (arm: 'candidate' | 'stable'): number =>
      sum(seen.map((tick) => tick[arm].events)) / sum(seen.map((tick) => tick[arm].exposure));
    return [{ x: count / 12, low, high, ratio: share('candidate') / share('stable') }];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

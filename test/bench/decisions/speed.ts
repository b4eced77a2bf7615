import type { Tick } from '../../../src/core/stats/counts.ts';
import { ratioInterval } from '../../../src/core/stats/interval.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { GOAL } from './rules.ts';
import type { Measure, Run, Section } from './section.ts';
import { rollout } from './world.ts';

const CHECKS = 10;
const GOAL_MS = 20;
const HARM = { ratio: 1.1, difference: 0 };
const SAFE = { ratio: 1.25, difference: 0.0025 };

/** Milliseconds of the fastest of some tries: the work itself, without what else the machine does. */
function fastest(tries: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < tries; time += 1) {
    const begin = performance.now();
    work();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

function judge(ticks: readonly Tick[]): void {
  twinLogE(ticks, { side: 'harm', margin: HARM, goal: GOAL });
  twinLogE(ticks, { side: 'safe', margin: SAFE });
  ratioInterval(ticks, { alpha: 0.025 });
}

function measure({ seed }: Run): readonly Measure[] {
  const world = { rpm: 500, share: 0.05 };
  const day = Array.from({ length: CHECKS }, (_, check) => rollout(world, seed + check));
  const long = (ticks: number) => rollout({ ...world, ticks }, seed);
  const each = (work: (ticks: readonly Tick[]) => void) => fastest(15, () => day.forEach(work));
  const weigh = (ticks: readonly Tick[], checks: number) =>
    fastest(3, () => {
      for (let check = 0; check < checks; check += 1) {
        twinLogE(ticks, { side: 'harm', margin: HARM, goal: GOAL });
        twinLogE(ticks, { side: 'safe', margin: SAFE });
      }
    });
  const [short, tenfold] = [long(1_000), long(10_000)];
  const text = JSON.stringify(tenfold);
  const parse = fastest(5, () => void JSON.parse(text));
  const [few, many] = [weigh(short, 50), weigh(tenfold, 50)];
  return [
    { name: '10 checks × 288 ticks: harm, safe and interval', value: each(judge), unit: 'ms', goal: GOAL_MS },
    {
      name: '… harm',
      value: each((ticks) => void twinLogE(ticks, { side: 'harm', margin: HARM, goal: GOAL })),
      unit: 'ms',
    },
    {
      name: '… safe',
      value: each((ticks) => void twinLogE(ticks, { side: 'safe', margin: SAFE })),
      unit: 'ms',
    },
    { name: '… interval', value: each((ticks) => void ratioInterval(ticks, { alpha: 0.025 })), unit: 'ms' },
    { name: '50 checks × 1,000 ticks: harm and safe', value: few, unit: 'ms' },
    { name: '50 checks × 10,000 ticks: harm and safe', value: many, unit: 'ms' },
    { name: '… ten times as many ticks cost', value: many / few, unit: '×' },
    { name: '… against JSON.parse of the same ticks', value: many / (50 * parse), unit: '×' },
  ];
}

/** What judging costs, without reading metrics. */
export const SPEED: Section = {
  kind: 'measures',
  name: 'speed',
  title: 'Cost of judging (the fastest of several tries)',
  measures: measure,
};

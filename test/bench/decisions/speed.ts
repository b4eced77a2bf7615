import { formatProblem } from '../../../src/core/errors.ts';
import { judgeDocument } from '../../../src/core/judge/document/judge-document.ts';
import { readEvidence } from '../../../src/core/judge/document/read-evidence.ts';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { ratioInterval } from '../../../src/core/stats/interval.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { GOAL } from './rules.ts';
import type { Measure, Run, Section } from './section.ts';
import { rollout } from './world.ts';

const GOAL_MS = 18;
const HARM = { ratio: 1.1, difference: 0 };
const SAFE = { ratio: 1.25, difference: 0.0025 };
const WORLD = { rpm: 500, share: 0.05 };

/**
 * Milliseconds of processor time of the cheapest of some tries, collecting garbage included: the work itself, whatever else the
 * machine does meanwhile.
 */
function fastest(tries: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < tries; time += 1) {
    const begin = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begin);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

/** What `belay judge` reads: so many checks as a manifest has them by default, one blip forgiven. */
function evidenceText(checks: number, ticks: number, seed: number): string {
  return JSON.stringify({
    apiVersion: 'belay.dev/v1',
    kind: 'Evidence',
    checks: Array.from({ length: checks }, (_, check) => ({
      name: `check-${check}`,
      kind: 'proportion',
      harm: HARM,
      safe: SAFE,
      trim: 1,
      ticks: rollout({ ...WORLD, ticks }, seed + check),
    })),
  });
}

/** Milliseconds to judge everything (verdicts, intervals, sentences), and to parse the same JSON. */
function judging(text: string, tries: number): { readonly judge: number; readonly parse: number } {
  const reading = readEvidence(text, 'evidence.json');
  if (reading.kind !== 'read') throw new Error(reading.problems.map(formatProblem).join('; '));
  return {
    judge: fastest(tries, () => void judgeDocument(reading.evidence, { curve: false })),
    parse: fastest(tries, () => void JSON.parse(text)),
  };
}

function measure({ seed }: Run): readonly Measure[] {
  const day = judging(evidenceText(10, 288, seed), 150);
  const short = judging(evidenceText(50, 1_000, seed), 3);
  const long = judging(evidenceText(50, 10_000, seed), 2);
  const ticks = Array.from({ length: 10 }, (_, check) => rollout(WORLD, seed + check));
  const each = (work: (one: readonly Tick[]) => void) => fastest(15, () => ticks.forEach(work));
  const harm = each((one) => void twinLogE(one, { side: 'harm', margin: HARM, goal: GOAL, trim: 1 }));
  const safe = each((one) => void twinLogE(one, { side: 'safe', margin: SAFE, trim: 1 }));
  const interval = each((one) => void ratioInterval(one, { alpha: 0.025, trim: 1 }));
  return [
    { name: '10 checks × 288 ticks: judged', value: day.judge, unit: 'ms', goal: GOAL_MS },
    { name: '… of which evidence of harm', value: harm, unit: 'ms' },
    { name: '… of which evidence of safety', value: safe, unit: 'ms' },
    { name: '… of which intervals', value: interval, unit: 'ms' },
    { name: '… against JSON.parse of the same document', value: day.judge / day.parse, unit: '×' },
    { name: '50 checks × 1,000 ticks: judged', value: short.judge, unit: 'ms' },
    { name: '50 checks × 10,000 ticks: judged', value: long.judge, unit: 'ms' },
    { name: '… ten times as many ticks cost', value: long.judge / short.judge, unit: '×' },
    { name: '… against JSON.parse of the same document', value: long.judge / long.parse, unit: '×' },
  ];
}

/** What judging costs, from evidence that was read to verdicts, intervals and sentences. */
export const SPEED: Section = {
  kind: 'measures',
  name: 'speed',
  title: 'Cost of judging, processor time of the cheapest of several tries',
  measures: measure,
};

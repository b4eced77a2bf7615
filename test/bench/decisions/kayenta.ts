import type { Rule } from './rules.ts';

/** 98 % two-sided: the judge's confidence level. */
const CRITICAL = 2.326348;
/** The interval must clear this share of the shift itself. */
const EFFECT = 0.25;
const HALVINGS = 40;

/**
 * Kayenta's NetflixACAJudge on the error rate per tick, looked at after every tick: a metric is High when the 98 % interval of
 * the Hodges–Lehmann shift (Mann–Whitney, normal approximation with midranks, tie and continuity correction) lies above a quarter
 * of the shift, and the mean ratio is at least 1. Ticks without traffic are removed; data that are all the same pass.
 */
export const kayenta: Rule = {
  name: 'Kayenta Mann–Whitney',
  firesAt: (ticks) => {
    const experiment: number[] = [];
    const control: number[] = [];
    for (const [index, { candidate, stable }] of ticks.entries()) {
      if (candidate.exposure === 0 || stable.exposure === 0) continue;
      experiment.push(candidate.events / candidate.exposure);
      control.push(stable.events / stable.exposure);
      if (isHigh(experiment, control)) return index;
    }
    return undefined;
  },
};

function isHigh(experiment: readonly number[], control: readonly number[]): boolean {
  // The interval's low end is above c exactly when a shift of c is rejected, and it must at least be above 0.
  if (deviate(experiment, control, 0, 0.5) <= CRITICAL) return false;
  if (mean(experiment) < mean(control)) return false;
  const shift = hodgesLehmann(experiment, control);
  return deviate(experiment, control, EFFECT * Math.abs(shift), 0.5) > CRITICAL;
}

/** z of the rank sum after taking `shift` from the experiment. */
function deviate(
  experiment: readonly number[],
  control: readonly number[],
  shift: number,
  continuity: number,
): number {
  const all = [
    ...experiment.map((value) => ({ value: value - shift, own: 1 })),
    ...control.map((value) => ({ value, own: 0 })),
  ].sort((a, b) => a.value - b.value);
  const [n, m, total] = [experiment.length, control.length, all.length];
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < total; ) {
    let end = start;
    let own = 0;
    while (end < total && all[end]?.value === all[start]?.value) {
      own += all[end]?.own ?? 0;
      end += 1;
    }
    const size = end - start;
    rankSum += own * ((start + 1 + end) / 2);
    ties += size ** 3 - size;
    start = end;
  }
  const difference = rankSum - (n * (n + 1)) / 2 - (n * m) / 2;
  const spread = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))));
  return spread > 0 ? (difference - Math.sign(difference) * continuity) / spread : 0;
}

/** The shift at which the rank sum is what chance would give: by halving, since it only falls. */
function hodgesLehmann(experiment: readonly number[], control: readonly number[]): number {
  let from = Math.min(...experiment) - Math.max(...control);
  let to = Math.max(...experiment) - Math.min(...control);
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (from + to) / 2;
    if (deviate(experiment, control, middle, 0) > 0) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

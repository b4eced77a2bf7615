import { MOST_TIMES } from '../judge/shared-fault.ts';
import { writeCount, writeValue } from '../judge/write-numbers.ts';
import { thresholdFor } from '../manifest/defaults.ts';
import { elapsed, formatDuration, type Instant } from '../units.ts';
import type { Answer, AnswerTo } from './answers.ts';
import type { BrokenQuery, CheckAssessment, Evaluation, ThresholdEvidence, Verdict } from './assessment.ts';
import { brakeOf } from './brake-of.ts';
import { describeBroken } from './describe-broken.ts';
import type { ThresholdQueries } from './plan-queries.ts';
import { evidenceEnd, gridPoint } from './query-grid.ts';
import { describeGap, type Reading } from './reading.ts';

/** A verdict and what is to be said about it. */
interface Finding {
  readonly verdict: Verdict;
  readonly text: string;
}

/**
 * Judges a value of the candidate against its bound: every point of the window beyond it is `fail`, every point within is
 * `pass`. A fixed bound carries no evidence of chance, so it is no member of the family, and falseRollbackRate does not
 * cover it: how often it fails falsely is up to the bound and to `for`.
 */
export function judgeThreshold(
  queries: ThresholdQueries,
  evaluation: Evaluation,
  answerTo: AnswerTo,
): CheckAssessment {
  const { name, required = true } = queries.check;
  const action = 'rollback';
  const brake = brakeOf({ action }, evaluation.release);
  const value = answerTo(queries.value);
  const samples = queries.samples && answerTo(queries.samples);
  if (value.kind === 'broken' || samples?.kind === 'broken') {
    const broken = brokenQueries(queries, [value, samples]);
    const sentence = describeBroken(name, broken);
    const evidence = { kind: 'broken', queries: broken } as const;
    return {
      name,
      verdict: 'error',
      action,
      brake,
      gating: required,
      sentence,
      lastSeen: undefined,
      evidence,
    };
  }
  const sampleReading = samples?.readings[0];
  const evidence = countPoints(queries, value.readings, sampleReading);
  const { verdict, text } = judge(queries, evaluation, { evidence, samples: sampleReading });
  const found = { name, action, brake, evidence } as const;
  const lastSeen = lastValueAt(queries, value.readings, evaluation.standing.enteredAt);
  if (verdict === 'fail' && isStableBeyond(queries, evidence.value, answerTo))
    return {
      ...found,
      verdict: 'inconclusive',
      stableFails: true,
      gating: true,
      sentence: `${name}: ${text}; stable is beyond the same bound at the same time, so the candidate is not the cause`,
      lastSeen,
    };
  return {
    ...found,
    verdict,
    gating: required || verdict === 'fail',
    sentence: `${name}: ${text}`,
    lastSeen,
  };
}

/** Whether stable, where it was asked, breaks the same rule at every point of the window, and by not much less than the candidate. */
function isStableBeyond(
  queries: ThresholdQueries,
  candidate: number | undefined,
  answerTo: AnswerTo,
): boolean {
  if (!queries.stable || candidate === undefined || !answerTo.knows(queries.stable)) return false;
  const stable = answerTo(queries.stable);
  if (stable.kind !== 'readings') return false;
  const { beyond, value, max } = countPoints(queries, stable.readings, undefined);
  if (beyond !== queries.judged || value === undefined) return false;
  const isAbove = max !== undefined && value > max;
  return isAbove ? candidate <= MOST_TIMES * value : value <= MOST_TIMES * candidate;
}

function brokenQueries(
  { value, samples }: ThresholdQueries,
  answers: readonly (Answer | undefined)[],
): readonly BrokenQuery[] {
  return answers.flatMap((answer, index) =>
    answer?.kind === 'broken' ? [{ ...answer.query, id: (index === 0 ? value : (samples ?? value)).id }] : [],
  );
}

function countPoints(
  { check, judged }: ThresholdQueries,
  readings: readonly Reading[],
  samples: Reading | undefined,
): ThresholdEvidence {
  const { max, min } = check;
  const window = readings.slice(-judged);
  const values = window.filter((reading) => typeof reading === 'number');
  const beyond = values.filter(
    (value) => (max !== undefined && value > max) || (min !== undefined && value < min),
  ).length;
  return {
    kind: 'threshold',
    value: values.at(-1),
    max,
    min,
    within: values.length - beyond,
    beyond,
    missing: window.length - values.length,
    samples: typeof samples === 'number' ? samples : undefined,
    minSamples: check.minSamples,
  };
}

function judge(
  { check, judged }: ThresholdQueries,
  evaluation: Evaluation,
  { evidence, samples }: { readonly evidence: ThresholdEvidence; readonly samples: Reading | undefined },
): Finding {
  const { value, within, beyond, missing, minSamples } = evidence;
  const window = formatDuration(thresholdFor(check));
  if (value === undefined) return { verdict: 'no-data', text: `no value in the last ${window}` };
  const against = `${writeValue(value)}, allowed is ${describeBound(evidence)}`;
  if (minSamples !== undefined && typeof samples !== 'number')
    return {
      verdict: 'no-data',
      text: `${against}; how many samples it rests on is unknown: ${describeGap(samples ?? 'missing')}`,
    };
  if (minSamples !== undefined && evidence.samples !== undefined && evidence.samples < minSamples) {
    const got = writeCount(Math.floor(evidence.samples));
    return {
      verdict: 'inconclusive',
      text: `${against}; it rests on ${got} samples, needed ${writeCount(minSamples)}`,
    };
  }
  const { startedAt } = evaluation.rollout;
  const points = `${judged === 1 ? 'the only point' : `all ${judged} points`} of ${window}`;
  if (beyond === judged && isWindowAfter(startedAt, evaluation, check))
    return {
      verdict: 'fail',
      text: `${against}; beyond it at ${points}; a fixed bound, which the false rollback rate does not cover`,
    };
  if (within === judged && isWindowAfter(evaluation.standing.enteredAt, evaluation, check))
    return { verdict: 'pass', text: `${against}; within it at ${points}` };
  if (beyond === judged || within === judged)
    return { verdict: 'inconclusive', text: `${against}; not yet ${window} of it since this step began` };
  return {
    verdict: 'inconclusive',
    text: `${against}; in the last ${window} ${within} points within, ${beyond} beyond, ${missing} without a value`,
  };
}

/** Whether all of the window lies after a moment; what is older says nothing about the time since. */
function isWindowAfter(moment: Instant, evaluation: Evaluation, check: ThresholdQueries['check']): boolean {
  const end = evidenceEnd(evaluation);
  return end >= moment && elapsed(moment, end) >= thresholdFor(check);
}

function describeBound({ min, max }: ThresholdEvidence): string {
  if (min === undefined) return `at most ${writeValue(max ?? Number.POSITIVE_INFINITY)}`;
  return max === undefined ? `at least ${writeValue(min)}` : `${writeValue(min)} to ${writeValue(max)}`;
}

function lastValueAt(
  { grid }: ThresholdQueries,
  readings: readonly Reading[],
  enteredAt: Instant,
): Instant | undefined {
  const index = readings.findLastIndex((reading) => typeof reading === 'number');
  const at = gridPoint(grid, index);
  return index >= 0 && at > enteredAt ? at : undefined;
}

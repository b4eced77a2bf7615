import type { ForeseenCheck, ForeseenStep, Foresight } from '../analysis/foresee.ts';
import { writeAbout } from '../judge/words/forecast.ts';
import { writeCount } from '../judge/write-numbers.ts';
import type { Release } from '../manifest/release-schema.ts';
import type { RuleFinding } from '../manifest/rule.ts';
import { formatDuration, formatPercent, type Millis, millis } from '../units.ts';
import type { QueryLook } from './look.ts';
import type { TwinTest } from './trials.ts';

/** Longer queries are cut: they stand in the manifest at the line that is named. */
const MAX_QUERY = 200;

const LOOKS: Readonly<
  Record<
    QueryLook['state'],
    (Pick<RuleFinding, 'code' | 'severity'> & { readonly advice: string }) | undefined
  >
> = {
  seen: undefined,
  expected: undefined,
  thin: {
    code: 'QUERY_THIN',
    severity: 'warning',
    advice: 'Ask when there is traffic, or correct the labels',
  },
  blind: {
    code: 'QUERY_EMPTY',
    severity: 'error',
    advice: 'No rollout would start: correct the name of the metric or its labels',
  },
  empty: {
    code: 'QUERY_EMPTY',
    severity: 'warning',
    advice: 'If stable should have it, correct the name of the metric or its labels',
  },
  broken: {
    code: 'QUERY_BROKEN',
    severity: 'error',
    advice: 'No rollout would start: correct the query, or see to the provider',
  },
};

/** Queries that would leave a rollout without evidence, and those that may. A candidate without a series yet is none of them. */
export function findLookProblems(looks: readonly QueryLook[]): readonly RuleFinding[] {
  return looks.flatMap(({ planned, arm, index, key, state, found, isStale }): RuleFinding[] => {
    const problem = LOOKS[state];
    if (!problem) return [];
    const { advice, ...rest } = problem;
    const query = planned.request.query.replace(/\s+/g, ' ').trim();
    const shown = query.length > MAX_QUERY ? `${query.slice(0, MAX_QUERY)}…` : query;
    const message = `"${planned.check}" asked for ${arm === 'stable' ? 'stable' : 'the candidate'}: provider "${planned.provider}" gave ${found}. ${isStale ? 'Nothing is known of the query before there are newer samples' : advice}. Asked was: ${shown}`;
    return [{ ...rest, path: ['spec', 'health', 'checks', index, key], message }];
  });
}

/** Multiple of what is tolerated that a step should see within its hold, and one that it must see while it lasts. */
const SHOULD_SEE = 2;
const MUST_SEE = 5;

/** Steps in which nothing can be learned, steps that no candidate leaves, and steps whose hold is too short. */
export function findStepProblems(release: Release, { steps, traffic }: Foresight): readonly RuleFinding[] {
  return steps.flatMap((step, index) => {
    const found = [
      ...findNeverSafe(step),
      ...findBlindStep(step, release.spec.rollout.deadline),
      ...findShortHold(step, traffic),
    ];
    return found.map(({ code, severity, text }) => ({
      code,
      severity,
      path: ['spec', 'rollout', 'steps', index],
      message: `at ${formatPercent(step.weight)}: ${text}`,
    }));
  });
}

interface StepFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

function findNeverSafe({ remarks }: ForeseenStep): readonly StepFinding[] {
  const names = remarks.flatMap((remark) => (remark.kind === 'safe-never' ? [remark.check] : []));
  if (names.length === 0) return [];
  const text = `not even a candidate as good as stable is ever proven safe by ${names.join(', ')}, so no rollout leaves this step; give "safe" an absolute part, or make it wider`;
  return [{ code: 'STEP_NEVER_SAFE', severity: 'error', text }];
}

/** All times are those of nine candidates out of ten, as the table has them. */
function findBlindStep({ checks, hold }: ForeseenStep, deadline: Millis): readonly StepFinding[] {
  const waited = slowestProof(checks);
  const lasts = waited === undefined ? deadline : Math.max(hold, waited * MINUTE);
  if (checks.length === 0 || checks.some((check) => isSeen(check, MUST_SEE, lasts))) return [];
  const because =
    waited === undefined
      ? `the deadline is ${formatDuration(deadline)}, and safety is never proven`
      : `its hold is ${formatDuration(hold)}${waited === 0 ? ', and no check is waited for' : `, and what is waited for is proven safe within ${writeAbout(waited)}`}`;
  const text = `nothing is learned here: ${MUST_SEE} times what is tolerated is proven by ${listTimes(checks, MUST_SEE)}, nine times out of ten, and the step is over before (${because}); give it more weight or a longer hold, or leave it out`;
  return [{ code: 'STEP_LEARNS_NOTHING', severity: 'error', text }];
}

/** Minutes until every check that is waited for has proven nine tenths of the healthy candidates safe; 0: none is. */
function slowestProof(checks: readonly ForeseenCheck[]): number | undefined {
  const proofs = checks.filter(({ required }) => required).map(({ safe }) => safe.ninety);
  return proofs.some((minutes) => minutes === undefined)
    ? undefined
    : Math.max(0, ...proofs.map((minutes) => minutes ?? 0));
}

/** `errors in 2h, slow never`. */
function listTimes(checks: readonly ForeseenCheck[], times: number): string {
  return checks
    .map((check) => {
      const minutes = regression(check, times)?.ninety;
      return `${check.name} ${minutes === undefined ? 'never' : `in ${writeAbout(minutes)}`}`;
    })
    .join(', ');
}

function findShortHold(
  { checks, hold, weight }: ForeseenStep,
  traffic: Foresight['traffic'],
): readonly StepFinding[] {
  const late = checks.filter((check) => !isSeen(check, SHOULD_SEE, hold));
  if (late.length === 0) return [];
  const needs = late.map((check) => describeNeed(check, weight, traffic)).join('; ');
  const text = `the hold of ${formatDuration(hold)} is too short to prove twice what is tolerated, nine times out of ten: ${needs}. Until then only the proof of safety keeps a bad candidate here; hold longer, or give it more weight`;
  return [{ code: 'STEP_TOO_SHORT', severity: 'warning', text }];
}

/** `errors needs 2h at 1,200 events a minute, 60 of them the candidate's`; events are what the check counts. */
function describeNeed(check: ForeseenCheck, weight: number, traffic: Foresight['traffic']): string {
  const minutes = regression(check, SHOULD_SEE)?.ninety;
  const need = minutes === undefined ? 'never proves it by the deadline' : `needs ${writeAbout(minutes)}`;
  const seen = traffic.find(({ name }) => name === check.name);
  if (seen?.kind !== 'seen') return `${check.name} ${need}`;
  const share =
    weight === 100 ? '' : `, ${writeRate((seen.exposure * weight) / 100)} of them the candidate's`;
  return `${check.name} ${need} at ${writeRate(seen.exposure)} events a minute${share}`;
}

function writeRate(perMinute: number): string {
  return perMinute >= 10 ? writeCount(perMinute) : String(Number(perMinute.toPrecision(2)));
}

const MINUTE = 60_000;

function regression({ regressions }: ForeseenCheck, times: number) {
  return regressions.find((one) => one.times === times);
}

/** Whether nine tenths of such candidates are taken back within so many milliseconds. */
function isSeen(check: ForeseenCheck, times: number, within: number): boolean {
  const minutes = regression(check, times)?.ninety;
  return minutes !== undefined && minutes * MINUTE <= within;
}

/** What a backtest takes, and how far back it was told to look. */
export interface LookedBack {
  /** All holds together: no rollout ends sooner. */
  readonly course: Millis;
  readonly stretch: Millis;
}

/** That no rollout can end in what there is of stable, by whichever of the two it is that is short. */
function describeShort(seen: Millis, { course, stretch }: LookedBack): RuleFinding {
  const days = Math.ceil(course / DAY) + 1;
  const isCut = seen > CUT * stretch;
  const advice =
    isCut && days <= LONGEST_LOOK
      ? `look back over ${days} days (days: ${days})`
      : isCut
        ? `${LONGEST_LOOK} days are the most that is looked back over, so the later steps stay unplayed`
        : `the provider has no older ones: look again when stable has been served for ${formatDuration(course)}, or let the provider keep its numbers longer`;
  return {
    code: 'BACKTEST_TOO_SHORT',
    severity: 'warning',
    path: ['spec', 'rollout', 'steps'],
    what: 'key',
    message: `the backtest has ${formatDuration(seen)} of stable's numbers, and a rollout takes ${formatDuration(course)} at least, so none was promoted and the later steps were not played; ${advice}`,
  };
}

const DAY = 86_400_000;
/** Share of the stretch from which on it is the stretch that is short, and not the provider. */
const CUT = 0.95;
/** Days that a preflight looks back over at most. */
export const LONGEST_LOOK = 30;

/** Chance of so many or more that is no longer taken for chance. */
const UNLIKELY = 0.05;

/** Healthy rollouts that were taken back: by a rule at all, or by evidence more often than the promise explains. */
export function findTrialProblems(
  { trials, promised, since, until }: TwinTest,
  { course, stretch }: LookedBack,
): readonly RuleFinding[] {
  const seen = millis(until - since);
  const short = trials.length > 0 && seen < course ? [describeShort(seen, { course, stretch })] : [];
  const back = trials.filter(({ end }) => end === 'rolled-back');
  const ruled = [...new Set(back.flatMap((one) => one.ruled))];
  const proven = back.filter((one) => one.proven.length > 0);
  const isTooOften = proven.length > 0 && chanceOf(proven.length, trials.length, promised) < UNLIKELY;
  if (ruled.length === 0 && !isTooOften) return short;
  const names = isTooOften ? [...new Set([...proven.flatMap((one) => one.proven), ...ruled])] : ruled;
  return [
    ...short,
    {
      code: 'BACKTEST_ROLLED_BACK',
      severity: 'warning',
      path: ['spec', 'health', 'checks'],
      what: 'key',
      message: `${back.length} of ${trials.length} rollouts of stable against itself were rolled back, by ${names.join(', ')}: either stable was ill then, or a bound is too narrow for how it usually is`,
    },
  ];
}

/** Probability of `count` or more successes in so many independent trials. */
function chanceOf(count: number, trials: number, probability: number): number {
  let below = 0;
  let term = (1 - probability) ** trials;
  for (let index = 0; index < count; index += 1) {
    below += term;
    term *= ((trials - index) / (index + 1)) * (probability / (1 - probability));
  }
  return Math.max(0, 1 - below);
}
